# SPDX-License-Identifier: Apache-2.0
"""Documents that come again, change, are run again, or are bad."""

import base64
import os
from pathlib import Path
from typing import Any

import pytest

from ream_contracts import identity, layout, topics
from ream_contracts.messages import (
    DocumentIndexed,
    DocumentSubmitted,
)
from ream_kit.observe import Announcer, Tail

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]


class Bystander:
    """Submits documents and sees what becomes of them."""

    def __init__(self, flow: Any) -> None:
        self.flow = flow
        self.announcer = Announcer(flow.kafka, "test")
        followed = [*(topic.name for topic in topics.ALL), topics.DOCUMENTS_SUBMITTED.dead_letters]
        self.tail = Tail(flow.kafka, followed, "end")
        self.seen: list[Any] = []

    def submit(self, text: str, key: str) -> str:
        body = base64.b64encode(text.encode()).decode()
        self.announcer.send(topics.DOCUMENTS_SUBMITTED, DocumentSubmitted(body=body, name="a.txt", key=key))
        self.announcer.flush()
        return identity.document_id("default", key)

    def until(self, wanted: Any, seconds: float = 90) -> Any:
        for _ in range(int(seconds * 2)):
            self.seen += [seen.message for seen in self.tail.poll(0.5)]
            if found := [message for message in self.seen if wanted(message)]:
                return found[-1]
        raise AssertionError(f"not seen within {seconds} s; seen {len(self.seen)} messages")

    def indexed(self, document_id: str, generation: int = 1, run: int = 1) -> Any:
        return self.until(
            lambda m: (
                isinstance(m, DocumentIndexed)
                and (m.document_id, m.generation, m.run) == (document_id, generation, run)
            )
        )


@pytest.fixture
def by(flow: Any) -> Any:
    watching = Bystander(flow)
    yield watching
    watching.tail.close()


def words_found(flow: Any, words: str) -> int:
    client = flow.opensearch
    index = f"{flow.environment['REAM_INDEX_PREFIX']}passages"
    client.indices.refresh(index=index)
    count: int = client.count(index=index, body={"query": {"match_phrase": {"text": words}}})["count"]
    client.close()
    return count


def test_other_bytes_take_the_place_of_the_old(flow: Any, by: Bystander) -> None:
    document = by.submit("The aardvark walks at night. " * 3, "running-again-1")
    by.indexed(document)
    assert words_found(flow, "aardvark walks") == 1
    by.submit("The bandicoot sleeps by day. " * 3, "running-again-1")
    by.indexed(document, generation=2)
    assert (words_found(flow, "aardvark walks"), words_found(flow, "bandicoot sleeps")) == (0, 1)


def test_a_higher_run_reads_again_and_replaces(flow: Any, by: Bystander) -> None:
    document = by.submit("Cassowaries are large birds. " * 3, "running-again-2")
    by.indexed(document)
    ran = flow.ream("replay", document, "--stage", "extract", "--set", "pictures=false")
    assert ran.returncode == 0, ran.stderr
    second = by.indexed(document, run=2)
    assert second.version > (1 << 40) + (2 << 24)
    assert words_found(flow, "Cassowaries are large") == 1
    assert (flow.store.exists(layout.run(document, 1, 2)), flow.store.exists(layout.run(document, 1, 3))) == (
        True,
        False,
    )


def test_bad_messages_are_dead_letters_and_the_next_goes_on(flow: Any, by: Bystander, tmp_path: Path) -> None:
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": flow.kafka.kafka_bootstrap})
    topic = flow.kafka.topic(topics.DOCUMENTS_SUBMITTED.name)
    for value in (
        b"not json",
        b"{}",
        b'{"source": "file:///etc/passwd"}',
        b'{"source": "gopher://x"}',
        None,
        b"\xff\xfe",
    ):
        producer.produce(topic, key=b"poison", value=value)
    producer.flush()
    document = by.submit("Echidnas dig. " * 4, "poison")
    assert by.indexed(document).outcome == "complete"
    letters = [seen.message.cause for seen in flow.everything(topics.DOCUMENTS_SUBMITTED.dead_letters)]
    assert {"not-json", "wrong-schema", "outside-allowed-roots", "unknown-scheme", "empty-value"} <= set(letters)
    shown = flow.ream("dead-letters", "list", "--json")
    assert shown.returncode == 0, shown.stderr
    assert "outside-allowed-roots" in shown.stdout


def test_a_service_that_is_killed_takes_nothing_with_it(flow: Any, by: Bystander) -> None:
    documents = [by.submit(f"Fossa number {number} climbs trees. " * 3, f"killed-{number}") for number in range(40)]
    for name in ("extract", "classify", "aggregate", "index"):
        flow.processes[name].kill()
        flow.processes[name].wait()
        flow.start(name)
    for name in ("extract", "classify", "aggregate", "index"):
        flow.wait_ready(name)
    outcomes = {document: by.indexed(document).outcome for document in documents}
    assert set(outcomes.values()) == {"complete"}


def test_odd_names_and_unreadable_things_are_ingested_or_named(flow: Any, tmp_path: Path) -> None:
    (tmp_path / "with space\nand newline.txt").write_text("Gerenuk. " * 5)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.txt")).write_text("Hoatzin. " * 5)
    (tmp_path / "empty.txt").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "up").symlink_to(tmp_path)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    found = flow.ingest(tmp_path)
    assert (found["complete"], found["empty"], found["outstanding"]) == (2, 1, 0)
    named = " ".join(str(one) for one in found["not_submitted"])
    assert all(name in named for name in ("loop", "gone", "pipe"))


def test_a_file_beyond_the_limit_is_rejected_with_a_sentence_and_bounded_memory(flow: Any, tmp_path: Path) -> None:
    with (tmp_path / "huge.bin").open("wb") as file:
        file.truncate(5_100_000_000)
    found = flow.ingest(tmp_path / "huge.bin")
    assert (found["rejected"], found["submitted"], found["outstanding"]) == (1, 1, 0)
    assert "REAM_INGEST_MAX_BYTES" in str(found["not_whole"])
    status = Path(f"/proc/{flow.processes['ingest'].pid}/status").read_text()
    peak_kib = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
    assert peak_kib < 300_000
