# SPDX-License-Identifier: Apache-2.0
"""The shipped samples, through all services: each comes out as samples/expected.yaml says, and is found on its page."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ream_contracts import layout
from ream_contracts.artifacts import DocumentRecord
from ream_tests.entries import by_name, units_with
from ream_tests.entries import entries as all_entries

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
EXPECTED: dict[str, dict[str, Any]] = yaml.load((SAMPLES / "expected.yaml").read_text(), yaml.CSafeLoader)["samples"]
SAME = ("outcome", "cause", "media_type", "unit_kind", "units", "type", "sensitivity")

pytestmark = [pytest.mark.servers, pytest.mark.programs, pytest.mark.timeout(300)]


@pytest.fixture(scope="session")
def summary(flow: Any) -> dict[str, Any]:
    """What `ream ingest` said of the samples."""
    found: dict[str, Any] = flow.ingest(*[SAMPLES / name for name in EXPECTED])
    return found


@pytest.fixture(scope="session")
def entries(flow: Any, summary: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Index entries of the samples and their children, by name (children by their path inside)."""
    assert summary["outstanding"] == 0, summary
    return by_name(all_entries(flow), EXPECTED)


def test_every_submission_is_accounted_for(summary: dict[str, Any]) -> None:
    outcomes = ("complete", "empty", "partial", "unsupported", "failed", "rejected", "superseded", "erased")
    assert summary["submitted"] == sum(summary[name] for name in outcomes) + summary["outstanding"]
    children = sum(expected.get("children", 0) for expected in EXPECTED.values())
    assert (summary["submitted"], summary["children"]) == (len(EXPECTED) + children, children)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_comes_out_as_said(name: str, entries: dict[str, dict[str, Any]]) -> None:
    expected, entry = EXPECTED[name], entries[name]
    said = {key: expected[key] for key in SAME if key in expected}
    assert {key: entry.get(key) for key in said} == said, entry
    assert entry["children"] == expected.get("children", 0)
    if "language" in expected:
        assert entry["languages"][0] == expected["language"]


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if expected.get("phrases")])
def test_a_sample_is_found_on_its_page(name: str, flow: Any, entries: dict[str, dict[str, Any]]) -> None:
    missed = [
        phrase
        for phrase in EXPECTED[name]["phrases"]
        if phrase["unit"] not in units_with(flow, entries[name]["document_id"], phrase["text"])
    ]
    assert missed == []


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if expected.get("members")])
def test_what_is_inside_comes_out_too(name: str, entries: dict[str, dict[str, Any]]) -> None:
    for path, expected in EXPECTED[name]["members"].items():
        said = {key: expected[key] for key in SAME if key in expected}
        assert {key: entries[path].get(key) for key in said} == said
        assert entries[path]["parent_id"] == entries[name]["document_id"]


@pytest.mark.parametrize("name", EXPECTED)
def test_the_receipt_names_every_unit(name: str, flow: Any, entries: dict[str, dict[str, Any]]) -> None:
    entry = entries[name]
    record = flow.store.get_artifact(DocumentRecord, layout.document_record(entry["document_id"], entry["version"]))
    assert len(record.receipt.units) + record.receipt.beyond == entry["units"]
    assert record.document["outcome"] == entry["outcome"]
    assert len(record.children) == entry["children"]


def test_a_page_of_the_long_report_is_found_alone(flow: Any, entries: dict[str, dict[str, Any]]) -> None:
    ran = flow.ream("search", "--json", "Lindenmere")
    assert ran.returncode == 0, ran.stderr
    assert "hydrological-yearbook-2024.pdf" in ran.stdout
    assert units_with(flow, entries["hydrological-yearbook-2024.pdf"]["document_id"], "Lindenmere") == {150}


def test_names_and_contents_stay_off_the_topics(flow: Any, entries: dict[str, dict[str, Any]]) -> None:
    from ream_contracts import topics

    names = [topic.name for topic in topics.ALL if topic.name != "documents.submitted"]
    said = [repr(seen.message) for seen in flow.everything(*names)]
    assert len(said) > 100
    private = [name for name in EXPECTED] + ["Lindenmere", "Trasmonte", "vernis"]
    assert [word for word in private if any(word in line for line in said)] == []


def test_every_log_says_when_its_service_started(flow: Any) -> None:
    for name in flow.processes:
        lines = [json.loads(line) for line in flow.log(name).splitlines()]
        assert {line["stage"] for line in lines if line["event"] == "starting"} == {name}


def test_the_logs_hold_no_names_and_no_contents(flow: Any, entries: dict[str, dict[str, Any]]) -> None:
    private = [*EXPECTED, "Lindenmere", "Trasmonte"]
    assert [(name, word) for name in flow.processes for word in private if word in flow.log(name)] == []
