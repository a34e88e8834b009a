# SPDX-License-Identifier: Apache-2.0
"""A conversion that failed because the disk is full says nothing against its document."""

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ream_extract.reader import Reader
from ream_extract.settings import ExtractSettings
from ream_extract.testing import Cells
from ream_kit import Retry
from ream_pages import office as office_module
from ream_pages.office import Office

WORKER = (
    "import json, sys\nprint(json.dumps({'ready': True}), flush=True)\n"
    "for line in sys.stdin: print(json.dumps({'made': False}), flush=True)\n"
)


@pytest.mark.slow
def test_a_full_disk_is_not_the_documents_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LibreOffice does not say why it could not write."""
    worker = tmp_path / "worker.py"
    worker.write_text(WORKER)
    (tmp_path / "a.doc").write_bytes(b"x")
    monkeypatch.setattr(office_module, "WORKER", worker)
    with Office(python=sys.executable, program=sys.executable) as converter:
        reader = Reader(Cells(), Cells(), converter, ExtractSettings())
        assert reader.guards == (converter.guard,)
        with monkeypatch.context() as patched:
            patched.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 20))
            with pytest.raises(Retry, match="no room left"):
                reader.convert(tmp_path / "a.doc", "docx", lambda made: None)
        assert reader.convert(tmp_path / "a.doc", "docx", lambda made: None) == "refused"
