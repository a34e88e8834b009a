# SPDX-License-Identifier: Apache-2.0
"""Decides what a record is inside Ream: the bytes that came from a topic, and the bytes that go to one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from ream_contracts.topic import Topic

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Origin(NamedTuple):  # one is made for each record: a frozen dataclass takes five times as long
    """Where a message came from; a handler that has a parameter `origin` is given it.

    Attributes:
        topic: name of the topic without the prefix of the installation.
        key: key of the record as it came: bytes of a stranger.
        headers: headers of the record as text; what is not UTF-8 is replaced.
        timestamp_ms: when the record was written, in milliseconds since 1970; 0 when not known.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None = None
    headers: Mapping[str, str] = _NO_HEADERS
    timestamp_ms: int = 0


class Record(NamedTuple):
    """A record that was read.

    Attributes:
        topic: the topic's facts.
        origin: its place and key.
        value: its bytes, not decoded; None for a tombstone.
    """

    topic: Topic[Any]
    origin: Origin
    value: bytes | None

    @property
    def size(self) -> int:
        """Bytes it holds in memory, key included."""
        return len(self.value or b"") + len(self.origin.key or b"")


@dataclass(frozen=True, slots=True)
class Output:
    """A record that is to be written.

    Attributes:
        topic: name of the topic without the prefix of the installation.
        spread_over: number of partitions to choose from at random; 0 lets the key decide.
    """

    topic: str
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    spread_over: int = 0
