# SPDX-License-Identifier: Apache-2.0
"""Run again, only what is needed: what was read stays read, the same bytes are read once, the index is made anew."""

import base64
import json
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ream_contracts import identity, layout, topics
from ream_contracts.artifacts import DocumentRecord, SegmentRecord
from ream_contracts.messages import DocumentIndexed, DocumentSubmitted
from ream_index.fingerprint import entries, explain, lines
from ream_kit.observe import Announcer, Tail
from ream_local.testing import OpenSearchServer

pytestmark = [pytest.mark.servers, pytest.mark.programs, pytest.mark.timeout(900)]
SAMPLES = Path(__file__).parents[2] / "samples"
MANY = 100
READ = ("manifests/", "notes/", "text/", "pictures/", "children/", "converted/")
"""What extract and ocr leave of a generation."""


class Crowd:
    """Many documents of this test alone, and what becomes of them."""

    def __init__(self, flow: Any, name: str, count: int) -> None:
        self.flow = flow
        self.name = name
        self.ids = {identity.document_id("default", f"{name}-{number}") for number in range(count)}
        self._tail = Tail(flow.kafka, [topics.DOCUMENTS_INDEXED.name], "end")
        self._indexed: set[tuple[str, int]] = set()
        announcer = Announcer(flow.kafka, "test")
        for number in range(count):
            text = f"Invoice {name} {number}: please pay the amount of {number}.00 EUR within thirty days. " * 3
            body = base64.b64encode(text.encode()).decode()
            announcer.send(
                topics.DOCUMENTS_SUBMITTED,
                DocumentSubmitted(body=body, name=f"{name}-{number}.txt", key=f"{name}-{number}"),
            )
        announcer.flush()

    def until(self, run: int, *more: str, seconds: int = 600) -> None:
        """Waits until this run of every document, and of some more, is searchable."""
        wanted = {(one, run) for one in (*self.ids, *more)}
        for _ in range(seconds * 2):
            for seen in self._tail.poll(0.5):
                if isinstance(seen.message, DocumentIndexed):
                    self._indexed.add((seen.message.document_id, seen.message.run))
            if wanted <= self._indexed:
                return
        raise AssertionError(f"{len(wanted - self._indexed)} of {len(wanted)} are not indexed after {seconds} s")

    def close(self) -> None:
        self._tail.close()


@pytest.fixture
def crowd(flow: Any) -> Iterator[Crowd]:
    # Of each test alone: documents that come again would be indexed in the run that an earlier test gave them.
    made = Crowd(flow, f"crowd{uuid.uuid4().hex[:8]}", MANY)
    yield made
    made.close()


def only_document(flow: Any, path: Path) -> str:
    """Ingests a file and returns its document's id."""
    found = flow.ingest(path)
    assert (found["complete"] + found["empty"], found["outstanding"]) == (found["submitted"], 0), found
    shown = flow.ream("show", path.name, "--json")
    document_id: str = json.loads(shown.stdout)["document_id"]
    return document_id


def copy_of(sample: str, folder: Path, name: str) -> Path:
    return Path(shutil.copyfile(SAMPLES / sample, folder / name))


def left(flow: Any, document_id: str) -> list[str]:
    own = layout.generation(document_id, 1)
    names = (name.removeprefix(own) for name in flow.store.names(own))
    return [name for name in names if name.startswith(READ)]


def record(flow: Any, document_id: str) -> DocumentRecord:
    name = max(flow.store.names(layout.document_records(document_id)))
    found: DocumentRecord = flow.store.get_artifact(DocumentRecord, name)
    return found


def answered(flow: Any, document_id: str, run: int, page: int) -> str:
    name = layout.segment_record(document_id, 1, run, page)
    text: str = flow.store.get_artifact(SegmentRecord, name).text
    return text


def test_classifying_again_reads_nothing_again(flow: Any, crowd: Crowd, tmp_path: Path) -> None:
    """The originals are taken away: neither extract nor ocr could work on anything."""
    scan = only_document(flow, copy_of("carta-reclamacion.pdf", tmp_path, "reclassified.pdf"))
    photo = only_document(flow, copy_of("orchard-mail-screenshot.png", tmp_path, "reclassified.png"))
    crowd.until(1)
    everything = {*crowd.ids, scan, photo}
    assert any(".ocr." in name for name in left(flow, photo))
    before = {one: left(flow, one) for one in everything}
    for one in everything:
        flow.store.delete(layout.original(one, 1))
    where = f"name ~ '{crowd.name}-*' or name ~ reclassified"
    asked = ("replay", "--stage", "classify", "--where", where, "--set", "findings=3")
    counted = json.loads(flow.ream(*asked, "--dry-run", "--json").stdout)
    assert (counted["documents"], counted["started"]) == (MANY + 2, [])
    refused = flow.ream(*asked)
    assert refused.returncode == 2
    assert "say --yes" in refused.stderr
    assert f"{MANY + 2} of" in refused.stdout
    started = flow.ream(*asked, "--yes", "--json")
    assert {one["document_id"] for one in json.loads(started.stdout)["started"]} == everything
    crowd.until(2, scan, photo)
    assert {one: left(flow, one) for one in everything} == before
    assert {record(flow, one).outcome for one in everything} == {"complete"}
    assert {record(flow, one).run for one in everything} == {2}


