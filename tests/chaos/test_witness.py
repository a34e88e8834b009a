# SPDX-License-Identifier: Apache-2.0
"""Who has text and never got the vectors of it is told apart from who has none, or an older version's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from ream_chaos import witness as module
from ream_chaos.witness import Witness
from ream_contracts.messages import DocumentCompleted, DocumentEmbedded

WELL, EMPTY, OLD, LATE, NEVER = (letter * 32 for letter in "abcde")


@dataclass
class Flow:
    """As much of an installation as a witness needs that is told what was said."""

    kafka: Any = None


@pytest.fixture
def witness(monkeypatch: pytest.MonkeyPatch) -> Witness:
    monkeypatch.setattr(module, "Tail", lambda *_: None)
    return Witness(Flow())  # type: ignore[arg-type]


def completed(document: str, version: int, *, read: int = 1, outcome: str = "complete") -> DocumentCompleted:
    return DocumentCompleted(
        document, 1, 1, 1, version, document, None, outcome, None, "text/plain", 1, None, "body", 1, read, 0, 0,
        0, (), 1, 0, "unknown", 0, (), "internal", {}, {},
    )  # fmt: skip


def test_text_without_its_vectors_is_seen(witness: Witness) -> None:
    for message in (
        completed(WELL, 5),
        DocumentEmbedded(WELL, 1, 1, 5, 3, 0),
        completed(EMPTY, 5, read=0),
        completed(OLD, 5, outcome="superseded"),
        completed(LATE, 5),
        DocumentEmbedded(LATE, 1, 1, 5, 3, 0),
        completed(LATE, 6),
        completed(NEVER, 5),
    ):
        witness.note(message)
    assert witness.unembedded() == [LATE, NEVER]
