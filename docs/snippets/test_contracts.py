"""Test a consumer on a bus in memory: no broker, no waiting."""

from contracts import keep
from ream_contracts import topics
from ream_contracts.messages import DocumentCompleted
from ream_kit.testing import LocalBus


def test_only_contracts_are_kept(completed: DocumentCompleted) -> None:
    with LocalBus(keep) as bus:
        bus.put(topics.DOCUMENTS_COMPLETED, completed)
        bus.run()
        assert bus.dead_letters == []
