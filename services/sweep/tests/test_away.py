# SPDX-License-Identifier: Apache-2.0
"""The store, the broker or a stage is away: nothing is lost, skipped or said to have expired, or waited for in vain."""

from typing import Any, cast

import pytest

from ream_contracts import layout, topics
from ream_contracts.messages import (
    Allowance,
    DeadLetter,
    DocumentCompleted,
    DocumentIngested,
    PartExpired,
    PartForget,
)
from ream_kit import Retry, Store
from ream_kit.observe import Announcer, Observer, Tail
from ream_kit.testing import FakeClock, memory_store
from ream_sweep import service
from ream_sweep.service import LETTERS, Sweep, ToldToEnd
from ream_sweep.settings import SweepSettings

NAMES = [letter * 32 for letter in "abc"]
LETTERS_OF_DIGITS = str.maketrans("0123456789", "abcdefghij")
COMPLETED = topics.DOCUMENTS_COMPLETED.name


class Broker:
    """A broker on which every group has passed everything; it can be away for what is sent, and for what is noted."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.begin = 0
        self.stands: dict[str, dict[str, dict[int, int]]] = {}
        self.on_the_way: list[Any] = []
        self.arrived: list[Any] = []
        self.committed: dict[str, dict[int, int]] = {}

    def ends(self, names: Any) -> dict[str, dict[int, int]]:
        return {name: {0: 0 if name in (LETTERS, COMPLETED) else 100} for name in names}

    def begins(self, names: Any) -> dict[str, dict[int, int]]:
        return {name: {0: self.begin} for name in names}

    def passed(self, group: str, names: Any) -> dict[str, dict[int, int]]:
        elsewhere = {name: {} for name in names} if group == "sweep" else self.ends(names)
        return self.stands.get(group, elsewhere)

    def positions(self) -> dict[str, dict[int, int]]:
        return self.ends([topics.DOCUMENTS_INDEXED.name])

    def send(self, topic: Any, message: Any) -> None:
        self.on_the_way.append(message)

    def flush(self, seconds: float) -> None:
        sent, self.on_the_way = self.on_the_way, []
        if "flush" in self.away:
            raise Retry("kafka", f"{len(sent)} messages did not reach the broker")
        self.arrived += sent

    def commit(self, group: str, name: str, offsets: dict[int, int]) -> None:
        if "commit" in self.away:
            raise Retry("kafka", "the broker did not answer")
        self.committed.setdefault(name, {}).update(offsets)

    def delete_before(self, name: str, offsets: Any) -> None:
        """Nothing to delete."""

    def said(self) -> list[Any]:
        said, self.arrived = self.arrived, []
        return said


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Documents that the store does not give at present."""
    missing: set[str] = set()

    def asked(store: Store, document_id: str, generation: int, run: int) -> DocumentIngested:
        if document_id in missing:
            raise Retry("store", "it does not answer")
        return ingested(document_id)

    monkeypatch.setattr(service, "run_message", asked)
    return missing


def sweeping(broker: Broker) -> Sweep:
    clients = cast(Tail, broker), cast(Observer, broker), cast(Announcer, broker)
    return Sweep(SweepSettings(forget_days=0), memory_store(), *clients, FakeClock())


def ingested(document_id: str) -> DocumentIngested:
    return DocumentIngested(
        document_id, 1, 1, document_id, None, 0, "o", 1, "f" * 64, "text/plain", None, None, Allowance(1, 1), ()
    )


def owing(broker: Broker, names: list[str]) -> Sweep:
    sweep = sweeping(broker)
    for offset, name in enumerate(names):
        sweep.ledger.ingested(ingested(name), 0, offset)
    return sweep


def letter(document_id: str) -> DeadLetter:
    return DeadLetter("documents.parts", 0, 7, "aggregate", "1", "no-entry", 1, document_id, None, None, {}, None, None)


def not_now(sweep: Sweep, who: str) -> None:
    with pytest.raises(Retry) as raised:
        sweep.act()
    assert raised.value.waiting_for == who


def test_what_the_store_did_not_give_is_sent_again_later_and_not_expired(broker: Broker, away: set[str]) -> None:
    sweep = owing(broker, NAMES)
    away.add(NAMES[0])
    not_now(sweep, "store")
    assert broker.said() == [ingested(name) for name in NAMES[1:]], "one document holds up none of the others"
    away.clear()
    sweep.act()
    assert broker.said() == [ingested(NAMES[0]), *(PartExpired(name, 1, 1, ()) for name in NAMES[1:])]
    assert (sweep.resent, sweep.expired) == (3, 2)


@pytest.mark.parametrize("damaged", [b"{}", b'{"document_id": "' + b"a" * 9, b"\xff", b""])
def test_a_document_whose_message_is_damaged_holds_up_no_other_and_expires(broker: Broker, damaged: bytes) -> None:
    sweep = owing(broker, NAMES[:2])
    sweep.store.put(layout.ingested(NAMES[0], 1), damaged)
    sweep.store.put_artifact(layout.ingested(NAMES[1], 1), ingested(NAMES[1]))
    sweep.act()
    assert broker.said() == [ingested(NAMES[1])]
    sweep.act()
    assert broker.said() == [PartExpired(name, 1, 1, ()) for name in NAMES[:2]]


