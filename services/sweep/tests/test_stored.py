# SPDX-License-Identifier: Apache-2.0
"""The store alone tells how far a document is, and a letter about it is answered when the topics no longer do."""

from typing import Any, cast

import pytest

from ream_contracts import layout, topics
from ream_contracts.messages import Allowance, DeadLetter, DocumentIngested
from ream_kit.observe import Announcer, Observer, Tail
from ream_kit.testing import FakeClock, memory_store
from ream_sweep.service import LETTERS, Sweep
from ream_sweep.settings import SweepSettings
from ream_sweep.stored import newest

DOCUMENT = "a" * 32


def test_the_newest_run_of_the_newest_generation_is_found() -> None:
    names = [
        layout.ingested(DOCUMENT, 2), layout.run(DOCUMENT, 2, 9), layout.ingested(DOCUMENT, 10),
        layout.run(DOCUMENT, 10, 2), layout.run(DOCUMENT, 10, 11), layout.original(DOCUMENT, 10),
        layout.document_record(DOCUMENT, 5),
    ]  # fmt: skip
    assert newest(names) == (10, 11)
    assert newest(reversed(names)) == (10, 11)


def test_a_generation_that_was_only_claimed_does_not_count() -> None:
    assert newest([layout.ingested(DOCUMENT, 1), layout.claim(DOCUMENT, 2), layout.run(DOCUMENT, 3, 2)]) == (1, 1)
    assert newest([layout.claim(DOCUMENT, 1)]) is None
    assert newest([]) is None


class Broker:
    """What sweep asks of a broker on which nothing is left but one letter."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, Any]] = []
        self.committed: list[tuple[str, dict[int, int]]] = []

    def begins(self, names: list[str]) -> dict[str, dict[int, int]]:
        return {name: {0: 0} for name in names}

    def passed(self, group: str, names: list[str]) -> dict[str, dict[int, int]]:
        return {name: {} for name in names}

    def positions(self) -> dict[str, dict[int, int]]:
        return {}

    def ends(self, names: list[str]) -> dict[str, dict[int, int]]:
        return {name: {0: 0} for name in names}

    def delete_before(self, name: str, offsets: dict[int, int]) -> None:
        """Nothing to delete."""

    def commit(self, group: str, name: str, offsets: dict[int, int]) -> None:
        self.committed.append((name, offsets))

    def send(self, topic: Any, message: Any) -> None:
        self.sent.append((topic, message))

    def flush(self, seconds: float) -> None:
        """All is there at once."""


@pytest.fixture
def broker() -> Broker:
    return Broker()


def swept(broker: Broker) -> Sweep:
    return Sweep(
        SweepSettings(), memory_store(), cast(Tail, broker), cast(Observer, broker), cast(Announcer, broker),
        FakeClock(),
    )  # fmt: skip


def letter() -> DeadLetter:
    return DeadLetter("documents.parts", 0, 7, "aggregate", "1", "no-entry", 1, DOCUMENT, None, None, {}, None, None)


def test_a_letter_about_a_document_that_no_topic_names_runs_it_again(broker: Broker) -> None:
    sweep = swept(broker)
    messages = {
        number: DocumentIngested(
            DOCUMENT, 2, number, DOCUMENT, None, 0, "o", 1, "f" * 64, "text/plain", None, None, Allowance(1, 1), ()
        )
        for number in (1, 2)
    }
    sweep.store.put_artifact(layout.ingested(DOCUMENT, 2), messages[1])
    sweep.store.put_artifact(layout.run(DOCUMENT, 2, 2), messages[2])
    sweep.letters.append((0, 3, letter()))
    sweep.act()
    assert broker.sent == [(topics.DOCUMENTS_INGESTED, messages[2])]
    assert (LETTERS, {0: 4}) in broker.committed


def test_a_letter_about_nothing_is_passed_over(broker: Broker) -> None:
    sweep = swept(broker)
    sweep.letters.append((0, 3, letter()))
    sweep.act()
    assert broker.sent == []
    assert (LETTERS, {0: 4}) in broker.committed


def test_a_letter_about_an_erased_document_is_passed_over(broker: Broker) -> None:
    sweep = swept(broker)
    message = DocumentIngested(
        DOCUMENT, 1, 1, DOCUMENT, None, 0, "o", 1, "f" * 64, "text/plain", None, None, Allowance(1, 1), ()
    )
    sweep.store.put_artifact(layout.ingested(DOCUMENT, 1), message)
    sweep.store.put(layout.erased(DOCUMENT), b"{}")
    sweep.letters.append((0, 3, letter()))
    sweep.act()
    assert broker.sent == []
