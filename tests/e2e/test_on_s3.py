# SPDX-License-Identifier: Apache-2.0
"""The whole flow over a store in a bucket: the samples come out as over a folder, and every byte of them lies there."""

from __future__ import annotations

import hashlib
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from ream_cli.samples import deviations
from ream_contracts import identity, layout, topics
from ream_contracts.artifacts import DocumentRecord
from ream_contracts.messages import DocumentSubmitted
from ream_kit.observe import Announcer
from ream_local.testing import OpenSearchServer, S3Server
from ream_tests.entries import by_name, entries, units_with
from ream_tests.flow import Flow, installed

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
EXPECTED: dict[str, dict[str, Any]] = yaml.load((SAMPLES / "expected.yaml").read_text(), yaml.CSafeLoader)["samples"]
MEMBERS = {path: said for each in EXPECTED.values() for path, said in each.get("members", {}).items()}
ALL = {**EXPECTED, **MEMBERS}
PREFIX = "of-a-test/"

pytestmark = [pytest.mark.servers, pytest.mark.programs, pytest.mark.timeout(300)]


@dataclass
class Buckets:
    """One for the store, one that submissions may name; both are looked into by a client that is none of ours."""

    client: Any
    store: str
    source: str

    def objects(self) -> dict[str, int]:
        """Sizes of everything in the store's bucket, by key."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.store)
        return {found["Key"]: found["Size"] for page in pages for found in page.get("Contents", ())}


@pytest.fixture(scope="module")
def buckets(s3_server: S3Server) -> Iterator[Buckets]:
    client = boto3.client(
        "s3", endpoint_url=s3_server.endpoint_url, aws_access_key_id=s3_server.access_key,
        aws_secret_access_key=s3_server.secret_key, region_name=s3_server.region,
    )  # fmt: skip
    made = Buckets(client, f"ream-{uuid.uuid4().hex[:12]}", f"source-{uuid.uuid4().hex[:12]}")
    for name in (made.store, made.source):
        client.create_bucket(Bucket=name)
    yield made
    client.close()


@pytest.fixture(scope="module")
def flow(
    kafka_bootstrap: str,
    opensearch: OpenSearchServer,
    s3_server: S3Server,
    buckets: Buckets,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Flow]:
    """An installation that has no folder for a store."""
    folder = tmp_path_factory.mktemp("on-s3")
    changed = {
        "REAM_STORE": f"s3://{buckets.store}/{PREFIX.rstrip('/')}",
        "REAM_STORE_CACHE": str(folder / "cache"),
        "REAM_S3_ENDPOINT": s3_server.endpoint_url,
        "REAM_S3_ACCESS_KEY": s3_server.access_key,
        "REAM_S3_SECRET_KEY": s3_server.secret_key,
        "REAM_S3_REGION": s3_server.region,
        "REAM_INGEST_BUCKETS": buckets.source,
        "REAM_INGEST_ROOTS": str(folder / "in"),
        "REAM_VECTORS_WINDOWS": "8",  # no test here asks for those of long documents, which take minutes of a core
    }
    with installed(kafka_bootstrap, opensearch, folder, changed) as running:
        yield running


@pytest.fixture(scope="module")
def summary(flow: Flow) -> dict[str, Any]:
    """What `ream ingest` said of the samples."""
    return flow.ingest(*[SAMPLES / name for name in EXPECTED])


@pytest.fixture(scope="module")
def found(flow: Flow, summary: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Index entries by name."""
    assert summary["outstanding"] == 0, summary["outstanding_documents"]
    return by_name(entries(flow), EXPECTED)


@pytest.fixture(scope="module")
def records(flow: Flow, found: dict[str, dict[str, Any]]) -> dict[str, DocumentRecord]:
    """Records by name, read from the bucket."""
    return {
        name: flow.store.get_artifact(DocumentRecord, layout.document_record(entry["document_id"], entry["version"]))
        for name, entry in found.items()
    }


def test_everything_has_an_outcome(summary: dict[str, Any]) -> None:
    assert (summary["submitted"], summary["children"], summary["outstanding"]) == (len(ALL), len(MEMBERS), 0)
    assert summary["dead_letters"] == 0


@pytest.mark.parametrize("name", ALL)
def test_a_sample_comes_out_as_over_a_folder(name: str, records: dict[str, DocumentRecord]) -> None:
    assert list(deviations(ALL[name], records[name])) == []


