# SPDX-License-Identifier: Apache-2.0
"""Measures what a document of the mix leaves behind: records and bytes on topics, bytes in the store and the indices.

`python benchmarks/footprint.py [--documents 100]`; servers as in bench.py. For docs/scale.md, which is made from it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition

from ream_bench import inputs, loads
from ream_bench.command import attempted, teller
from ream_bench.installation import BenchError, Installation, Tell, installed
from ream_contracts import topics
from ream_kit.kafka import KafkaSettings

_SECONDS = 20.0


def weigh(settings: KafkaSettings, topic: str) -> tuple[int, int]:
    """Returns how many records a topic has, and the bytes of their keys, values and headers, before compression."""
    own = {"group.id": "footprint", "enable.auto.commit": False, "auto.offset.reset": "earliest"}
    consumer = Consumer({"bootstrap.servers": settings.kafka_bootstrap, **own})
    records = size = 0
    try:
        numbers = consumer.list_topics(topic, timeout=_SECONDS).topics[topic].partitions
        marks = {n: consumer.get_watermark_offsets(TopicPartition(topic, n), timeout=_SECONDS) for n in numbers}
        wanted = sum(end - begin for begin, end in marks.values())
        consumer.assign([TopicPartition(topic, number, begin) for number, (begin, _) in marks.items()])
        while records < wanted:
            for record in consumer.consume(1000, 1.0):
                if record.error() is None:
                    records += 1
                    headers = sum(len(name) + len(value or b"") for name, value in record.headers() or ())
                    size += len(record.key() or b"") + len(record.value() or b"") + headers
    finally:
        consumer.close()
    return records, size


def left_behind(installation: Installation, documents: int) -> Iterator[tuple[str, float]]:
    """Yields figures a document, by name."""
    settings = installation.surroundings.kafka()
    total_records = total_bytes = 0
    for topic in topics.ALL:
        records, size = weigh(settings, settings.topic(topic.name))
        total_records, total_bytes = total_records + records, total_bytes + size
        yield f"records on {topic.name}", records / documents
    yield "records on all topics", total_records / documents
    yield "bytes on all topics", total_bytes / documents
    store = installation.folder / "store"
    brought = [file for file in (store / "incoming").rglob("*") if file.is_file()]
    kept = [file for file in store.rglob("*") if file.is_file() and file not in set(brought)]
    yield "bytes brought", sum(file.stat().st_size for file in brought) / documents
    yield "bytes in the store, the original among them", sum(file.stat().st_size for file in kept) / documents
    yield "objects in the store", len(kept) / documents
    with installation.surroundings.opensearch(installation.surroundings.administrator) as search:
        for kind in ("documents", "passages"):
            index = f"{installation.surroundings.index_prefix}{kind}"
            search.indices.forcemerge(index=index, max_num_segments=1)
            search.indices.refresh(index=index)
            about = search.indices.stats(index=index)["_all"]["primaries"]
            yield f"entries in {kind}", about["docs"]["count"] / documents
            yield f"bytes in {kind}", about["store"]["size_in_bytes"] / documents


def main() -> int:
    """Feeds an installation of its own, and prints what lies there afterwards."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100, help="of the mix")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="where store and input lie meanwhile")  # noqa: S108 (a folder of its own is made in it)
    options = parser.parse_args()
    figures = attempted(lambda: _measured(options, teller()))
    if figures is None:
        return 1
    print(json.dumps(figures, indent=1))
    return 0


def _measured(options: argparse.Namespace, tell: Tell) -> dict[str, float]:
    with installed(options.folder, tell) as installation:
        papers = list(inputs.make(inputs.mixed("footprint", options.documents), installation.folder / "input"))
        load = loads.run(installation, papers, [0.0] * len(papers), 1_800, hit_every=len(papers))
        if unfinished := len(papers) - len(load.ended):
            raise BenchError(f"{unfinished} documents did not end: the figures would be too low")
        return {name: round(value, 1) for name, value in left_behind(installation, len(papers))}


if __name__ == "__main__":
    raise SystemExit(main())