def test_a_page_that_was_read_badly_is_read_again_alone_and_stays_so(flow: Any, tmp_path: Path) -> None:
    document = only_document(flow, copy_of("nebenkosten-scan.pdf", tmp_path, "one-page-again.pdf"))
    pages = record(flow, document).document["units"]
    first = {page: answered(flow, document, 1, page) for page in range(1, pages + 1)}
    assert len(first) > 1
    asked = ("replay", "--stage", "ocr", "--where", "name = one-page-again.pdf and unit = 2", "--set", "dpi=150")
    ran = flow.ream(*asked, "--yes")
    assert ran.returncode == 0, ran.stderr
    assert "1 of" in ran.stdout
    assert "1 units" in ran.stdout
    wait_for_run(flow, document, 2)
    second = {unit: answered(flow, document, 2, unit) for unit in first}
    assert {unit for unit in first if second[unit] != first[unit]} == {2}
    assert flow.ream("replay", "one-page-again.pdf", "--stage", "classify").returncode == 0
    wait_for_run(flow, document, 3)
    assert {unit: answered(flow, document, 3, unit) for unit in first} == second


def wait_for_run(flow: Any, document_id: str, run: int) -> None:
    for _ in range(240):
        ran = flow.ream("status", document_id, "--json")
        found = json.loads(ran.stdout)
        if found["outstanding"] is None and found["record"]["run"] == run:
            return
    raise AssertionError(f"run {run} of {document_id} has not ended: {found['outstanding']}")


@pytest.mark.parametrize("sample", ["nebenkosten-scan.pdf", "uebergabe.zip", "wartungsbericht-pumpe.doc"])
def test_the_same_bytes_elsewhere_are_not_read_again(flow: Any, tmp_path: Path, sample: str) -> None:
    first = only_document(flow, copy_of(sample, tmp_path, f"first-{sample}"))
    second = only_document(flow, copy_of(sample, tmp_path, f"second-{sample}"))
    assert first != second
    assert left(flow, first) == left(flow, second)
    assert "copied" in flow.log("extract")
    one, other = record(flow, first), record(flow, second)
    assert one.receipt == other.receipt
    assert one.document["text"] == other.document["text"]
    assert [child.path for child in one.children] == [child.path for child in other.children]
    assert not {child.document_id for child in one.children} & {child.document_id for child in other.children}
    for mine, yours in zip(one.children, other.children, strict=True):
        assert record(flow, mine.document_id).document["text"] == record(flow, yours.document_id).document["text"]


def rebuild(flow: Any, opensearch: OpenSearchServer, *arguments: str) -> "subprocess.Popen[str]":
    administrator = {
        "REAM_OPENSEARCH_ADMIN_USER": opensearch.admin.user,
        "REAM_OPENSEARCH_ADMIN_PASSWORD": opensearch.admin.password,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "ream_cli", "rebuild-index", "--json", *arguments],
        env={**flow.environment, **administrator}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@contextmanager
def searching(flow: Any, document_id: str) -> Iterator[list[int]]:
    """Gives the number of entries that were found of a document, by somebody who asks for it all the time."""
    found: list[int] = []
    over = threading.Event()

    def search() -> None:
        client, index = flow.opensearch, f"{flow.environment['REAM_INDEX_PREFIX']}documents"
        while not over.is_set():
            found.append(client.count(index=index, body={"query": {"term": {"document_id": document_id}}})["count"])
        client.close()

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(search)
        try:
            yield found
        finally:
            over.set()
        asking.result()


def test_the_index_is_made_anew_while_documents_arrive(
    flow: Any, opensearch: OpenSearchServer, crowd: Crowd, tmp_path: Path
) -> None:
    """What index wrote while the first was built is in it; a second one, built at rest, says the same to the letter."""
    known = only_document(flow, copy_of("acta-comunidad.txt", tmp_path, "always-there.txt"))
    with searching(flow, known) as found:
        building = rebuild(flow, opensearch)
        crowd.until(1)
        told = building.communicate(timeout=240)
    assert building.returncode == 0, told[1]
    first = json.loads(told[0])
    assert first["switched"]
    assert len(found) > 20
    assert set(found) == {1}, "whoever searches while the index is replaced misses nothing"
    prefix = flow.environment["REAM_INDEX_PREFIX"]
    client = flow.opensearch
    assert client.count(index=f"{prefix}documents", body={"query": {"terms": {"document_id": sorted(crowd.ids)}}})[
        "count"
    ] == len(crowd.ids)
    anew = json.loads(rebuild(flow, opensearch).communicate(timeout=240)[0])
    assert anew["before"] == first["indices"]
    assert list(explain(lines(client, *first["indices"]), entries(client, prefix))) == []
    assert (anew["again"], anew["damaged"]) == (0, {})
    client.close()


def test_building_an_index_needs_an_administrator(flow: Any) -> None:
    ran = flow.ream("rebuild-index")
    assert ran.returncode == 78
    assert "REAM_OPENSEARCH_ADMIN_PASSWORD" in ran.stderr
