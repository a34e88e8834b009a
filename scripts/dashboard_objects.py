# SPDX-License-Identifier: Apache-2.0
"""Builds saved objects of OpenSearch Dashboards (searches, visualizations, dashboards) as its own export does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

INDEX = "kibanaSavedObjectMeta.searchSourceJSON.index"
WIDE = 48
"""Columns of a dashboard's grid."""
SavedObject = dict[str, Any]


def dumped(value: Any) -> str:
    """JSON as saved objects hold it inside."""
    return json.dumps(value, separators=(",", ":"))


def only(**terms: Sequence[str]) -> list[dict[str, Any]]:
    """Filters: each field has one of the values."""
    return [_filter(field, {"terms": {field: list(values)}}) for field, values in terms.items()]


def there(field: str) -> list[dict[str, Any]]:
    """A filter: the field has a value."""
    return [_filter(field, {"exists": {"field": field}})]


def _filter(field: str, query: dict[str, Any]) -> dict[str, Any]:
    meta = {"alias": None, "disabled": False, "key": "query", "negate": False, "type": "custom", "value": dumped(query)}
    return {"$state": {"store": "appState"}, "meta": {**meta, "field": field}, "query": query}


def _source(filters: Sequence[dict[str, Any]] = (), **more: Any) -> str:
    return dumped({"query": {"query": "", "language": "kuery"}, "filter": list(filters), **more})


def saved_search(
    name: str,
    title: str,
    description: str,
    index: str,
    columns: Sequence[str],
    order: tuple[str, str],
    filters: Sequence[dict[str, Any]] = (),
) -> SavedObject:
    """A list of hits with some of their fields, found words marked."""
    source = _source(filters, highlightAll=True, version=True, indexRefName=INDEX)
    attributes = {
        "title": title,
        "description": description,
        "hits": 0,
        "columns": list(columns),
        "sort": [list(order)],
        "version": 1,
        "kibanaSavedObjectMeta": {"searchSourceJSON": source},
    }
    references = [{"name": INDEX, "type": "index-pattern", "id": index}]
    return _object("search", name, attributes, references, "7.9.3")


def metric(kind: str = "count", field: str | None = None, **params: Any) -> dict[str, Any]:
    """What is counted or measured."""
    return {"type": kind, "schema": "metric", "params": {**({"field": field} if field else {}), **params}}


def by(field: str, schema: str = "segment", size: int = 20) -> dict[str, Any]:
    """A division by the values of a field."""
    other = {"otherBucket": False, "missingBucket": False}
    params = {"field": field, "orderBy": "1", "order": "desc", "size": size, **other}
    return {"type": "terms", "schema": schema, "params": params}


def over_time(field: str) -> dict[str, Any]:
    """A division by time, as fine as the chosen time needs."""
    params = {"field": field, "interval": "auto", "min_doc_count": 1, "drop_partials": False, "extended_bounds": {}}
    return {"type": "date_histogram", "schema": "segment", "params": params}


def visualization(
    name: str,
    title: str,
    kind: str,
    index: str | None,
    aggregations: Sequence[dict[str, Any]] = (),
    params: dict[str, Any] | None = None,
    filters: Sequence[dict[str, Any]] = (),
) -> SavedObject:
    """A picture or table of what is counted; the first aggregation is the one that the others are ordered by."""
    numbered = [{"id": str(number), "enabled": True, **one} for number, one in enumerate(aggregations, 1)]
    state = {"title": title, "type": kind, "params": {"type": kind, **(params or {})}, "aggs": numbered}
    source = _source(filters, indexRefName=INDEX) if index else _source()
    attributes = {
        "title": title,
        "visState": dumped(state),
        "uiStateJSON": "{}",
        "description": "",
        "version": 1,
        "kibanaSavedObjectMeta": {"searchSourceJSON": source},
    }
    references = [{"name": INDEX, "type": "index-pattern", "id": index}] if index else []
    return _object("visualization", name, attributes, references, "7.10.0")


def words(name: str, title: str, text: str) -> SavedObject:
    """A panel of text."""
    params = {"fontSize": 12, "openLinksInNewTab": False, "markdown": text}
    return visualization(name, title, "markdown", None, params=params)


@dataclass(frozen=True, slots=True)
class Panel:
    """Something on a dashboard, with its size on the grid."""

    shown: SavedObject
    width: int = 16
    height: int = 14


def dashboard(name: str, title: str, description: str, panels: Sequence[Panel]) -> SavedObject:
    """A page of panels, laid from left to right, each row as high as its highest."""
    laid, references = [], []
    x = y = row = 0
    for number, panel in enumerate(panels):
        if x + panel.width > WIDE:
            x, y, row = 0, y + row, 0
        place = {"x": x, "y": y, "w": panel.width, "h": panel.height, "i": str(number + 1)}
        reference = f"panel_{number}"
        laid.append(
            {
                "version": "3.4.0",
                "gridData": place,
                "panelIndex": str(number + 1),
                "embeddableConfig": {},
                "panelRefName": reference,
            }
        )
        references.append({"name": reference, "type": panel.shown["type"], "id": panel.shown["id"]})
        x, row = x + panel.width, max(row, panel.height)
    attributes = {
        "title": title,
        "hits": 0,
        "description": description,
        "panelsJSON": dumped(laid),
        "optionsJSON": dumped({"hidePanelTitles": False, "useMargins": True}),
        "version": 1,
        "timeRestore": False,
        "kibanaSavedObjectMeta": {"searchSourceJSON": _source()},
    }
    return _object("dashboard", name, attributes, references, "7.9.3")


def _object(
    kind: str, name: str, attributes: dict[str, Any], references: list[dict[str, Any]], version: str
) -> SavedObject:
    return {
        "id": name,
        "type": kind,
        "attributes": attributes,
        "references": references,
        "migrationVersion": {kind: version},
    }
