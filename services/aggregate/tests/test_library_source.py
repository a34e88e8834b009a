# SPDX-License-Identifier: Apache-2.0
"""The library is the one that was read: another one may lose records in another way."""

import hashlib
import inspect
from importlib.metadata import version
from typing import Any

import aiokafka
import pytest
from aiokafka.client import AIOKafkaClient
from faust.app.base import App
from faust.stores.rocksdb import Store
from faust.streams import Stream
from faust.tables.base import Collection
from faust.tables.recovery import Recovery
from faust.tables.table import Table
from faust.topics import Topic
from faust.transport.conductor import ConductorCompiler
from faust.transport.consumer import Consumer
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Producer

SOURCES: dict[str, tuple[Any, str]] = {
    "Consumer._add_gap": (Consumer._add_gap, "4df2573ded7c1c2c"),
    "Consumer._new_offset": (Consumer._new_offset, "1d2c7ea89a7ad4f1"),
    "Consumer._commit_offsets": (Consumer._commit_offsets, "1a69799041188441"),
    "Consumer._commit_tps": (Consumer._commit_tps, "a20e230b05ae8b15"),
    "Consumer._filter_committable_offsets": (Consumer._filter_committable_offsets, "dc5e9baf5d994485"),
    "Consumer._filter_tps_with_pending_acks": (Consumer._filter_tps_with_pending_acks, "f6f9239774234e7e"),
    "Consumer._should_commit": (Consumer._should_commit, "5ce941793947ad42"),
    "Consumer._drain_messages": (Consumer._drain_messages, "44a2500309e83c63"),
    "Consumer.perform_seek": (Consumer.perform_seek, "0e8c130ff4b0afd8"),
    "Consumer.getmany": (Consumer.getmany, "4b168d84882a70d6"),
    "Consumer.ack": (Consumer.ack, "5fcf41cf45153475"),
    "Consumer.commit": (Consumer.commit, "a354437baaa08bf8"),
    "Consumer.on_partitions_revoked": (Consumer.on_partitions_revoked, "d04b7ae72c6fc206"),
    "Consumer.wait_empty": (Consumer.wait_empty, "e4662fe24f094819"),
    "AIOKafkaConsumerThread._commit": (AIOKafkaConsumerThread._commit, "932852ce7a23f658"),
    "AIOKafkaConsumerThread._seek_wait": (AIOKafkaConsumerThread._seek_wait, "9d221e816d940467"),
    "App._on_partitions_revoked": (App._on_partitions_revoked, "d5c895bbe57dc73a"),
    "App._on_partitions_assigned": (App._on_partitions_assigned, "de932b7927db85b3"),
    "Recovery.on_recovery_completed": (Recovery.on_recovery_completed, "6ef567acf072e46d"),
    "Recovery._restart_recovery": (Recovery._restart_recovery.fun, "6bd8a8558a2dffe4"),
    "Recovery._build_offsets": (Recovery._build_offsets, "27eec86be06cb51f"),
    "Recovery._seek_offsets": (Recovery._seek_offsets, "19598ca63d94d250"),
    "Recovery._wait": (Recovery._wait, "ec7429b70176f8c6"),
    "Recovery.on_rebalance": (Recovery.on_rebalance, "aa4d997a1795ceae"),
    "Store.apply_changelog_batch": (Store.apply_changelog_batch, "ea3344d369fc4ab5"),
    "Recovery._resume_streams": (Recovery._resume_streams, "d986a6710c1aca98"),
    "Stream._py_aiter": (Stream._py_aiter, "3a48ee257a65435b"),
    "Table.on_key_set": (Table.on_key_set, "a370e35ca55c2c7e"),
    "Table.on_key_del": (Table.on_key_del, "4f2900b2f9d24a08"),
    "Collection.send_changelog": (Collection.send_changelog, "3dd3884e1b5fc0e1"),
    "Collection._on_changelog_sent": (Collection._on_changelog_sent, "60122c86a120d82c"),
    "Topic._on_published": (Topic._on_published, "7cfe9ebd65964b0a"),
    "Producer._new_producer": (Producer._new_producer, "e72355c3430ed02f"),
    "AIOKafkaClient._get_conn": (AIOKafkaClient._get_conn, "68ce5d8391719d33"),
    "AIOKafkaClient.send": (AIOKafkaClient.send, "246b277687d7b687"),
    "ConductorCompiler.build": (ConductorCompiler.build, "837cf521368c1ee4"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_the_source_that_the_guards_were_written_against(name: str) -> None:
    function, known = SOURCES[name]
    found = hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:16]
    assert found == known, (
        f"{name} changed: read it anew, and docs/adr/0002-faust-guards.md with it; then put {found} here"
    )


def test_the_versions_that_the_guards_were_written_against() -> None:
    assert version("faust-streaming") == "0.15.3"
    assert version("aiokafka") == aiokafka.__version__ == "0.14.0"
    assert version("rocksdict") == "0.3.29"
