# SPDX-License-Identifier: Apache-2.0
"""A dead letter is sent again in the one way that helps, or not at all, and then shows no more."""

from __future__ import annotations

import base64
import json
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ream_cli import following, letters
from ream_cli.accounting import Account
from ream_cli.letters import Found, NotRedrivable
from ream_cli.redriving import Redriving, Which, dismiss, look
from ream_contracts import codec, identity, layout, topics
from ream_contracts.messages import (
    Allowance,
    DeadLetter,
    DocumentIngested,
    DocumentSubmitted,
    Parent,
    SegmentScanned,
)
from ream_contracts.topic import AnyTopic
from ream_kit import Retry, Store
from ream_kit.kafka import KafkaSettings
from ream_kit.observe import Seen
from ream_kit.testing import memory_store

ID = "a" * 32
DEAD = topics.DOCUMENTS_SUBMITTED.dead_letters
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SUBMITTED = DocumentSubmitted(source="store:incoming/x", key="k", name="x")


class FakeTail:
    """Gives one record at each poll until it has given so many, whatever is there."""

    gives = 3

    def __init__(self, *_: object, since: str) -> None:
        self.at = 0

    def __enter__(self) -> FakeTail:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def poll(self, seconds: float) -> list[Seen]:
        if self.at >= self.gives:
            return []
        self.at += 1
        return [Seen(DEAD, letter(topics.DOCUMENTS_SUBMITTED, b""), 0, self.at - 1, 1000)]

    def positions(self) -> dict[str, dict[int, int]]:
        return {DEAD: {0: self.at}}


