# SPDX-License-Identifier: Apache-2.0
"""Follows documents from their submission: what the topics say of them, and when their first passage is found."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException

from ream_bench.inputs import Paper
from ream_contracts import topics
from ream_contracts.messages import DocumentCompleted, DocumentIndexed, DocumentIngested, PartManifest, PartSegment

FOLLOWED = (
    topics.DOCUMENTS_INGESTED.name,
    topics.DOCUMENTS_PARTS.name,
    topics.DOCUMENTS_COMPLETED.name,
    topics.DOCUMENTS_INDEXED.name,
)
STEPS = ("ingested", "planned", "read", "completed", "indexed")
"""What is noted of a document, in the order of its way: in the store; its pages counted; its last page read and
classified; all answers in; searchable as a whole."""

POLL_SECONDS = 0.25
_ASKED_AT_ONCE = 200


@dataclass(slots=True)
class Trip:
    """One document on its way; moments in seconds since 1970.

    Attributes:
        moments: by step; the first of each, but of the pages read the last.
        hit: when a search found its first passage; None while none was, or where nobody looks.
        wants_hit: whether anybody looks for its first passage.
    """

    paper: Paper
    document_id: str
    submitted: float
    wants_hit: bool
    moments: dict[str, float]
    hit: float | None = None
    outcome: str | None = None

    @property
    def ended(self) -> bool:
        """Whether it is searchable as a whole."""
        return "indexed" in self.moments

    @property
    def to_complete(self) -> float | None:
        """Seconds from the submission until it was searchable as a whole."""
        return self.moments["indexed"] - self.submitted if self.ended else None

    @property
    def to_hit(self) -> float | None:
        """Seconds from the submission until a search found its first passage."""
        return self.hit - self.submitted if self.hit is not None else None


def note(trips: Mapping[str, Trip], message: Any, at: float) -> None:
    """Notes what a record says, where it speaks of a document that is followed.

    Args:
        trips: by document.
        message: any message of the topics followed.
        at: when it was written.
    """
    trip = trips.get(message.document_id)
    if trip is None:
        return
    step = _step(message)
    if step is not None and (step == "read" or step not in trip.moments):
        trip.moments[step] = max(at, trip.moments.get(step, at))
    if isinstance(message, DocumentIndexed):
        trip.outcome = message.outcome


def _step(message: Any) -> str | None:
    kinds: Iterable[tuple[type, str]] = (
        (DocumentIngested, "ingested"),
        (PartManifest, "planned"),
        (PartSegment, "read"),
        (DocumentCompleted, "completed"),
        (DocumentIndexed, "indexed"),
    )
    return next((step for kind, step in kinds if isinstance(message, kind)), None)


class HitWatch(threading.Thread):
    """Asks OpenSearch again and again which documents have a passage that a search finds."""

    def __init__(self, client: OpenSearch, index: str, trips: Callable[[], list[Trip]]) -> None:
        """Prepares.

        Args:
            client: of the application's user.
            index: the passages.
            trips: gives those that are on their way.
        """
        super().__init__(name="hit-watch", daemon=True)
        self.failed = 0
        self._client, self._index, self._trips = client, index, trips
        self._over = threading.Event()

    def run(self) -> None:
        """Asks until stopped."""
        while not self._over.wait(POLL_SECONDS):
            self.ask()

    def ask(self) -> None:
        """Asks once, if anybody waits, and notes what was found."""
        waiting = [trip for trip in self._trips() if trip.wants_hit and trip.hit is None][:_ASKED_AT_ONCE]
        if not waiting:
            return
        try:
            found = self._found([trip.document_id for trip in waiting])
        except OpenSearchException:
            self.failed += 1  # shown in the result; the next question is a quarter of a second away
            return
        now = time.time()
        for trip in waiting:
            trip.hit = now if trip.document_id in found else None

    def _found(self, ids: list[str]) -> set[str]:
        body = {
            "size": 0,
            "query": {"terms": {"document_id": ids}},
            "aggs": {"documents": {"terms": {"field": "document_id", "size": len(ids)}}},
        }
        answer = self._client.search(index=self._index, body=body, params={"request_cache": "false"})
        return {bucket["key"] for bucket in answer["aggregations"]["documents"]["buckets"]}

    def stop(self) -> None:
        """Ends asking."""
        self._over.set()
        self.join()
