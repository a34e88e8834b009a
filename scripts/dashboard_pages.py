# SPDX-License-Identifier: Apache-2.0
"""Decides which dashboards there are, and what each shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dashboard_objects import (
    WIDE,
    Panel,
    SavedObject,
    by,
    dashboard,
    metric,
    only,
    over_time,
    saved_search,
    there,
    visualization,
    words,
)

SHOWN = ("name", "document_id", "unit", "label", "heading", "text", "thumbnail")
"""Columns of the saved search, in the order of a person's questions: which document, which page, what does it say."""
WRONG = ("partial", "failed", "unsupported", "rejected")
_FIND = (
    "Words in documents, down to the page: write  text: word  in the search bar. *thumbnail* is the small picture of "
    "the first page: a link where REAM_DASHBOARDS_PICTURES was set, else `ream show DOCUMENT_ID --thumbnail FILE` "
    "writes it."
)
_AGAIN = (
    "To see why: `ream show DOCUMENT_ID`. To run again what failed: `ream replay --where 'outcome = failed'`, or the "
    "dead letters: `ream dead-letters redrive --dry-run`, then without `--dry-run`."
)
_FLOW = (
    "Lag by service, and what each waits for: `ream status`. Times of stages: the metrics of the services (Grafana: "
    "`deploy/grafana/ream.json`). *Searchable* counts the seconds from submission until all of a document is found; "
    "*read* those until every part was read and classified, *indexed* those from then on."
)
_ONE = (
    'Write `document_id: "…"` in the search bar. The file, its receipt page by page and its text: `ream show '
    "DOCUMENT_ID`; what is like it: `ream search --like DOCUMENT_ID`."
)


def pages(prefix: str) -> Iterator[SavedObject]:
    """Yields every saved search, visualization and dashboard, those that are shown before those that show them."""
    for made in (_find, _flow, _held, _personal, _wrong, _one):
        yield from made(prefix, f"{prefix}documents", f"{prefix}passages")


def _pie(prefix: str, name: str, title: str, index: str, field: str) -> SavedObject:
    params = {"isDonut": True, "addTooltip": True, "addLegend": True, "legendPosition": "right"}
    return visualization(f"{prefix}{name}", title, "pie", index, [metric(), by(field)], params)


def _page(prefix: str, name: str, title: str, description: str, panels: list[Panel]) -> Iterator[SavedObject]:
    yield from (panel.shown for panel in panels)
    yield dashboard(f"{prefix}{name}", title, description, panels)


def _find(prefix: str, documents: str, passages: str) -> Iterator[SavedObject]:
    found = saved_search(f"{prefix}find", "Find", _FIND, passages, SHOWN, ("_score", "desc"))
    facets = [
        ("type", "type"),
        ("language", "language"),
        ("source", "namespace"),
        ("sensitivity", "document_sensitivity"),
    ]
    pies = [_pie(prefix, f"find-{name}", f"Pages by {name}", passages, field) for name, field in facets]
    panels = [*(Panel(one, 12, 10) for one in pies), Panel(found, WIDE, 30)]
    yield from _page(prefix, "find-page", "Find", _FIND, panels)


def _flow(prefix: str, documents: str, passages: str) -> Iterator[SavedObject]:
    outcomes = [metric(), over_time("submitted"), by("outcome", "group")]
    seconds = [_seconds("complete"), over_time("submitted")]
    stages = [_seconds("read"), _seconds("index"), over_time("submitted")]
    methods = [metric(), _seconds("complete"), by("methods", "bucket")]
    panels = [
        Panel(visualization(f"{prefix}flow-outcomes", "Outcomes over time", "histogram", documents, outcomes), 24),
        Panel(
            visualization(f"{prefix}flow-seconds", "Seconds to searchable, p50 and p95", "line", documents, seconds), 24
        ),
        Panel(visualization(f"{prefix}flow-stages", "Seconds by stage: read, indexed", "line", documents, stages), 24),
        Panel(
            visualization(
                f"{prefix}flow-by-method", "Seconds to searchable, by how text was got", "table", documents, methods
            ),
            24,
        ),
        Panel(_pie(prefix, "flow-readiness", "How far documents are", documents, "readiness")),
        Panel(_pie(prefix, "flow-methods", "How text was got", documents, "methods")),
        Panel(words(f"{prefix}flow-words", "More", _FLOW)),
    ]
    yield from _page(prefix, "flow", "Flow", "What came in, what became of it, and how long that took.", panels)


