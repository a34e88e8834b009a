# SPDX-License-Identifier: Apache-2.0
"""Real documents that nobody here wrote, through all services: every one has an outcome, and hardly one is unread."""

import os
import socket
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ream_cli.feeding import document_id
from ream_contracts import layout, topics
from ream_contracts.artifacts import DocumentRecord
from ream_contracts.messages import DocumentIndexed, DocumentIngested
from ream_contracts.outcomes import Outcome
from ream_tests.entries import entries as all_entries

pytestmark = [pytest.mark.servers, pytest.mark.programs, pytest.mark.corpus, pytest.mark.timeout(900)]
FOLDERS = ("formats", "ocr-pages")
LONG = "reports"
"""Of this folder every third file is taken, from the shortest to the longest; `make quality` reads all of them."""
READ_HERE = {
    "application/pdf", "application/msword", "image/png", "image/jpeg", "image/tiff", "text/plain", "text/html",
    "application/xhtml+xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip
WELL = ("complete", "empty")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real documents."""
    named = os.environ.get("REAM_CORPUS")
    if not named:
        assert os.environ.get("REQUIRE_CORPUS") != "1", "REQUIRE_CORPUS=1, and REAM_CORPUS names no folder"
        pytest.skip("REAM_CORPUS names no folder of real documents")
    return Path(named)


@pytest.fixture(scope="session")
def pids(flow: Any) -> dict[str, int]:
    """The processes before anything was ingested."""
    return {name: process.pid for name, process in flow.processes.items()}


@pytest.fixture(scope="session")
def brought(corpus: Path) -> list[Path]:
    """What is ingested: whole folders, and some files of another."""
    long = sorted((corpus / LONG).glob("*.pdf"), key=lambda path: (path.stat().st_size, path.name))
    return [*(corpus / name for name in FOLDERS if (corpus / name).is_dir()), *long[::3]]


@pytest.fixture(scope="session")
def summary(flow: Any, brought: list[Path], pids: dict[str, int]) -> dict[str, Any]:
    """What `ream ingest` said of them."""
    found: dict[str, Any] = flow.ingest(*brought, timeout=900)
    return found


@pytest.fixture(scope="session")
def entries(flow: Any, summary: dict[str, Any]) -> list[dict[str, Any]]:
    """Index entries of all of them and their children."""
    return all_entries(flow)


def excused(entry: dict[str, Any], path: Path) -> bool:
    """Asks a second program whether the file is as bad as we say."""
    if entry["media_type"] == "application/pdf":
        encrypted = (
            subprocess.run(["qpdf", "--requires-password", path], capture_output=True, check=False).returncode == 0
        )
        return encrypted or subprocess.run(["qpdf", "--check", path], capture_output=True, check=False).returncode == 2
    if entry["media_type"].endswith("wordprocessingml.document"):
        return subprocess.run(["unzip", "-tqq", path], capture_output=True, check=False).returncode != 0
    kind = subprocess.run(["file", "-b", path], capture_output=True, text=True, check=False).stdout
    return kind.startswith("data") or "ncrypted" in kind


def test_it_ends_with_nothing_outstanding(summary: dict[str, Any]) -> None:
    assert summary["outstanding"] == 0, summary["outstanding_documents"]


def test_every_file_is_a_document(summary: dict[str, Any], brought: list[Path], entries: list[dict[str, Any]]) -> None:
    """Told by ids: what was brought and what was found inside is what the index has."""
    files = [path for one in brought for path in ([one] if one.is_file() else one.rglob("*")) if path.is_file()]
    ours = {document_id(path, socket.gethostname()) for path in files}
    assert len(ours) == len(files) == summary["submitted"] - summary["children"]
    assert summary["not_submitted"] == []
    assert ours - {entry["document_id"] for entry in entries} == set()
    family = {entry["document_id"]: entry for entry in entries if entry.get("root_id") in ours}
    assert len(family) == summary["submitted"]
    children = Counter(entry.get("parent_id") for entry in family.values())
    assert {entry["document_id"]: entry["children"] for entry in family.values() if entry["children"]} == {
        parent: number for parent, number in children.items() if parent
    }


def test_nothing_was_restarted(flow: Any, summary: dict[str, Any], pids: dict[str, int]) -> None:
    assert {name: flow.processes[name].poll() for name in pids} == dict.fromkeys(pids)
    assert {name: process.pid for name, process in flow.processes.items()} == pids


def test_submitted_is_the_sum_of_the_outcomes_by_id_and_generation(flow: Any, summary: dict[str, Any]) -> None:
    """From the topics themselves: what was ingested and what was indexed are the same set."""
    ingested: set[tuple[str, int]] = set()
    indexed: dict[tuple[str, int], str] = {}
    for seen in flow.everything(topics.DOCUMENTS_INGESTED.name, topics.DOCUMENTS_INDEXED.name):
        key = (seen.message.document_id, seen.message.generation)
        if isinstance(seen.message, DocumentIngested):
            ingested.add(key)
        elif isinstance(seen.message, DocumentIndexed):
            indexed[key] = seen.message.outcome
    # A generation that a newer one overtook needs no entry of its own in the index.
    newest = {document: max(g for d, g in ingested if d == document) for document, _ in ingested}
    overtaken = {key for key in ingested if key[1] < newest[key[0]]}
    assert ingested - set(indexed) - overtaken == set()
    assert set(indexed) - ingested == set()
    outcomes = Counter(indexed.get(key, "superseded") for key in ingested)
    wanted = {"submitted": len(ingested), "outstanding": 0, **outcomes}
    pause, until = threading.Event(), time.monotonic() + 60  # sweep reads the same topics at its own pace
    while (totals := flow.status("sweep")["totals"])["outstanding"] and time.monotonic() < until:
        pause.wait(0.5)
    assert {name: totals[name] for name in wanted} == wanted
    assert totals["submitted"] == sum(totals[outcome] for outcome in Outcome)


def test_nearly_all_that_can_be_read_is_read(entries: list[dict[str, Any]], flow: Any, tmp_path: Path) -> None:
    readable = [entry for entry in entries if entry["media_type"] in READ_HERE]
    unread = [entry for entry in readable if entry["outcome"] not in WELL]
    unexcused = []
    for entry in unread:
        path = tmp_path / entry["document_id"]
        path.write_bytes(flow.store.get(layout.original(entry["document_id"], entry["generation"])))
        if not excused(entry, path):
            unexcused.append((entry.get("path") or entry["name"], entry["outcome"], entry.get("cause")))
    well = len(readable) - len(unread)
    assert well >= 0.97 * (well + len(unexcused)), unexcused


def test_every_receipt_names_every_unit(entries: list[dict[str, Any]], flow: Any) -> None:
    for entry in entries:
        record = flow.store.get_artifact(DocumentRecord, layout.document_record(entry["document_id"], entry["version"]))
        assert len(record.receipt.units) + record.receipt.beyond == entry["units"], entry["name"]
