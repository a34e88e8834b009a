# SPDX-License-Identifier: Apache-2.0
"""Every hostile record in one place: bytes that are no message, and messages whose values are absurd."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ream_contracts.topic import AnyTopic

EXAMPLES = Path(__file__).resolve().parents[3] / "schemas" / "examples"
KEY_BYTES = 900_000
_STRANGER = b"\x00not a document\xff"
ABSURD: tuple[Any, ...] = (
    10**15, -1, 2**63 - 1, 2**63, 10**4300 - 1, 1e308, 0.5, "x" * 50_000, "\ud800", [], {}, None, True, [[1, 10**15]]
)  # fmt: skip
"""Values that JSON can say: the longest number that Python reads has 4,300 digits."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record to write; `what` says for people why it is hostile."""

    what: str
    key: bytes | None
    value: bytes | None


def malformed() -> Iterator[Record]:
    """Records that are no message of any topic."""
    for what, value in (
        ("not JSON", b"not json"),
        ("nothing", b""),
        ("no object", b"[]"),
        ("null", b"null"),
        ("no field", b"{}"),
        ("not UTF-8", b"\xff\xfe\x00{}"),
        ("no number of JSON", b'{"generation": NaN}'),
        ("nested too deep", b"[" * 100_000),
        ("an endless number", b'{"generation": ' + b"9" * 10_000 + b"}"),
        ("a long value", b'{"x": "' + b"x" * KEY_BYTES + b'"}'),
    ):
        yield Record(what, _STRANGER, value)
    yield Record("a tombstone", _STRANGER, None)
    yield Record("a tombstone without a key", None, None)
    yield Record("a key of 900 KB", b"k" * KEY_BYTES, b"{}")
    yield Record("a key of 900 KB with nothing", b"k" * KEY_BYTES, None)


def examples(topic: AnyTopic, kind: str) -> Iterator[Record]:
    """The examples of a topic's schema: `invalid` ones, or `valid` ones, which name documents that nobody has."""
    for path in sorted((EXAMPLES / topic.schema / "v1" / kind).glob("*.json")):
        yield Record(f"{kind} example {path.stem}", _key(path.read_bytes()), path.read_bytes())


def absurd(topic: AnyTopic) -> Iterator[Record]:
    """Valid examples with one field after another made absurd, each in another way than the one before."""
    values = itertools.cycle(ABSURD)
    for example in examples(topic, "valid"):
        fields = json.loads(example.value or b"{}")
        for name in sorted(fields):
            text = json.dumps({**fields, name: next(values)})
            yield Record(f"{example.what}, absurd {name}", example.key, text.encode())


def every(topic: AnyTopic) -> Iterator[Record]:
    """Everything hostile that can be written to a topic."""
    yield from malformed()
    yield from examples(topic, "invalid")
    yield from examples(topic, "valid")
    yield from absurd(topic)


def _key(value: bytes) -> bytes | None:
    try:
        named = json.loads(value)["document_id"]
    except (ValueError, KeyError, TypeError):
        return None
    return named.encode() if isinstance(named, str) else None