@pytest.mark.parametrize("gives", [3, 2, 0])
def test_dead_letters_that_cannot_be_read_to_the_end_are_not_all_there_is(
    gives: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FakeObserver:
        def __init__(self, _: object) -> None:
            """Connects to nobody."""

        def ends(self, _: object) -> dict[str, dict[int, int]]:
            return {DEAD: {0: 3}}

    monkeypatch.setattr(letters, "Observer", FakeObserver)
    monkeypatch.setattr(letters, "Tail", FakeTail)
    monkeypatch.setattr(FakeTail, "gives", gives)
    read: list[int] = []
    with nullcontext() if gives == 3 else pytest.raises(Retry, match="before all dead letters were read"):
        read.extend(each.offset for each in letters.every(KafkaSettings("nowhere")))
    assert len(read) <= gives
    if gives == 3:
        assert read == [0, 1, 2]


def letter(topic: AnyTopic, value: bytes, document_id: str | None = None, key: bytes | None = None) -> DeadLetter:
    return DeadLetter(
        topic.name, 3, 4, "stage", "1", "damaged", 3, document_id,
        base64.b64encode(key).decode() if key is not None else None,
        base64.b64encode(value).decode(), {}, None, None,
    )  # fmt: skip


def found(one: DeadLetter, offset: int = 7, time: int = 1000) -> Found:
    return Found(f"{one.topic}.dlq", 5, offset, time, one)


def ingested(run: int = 1) -> DocumentIngested:
    return DocumentIngested(ID, 2, run, ID, None, 0, "o", 1, "0" * 64, "a/b", None, None, Allowance(1, 1), ())


def scanned(run: int = 1) -> bytes:
    return codec.encode(SegmentScanned(ID, 2, run, 1, ((1, 1),), "o", "a/b", "0" * 64, "no-text", None, ()))


class FakeAnnouncer:
    def __init__(self, away: bool = False) -> None:
        self.away = away
        self.sent: list[tuple[str, Any, str | None]] = []

    def send(self, topic: AnyTopic, message: Any, key: str | None = None) -> None:
        self.sent.append((topic.name, message, key))

    def flush(self, seconds: float = 60.0) -> None:
        if self.away:
            raise Retry("kafka", "no broker answers")


def test_a_submission_goes_back_as_it_came() -> None:
    one = found(letter(topics.DOCUMENTS_SUBMITTED, codec.encode(SUBMITTED), key=b"mine"))
    assert letters.again(one, memory_store()) == (topics.DOCUMENTS_SUBMITTED, SUBMITTED, "mine")
    odd = found(letter(topics.DOCUMENTS_SUBMITTED, codec.encode(SUBMITTED), key=b"\xff"))
    assert letters.again(odd, memory_store())[2] is None


def test_a_long_submission_is_taken_from_the_store() -> None:
    store = memory_store()
    value = base64.b64encode(codec.encode(SUBMITTED)).decode()
    store.put("errors/ingest/1.txt", json.dumps({"key": None, "value": value}).encode())
    one = letter(topics.DOCUMENTS_SUBMITTED, b"")
    kept = DeadLetter(one.topic, 3, 4, "ingest", "1", "damaged", 3, None, None, None, {}, "errors/ingest/1.txt", None)
    assert letters.again(found(kept), store) == (topics.DOCUMENTS_SUBMITTED, SUBMITTED, None)


@pytest.mark.parametrize("value", [b"not json", b"{}", b"\xff"])
def test_what_was_never_a_message_is_not_sent_again(value: bytes) -> None:
    with pytest.raises(NotRedrivable, match="correct one"):
        letters.again(found(letter(topics.DOCUMENTS_SUBMITTED, value)), memory_store())


def test_everything_else_runs_its_document_again_in_the_same_run() -> None:
    store = memory_store()
    store.put_artifact(layout.ingested(ID, 2), ingested())
    store.put_artifact(layout.run(ID, 2, 3), ingested(3))
    for run in (1, 3):
        one = found(letter(topics.SEGMENTS_SCANNED, scanned(run), ID))
        assert letters.again(one, store) == (topics.DOCUMENTS_INGESTED, ingested(run), None)


def test_what_names_no_document_or_one_that_is_gone_is_not_sent() -> None:
    store = memory_store()
    with pytest.raises(NotRedrivable, match="no document"):
        letters.again(found(letter(topics.SEGMENTS_SCANNED, b"junk")), store)
    with pytest.raises(NotRedrivable, match="submit it anew"):
        letters.again(found(letter(topics.SEGMENTS_SCANNED, scanned(), ID)), store)
    store.put(layout.erased(ID), b"")
    with pytest.raises(NotRedrivable, match="erased"):
        letters.again(found(letter(topics.SEGMENTS_SCANNED, scanned(), ID)), store)


def drive(store: Store, *there: Found, away: bool = False, again: bool = False, which: Which | None = None) -> Any:
    announcer = FakeAnnouncer(away)
    driving = Redriving(store, announcer, lambda: NOW)  # type: ignore[arg-type]
    return announcer.sent, list(driving.send(there, which or Which(), again=again))


def test_what_was_sent_again_shows_no_more_and_is_not_sent_twice() -> None:
    store = memory_store()
    one, other = (found(letter(topics.DOCUMENTS_SUBMITTED, codec.encode(SUBMITTED)), offset) for offset in (1, 2))
    assert [each.id for each in letters.waiting([other, one], store)] == [other.id, one.id]
    sent, fates = drive(store, one, other, which=Which(ids=frozenset([one.id])))
    assert sent == [("documents.submitted", SUBMITTED, None)]
    assert [(fate.id, fate.sent) for fate in fates] == [(one.id, True)]
    assert [each.id for each in letters.waiting([one, other], store)] == [other.id]
    assert list(letters.redriven_topics(store)) == ["documents.submitted.dlq"]
    assert letters.mark_of(one, store) == letters.Mark("sent", "2026-11-30T12:00:00+00:00")
    sent, (fate,) = drive(store, one, other, which=Which(ids=frozenset([one.id])))
    assert (sent, fate.sent) == ([], False)
    assert fate.what == "it was sent again at 2026-11-30T12:00:00+00:00: --again sends it once more"
    sent, fates = drive(store, one, other)
    assert [fate.id for fate in fates] == [other.id]
    sent, fates = drive(store, one, other, again=True)
    assert (len(sent), [fate.sent for fate in fates]) == (2, [True, True])


def test_many_letters_of_one_document_run_it_once() -> None:
    store = memory_store()
    store.put_artifact(layout.ingested(ID, 2), ingested())
    there = [found(letter(topics.SEGMENTS_SCANNED, scanned(), ID), offset) for offset in range(250)]
    sent, fates = drive(store, *there)
    assert sent == [("documents.ingested", ingested(), None)]
    assert len([fate for fate in fates if fate.sent]) == 250
    assert fates[0].what == f"document {ID} goes on with run 1"
    assert letters.waiting(there, store) == []


def test_those_that_are_meant_are_counted_by_cause_before_anything_is_sent() -> None:
    store = memory_store()
    store.put_artifact(layout.ingested(ID, 2), ingested())
    pages = [found(letter(topics.SEGMENTS_SCANNED, scanned(), ID), offset) for offset in range(3)]
    others = [found(replace(pages[0].letter, cause="out-of-memory", stage="ocr"), offset) for offset in (7, 8)]
    drive(store, pages[0])
    counted = look([*pages, *others], Which(), store).to_json()
    assert counted == {
        "would_send": 4,
        "documents": 1,
        "sent_before": 1,
        "by_cause": {"damaged": 2, "out-of-memory": 2},
        "by_stage": {"stage": 2, "ocr": 2},
        "by_topic": {"segments.scanned": 4},
    }
    asked = (Which(cause="damaged"), Which(stage="ocr"), Which(topic="segments.scanned"), Which(topic="x"))
    assert [look([*pages, *others], which, store).letters for which in asked] == [2, 2, 4, 0]
    assert look([*pages, *others], Which(), store, again=True).letters == 5


def test_what_cannot_be_sent_again_can_be_dismissed() -> None:
    store = memory_store()
    junk = found(letter(topics.SEGMENTS_SCANNED, b"junk"))
    good = found(letter(topics.DOCUMENTS_SUBMITTED, codec.encode(SUBMITTED)))
    sent, (fate,) = drive(store, junk)
    assert (sent, fate.sent) == ([], False)
    assert "names no document" in fate.what
    assert letters.waiting([junk], store) != []
    assert dismiss(junk, store, NOW) is None
    assert "can be sent again" in str(dismiss(good, store, NOW))
    assert letters.mark_of(good, store) is None
    assert letters.waiting([junk], store) == []
    assert letters.mark_of(junk, store) == letters.Mark("dismissed", "2026-11-30T12:00:00+00:00")
    assert dismiss(good, store, NOW, anyway=True) is None
    assert drive(store, junk, good) == ([], [])


def test_a_mark_of_earlier_versions_says_that_it_was_sent() -> None:
    store = memory_store()
    one = found(letter(topics.DOCUMENTS_SUBMITTED, codec.encode(SUBMITTED)))
    store.put(one.marker, b"")
    assert letters.mark_of(one, store) == letters.Mark("sent", None)


def test_a_topic_made_anew_starts_with_a_clean_slate() -> None:
    store = memory_store()
    one = found(letter(topics.DOCUMENTS_SUBMITTED, codec.encode(SUBMITTED)))
    drive(store, one)
    later = found(one.letter, one.offset, one.timestamp_ms + 1)
    assert letters.waiting([later], store) == [later.slim]


def test_what_did_not_arrive_still_shows() -> None:
    store = memory_store()
    one = found(letter(topics.DOCUMENTS_SUBMITTED, codec.encode(SUBMITTED)))
    with pytest.raises(Retry):
        drive(store, one, away=True)
    assert letters.waiting([one], store) == [one.slim]


def test_neither_key_nor_value_is_shown() -> None:
    shown = letters.to_json(found(letter(topics.DOCUMENTS_SUBMITTED, b"secret", key=b"secret")))
    assert "secret" not in str(shown)
    assert base64.b64encode(b"secret").decode() not in str(shown)
    assert (shown["id"], shown["cause"]) == ("documents.submitted/5/7", "damaged")


def test_the_reason_is_read_from_the_store() -> None:
    store = memory_store()
    one = letter(topics.DOCUMENTS_SUBMITTED, b"")
    assert letters.detail(found(one), store) is None
    told = DeadLetter(one.topic, 3, 4, "ingest", "1", "damaged", 3, None, None, None, {}, None, "errors/ingest/2.txt")
    assert letters.detail(found(told), store) is None
    store.put("errors/ingest/2.txt", b"It broke.")
    assert letters.detail(found(told), store) == "It broke."


def test_a_refused_submission_ends_the_waiting_for_its_document() -> None:
    root = identity.document_id("default", "k")
    parent = Parent(root, 1, root, "in.txt", 1, 1, Allowance(1, 1))
    child = DocumentSubmitted(source="store:documents/x", parent=parent)
    account, store = Account(), memory_store()
    account.submitted(root)
    for submitted in (SUBMITTED, child):
        one = letter(topics.DOCUMENTS_SUBMITTED, codec.encode(submitted))
        following.note(account, Seen(following.REFUSED, one, 0, 0, 0), store)
    assert account.refusals == {root: "damaged", identity.child_id(root, "in.txt", 1): "damaged"}
    assert account.totals().outstanding == 0


def test_strangers_dead_letters_are_passed_over() -> None:
    account, store = Account(), memory_store()
    half = rb'{"source": "store:a", "key": "\ud800"}'
    for value in (b"junk", half, codec.encode(SUBMITTED), codec.encode(DocumentSubmitted(body="QQ=="))):
        one = letter(topics.DOCUMENTS_SUBMITTED, value)
        following.note(account, Seen(following.REFUSED, one, 0, 0, 0), store)
    assert account.totals().refused == 0


def test_a_name_that_is_no_text_ends_nobody_who_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "decode", lambda *_: DocumentSubmitted(source="store:a", key="\ud800"))
    assert following.kin_of_letter(letter(topics.DOCUMENTS_SUBMITTED, b"{}"), memory_store()) is None


