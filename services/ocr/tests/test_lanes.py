# SPDX-License-Identifier: Apache-2.0
"""How cells are shared between small and large documents, and which settings open no reader."""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ream_kit import cells_limits
from ream_kit.cells import CellFailed
from ream_kit.settings import SettingsError
from ream_ocr.reader import Job, open_reader
from ream_ocr.testing import Cell, reader


class TestLanes:
    def busy(self, many: int, cells: int, *, bulk: bool) -> int:
        """Says how many of so many pages are under way at once."""
        gate, lock = threading.Event(), threading.Lock()
        inside, entered = [0], threading.Semaphore(0)

        def call(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
            with lock:
                inside[0] += 1
            entered.release()
            gate.wait(5)
            yield {"unit": 1}

        shared = reader(call, cells)
        job = Job(Path("file"), "image/png", (1,))
        threads = [
            threading.Thread(target=lambda: list(shared.read(job, shared.defaults, bulk=bulk))) for _ in range(many)
        ]
        for thread in threads:
            thread.start()
        while entered.acquire(timeout=0.2):
            pass
        under_way = inside[0]
        gate.set()
        for thread in threads:
            thread.join()
        assert inside[0] == many
        return under_way

    def test_bulk_leaves_a_cell_for_small_documents(self) -> None:
        assert self.busy(5, 3, bulk=True) == 2

    def test_small_documents_are_not_held_back(self) -> None:
        assert self.busy(3, 3, bulk=False) == 3

    def test_with_one_cell_bulk_goes_on_all_the_same(self) -> None:
        assert self.busy(2, 1, bulk=True) == 1

    def test_bulk_has_cells_of_its_own(self) -> None:
        small, large = Cell(), Cell()
        both = reader(small, bulk=large)
        for bulk in (False, True, True):
            list(both.read(Job(Path("file"), "image/png", (1,)), both.defaults, bulk=bulk))
        assert (len(small.asked), len(large.asked)) == (1, 2)

    @pytest.mark.programs
    def test_the_cells_of_bulk_give_way_and_start_when_they_are_needed(self) -> None:
        nicer = min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
        with open_reader() as both:
            before = niceness()
            list(both.read(Job(Path("/dev/null"), "image/png", (1,)), both.defaults, bulk=True))
            after = niceness()
        assert after[nicer] - before[nicer] == 1


def niceness() -> Counter[int]:
    """How nice the processes below this one are."""
    found: Counter[int] = Counter()
    waiting = [os.getpid()]
    while waiting:
        for pid in cells_limits.children(waiting.pop()):
            waiting.append(pid)
            found[os.getpriority(os.PRIO_PROCESS, pid)] += 1
    return found


class TestSettings:
    def test_no_language_data_is_said_before_anything_starts(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REAM_OCR_TESSDATA", str(tmp_path))
        with pytest.raises(SettingsError, match="tesseract-ocr-eng"), open_reader():
            pass

    @pytest.mark.parametrize(
        ("name", "value"), [("DPI", "20"), ("CELLS", "-1"), ("PIXELS", "0"), ("ENGINE", "abbyy"), ("DPI", "many")]
    )
    def test_a_wrong_value_is_named(self, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
        monkeypatch.setenv(f"REAM_OCR_{name}", value)
        with pytest.raises(SettingsError, match=f"REAM_OCR_{name}"), open_reader():
            pass

    def test_an_engine_that_does_not_work_is_said(self) -> None:
        broken = reader(Cell(error=CellFailed("EngineError", "tesseract is not installed")))
        with pytest.raises(SettingsError, match="tesseract is not installed"):
            broken.check()