@pytest.mark.parametrize("name", [name for name, expected in ALL.items() if expected.get("phrases")])
def test_a_sample_is_found_on_its_page(name: str, flow: Flow, found: dict[str, dict[str, Any]]) -> None:
    where = {each["text"]: units_with(flow, found[name]["document_id"], each["text"]) for each in ALL[name]["phrases"]}
    assert [each for each in ALL[name]["phrases"] if each["unit"] not in where[each["text"]]] == []


def test_children_name_their_parents_and_parents_their_children(
    found: dict[str, dict[str, Any]], records: dict[str, DocumentRecord]
) -> None:
    for name in EXPECTED:
        ours = {child.path: child.document_id for child in records[name].children}
        inside = {path: entry for path, entry in found.items() if entry.get("parent_id") == found[name]["document_id"]}
        assert ours == {path: entry["document_id"] for path, entry in inside.items()}
        assert set(ours) == set(EXPECTED[name].get("members", {}))


def test_originals_and_artifacts_lie_in_the_bucket(
    buckets: Buckets, found: dict[str, dict[str, Any]], records: dict[str, DocumentRecord]
) -> None:
    objects = buckets.objects()
    assert [key for key in objects if not key.startswith(PREFIX)] == []
    named = {f"{PREFIX}{name}" for record in records.values() for name in record.artifacts}
    assert len(named) > len(ALL)
    assert named - set(objects) == set()
    for name in EXPECTED:
        key = PREFIX + layout.original(found[name]["document_id"], 1)
        kept = buckets.client.get_object(Bucket=buckets.store, Key=key)["Body"].read()
        assert hashlib.sha256(kept).digest() == hashlib.sha256((SAMPLES / name).read_bytes()).digest(), name


def test_nothing_is_kept_in_a_folder(flow: Flow, summary: dict[str, Any]) -> None:
    assert {path.name for path in flow.logs.iterdir() if path.is_dir()} <= {"aggregate", "cache", "in"}


def test_a_person_reads_a_document_from_the_bucket(flow: Flow, found: dict[str, dict[str, Any]]) -> None:
    shown = flow.ream("show", "carta-reclamacion.pdf", "--text")
    assert shown.returncode == 0, shown.stderr
    assert "oficina municipal de consumo" in " ".join(shown.stdout.split())


def test_submissions_name_allowed_places_and_others_are_dead_letters(flow: Flow, buckets: Buckets) -> None:
    buckets.client.put_object(Bucket=buckets.source, Key="post/a letter.txt", Body=b"A grebe nests on the weir.")
    (flow.logs / "in").mkdir()
    (flow.logs / "in" / "a note.txt").write_text("The sluice keeper feeds a dabchick.")
    causes = {
        f"s3://{buckets.source}/nothing here": "no-such-object",
        f"s3://{buckets.source}/{'k' * 1500}": "no-such-object",
        f"s3://{buckets.store}/{PREFIX}documents": "outside-allowed-roots",
        f"file://{flow.logs}/ingest.log": "outside-allowed-roots",
    }
    found = {
        f"s3://{buckets.source}/post/a letter.txt": "grebe nests on the weir",
        f"file://{flow.logs}/in/a%20note.txt": "keeper feeds a dabchick",
    }
    announcer = Announcer(flow.kafka, "test")
    # The bad ones first: what comes behind them on the same partition is read all the same.
    for source in (*causes, *found):
        announcer.send(topics.DOCUMENTS_SUBMITTED, DocumentSubmitted(source=source, name=source[-10:]), key="same")
    announcer.flush()
    for source, phrase in found.items():
        assert units_with(flow, _until_whole(flow, identity.document_id("default", source)), phrase) == {1}
    until = time.monotonic() + 60  # many are worked on at once, so good ones may have ended before bad ones
    while len(listed := _dead_letters(flow)) < len(causes) and time.monotonic() < until:
        pass  # a command takes its time
    assert Counter(letter["cause"] for letter in listed) == Counter(causes.values())


def _dead_letters(flow: Flow) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(flow.ream("dead-letters", "list", "--json").stdout)["dead_letters"]
    return found


def _until_whole(flow: Flow, document_id: str) -> str:
    """The same id, as soon as the index has the document as complete."""
    until, pause = time.monotonic() + 60, threading.Event()
    while time.monotonic() < until:
        if any(one["document_id"] == document_id and one.get("outcome") == "complete" for one in entries(flow)):
            return document_id
        pause.wait(0.5)
    raise AssertionError(f"{document_id} was not complete within a minute; the log of ingest: {flow.log('ingest')}")
