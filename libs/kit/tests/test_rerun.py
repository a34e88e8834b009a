# SPDX-License-Identifier: Apache-2.0
"""Every new run has a number of its own, and starts from what ingest said."""

from dataclasses import replace
from typing import Any

import pytest

from ream_contracts import layout
from ream_contracts.messages import Allowance, DocumentIngested, Redo
from ream_kit.rerun import newest_run, next_run
from ream_kit.store import NotFound, Store
from ream_kit.store_memory import MemoryBlobs
from ream_kit.testing import memory_store

DOCUMENT = "a" * 32
FIRST = DocumentIngested(
    DOCUMENT, 1, 1, DOCUMENT, None, 0, "o", 5, "f" * 64, "text/plain", None, None, Allowance(1, 1), ()
)


def test_runs_are_numbered_without_gaps_or_repetition() -> None:
    store = memory_store()
    store.put_artifact(layout.ingested(DOCUMENT, 1), FIRST)
    redo = (Redo("ocr", {"dpi": 400}),)
    assert newest_run(store, DOCUMENT, 1) is None
    taken = [next_run(store, DOCUMENT, 1, redo) for _ in range(3)]
    assert [message.run for message in taken] == [2, 3, 4]
    assert [message.redo for message in taken] == [(replace(redo[0], run=run),) for run in (2, 3, 4)]
    assert newest_run(store, DOCUMENT, 1) == taken[2]
    assert store.get_artifact(DocumentIngested, layout.run(DOCUMENT, 1, 3)) == taken[1]


def test_a_run_keeps_what_the_run_before_it_redid() -> None:
    store = memory_store()
    store.put_artifact(layout.ingested(DOCUMENT, 1), FIRST)
    next_run(store, DOCUMENT, 1, (Redo("ocr", {"dpi": 400}, units=((3, 4),)),))
    assert next_run(store, DOCUMENT, 1).redo == (Redo("ocr", {"dpi": 400}, 2, ((3, 4),)),)
    last = next_run(store, DOCUMENT, 1, (Redo("ocr", {"dpi": 300}, units=((4, 9),)), Redo("classify", {})))
    assert last.redo == (
        Redo("ocr", {"dpi": 400}, 2, ((3, 3),)),
        Redo("ocr", {"dpi": 300}, 4, ((4, 9),)),
        Redo("classify", {}, 4),
    )


def test_a_run_that_was_overtaken_comes_after_the_other_and_keeps_what_it_redoes() -> None:
    class Slow(Store):
        overtaken = False

        def put_artifact(self, name: str, artifact: Any) -> bool:
            if artifact.run == 2 and not self.overtaken:
                self.overtaken = True
                next_run(self, DOCUMENT, 1, (Redo("ocr", {}),))
            return super().put_artifact(name, artifact)

    store = Slow(MemoryBlobs())
    store.put_artifact(layout.ingested(DOCUMENT, 1), FIRST)
    message = next_run(store, DOCUMENT, 1, (Redo("classify", {}),))
    assert (message.run, message.redo) == (3, (Redo("ocr", {}, 2), Redo("classify", {}, 3)))


def test_what_was_never_taken_in_can_not_be_run_again() -> None:
    with pytest.raises(NotFound):
        next_run(memory_store(), DOCUMENT, 1)