def test_a_document_is_named_as_ingest_names_it() -> None:
    assert following.kin_of(SUBMITTED).document_id == identity.document_id("default", "k")
    by_address = DocumentSubmitted(source="s3://b/k", namespace="n")
    assert following.kin_of(by_address).document_id == identity.document_id("n", "s3://b/k")
    by_hash = "559aead08264d5795d3909718cdd05abd49572e84fe55590eef31a88a08fdffd"
    assert following.kin_of(DocumentSubmitted(body="QQ==")).document_id == identity.document_id("default", by_hash)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b'{"name": "x.pdf"}', '{"name": "x.pdf"}'),
        (b"\xff{", "\\xff{"),
        (b"", "none"),
        (b"a" * 900, "a" * 300 + " … (900 bytes)"),
    ],
)
def test_what_a_record_says_is_shown_as_far_as_it_tells_whose_it_is(value: bytes, shown: str) -> None:
    assert letters.beginning(found(letter(topics.DOCUMENTS_SUBMITTED, value)), memory_store()) == shown


@pytest.mark.parametrize(
    ("topic", "value", "name"),
    [
        (topics.DOCUMENTS_SUBMITTED, codec.encode(SUBMITTED), "x"),
        (topics.DOCUMENTS_SUBMITTED, codec.encode(replace(SUBMITTED, name=None)), "store:incoming/x"),
        (topics.DOCUMENTS_SUBMITTED, b"no JSON", None),
        (topics.DOCUMENTS_SUBMITTED, b"", None),
        (topics.SEGMENTS_SCANNED, codec.encode(SUBMITTED), None),
    ],
)
def test_a_person_is_told_what_was_submitted_where_it_became_no_document(
    topic: AnyTopic, value: bytes, name: str | None
) -> None:
    found = letters._found(Seen(DEAD, replace(letter(topic, value), document_id=None), 0, 3, 1000))
    assert found.name == name
    assert letters.to_json(found.slim)["name"] == name
