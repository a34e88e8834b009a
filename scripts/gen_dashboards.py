# SPDX-License-Identifier: Apache-2.0
"""Makes deploy/dashboards/saved-objects.ndjson from the index templates, so that Dashboards shows what is there.

`--check` changes nothing and fails when the file is out of date.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dashboard_objects import dumped
from dashboard_pages import pages

from ream_index.migrate import templates
from ream_index.settings import IndexSettings

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "deploy" / "dashboards" / "saved-objects.ndjson"
PREFIX = IndexSettings().prefix
TIME_FIELDS = {"documents": "submitted"}

KINDS = {
    "keyword": "string",
    "text": "string",
    "integer": "number",
    "long": "number",
    "date": "date",
    "boolean": "boolean",
    "float": "number",
    "flat_object": "unknown",
    "knn_vector": "unknown",
}
"""What Dashboards 3.4 calls the types that our templates use; it has no name for flat_object and knn_vector."""

META = (
    ("_id", "string", "_id", True),
    ("_index", "string", "_index", True),
    ("_score", "number", None, False),
    ("_source", "_source", "_source", False),
    ("_type", "string", None, False),
)
"""Name, kind, type and whether it can be searched and aggregated, of what every index has."""


def fields(properties: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields the fields of a mapping as an index pattern lists them.

    Raises:
        KeyError: a type that this script does not know; see KINDS.
    """
    for name, field in properties.items():
        if "properties" in field:
            if field.get("type") == "nested":
                yield _entry(name, "nested", "nested", False, False)
            yield from fields({f"{name}.{sub}": inner for sub, inner in field["properties"].items()})
            continue
        yield _field(name, field, None)
        for sub, inner in field.get("fields", {}).items():
            yield _field(f"{name}.{sub}", inner, name)


def _field(name: str, field: dict[str, Any], parent: str | None) -> dict[str, Any]:
    kind = field["type"]
    # These keep no columns, without which nothing can be counted or sorted.
    counted = kind not in ("text", "flat_object") and field.get("doc_values", True)
    # A vector is found by what is near it, which no search bar asks for.
    found = _entry(name, KINDS[kind], kind, field.get("index", kind != "knn_vector"), counted)
    return {**found, "subType": {"multi": {"parent": parent}}} if parent else found


def _entry(name: str, kind: str, type_: str | None, searchable: bool, aggregatable: bool) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "esTypes": [type_] if type_ else [],
        "count": 0,
        "scripted": False,
        "searchable": searchable,
        "aggregatable": aggregatable,
        "readFromDocValues": aggregatable and not name.startswith("_"),
    }


def index_pattern(kind: str, mappings: dict[str, Any]) -> dict[str, Any]:
    """Returns the index pattern of one index."""
    meta = (_entry(name, type_name, type_, able, able) for name, type_name, type_, able in META)
    listed = sorted([*fields(mappings["properties"]), *meta], key=lambda one: one["name"])
    attributes = {"title": f"{PREFIX}{kind}", "fields": dumped(listed)}
    if kind in TIME_FIELDS:
        attributes["timeFieldName"] = TIME_FIELDS[kind]
    return {
        "id": f"{PREFIX}{kind}",
        "type": "index-pattern",
        "attributes": attributes,
        "references": [],
        "migrationVersion": {"index-pattern": "7.6.0"},
    }


def generate() -> str:
    """Returns the whole file: one object a line, and last how many there are."""
    newest = {kind: body["mappings"] for kind, _, body in templates()}
    objects = [*(index_pattern(kind, mappings) for kind, mappings in sorted(newest.items())), *pages(PREFIX)]
    end = {"exportedCount": len(objects), "missingRefCount": 0, "missingReferences": []}
    return "".join(dumped(one) + "\n" for one in (*objects, end))


def main() -> int:
    """Writes the file, or with --check says whether it is out of date."""
    made = generate()
    if TARGET.exists() and TARGET.read_text("utf-8") == made:
        return 0
    if "--check" in sys.argv[1:]:
        print(f"out of date: {TARGET.relative_to(ROOT)}\nrun: .venv/bin/python scripts/gen_dashboards.py")
        return 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(made, "utf-8")
    print(f"written: {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
