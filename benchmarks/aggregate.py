# SPDX-License-Identifier: Apache-2.0
"""Measures one worker of aggregate: parts a second, CPU, memory, changelog, and recovery after a kill.

Run `python benchmarks/aggregate.py [DOCUMENTS [BOOTSTRAP]]` against a broker (`python -m ream_local start`). Each
document is an opening, a plan of four pages and four answers; the last answers come after the kills, so that all
documents are open while the table is read again. A killed worker's partitions stay with it for
REAM_AGGREGATE_SESSION_SECONDS.
"""

import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import uuid
from base64 import b32encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

PARTITIONS = 12
PAGES = 4
COMMAND = (sys.executable, "-m", "ream_aggregate")


def documents(count: int) -> list[str]:
    """Names documents as identity does."""
    return [b32encode(sha256(str(number).encode()).digest()).decode().lower()[:32] for number in range(count)]


def part(name: str, number: int) -> bytes:
    """The opening (0), the plan (1), or the answer for a page."""
    about = {"root_id": name, "parent_id": None, "media_type": "application/pdf", "size": 90_000}
    kinds: list[dict[str, Any]] = [
        {"part": "opened", **about},
        {
            "part": "manifest",
            **about,
            "manifest": f"documents/{name}/1/manifests/abcdefghijkl.json",
            "unit_kind": "page",
            "units": PAGES,
            "beyond": 0,
            "verdict": None,
            "cause": None,
        },
    ]
    page = number - 1
    answer = {
        "part": "segment",
        "branch": "text",
        "segment": page,
        "read": [[page, page]],
        "not_applicable": [],
        "record": f"documents/{name}/1/segments/1/{page}.json",
        "characters": 2_000,
        "children": 0,
        "scores": {"language:en": 1_700, "type:invoice": 12, "type:letter": 5, "personal:email": 1},
    }
    body = kinds[number] if number < len(kinds) else answer
    return json.dumps({**body, "document_id": name, "generation": 1, "run": 1}).encode()


class Bench:
    """An installation of its own on a broker."""

    def __init__(self, bootstrap: str, folder: Path) -> None:
        self.bootstrap, self.folder = bootstrap, folder
        self.prefix = f"bench-{uuid.uuid4().hex[:8]}."
        self.parts = f"{self.prefix}documents.parts"
        self.changelog = f"{self.prefix}{self.prefix}aggregate-documents-changelog"

    async def make_topics(self) -> None:
        """Makes the topics of the installation."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        names = (self.parts, f"{self.parts}.dlq", f"{self.prefix}documents.completed")
        await admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names])
        await admin.close()
        await asyncio.sleep(1)

    async def drop_topics(self) -> None:
        """Removes what was made."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        await admin.delete_topics([name for name in await admin.list_topics() if name.startswith(self.prefix)])
        await admin.close()

    async def send(self, names: list[str], numbers: range) -> int:
        """Sends these parts of all documents; returns how many."""
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, linger_ms=20, max_batch_size=2**18)
        await producer.start()
        for number in numbers:
            for name in names:
                await producer.send(self.parts, part(name, number), name.encode())
        await producer.stop()
        return len(names) * len(numbers)

    def start(self, data: str = "data") -> "subprocess.Popen[bytes]":
        """Starts a worker."""
        environ = {
            **os.environ,
            "REAM_KAFKA_BOOTSTRAP": self.bootstrap,
            "REAM_TOPIC_PREFIX": self.prefix,
            "REAM_GROUP_PREFIX": self.prefix,
            "REAM_STORE": str(self.folder / "store"),
            "REAM_AGGREGATE_DATA_DIR": str(self.folder / data),
        }
        return subprocess.Popen(COMMAND, env=environ)

    async def until_done(self) -> float:
        """Waits until everything is committed; returns when that was."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, group_id=f"{self.prefix}aggregate", enable_auto_commit=False
        )
        tps = [TopicPartition(self.parts, number) for number in range(PARTITIONS)]
        consumer.assign(tps)
        await consumer.start()
        ends = await consumer.end_offsets(tps)
        while any([(await consumer.committed(tp) or 0) < ends[tp] for tp in tps]):
            await asyncio.sleep(0.2)
        await consumer.stop()
        return time.monotonic()

    async def changelog_records(self) -> int:
        """Counts what the changelog got."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap)
        await consumer.start()
        ends = await consumer.end_offsets([TopicPartition(self.changelog, number) for number in range(PARTITIONS)])
        await consumer.stop()
        return sum(ends.values())


def memory(worker: "subprocess.Popen[bytes]") -> Iterator[str]:
    """Yields the worker's resident memory, now and at its highest."""
    for line in Path(f"/proc/{worker.pid}/status").read_text().splitlines():
        if line.startswith(("VmRSS", "VmHWM")):
            yield f"{line.split(':')[0]} {int(line.split()[1]) // 1024} MB"


def cpu(worker: "subprocess.Popen[bytes]") -> float:
    """CPU seconds the worker used so far."""
    fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def stage(bench: Bench, worker: "subprocess.Popen[bytes]", what: str, names: list[str], numbers: range) -> None:
    """Sends parts to a running worker, and prints how fast it answered them."""
    started, used = time.monotonic(), cpu(worker)
    count = await bench.send(names, numbers)
    fed = time.monotonic() - started
    seconds = await bench.until_done() - started
    a_cpu_second = count / (cpu(worker) - used)
    print(f"| {count} {what} | {count / seconds:.0f}/s (sent within {fed:.0f} s), {a_cpu_second:.0f} a CPU s |")


async def measure(bench: Bench, count: int) -> None:
    """Runs the whole measurement and prints a table."""
    names = documents(count)
    await bench.make_topics()
    worker = bench.start()
    await bench.send(names[:1], range(1))
    await bench.until_done()
    await stage(bench, worker, f"parts of {count} documents", names, range(1 + PAGES))
    await stage(bench, worker, "repeated parts", names, range(2, 1 + PAGES))
    print(f"| memory | {', '.join(memory(worker))} |")
    print(f"| changelog records | {await bench.changelog_records()} |")
    for data, what in (("data", "its own files"), ("other", "the changelog alone")):
        worker.kill()
        worker.wait()
        started = time.monotonic()
        worker = bench.start(data)
        await bench.send(names[:1], range(2, 3))
        print(f"| killed, and at work again from {what} | {await bench.until_done() - started:.1f} s |")
    await stage(bench, worker, "last parts, each completing a document", names, range(1 + PAGES, 2 + PAGES))
    worker.terminate()
    worker.wait()


def main() -> None:
    """Reads the command line and measures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    bootstrap = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:19092")
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("| what | measured |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(bootstrap, Path(folder))
        try:
            asyncio.run(measure(bench, count))
        finally:
            asyncio.run(bench.drop_topics())


if __name__ == "__main__":
    main()
