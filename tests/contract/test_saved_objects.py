# SPDX-License-Identifier: Apache-2.0
"""What compose brings into OpenSearch Dashboards is whole, and names only fields that the real indices have."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch

from ream_contracts import layout
from ream_contracts.artifacts import Source
from ream_index import documents
from ream_index.contents import Contents
from ream_index.migrate import migrate
from ream_index.opensearch import connect
from ream_index.settings import IndexSettings, OpenSearchSettings
from ream_index.testing import completed, unmake
from ream_kit import Store
from ream_kit.store_memory import MemoryBlobs
from ream_local.testing import OpenSearchServer
from ream_tests.generators import check

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "gen_dashboards.py"
LINES = (ROOT / "deploy" / "dashboards" / "saved-objects.ndjson").read_text("utf-8").splitlines()
OBJECTS = [json.loads(line) for line in LINES[:-1]]
END = json.loads(LINES[-1])
INNER = ("fields", "searchSourceJSON", "visState", "uiStateJSON", "panelsJSON", "optionsJSON")
PATTERNS = [one["attributes"] for one in OBJECTS if one["type"] == "index-pattern"]
META = {"_id", "_index", "_score", "_source", "_type"}


def faults(objects: list[dict[str, Any]], end: dict[str, Any]) -> list[str]:
    """Names what an import would stumble over."""
    found = []
    keys = [(one["type"], one["id"]) for one in objects]
    found += [f"twice: {key}" for key in set(keys) if keys.count(key) > 1]
    if end != {"exportedCount": len(objects), "missingRefCount": 0, "missingReferences": []}:
        found.append("the last line does not say what came")
    for one in objects:
        if set(one) != {"id", "type", "attributes", "references", "migrationVersion"}:
            found.append(f"{one['id']}: envelope")
        if set(one["migrationVersion"]) != {one["type"]}:
            found.append(f"{one['id']}: migrationVersion of another type")
        found += [f"{one['id']}: no {r['id']}" for r in one["references"] if (r["type"], r["id"]) not in keys]
        named = {reference["name"] for reference in one["references"]}
        found += [f"{one['id']}: {name} leads nowhere" for name in sorted(ref_names(one["attributes"]) - named)]
    return found


def ref_names(value: Any) -> set[str]:
    """Finds every reference that attributes, and the JSON inside them, name; fails where that is no JSON."""
    if isinstance(value, list):
        return {name for one in value for name in ref_names(one)}
    if not isinstance(value, dict):
        return set()
    names = set()
    for key, inner in value.items():
        if key.endswith("RefName"):
            names.add(inner)
        else:
            names |= ref_names(json.loads(inner) if key in INNER else inner)
    return names


def patterns() -> dict[str, list[dict[str, Any]]]:
    """Index -> its fields, as Dashboards is told."""
    found = [one["attributes"] for one in OBJECTS if one["type"] == "index-pattern"]
    return {one["title"]: json.loads(one["fields"]) for one in found}


def test_the_file_is_what_the_script_makes() -> None:
    assert check(SCRIPT) == (0, "")


def test_nothing_is_wrong_with_the_file() -> None:
    assert faults(OBJECTS, END) == []


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        ({"id": "ream-passages"}, "twice"),
        ({"references": []}, "leads nowhere"),
        ({"references": [{"name": "x", "type": "index-pattern", "id": "gone"}]}, "no gone"),
        ({"migrationVersion": {"dashboard": "7.9.3"}}, "migrationVersion"),
        ({"updated_at": "today"}, "envelope"),
    ],
)
def test_a_planted_fault_is_seen(planted: dict[str, Any], fault: str) -> None:
    search = named("ream-find")
    as_type = {"type": "index-pattern"} if fault == "twice" else {}
    seen = faults([one for one in OBJECTS if one is not search] + [{**search, **planted, **as_type}], END)
    assert any(fault in one for one in seen)
    assert faults(OBJECTS[1:], END) != []


def named(name: str) -> dict[str, Any]:
    return next(one for one in OBJECTS if one["id"] == name)


def source_of(one: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(one["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
    return found


def test_there_are_patterns_of_both_indices_and_a_search_with_highlights() -> None:
    assert set(patterns()) == {"ream-documents", "ream-passages"}
    search = named("ream-find")
    assert search["attributes"]["title"] == "Find"
    assert search["references"][0]["id"] == "ream-passages"
    assert source_of(search)["highlightAll"] is True
    assert search["attributes"]["columns"] == ["name", "document_id", "unit", "label", "heading", "text", "thumbnail"]


def test_there_is_a_dashboard_for_each_question() -> None:
    titles = {one["attributes"]["title"] for one in OBJECTS if one["type"] == "dashboard"}
    assert titles == {"Find", "Flow", "What we hold", "Personal data", "What went wrong", "One document"}


def test_panels_stand_side_by_side_and_never_on_each_other() -> None:
    for one in (one for one in OBJECTS if one["type"] == "dashboard"):
        taken: set[tuple[int, int]] = set()
        for panel in json.loads(one["attributes"]["panelsJSON"]):
            grid = panel["gridData"]
            cells = {
                (x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])
            }
            assert not cells & taken
            assert grid["x"] + grid["w"] <= 48
            taken |= cells


def test_every_column_is_a_field_of_its_pattern() -> None:
    for search in (one for one in OBJECTS if one["type"] == "search"):
        names = {field["name"] for field in patterns()[search["references"][0]["id"]]}
        assert set(search["attributes"]["columns"]) <= names


@pytest.fixture
def indices(opensearch: OpenSearchServer) -> Iterator[tuple[OpenSearch, str]]:
    prefix = f"ream-{uuid.uuid4().hex[:8]}-"
    admin = connect(
        OpenSearchSettings(opensearch.url, opensearch.admin.user, opensearch.admin.password, str(opensearch.ca_file))
    )
    migrate(admin, prefix)
    yield admin, prefix
    unmake(admin, prefix)
    admin.close()


@pytest.mark.servers
def test_the_fields_are_those_of_the_real_indices(indices: tuple[OpenSearch, str]) -> None:
    client, prefix = indices
    for title, fields in patterns().items():
        index = prefix + title.removeprefix(IndexSettings().prefix)
        real = client.field_caps(index=index, fields="*")["fields"]
        capable = {
            name: (list(kinds), kind["searchable"], kind["aggregatable"])
            for name, kinds in real.items()
            for kind in kinds.values()
            if not name.startswith("_") and "object" not in kinds
        }
        told = {
            one["name"]: (one["esTypes"], one["searchable"], one["aggregatable"])
            for one in fields
            if one["name"] not in META
        }
        assert told == capable


@pytest.mark.servers
def test_the_search_that_dashboards_makes_of_it_highlights_words_by_page(indices: tuple[OpenSearch, str]) -> None:
    client, prefix = indices
    entry = {"document_id": "a" * 32, "unit": 3, "unit_kind": "page", "part": 1, "text": "a lease of twelve years"}
    client.index(index=f"{prefix}passages", id="a", body=entry, refresh=True)
    search = named("ream-find")
    field, order = search["attributes"]["sort"][0]
    body = {
        "query": {"bool": {"filter": [{"match": {"text": "lease"}}]}},
        "sort": [{field: {"order": order}}],
        # What Dashboards sends when a search has highlightAll.
        "highlight": {"fields": {"*": {}}, "fragment_size": 2147483647, "pre_tags": ["<<"], "post_tags": [">>"]},
    }
    (hit,) = client.search(index=f"{prefix}passages", body=body)["hits"]["hits"]
    assert hit["highlight"] == {"text": ["a <<lease>> of twelve years"]}
    assert hit["_source"]["unit"] == 3


def aggregated(aggregations: list[dict[str, Any]]) -> dict[str, Any]:
    """What Dashboards asks for a visualization: divisions inside one another, in the innermost what is measured."""
    measured = {
        one["id"]: {one["type"]: {key: value for key, value in one["params"].items() if key in ("field", "percents")}}
        for one in aggregations
        if one["schema"] == "metric" and one["type"] != "count"
    }
    asked = measured
    for one in reversed([one for one in aggregations if one["schema"] != "metric"]):
        field = one["params"]["field"]
        if one["type"] == "terms":
            order = {"_count": "desc"}
            body: dict[str, Any] = {"terms": {"field": field, "size": one["params"]["size"], "order": order}}
        else:
            body = {"date_histogram": {"field": field, "fixed_interval": "1d", "min_doc_count": 1}}
        asked = {one["id"]: {**body, "aggs": asked} if asked else body}
    return asked


def asked_of(one: dict[str, Any]) -> dict[str, Any]:
    filters = [each["query"] for each in source_of(one)["filter"]]
    body: dict[str, Any] = {"query": {"bool": {"filter": filters}}}
    if one["type"] == "search":
        return {**body, "sort": [{field: {"order": order}} for field, order in one["attributes"]["sort"]]}
    return {**body, "size": 0, "aggs": aggregated(json.loads(one["attributes"]["visState"])["aggs"])}


def fields_of(aggregations: list[dict[str, Any]]) -> set[str]:
    return {one["params"]["field"] for one in aggregations if "field" in one["params"]}


DOCUMENT = {
    "document_id": "a" * 32, "root_id": "a" * 32, "name": "lease.pdf", "outcome": "partial", "cause": "encrypted",
    "media_type": "application/pdf", "size": 7, "units": 3, "type": "contract", "languages": ["en"],
    "sensitivity": "internal", "namespace": "default", "personal_data": ["iban"], "personal_data_hits": 2,
    "methods": ["ocr"], "readiness": "complete", "submitted": "2026-01-05T10:00:00Z", "seconds_to_complete": 1.5,
    "seconds_to_read": 1.0, "seconds_to_index": 0.5,
}  # fmt: skip
PASSAGE = {
    "document_id": "a" * 32, "unit": 3, "unit_kind": "page", "part": 1, "text": "a lease", "type": "contract",
    "language": "en", "namespace": "default", "document_sensitivity": "internal",
}  # fmt: skip


def test_every_field_that_is_asked_is_in_the_entry_of_a_complete_document() -> None:
    """A dashboard that asks for what only arrivals have would show none of the documents that are there."""
    store = Store(MemoryBlobs())
    done = completed(store, "a" * 32, ["one"])
    source = store.get_artifact(Source, layout.source("a" * 32, 1))
    entry = documents.completed(done, source, None, Contents(99), {}, "2026-01-05T10:00:01Z").body
    asked = {one["timeFieldName"] for one in PATTERNS if "timeFieldName" in one}
    for one in OBJECTS:
        if one["type"] == "search" and one["references"][0]["id"] == "ream-documents":
            asked |= {field for field, _ in one["attributes"]["sort"]}
        elif one["type"] == "visualization" and one["references"] and one["references"][0]["id"] == "ream-documents":
            asked |= fields_of(json.loads(one["attributes"]["visState"])["aggs"])
    assert asked <= entry.keys()
    assert "submitted" in asked


@pytest.mark.servers
def test_every_query_of_every_dashboard_finds_something(indices: tuple[OpenSearch, str]) -> None:
    """The one document and page there are show in each of them."""
    client, prefix = indices
    for kind, body in (("documents", DOCUMENT), ("passages", PASSAGE)):
        client.index(index=f"{prefix}{kind}", id="a", body=body, refresh=True)
    able = {title: {one["name"] for one in fields if one["aggregatable"]} for title, fields in patterns().items()}
    asked = 0
    for one in (one for one in OBJECTS if one["type"] in ("search", "visualization") and one["references"]):
        title = one["references"][0]["id"]
        answer = client.search(index=prefix + title.removeprefix(IndexSettings().prefix), body=asked_of(one))
        assert answer["hits"]["total"]["value"] == 1, one["id"]
        if one["type"] == "visualization":
            aggregations = json.loads(one["attributes"]["visState"])["aggs"]
            assert fields_of(aggregations) <= able[title], one["id"]
            assert all(found(each) for each in answer.get("aggregations", {}).values()), one["id"]
        asked += 1
    assert asked >= 25


def found(aggregation: dict[str, Any]) -> bool:
    """Whether it shows something, down to what is measured in the innermost division."""
    if "buckets" in aggregation:
        inner = [value for bucket in aggregation["buckets"] for value in bucket.values() if isinstance(value, dict)]
        return bool(aggregation["buckets"]) and all(map(found, inner))
    values = aggregation["values"].values() if "values" in aggregation else [aggregation["value"]]
    return all(value is not None for value in values)
