"""Test a consumer on a bus in memory: no broker, no waiting."""

from pathlib import Path

import pytest
from contracts import keep
from ream_contracts import topics
from ream_kit.testing import LocalBus, finished


def test_only_contracts_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with LocalBus(keep) as bus:
        bus.put(topics.DOCUMENTS_COMPLETED, finished(bus.store, "This agreement", type="contract"))
        bus.put(topics.DOCUMENTS_COMPLETED, finished(bus.store, "Dear Sir", type="letter"))
        bus.run()
    assert [path.read_text() for path in Path("contracts").iterdir()] == ["This agreement"]
