# SPDX-License-Identifier: Apache-2.0
"""Decides whether the broker is as aggregate needs it, and makes what belongs to aggregate alone."""

import asyncio
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from aiokafka.admin import AIOKafkaAdminClient, NewTopic  # type: ignore[import-untyped]
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType  # type: ignore[import-untyped]
from aiokafka.errors import KafkaConnectionError, KafkaError  # type: ignore[import-untyped]
from aiokafka.structs import OffsetAndMetadata  # type: ignore[import-untyped]

from ream_aggregate.presence import Presence
from ream_aggregate.settings import Names
from ream_kit import log

_LOG = log.logger("ream.aggregate.groundwork")

_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_TRIES = 5
_TOPIC_EXISTS = 36

CHANGELOG_CONFIG = {
    # Never deleted by age: the table is what the changelog says, and an open document may wait for weeks.
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0.2",
    "segment.bytes": str(64 * 2**20),
}


class NotReady(Exception):
    """The broker lacks something that only a person or the migration can give; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What was found.

    Attributes:
        cluster: id of the Kafka cluster.
        partitions: of documents.parts, and so of the changelog.
    """

    cluster: str
    partitions: int


async def prepare(bootstrap: str, names: Names, presence: Presence) -> Ground:
    """Checks the topics, makes the changelog where it is missing, and commits a first position where there is none.

    Waits for a broker that is away, as long as it takes.

    Raises:
        NotReady: a topic is missing or is not of the kind that nothing gets lost on.
    """
    admin = await _admin(bootstrap, presence)
    try:
        cluster = str((await admin.describe_cluster())["cluster_id"])
        found = await _described(admin, (names.parts, names.dead_letters, names.completed, names.changelog))
        for name in (names.parts, names.dead_letters, names.completed):
            if name not in found:
                raise NotReady(f"the topic {name} is not there: make the topics first (`ream up` does)")
        source = found[names.parts]
        await _check_source(admin, names.parts)
        if names.changelog not in found:
            await _make_changelog(admin, names.changelog, source)
        await _check_changelog(admin, names.changelog, len(source))
    finally:
        await admin.close()
    await _seed(bootstrap, names, len(source))
    return Ground(cluster, len(source))


async def _admin(bootstrap: str, presence: Presence) -> AIOKafkaAdminClient:
    with presence.waiting("kafka", f"no broker answers at {bootstrap}"):
        for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
            admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
            try:
                await admin.start()
            except (KafkaConnectionError, OSError):
                await admin.close()
            else:
                break
            _LOG.warning("waiting", waiting_for="kafka", address=bootstrap, seconds=pause)
            await asyncio.sleep(pause)
    return admin


async def _described(admin: AIOKafkaAdminClient, topics: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    """Returns the partitions of those topics that exist."""
    described = await admin.describe_topics(list(topics))
    return {topic["topic"]: topic["partitions"] for topic in described if not topic["error_code"]}


async def _config(admin: AIOKafkaAdminClient, topic: str) -> dict[str, str]:
    responses = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    return {entry[0]: entry[1] for response in responses for resource in response.resources for entry in resource[4]}


async def _check_source(admin: AIOKafkaAdminClient, topic: str) -> None:
    policy = (await _config(admin, topic)).get("cleanup.policy")
    if policy != "delete":
        raise NotReady(
            f"the topic {topic} has cleanup.policy={policy}: compaction leaves gaps that can't be told from losses; "
            "set it to delete"
        )


async def _make_changelog(admin: AIOKafkaAdminClient, name: str, source: list[dict[str, Any]]) -> None:
    replicas = len(source[0]["replicas"])
    response = await admin.create_topics([NewTopic(name, len(source), replicas, topic_configs=CHANGELOG_CONFIG)])
    for topic, code, *_ in response.topic_errors:
        if code not in (0, _TOPIC_EXISTS):
            raise NotReady(f"the broker did not make the topic {topic}: error {code}")
    _LOG.info("changelog_made", topic=name, partitions=len(source), replicas=replicas)


async def _check_changelog(admin: AIOKafkaAdminClient, name: str, partitions: int) -> None:
    for _ in range(_TRIES):  # a topic is known a moment after it was made
        found = await _described(admin, (name,))
        if name in found:
            break
        await asyncio.sleep(0.5)
    if len(found.get(name, ())) != partitions:
        raise NotReady(
            f"the topic {name} has {len(found.get(name, ()))} partitions, documents.parts has {partitions}: a table "
            "needs as many as its source. Stop aggregate, delete that topic, and replay what is open"
        )
    policy = (await _config(admin, name)).get("cleanup.policy")
    if policy != "compact":
        raise NotReady(f"the topic {name} has cleanup.policy={policy}, and would forget documents: set it to compact")


async def _seed(bootstrap: str, names: Names, partitions: int) -> None:
    """Commits the oldest offset where the group has none: without a committed position nothing is safe to commit."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=names.group, enable_auto_commit=False)
    consumer.assign(tps := [TopicPartition(names.parts, number) for number in range(partitions)])
    await consumer.start()
    try:
        for attempt in range(_TRIES):
            unknown = [tp for tp in tps if await consumer.committed(tp) is None]
            if not unknown:
                return
            first = await consumer.beginning_offsets(unknown)
            try:
                await consumer.commit({tp: OffsetAndMetadata(first[tp], "") for tp in unknown})
            except KafkaError as error:  # another worker began at the same moment: look again
                _LOG.warning("seed_refused", error=type(error).__name__)
                await asyncio.sleep(1 + attempt)
            else:
                _LOG.info("positions_seeded", group=names.group, partitions=len(unknown))
    finally:
        await consumer.stop()
    raise NotReady(
        f"the group {names.group} has no committed position in {names.parts} and takes none: stop what else uses "
        "this group, and start again"
    )
