# SPDX-License-Identifier: Apache-2.0
"""Decides which dead letters there are still, and what is sent when one is to be tried again."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from ream_cli import following
from ream_contracts import codec, topics
from ream_contracts.messages import DeadLetter, DocumentIngested, DocumentSubmitted
from ream_contracts.topic import AnyTopic
from ream_kit import Erased, Retry, Store
from ream_kit.dead_letters import restore
from ream_kit.kafka import KafkaSettings
from ream_kit.observe import Observer, Seen, Tail
from ream_kit.rerun import run_message
from ream_kit.store import NotFound

_REDRIVEN = "redriven/"
_POLL_SECONDS = 1.0
_QUIET_POLLS = 10
_SHOWN = 300
"""Characters of a record that are shown."""


@dataclass(frozen=True, slots=True)
class Found:
    """A dead letter and its place.

    Attributes:
        topic: of dead letters.
        timestamp_ms: when it was given up, in milliseconds since 1970.
        name: of a submission that became no document: its name, else its source; None where the record does not say.
    """

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    letter: DeadLetter
    name: str | None = None

    @property
    def id(self) -> str:
        """How a person names it."""
        return f"{self.letter.topic}/{self.partition}/{self.offset}"

    @property
    def when(self) -> str:
        """When it was given up, ISO 8601."""
        return datetime.fromtimestamp(self.timestamp_ms / 1000, UTC).isoformat(timespec="seconds")

    @property
    def marker(self) -> str:
        """What lies in the store once it was sent again. The time keeps it apart from one in a topic made anew."""
        return f"{_REDRIVEN}{self.topic}/{self.partition}-{self.offset}-{self.timestamp_ms}"

    @property
    def slim(self) -> Found:
        """The same without the record that it stands for, which may have half a megabyte."""
        return replace(self, letter=replace(self.letter, key=None, value=None))


@dataclass(frozen=True, slots=True)
class Mark:
    """What was done with a dead letter.

    Attributes:
        how: sent again, or dismissed: looked at, and left.
        at: when, ISO 8601; None where it was not noted.
    """

    how: Literal["sent", "dismissed"]
    at: str | None


class NotRedrivable(Exception):
    """Sending it again cannot help; the text says why and what would."""


def every(kafka: KafkaSettings) -> Iterator[Found]:
    """Reads all dead letters there are at this moment, topic by topic.

    Raises:
        Retry: the broker is away, or stops answering before all are read.
    """
    names = [topic.dead_letters for topic in topics.ALL]
    ends = Observer(kafka).ends(names)
    with Tail(kafka, ends, since="beginning") as tail:
        quiet = 0
        while quiet < _QUIET_POLLS and _left(tail, ends):
            seen = tail.poll(_POLL_SECONDS)
            quiet = 0 if seen else quiet + 1
            yield from (_found(each) for each in seen if each.offset < ends[each.topic].get(each.partition, 0))
        if _left(tail, ends):
            raise Retry("kafka", "it stopped answering before all dead letters were read")


def _left(tail: Tail, ends: dict[str, dict[int, int]]) -> bool:
    stands = tail.positions()
    return any(stands[name].get(at, 0) < end for name, places in ends.items() for at, end in places.items())


def _found(seen: Seen) -> Found:
    return Found(seen.topic, seen.partition, seen.offset, seen.timestamp_ms, seen.message, _name(seen.message))


def _name(letter: DeadLetter) -> str | None:
    """What its sender calls what became no document, as far as it can be read."""
    if letter.document_id is not None or letter.topic != topics.DOCUMENTS_SUBMITTED.name or letter.value is None:
        return None
    try:
        submitted = codec.decode(topics.DOCUMENTS_SUBMITTED, base64.b64decode(letter.value))
    except ValueError:
        return None
    return submitted.name or submitted.source


def markers(store: Store) -> set[str]:
    """Names of the marks of all dead letters with which something was done."""
    return set(store.names(_REDRIVEN))


def waiting(found: Iterable[Found], store: Store) -> list[Found]:
    """Those with which nothing was done, oldest first, without their records."""
    done = markers(store)
    return sorted((each.slim for each in found if each.marker not in done), key=lambda each: each.timestamp_ms)


def mark_of(found: Found, store: Store) -> Mark | None:
    """Says what was done with a dead letter; None when nothing was."""
    try:
        text = store.get(found.marker)
    except NotFound:
        return None
    kept = json.loads(text) if text else {}
    return Mark("dismissed" if kept.get("how") == "dismissed" else "sent", kept.get("at"))


def mark(found: Found, store: Store, how: Literal["sent", "dismissed"], at: datetime) -> None:
    """Remembers what was done: it is not shown again, and not sent again with others."""
    store.put(found.marker, json.dumps({"how": how, "at": at.isoformat(timespec="seconds")}).encode())


def redriven_topics(store: Store) -> Iterator[str]:
    """The dead-letter topic of each letter that was sent again or dismissed."""
    return (name.split("/")[1] for name in store.names(_REDRIVEN))


def detail(found: Found, store: Store) -> str | None:
    """Text of the error for people, from the store; None when there is none, or no more."""
    if found.letter.detail is None:
        return None
    try:
        return store.get(found.letter.detail).decode("utf-8", "replace")
    except NotFound:
        return None


def beginning(found: Found, store: Store) -> str:
    """The first of what the record says, for people who must tell whose it is."""
    try:
        _, value = restore(found.letter, store)
    except NotFound:
        return "gone from the store"
    text = (value or b"")[: 4 * _SHOWN].decode("utf-8", "backslashreplace")
    return f"{text[:_SHOWN]} … ({len(value or b'')} bytes)" if len(text) > _SHOWN else text or "none"


def to_json(found: Found) -> dict[str, Any]:
    """A dead letter for programs, without the record that it stands for."""
    letter = codec.to_json(found.letter)
    for name in ("key", "value"):
        letter.pop(name, None)
    return {"id": found.id, "time": found.when, "name": found.name, **letter}


def again(found: Found, store: Store) -> tuple[AnyTopic, DocumentSubmitted | DocumentIngested, str | None]:
    """What to send so that the work is tried again: topic, message and key.

    A submission goes back as it came. For everything else the document is run again: whatever is done finds its
    artifacts, and only what is missing is worked on.

    Raises:
        NotRedrivable: it names no document and is no submission, or its document is gone.
    """
    if found.letter.topic == topics.DOCUMENTS_SUBMITTED.name:
        submitted = following.submission(found.letter, store)
        if submitted is None:
            raise NotRedrivable("it is not a message that ingest can read: whoever sent it has to send a correct one")
        return topics.DOCUMENTS_SUBMITTED, submitted, _key(found.letter, store)
    ingested = _ingested(found.letter, store)
    return topics.DOCUMENTS_INGESTED, ingested, None


def _key(letter: DeadLetter, store: Store) -> str | None:
    key, _ = restore(letter, store)
    try:
        return key.decode("utf-8") if key is not None else None
    except UnicodeDecodeError:  # keys of submissions say nothing: any will do
        return None


def _ingested(letter: DeadLetter, store: Store) -> DocumentIngested:
    if letter.document_id is None:
        raise NotRedrivable("it names no document: its record was not written by Ream")
    generation, run = _age(letter, store)
    try:
        return run_message(store, letter.document_id, generation, run)
    except Erased:
        raise NotRedrivable("its document was erased") from None
    except NotFound:
        raise NotRedrivable("the store knows nothing of its document: submit it anew") from None


def _age(letter: DeadLetter, store: Store) -> tuple[int, int]:
    topic = next((one for one in topics.ALL if one.name == letter.topic), None)
    try:
        _, value = restore(letter, store)
        message = codec.decode(topic, value) if topic is not None else None
    except (NotFound, ValueError):
        message = None
    return getattr(message, "generation", 1), getattr(message, "run", 1)
