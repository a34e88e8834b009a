# SPDX-License-Identifier: Apache-2.0
"""Decides how OpenSearch behaves in memory, as far as index asks for it: for tests that need no server."""

import json
from typing import Any

from opensearchpy.exceptions import ConnectionError as NotReached


class Node:
    """OpenSearch as far as index asks for it: external versions, and deletions that leave theirs behind.

    Attributes:
        held: version and body by index and id; no body where it was deleted.
        refused: ids, names and texts of entries that are answered with 400.
        failing: indices and ids that are answered with 500, each so many times.
        away: nobody answers.
        keeps_text: False where a test must not hold what it wrote.
        requests: how many writes each request held.
        next: the index that is being built, by its alias.
        gone: indices that were taken away.
    """

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], tuple[int, dict[str, Any] | None]] = {}
        self.refused: set[str] = set()
        self.failing: dict[tuple[str, str], int] = {}
        self.away = False
        self.keeps_text = True
        self.requests: list[int] = []
        self.next: dict[str, str] = {}
        self.gone: set[str] = set()
        self.indices = self

    def get_alias(self, index: str, name: str) -> dict[str, Any]:
        """Names the indices behind an alias."""
        return {built: {"aliases": {alias: {}}} for alias, built in self.next.items()}

    def refresh(self, index: str) -> None:
        """Everything is seen at once here."""

    def bulk(self, body: str) -> dict[str, Any]:
        """Writes and deletes, one answer each."""
        if self.away:
            raise NotReached("N/A", "nobody there", None)
        items: list[dict[str, Any]] = []
        lines = iter(body.splitlines())
        for line in lines:
            ((kind, action),) = json.loads(line).items()
            source = json.loads(next(lines)) if kind == "index" else None
            items.append({kind: {"status": self._write(action, source)}})
        self.requests.append(len(items))
        return {"items": items}

    def _write(self, action: dict[str, Any], source: dict[str, Any] | None) -> int:
        place = (action["_index"], action["_id"])
        if place[0] in self.gone:
            return 404
        if source is not None and self.refused & self._refusable(place[1], source):
            return 400
        if self.failing.get(place):
            self.failing[place] -= 1
            return 500
        least = action["version"] + (0 if action["version_type"] == "external_gte" else -1)
        known = self.held.get(place)
        if known is not None and known[0] > least:
            return 409
        if source is not None and not self.keeps_text:
            source = {
                name: source[name] for name in ("document_id", "generation", "run", "readiness") if name in source
            }
        self.held[place] = (action["version"], source)
        return 200

    @staticmethod
    def _refusable(entry_id: str, source: dict[str, Any]) -> set[str]:
        """Whatever a passage says of its document is indexed in a way that takes anything."""
        return {entry_id, str(source.get("text")), *(() if "unit" in source else (source.get("name", ""),))}

    def mget(self, body: dict[str, Any], index: str, _source_includes: list[str]) -> dict[str, Any]:
        """Gives entries by id, refreshed or not."""
        docs = []
        for one in body["ids"]:
            source = self.held.get((index, one), (0, None))[1]
            docs.append({"_id": one, "found": source is not None, "_source": source})
        return {"docs": docs}

    def search(self, index: str, body: dict[str, Any]) -> dict[str, Any]:
        """Gives the ids of entries that a query of terms and ranges matches."""
        hits = [
            {"_id": one}
            for (where, one), (_, source) in self.held.items()
            if where == index and source is not None and _matches(body["query"], source)
        ]
        return {"hits": {"hits": hits[: body["size"]]}}

    def entries(self, index: str) -> dict[str, dict[str, Any]]:
        """Gives what is there now, by id."""
        return {one: source for (where, one), (_, source) in self.held.items() if where == index and source is not None}


def _matches(query: dict[str, Any], source: dict[str, Any]) -> bool:
    ((kind, asked),) = query.items()
    if kind == "bool":
        should = [_matches(one, source) for one in asked.get("should", ())]
        return all(_matches(one, source) for one in asked["filter"]) and (not should or any(should))
    ((name, value),) = asked.items()
    return bool(source[name] < value["lt"] if kind == "range" else source[name] == value)