def test_what_did_not_reach_the_broker_is_said_again_and_not_expired(broker: Broker, away: set[str]) -> None:
    sweep = owing(broker, NAMES)
    broker.away = {"flush"}
    not_now(sweep, "kafka")
    assert broker.said() == []
    broker.away = set()
    sweep.act()
    assert broker.said() == [ingested(name) for name in NAMES]
    assert (sweep.resent, sweep.expired) == (3, 0)


def test_a_letter_waits_for_the_store_and_is_not_passed_by_the_next(broker: Broker, away: set[str]) -> None:
    sweep = owing(broker, [])
    sweep.store.put("documents/" + NAMES[0] + "/1/ingested.json", b"{}")
    sweep.store.put("documents/" + NAMES[1] + "/1/ingested.json", b"{}")
    away.add(NAMES[0])
    sweep.letters.append((0, 3, letter(NAMES[0])))
    not_now(sweep, "store")
    sweep.letters.append((0, 4, letter(NAMES[1])))
    not_now(sweep, "store")
    not_now(sweep, "store")
    assert broker.said() == [ingested(NAMES[1])], "once, however often the other is tried"
    assert LETTERS not in broker.committed
    away.clear()
    sweep.act()
    sweep.act()
    assert broker.said() == [ingested(NAMES[0])]
    assert broker.committed[LETTERS] == {0: 5}


@pytest.mark.parametrize("what", ["flush", "commit"])
def test_letters_and_forgets_are_kept_until_the_broker_has_them(broker: Broker, away: set[str], what: str) -> None:
    sweep = owing(broker, [])
    sweep.store.put("documents/" + NAMES[0] + "/1/ingested.json", b"{}")
    sweep.letters.append((0, 3, letter(NAMES[0])))
    sweep.forgetting.completed(completed(NAMES[1]), 0, 7, 0)
    broker.away = {what}
    not_now(sweep, "kafka")
    assert not broker.committed.keys() & {LETTERS, COMPLETED}
    broker.away = set()
    sweep.act()
    assert set(map(type, broker.said())) == {DocumentIngested, PartForget}
    assert (broker.committed[LETTERS], broker.committed[COMPLETED]) == ({0: 4}, {0: 8})
    sweep.act()
    assert broker.said() == []


def test_a_store_that_is_away_does_not_hold_up_what_does_not_need_it(broker: Broker, away: set[str]) -> None:
    sweep = owing(broker, NAMES[:1])
    away.add(NAMES[0])
    sweep.forgetting.completed(completed(NAMES[1]), 0, 7, 0)
    not_now(sweep, "store")
    assert broker.said() == [PartForget(NAMES[1], 1, 1)]
    assert broker.committed[COMPLETED] == {0: 8}


def test_who_is_told_to_end_leaves_a_wave_of_thousands_and_the_letters_to_the_next(
    broker: Broker, away: set[str]
) -> None:
    sweep = owing(broker, [f"{number:032d}".translate(LETTERS_OF_DIGITS) for number in range(3000)])
    sweep.letters.append((0, 3, letter(NAMES[0])))
    sweep.told_to_end = lambda: len(broker.arrived) >= 3
    with pytest.raises(ToldToEnd):
        sweep.act()
    assert (len(broker.said()), sweep.resent) == (3, 3)
    assert (broker.committed, len(sweep.letters)) == ({}, 1)


def test_who_is_told_to_end_among_letters_has_answered_none_for_good(broker: Broker, away: set[str]) -> None:
    sweep = owing(broker, [])
    for offset, name in enumerate(NAMES):
        sweep.store.put(f"documents/{name}/1/ingested.json", b"{}")
        sweep.letters.append((0, offset, letter(name)))
    sweep.told_to_end = lambda: len(broker.arrived) >= 1
    with pytest.raises(ToldToEnd):
        sweep.act()
    assert broker.said() == [ingested(NAMES[0])]
    assert LETTERS not in broker.committed, "the next process meets all of them again"


def test_who_is_told_to_end_looks_at_no_other_brought_file(broker: Broker) -> None:
    sweep, looked = owing(broker, []), []
    names = sweep.store.names
    sweep.store.put("incoming/20000101T000000-a/f", b"x")
    sweep.store.put("incoming/20000101T000000-b/f", b"x")
    sweep.store.names = lambda prefix: (looked.append(name) or name for name in names(prefix))  # type: ignore[method-assign, func-returns-value]
    sweep.told_to_end = lambda: bool(looked)
    with pytest.raises(ToldToEnd):
        sweep.act()
    assert len(looked) == 1


@pytest.mark.parametrize("stand", [{}, {0: 5}])
def test_a_wave_does_not_wait_for_records_that_their_topic_has_deleted(
    broker: Broker, away: set[str], stand: dict[int, int]
) -> None:
    """A stage was away beyond the retention of its topic: what it never read is sent again."""
    sweep = owing(broker, NAMES[:1])
    broker.stands["ocr"] = dict.fromkeys(["segments.scanned", "segments.scanned.bulk"], stand)
    broker.begin = 99
    sweep.act()
    assert broker.said() == [], "the last record is there and not read"
    assert "ocr" in sweep.status()["wave"]["waits_for"]
    broker.begin = 100
    sweep.act()
    assert broker.said() == [ingested(NAMES[0])]


def completed(document_id: str) -> DocumentCompleted:
    return DocumentCompleted(
        document_id, 1, 1, 1, 5, document_id, None, "complete", None, "text/plain", 1, None, "body", 1, 1, 0, 0, 0,
        (), 1, 0, "unknown", 0, (), "internal", {}, {},
    )  # fmt: skip
