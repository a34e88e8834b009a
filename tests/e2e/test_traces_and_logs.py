# SPDX-License-Identifier: Apache-2.0
"""One trace from submission to index, children included; and no log line with a name or a word of a document."""

import base64
import io
import json
import re
import threading
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from ream_contracts import identity, topics
from ream_contracts.messages import DocumentEmbedded, DocumentIndexed
from ream_kit import envelope
from ream_kit.kafka import consumer_config
from ream_kit.observe import Observer
from ream_tests.flow import SERVICES

pytestmark = [pytest.mark.servers, pytest.mark.programs, pytest.mark.timeout(300)]

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
STAGES = {f"ream/{name}" for name in ("ingest", "extract", "ocr", "classify", "aggregate", "index", "vectors")}
NAME, WORD = "Zilpzalp-Gehaltsliste", "Quittenschnaps"
"""Words that nothing but the documents of this test holds."""


@dataclass(frozen=True)
class Sent:
    """A record as it lies on a topic."""

    topic: str
    key: str
    headers: dict[str, str]

    @property
    def trace(self) -> str | None:
        return envelope.trace_id(self.headers)

    @property
    def span(self) -> str:
        return self.headers["traceparent"].split("-")[2]


def archive() -> bytes:
    """A text and a picture of text, so that every service has something to do."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(f"{NAME}.txt", f"{WORD} is served to everyone who has read this sentence to its end. " * 3)
        made.writestr(f"{NAME}.png", (SAMPLES / "orchard-mail-screenshot.png").read_bytes())
        made.writestr(f"{NAME}.docx", b"PK\x03\x04" + f"{WORD} broken".encode())
    return held.getvalue()


def submit(flow: Any, value: bytes, traceparent: str) -> None:
    producer = Producer({"bootstrap.servers": flow.kafka.kafka_bootstrap})
    headers = [("traceparent", traceparent.encode()), ("tracestate", b"shop=7")]
    producer.produce(flow.kafka.topic(topics.DOCUMENTS_SUBMITTED.name), value=value, key=NAME, headers=headers)
    assert producer.flush(30) == 0


def family_of(flow: Any, root: str) -> set[str]:
    """The documents of a family that are searchable."""
    said = [seen.message for seen in flow.everything(topics.DOCUMENTS_INDEXED.name)]
    return {one.document_id for one in said if isinstance(one, DocumentIndexed) and one.root_id == root}


def until_done(flow: Any, root: str, documents: int, with_vectors: int) -> None:
    """Waits until so many documents of a family are searchable, and so many have vectors."""
    over, pause = time.monotonic() + 180, threading.Event()
    while time.monotonic() < over:
        found = family_of(flow, root)
        said = [seen.message for seen in flow.everything(topics.DOCUMENTS_EMBEDDED.name)]
        embedded = {one.document_id for one in said if isinstance(one, DocumentEmbedded)} & found
        if len(found) >= documents and len(embedded) >= with_vectors:
            return
        pause.wait(1)
    raise AssertionError(f"{len(found)} of {documents} are searchable, {len(embedded)} of {with_vectors} have vectors")


def records(flow: Any) -> list[Sent]:
    """Everything that lies on the topics and their dead letters."""
    names = [name for topic in topics.ALL for name in (topic.name, topic.dead_letters)]
    ends = Observer(flow.kafka).ends(names)
    own = {"enable.partition.eof": False, "group.protocol": "classic"}
    reader = Consumer({**consumer_config(flow.kafka, "traces", "test"), **own})
    found: list[Sent] = []
    try:
        places = {flow.kafka.topic(name): name for name in names}
        reader.assign([TopicPartition(full, number, 0) for full, name in places.items() for number in ends[name]])
        total, over = sum(end for name in names for end in ends[name].values()), time.monotonic() + 60
        while len(found) < total and time.monotonic() < over:
            for one in reader.consume(1000, 0.5):
                if one.error() is None:
                    key = (one.key() or b"").decode("utf-8", "replace")
                    found.append(Sent(places[one.topic() or ""], key, envelope.as_text(one.headers())))
    finally:
        reader.close()
    return found


@pytest.fixture(scope="module")
def trace(flow: Any) -> str:
    """Submits a family and three messages that are none; returns the trace that they came with."""
    trace_id = "c0ffee" + "1" * 26
    parent = f"00-{trace_id}-{'a' * 16}-01"
    body = base64.b64encode(archive()).decode()
    for bad in (f"not json {WORD}", json.dumps({"nameless": WORD}), json.dumps({"source": f"file:///{NAME}"})):
        submit(flow, bad.encode(), parent)
    submit(flow, json.dumps({"body": body, "name": f"{NAME}.zip", "key": NAME}).encode(), parent)
    until_done(flow, identity.document_id("default", NAME), documents=4, with_vectors=2)
    return trace_id


def test_one_trace_goes_through_every_service_and_to_the_children(flow: Any, trace: str) -> None:
    root = identity.document_id("default", NAME)
    family = family_of(flow, root)
    ours = [one for one in records(flow) if one.key in family and one.headers["ce_source"] in STAGES]
    assert {one.trace for one in ours} == {trace}
    assert {one.headers["ce_source"] for one in ours} == STAGES
    assert len({one.span for one in ours}) == len(ours), "each hop has a span of its own"
    assert {one.headers.get("tracestate") for one in ours} == {"shop=7"}
    assert {one.topic for one in ours} >= {topics.DOCUMENTS_INGESTED.name, topics.DOCUMENTS_INDEXED.name}
    children = [one for one in ours if one.topic == topics.DOCUMENTS_INDEXED.name and one.key != root]
    assert len(children) >= 3


def test_dead_letters_belong_to_the_trace_too(flow: Any, trace: str) -> None:
    letters = [one for one in records(flow) if one.topic == topics.DOCUMENTS_SUBMITTED.dead_letters]
    assert sum(one.trace == trace for one in letters) == 3


def lines(flow: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(name, json.loads(line)) for name in flow.processes for line in flow.log(name).splitlines() if line]


def test_every_line_is_an_object_that_says_when_who_and_what(flow: Any, trace: str) -> None:
    for _, line in lines(flow):
        assert {"time", "level", "logger", "event"} <= line.keys()
        assert re.fullmatch(r"[a-z0-9_]+", line["event"])


def test_lines_about_a_record_name_its_trace_and_its_document(flow: Any, trace: str) -> None:
    ours = [(name, line) for name, line in lines(flow) if line.get("trace_id") == trace]
    assert {line["cause"] for name, line in ours if line["event"] == "dead_letter" and name == "ingest"} >= {"not-json"}
    named = {line.get("document_id") for name, line in ours if name != "ingest"}
    assert all(one is None or re.fullmatch(r"[a-z2-7]{32}", one) for one in named)


def test_no_line_holds_a_name_or_a_word_of_a_document(flow: Any, trace: str) -> None:
    private = (NAME.lower(), WORD.lower(), "orchard", "gehaltsliste")
    found = [(name, word) for name in flow.processes for word in private if word in flow.log(name).lower()]
    assert found == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_shows_what_it_does(flow: Any, trace: str, service: str) -> None:
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{flow.ports[service]}/metrics", timeout=10) as answer:
        page = answer.read().decode()
    for name in ("ream_lag_records", "ream_in_flight_records", "ream_handler_seconds_count", "ream_breaker_state"):
        assert re.search(rf"^{name}(\{{.*\}})? [0-9.e+]+$", page, re.MULTILINE), name
    assert 'ream_breaker_state{server="store"} 0.0' in page
    assert re.search(rf'^ream_handler_seconds_count{{media_type="[^"]+",stage="{service}"}} [1-9]', page, re.MULTILINE)
    assert NAME not in page
    with urllib.request.urlopen(f"http://127.0.0.1:{flow.ports[service]}/livez", timeout=10) as answer:
        assert answer.status == 200