def _seconds(until: str) -> dict[str, Any]:
    return metric("percentiles", f"seconds_to_{until}", percents=[50, 95])


def _held(prefix: str, documents: str, passages: str) -> Iterator[SavedObject]:
    facets = [
        ("type", "type"), ("languages", "languages"), ("sensitivity", "sensitivity"), ("source", "namespace"),
        ("media-type", "media_type"), ("outcome", "outcome"),
    ]  # fmt: skip
    totals = [metric(), metric("sum", "size"), metric("sum", "units"), metric("cardinality", "root_id")]
    sizes = [metric("sum", "size"), by("namespace", "bucket"), by("media_type", "bucket", 10)]
    families = [metric(), metric("sum", "size"), by("root_id", "bucket", 20)]
    panels = [
        Panel(
            visualization(f"{prefix}held-totals", "Documents, bytes, units, families", "metric", documents, totals),
            WIDE,
            8,
        ),
        *(Panel(_pie(prefix, f"held-{name}", f"Documents by {name}", documents, field)) for name, field in facets),
        Panel(visualization(f"{prefix}held-sizes", "Bytes by source and media type", "table", documents, sizes), 24),
        Panel(visualization(f"{prefix}held-families", "Largest families", "table", documents, families), 24),
    ]
    yield from _page(prefix, "held", "What we hold", "Types, languages, sensitivity, sources, sizes, families.", panels)


def _personal(prefix: str, documents: str, passages: str) -> Iterator[SavedObject]:
    some = there("personal_data")
    where = [metric(), metric("sum", "personal_data_hits"), by("namespace", "bucket"), by("personal_data", "bucket")]
    columns = (
        "name", "namespace", "personal_data", "personal_data_hits", "personal_values", "sensitivity", "document_id",
    )  # fmt: skip
    said = "Most of it first. Values are shown to those who may see them."
    hits = saved_search(
        f"{prefix}personal-documents", "Documents with personal data", said, documents, columns,
        ("personal_data_hits", "desc"), some,
    )  # fmt: skip
    panels = [
        Panel(_pie(prefix, "personal-kinds", "Documents by kind of personal data", documents, "personal_data"), 24),
        Panel(visualization(f"{prefix}personal-where", "Kinds by source", "table", documents, where, filters=some), 24),
        Panel(hits, WIDE, 20),
    ]
    yield from _page(prefix, "personal", "Personal data", "Which kinds, where, and in whose documents.", panels)


def _wrong(prefix: str, documents: str, passages: str) -> Iterator[SavedObject]:
    wrong = only(outcome=WRONG)
    reasons = [metric(), by("outcome", "bucket"), by("cause", "bucket")]
    kinds = [metric(), by("media_type", "bucket"), by("cause", "bucket")]
    columns = ("name", "outcome", "cause", "reason", "missing", "document_id")
    files = saved_search(
        f"{prefix}wrong-documents", "Documents that are not whole", "The newest first.", documents, columns,
        ("submitted", "desc"), wrong,
    )  # fmt: skip
    panels = [
        Panel(visualization(f"{prefix}wrong-reasons", "Reasons", "table", documents, reasons, filters=wrong)),
        Panel(visualization(f"{prefix}wrong-kinds", "By media type", "table", documents, kinds, filters=wrong)),
        Panel(words(f"{prefix}wrong-words", "To run again", _AGAIN)),
        Panel(files, WIDE, 20),
    ]
    yield from _page(prefix, "wrong", "What went wrong", "Reasons, files, and how they are run again.", panels)


def _one(prefix: str, documents: str, passages: str) -> Iterator[SavedObject]:
    facts = (
        "name", "outcome", "readiness", "type", "type_confidence", "languages", "sensitivity", "units", "units_read",
        "missing", "reason", "submitted", "completed", "document_id",
    )  # fmt: skip
    entry = saved_search(
        f"{prefix}one-entry", "The document", "What was decided of it.", documents, facts, ("submitted", "desc")
    )
    columns = ("unit", "part", "label", "heading", "language", "method", "confidence", "sensitivity", "text")
    text = saved_search(f"{prefix}one-pages", "Its pages", "In their order.", passages, columns, ("unit", "asc"))
    panels = [Panel(words(f"{prefix}one-words", "Which", _ONE), WIDE, 6), Panel(entry, WIDE, 10), Panel(text, WIDE, 30)]
    yield from _page(prefix, "one", "One document", "All that is known of one document.", panels)
