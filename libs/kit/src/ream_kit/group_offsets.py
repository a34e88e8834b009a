# SPDX-License-Identifier: Apache-2.0
"""Decides how the offsets of a group are asked for and set from outside of it.

A consumer that never joins does it, because the admin client cannot be trusted with it: when the coordinator answers
with an error, as it does for some seconds after a broker started, librdkafka 2.16 ends the process with a
segmentation fault (rd_kafka_handle_OffsetFetch without a consumer group).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from confluent_kafka import Consumer, TopicPartition

from ream_kit import kafka
from ream_kit.kafka import KafkaSettings

SECONDS = 10.0
"""How long the broker may take to answer."""


def committed(settings: KafkaSettings, group: str, places: Sequence[TopicPartition]) -> list[TopicPartition]:
    """Returns those of the partitions that have a committed offset, with it.

    Raises:
        KafkaException: the broker did not answer, or refused.
    """
    if not places:
        return []
    with _outsider(settings, group) as asker:
        return [place for place in asker.committed(list(places), timeout=SECONDS) if place.offset >= 0]


def commit(settings: KafkaSettings, group: str, offsets: Sequence[TopicPartition]) -> None:
    """Sets committed offsets of a group that has no members at present.

    Raises:
        KafkaException: the broker did not answer, or the group has members.
    """
    if offsets:
        with _outsider(settings, group) as asker:
            asker.commit(offsets=list(offsets), asynchronous=False)


@contextmanager
def _outsider(settings: KafkaSettings, group: str) -> Iterator[Consumer]:
    outside = KafkaSettings(settings.kafka_bootstrap, settings.topic_prefix, settings.group_prefix, "classic")
    asker = kafka.consumer(outside, group, "ream-outsider")
    try:
        yield asker
    finally:
        asker.close()
