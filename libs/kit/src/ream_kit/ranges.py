# SPDX-License-Identifier: Apache-2.0
"""Decides how a stretch of partitions is read quickly, many records at a time, outside of any group."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from ream_kit import log

_BATCH = 10_000
_LOOK_SECONDS = 0.5
_LOG = log.logger("kit.ranges")

Place = tuple[str, int]
"""A topic, as the broker calls it, and a partition."""


class Taken(NamedTuple):
    """A record."""

    offset: int
    key: bytes | None
    value: bytes | None


Take = Callable[[Place, list[Taken]], None]


def client(bootstrap: str, group: str) -> Consumer:
    """Opens a client for `read`; it never joins the group, it only names it."""
    return Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
        }
    )


def read(
    consumer: Any, wanted: Mapping[Place, tuple[int, int]], take: Take, stop: threading.Event, seconds: float
) -> int:
    """Reads stretches of partitions, and returns how many records were taken; less than all where somebody is away.

    Args:
        consumer: a client of its own; it is closed in the end.
        wanted: for each partition the first and the last offset.
        take: gets the records of one partition after another, in order.
        stop: read no further; what is being taken is taken to the end.
        seconds: how long to read at most.
    """
    taken, until = 0, time.monotonic() + seconds
    left = {place: last for place, (_, last) in wanted.items()}
    try:
        consumer.assign([TopicPartition(*place, first) for place, (first, _) in wanted.items()])
        while left and not stop.is_set() and time.monotonic() < until:
            found, ended = _sorted(consumer.consume(_BATCH, _LOOK_SECONDS), left)
            for place, records in found.items():
                if stop.is_set():
                    return taken
                take(place, records)
                taken += len(records)
            left = {place: last for place, last in left.items() if place not in ended}
    except KafkaException as error:
        _LOG.warning("not_read_to_the_end", error=str(error.args[0]))
    finally:
        consumer.close()
    return taken


def _sorted(messages: Iterable[Any], left: Mapping[Place, int]) -> tuple[Mapping[Place, list[Taken]], set[Place]]:
    """The records by partition, and the partitions that are read to their end."""
    found: dict[Place, list[Taken]] = defaultdict(list)
    ended: set[Place] = set()
    for message in messages:
        place = message.topic(), message.partition()
        error = message.error()
        if error is not None:
            if error.code() == KafkaError._PARTITION_EOF:
                ended.add(place)  # compaction may have taken the last record
            continue  # anything else passes by itself, or the time is over
        last = left.get(place, -1)
        if message.offset() <= last:
            found[place].append(Taken(message.offset(), message.key(), message.value()))
        if message.offset() >= last:
            ended.add(place)
    return found, ended
