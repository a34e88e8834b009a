# SPDX-License-Identifier: Apache-2.0
"""Decides when two pairs of indices say the same: whatever was killed or repeated on the way, this must not differ.

Ids and all fields count but times, revision and attempts. What is measured must be at rest: entries that change
meanwhile are seen before or after.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch

from ream_index.documents import COMPLETE
from ream_index.opensearch import Indices, ask

LEFT_OUT = frozenset(
    (
        "submitted", "ingested", "completed", "revision", "version", "attempts", "seconds_to_complete",
        "seconds_to_read", "seconds_to_index", "duplicate_of",
    )
)  # fmt: skip
"""Times, and what counts how often something was tried or improved; the version holds the revision. Of two documents
with the same bytes, either may come first and have the other called its duplicate."""
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as far as it counts.

    Attributes:
        place: sorts lines: kind of index, document, unit, part.
        id: of the entry.
        fields: what it says, without what is left out.
    """

    place: tuple[str, str, int, int]
    id: str
    fields: dict[str, Any]

    @property
    def digest(self) -> str:
        """Hash of the id and all fields."""
        text = json.dumps([self.id, self.fields], sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()


def fingerprint(client: OpenSearch, prefix: str) -> str:
    """Returns the fingerprint of what people find by now: of the indices behind the aliases of an installation.

    Raises:
        Retry: OpenSearch is away.
        NoIndex: there are no such indices; it is a Retry.
        Reject: it refuses the request.
    """
    return digest(entries(client, prefix))


def entries(client: OpenSearch, prefix: str) -> Iterator[Line]:
    """Yields the lines of the indices behind the aliases, sorted; see `lines`."""
    own = Indices(client, prefix)
    return lines(client, own.documents, own.passages)


def lines(client: OpenSearch, documents: str, passages: str) -> Iterator[Line]:
    """Yields every entry of two indices, sorted, a page of them in memory at a time.

    Raises:
        Retry: OpenSearch is away.
        NoIndex: there are no such indices; it is a Retry.
        Reject: it refuses the request.
    """
    ask(lambda: client.indices.refresh(index=f"{documents},{passages}"))
    # The text of a whole document may be a million characters.
    for hit in _all(client, documents, ["document_id"], 50):
        yield _line("documents", hit)
    for hit in _all(client, passages, ["document_id", "unit", "part"], 1000):
        yield _line("passages", hit)


def digest(found: Iterable[Line]) -> str:
    """Returns one hash of sorted lines."""
    whole = hashlib.sha256()
    for line in found:
        whole.update(f"{line.digest}\n".encode())
    return whole.hexdigest()


def explain(one: Iterable[Line], other: Iterable[Line], names: tuple[str, str] = ("one", "other")) -> Iterator[str]:
    """Yields a sentence for each entry in which two sorted lists of lines differ; none where they say the same."""
    left, right = iter(one), iter(other)
    mine, yours = next(left, None), next(right, None)
    while mine is not None or yours is not None:
        if yours is None or (mine is not None and mine.place < yours.place):
            assert mine is not None  # noqa: S101 (one of the two is there)
            yield f"{mine.place[0]} {mine.id}: only in {names[0]}"
            mine = next(left, None)
        elif mine is None or yours.place < mine.place:
            yield f"{yours.place[0]} {yours.id}: only in {names[1]}"
            yours = next(right, None)
        else:
            for field in _differing(mine, yours):
                said = (
                    f"{_short(line.fields.get(field))} in {name}"
                    for line, name in zip((mine, yours), names, strict=True)
                )
                yield f"{mine.place[0]} {mine.id}: {field} is {', '.join(said)}"
            mine, yours = next(left, None), next(right, None)


def _differing(mine: Line, yours: Line) -> list[str]:
    both = mine.fields.keys() | yours.fields.keys()
    return sorted(name for name in both if mine.fields.get(name, _MISSING) != yours.fields.get(name, _MISSING))


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 60 else f"{text[:57]}... ({len(text)} characters)"


def _all(client: OpenSearch, index: str, order: list[str], size: int) -> Iterator[dict[str, Any]]:
    body: dict[str, Any] = {"size": size, "sort": [{field: "asc"} for field in order]}
    while hits := ask(lambda: client.search(index=index, body=body))["hits"]["hits"]:
        yield from hits
        body["search_after"] = hits[-1]["sort"]


def _line(kind: str, hit: dict[str, Any]) -> Line:
    source = hit["_source"]
    place = (kind, source["document_id"], source.get("unit", 0), source.get("part", 0))
    fields = {name: value for name, value in source.items() if name not in LEFT_OUT}
    if fields.get("readiness") in COMPLETE:
        fields["readiness"] = COMPLETE[0]  # nothing waits for vectors, and so does nobody who compares
    return Line(place, hit["_id"], fields)
