# SPDX-License-Identifier: Apache-2.0
"""Decides what is kept of a record that is given up, so that it can be read, understood and sent again."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ream_contracts import codec, layout
from ream_contracts.messages import DeadLetter
from ream_contracts.topic import Topic
from ream_kit.records import Record
from ream_kit.store import Store

INLINE_BYTES = 512 * 1024
"""A longer key and value together lie in the store, so that the dead letter fits any broker's message size."""

_HEADER_CHARACTERS = 16 * 1024
_LONGEST_DETAIL = 64 * 1024
_DOCUMENT_ID = re.compile(rb"[a-z2-7]{32}")
_NOT_CODE = re.compile(r"[^a-z0-9]+")
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Why a record was given up.

    Attributes:
        cause: a code.
        detail: text for people; may quote the document, so it goes to the store only.
        attempts: tries made.
    """

    cause: str
    detail: str
    attempts: int


def build(record: Record, given_up: GivenUp, stage: str, version: str, store: Store, message: Any = None) -> DeadLetter:
    """Makes the dead letter of a record, after putting into the store what does not belong on a topic.

    Args:
        record: as it came.
        given_up: why.
        stage: who gives it up.
        version: of that stage.
        store: takes the text of the error, and key and value when they are long.
        message: the decoded message, where it could be decoded.

    Raises:
        Retry: the store is away.
    """
    origin = record.origin
    key, value = _base64(origin.key), _base64(record.value)
    inline = record.size <= INLINE_BYTES
    return DeadLetter(
        topic=origin.topic,
        partition=origin.partition,
        offset=origin.offset,
        stage=stage,
        stage_version=version,
        cause=code(given_up.cause),
        attempts=given_up.attempts,
        document_id=document_of(record, message),
        key=key if inline else None,
        value=value if inline else None,
        headers=_bounded(origin.headers),
        object=None if inline else _keep_record(key, value, stage, store),
        detail=_keep_detail(given_up.detail, stage, store) if given_up.detail else None,
    )


def topic_of(topic: Topic[Any]) -> Topic[DeadLetter]:
    """Returns the topic that takes the dead letters of another, for a stage that reads them.

    A dead letter that such a stage gives up in its turn stays where it is and is logged: it is kept already.
    """
    return Topic(
        name=topic.dead_letters,
        description=f"What consumers of {topic.name} gave up.",
        messages=(DeadLetter,),
        schema="dead-letter",
        key=topic.key,
        order="none",
        partitions=topic.partitions,
        retention_days=topic.dead_letter_retention_days,
        dead_letter_retention_days=topic.dead_letter_retention_days,
        cleanup="delete",
        spread=False,
        written_by=topic.read_by,
        read_by=(),
        closes_loop=(),
    )


def is_buried(topic: Topic[Any]) -> bool:
    """Whether a topic holds dead letters already."""
    return topic.schema == "dead-letter"


def restore(letter: DeadLetter, store: Store) -> tuple[bytes | None, bytes | None]:
    """Returns key and value of the record that a dead letter stands for, as they came.

    Raises:
        NotFound: they lay in the store and are gone.
    """
    if letter.object is None:
        return _bytes(letter.key), _bytes(letter.value)
    kept = json.loads(store.get(letter.object))
    return _bytes(kept["key"]), _bytes(kept["value"])


def record_key(letter: DeadLetter) -> bytes | None:
    """The key of the dead letter itself: the document where it names one; never a stranger's."""
    return letter.document_id.encode() if letter.document_id else None


def document_of(record: Record, message: Any = None) -> str | None:
    """Names the document of a record: as the message says, else as its key does where keys are document ids."""
    named = getattr(message, "document_id", None)
    if isinstance(named, str):
        return named
    key = record.origin.key
    if record.topic.key == "document" and key is not None and _DOCUMENT_ID.fullmatch(key):
        return key.decode()
    return None


def code(cause: str) -> str:
    """Turns any text into a code of lower-case words joined by dashes, at most 60 characters."""
    return _NOT_CODE.sub("-", cause.lower()).strip("-")[:60].strip("-") or "unknown"


def cause_of(error: BaseException) -> str:
    """Names an error as a code: the cause it carries itself, else its type (`KeyError` is `key-error`)."""
    carried = getattr(error, "cause", None)
    return code(carried if isinstance(carried, str) else _WORD_STARTS.sub("-", type(error).__name__))


def _keep_record(key: str | None, value: str | None, stage: str, store: Store) -> str:
    data = json.dumps({"key": key, "value": value}, separators=(",", ":")).encode()
    return _keep(data, stage, store)


def _keep_detail(detail: str, stage: str, store: Store) -> str:
    if len(detail) > _LONGEST_DETAIL:  # the end of a traceback says most
        detail = "[shortened]\n" + detail[-_LONGEST_DETAIL:]
    return _keep(detail.encode("utf-8", "replace"), stage, store)


def _keep(data: bytes, stage: str, store: Store) -> str:
    name = layout.error(stage, hashlib.sha256(data).hexdigest())
    store.put(name, data)
    return name


def _bounded(headers: Mapping[str, str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    left = _HEADER_CHARACTERS
    for name, value in headers.items():
        if len(name) + len(value) <= left:
            kept[name] = value
            left -= len(name) + len(value)
    dropped = len(headers) - len(kept)
    return {**kept, "ream_headers_dropped": str(dropped)} if dropped else kept


def _base64(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


def encode(letter: DeadLetter) -> bytes:
    """Encodes a dead letter for its topic."""
    return codec.encode(letter)
