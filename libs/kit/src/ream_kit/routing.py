# SPDX-License-Identifier: Apache-2.0
"""Decides where a message of a stage goes: topic by its type, key by its document, metadata by what led to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ream_contracts import codec
from ream_contracts.messages import DeadLetter
from ream_contracts.topic import Topic
from ream_kit import dead_letters, envelope
from ream_kit.clock import Clock
from ream_kit.records import Output, Record
from ream_kit.stage import AnyStage, To


class Undeclared(TypeError):
    """A stage wrote what it did not declare: a defect of the stage."""


class Router:
    """Makes records of what a stage writes."""

    def __init__(self, stage: AnyStage, clock: Clock) -> None:
        self._stage = stage
        self._clock = clock
        self._by_type: dict[type[Any], list[Topic[Any]]] = {}
        for topic in stage.writes:
            for cls in topic.messages:
                self._by_type.setdefault(cls, []).append(topic)

    def message(self, cause: Record, item: Any, ordinal: str) -> Output:
        """Makes the record of one message (or `To`) that the stage wrote because of the record `cause`.

        `ordinal` tells apart what one record led to; the same again gives the same event id.

        Raises:
            Undeclared: no topic of `writes` takes it, or several do and it does not say which.
            Malformed: it breaks its schema.
        """
        topic, message = self._route(item)
        document_id = getattr(message, "document_id", None)
        key = document_id.encode() if isinstance(document_id, str) else cause.origin.key
        headers = self._headers(cause, topic.schema, ordinal)
        return Output(topic.name, key, codec.encode(message), headers, topic.partitions if topic.spread else 0)

    def dead_letter(self, cause: Record, letter: DeadLetter) -> Output:
        """Makes the record of a dead letter, for the topic beside the one its record came from."""
        return Output(
            topic=cause.topic.dead_letters,
            key=dead_letters.record_key(letter),
            value=dead_letters.encode(letter),
            headers=self._headers(cause, "dead-letter", "dead"),
        )

    def _headers(self, cause: Record, schema: str, ordinal: str) -> tuple[tuple[str, bytes], ...]:
        origin = cause.origin
        return envelope.headers(
            event_id=f"{self._stage.name}:{origin.topic}:{origin.partition}:{origin.offset}:{ordinal}",
            schema=schema,
            source=self._stage.name,
            moment=self._clock.now(),
            parent=origin.headers,
        )

    def _route(self, item: Any) -> tuple[Topic[Any], Any]:
        if isinstance(item, To):
            if item.topic not in self._stage.writes:
                raise Undeclared(f"stage {self._stage.name!r} does not declare that it writes {item.topic.name}")
            if not isinstance(item.message, item.topic.messages):
                raise Undeclared(f"{item.topic.name} does not take a {type(item.message).__name__}")
            return item.topic, item.message
        found = self._by_type.get(type(item), [])
        if len(found) != 1:
            why = "several topics take it: yield To(topic, message)" if found else "no topic of its writes takes it"
            raise Undeclared(f"stage {self._stage.name!r} wrote a {type(item).__name__}, and {why}")
        return found[0], item


def each(result: Any) -> Iterator[Any]:
    """Gives the messages in what a handler returned: nothing, one message, or several."""
    if result is None:
        return
    if isinstance(result, Iterable):
        yield from result
    else:
        yield result
