# SPDX-License-Identifier: Apache-2.0
"""Every new run has a number of its own, and starts from what ingest said."""

import pytest

from ream_contracts import layout
from ream_contracts.messages import Allowance, DocumentIngested, Redo
from ream_kit.rerun import newest_run, next_run
from ream_kit.store import NotFound
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
    assert taken[0].redo == redo
    assert newest_run(store, DOCUMENT, 1) == taken[2]
    assert store.get_artifact(DocumentIngested, layout.run(DOCUMENT, 1, 3)) == taken[1]


def test_what_was_never_taken_in_can_not_be_run_again() -> None:
    with pytest.raises(NotFound):
        next_run(memory_store(), DOCUMENT, 1)
