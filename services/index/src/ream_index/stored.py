# SPDX-License-Identifier: Apache-2.0
"""Decides what an index built anew holds of a document, from the store alone: as it is, or as it was on a day."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ream_contracts import layout
from ream_contracts.artifacts import DocumentRecord, Source
from ream_index.work import Age, Message, Stored
from ream_kit import Store
from ream_kit.rerun import run_message
from ream_kit.retiring import retired

_RECORD = re.compile(r"documents/[^/]+/records/(?P<version>[0-9]+)\.json")
_INGESTED = re.compile(r"documents/[^/]+/(?P<generation>[0-9]+)/(?:ingested|runs/(?P<run>[0-9]+))\.json")
_SEGMENT = re.compile(r"documents/[^/]+/(?P<generation>[0-9]+)/(?:segments|early)/(?P<run>[0-9]+)/[0-9]+\.json")


@dataclass(slots=True)
class Holdings:
    """What the names of a document's objects say.

    Attributes:
        versions: of its records, ascending.
        runs: the newest run of each generation that was taken in.
        pages: generations and runs of which pages were answered.
        retired: the last generation that was taken to retire those before it, which do not count; 0 where none was.
    """

    document_id: str
    versions: list[int] = field(default_factory=list)
    runs: dict[int, int] = field(default_factory=dict)
    pages: set[Age] = field(default_factory=set)
    retired: int = 0

    @classmethod
    def of(cls, document_id: str, names: Iterable[str]) -> "Holdings":
        """Reads the names, in whatever order."""
        names = list(names)
        made = cls(document_id, retired=retired(names))
        for name in names:
            if found := _RECORD.fullmatch(name):
                made.versions.append(int(found["version"]))
            elif found := _INGESTED.fullmatch(name):
                generation, run = int(found["generation"]), int(found["run"] or 1)
                made.runs[generation] = max(run, made.runs.get(generation, 1))
            elif found := _SEGMENT.fullmatch(name):
                made.pages.add((int(found["generation"]), int(found["run"])))
        made.versions = sorted(version for version in made.versions if age_of(version)[0] > made.retired)
        made.runs = {generation: run for generation, run in made.runs.items() if generation > made.retired}
        made.pages = {age for age in made.pages if age[0] > made.retired}
        return made

    @property
    def version(self) -> int:
        """Of the newest record; 0 without any."""
        return self.versions[-1] if self.versions else 0

    @property
    def unfinished(self) -> list[Age]:
        """Runs that are newer than the newest record, and have pages that can be found, oldest first."""
        finished = age_of(self.version)
        return sorted(age for age in self.pages if age > finished)


def age_of(version: int) -> Age:
    """Generation and run of a version."""
    return version >> 40, version >> 24 & 0xFFFF


def messages(store: Store, held: Holdings, until: str | None = None) -> Iterator[Message]:
    """Yields what has to be written of a document.

    Args:
        store: where it lies.
        held: what there is of it.
        until: time in ISO 8601; what came later is left out. Pages of a document that was not completed by then are
            left out too: when they were read is not kept.

    Raises:
        Erased: it was erased.
        NotFound: something that its names promise is gone.
        ream_contracts.codec.Malformed: something is damaged.
    """
    record = _record(store, held, until)
    if record is not None:
        yield Stored(held.document_id, record.generation, record.run, record)
    elif (generation := _arrived(store, held, until)) is not None:
        run = held.runs[generation] if until is None else 1
        yield run_message(store, held.document_id, generation, run)
    if until is None:
        yield from (Stored(held.document_id, *age) for age in held.unfinished)


def _record(store: Store, held: Holdings, until: str | None) -> DocumentRecord | None:
    for version in reversed(held.versions):
        record = store.get_artifact(DocumentRecord, layout.document_record(held.document_id, version))
        if until is None or _moment(str(record.document.get("completed"))) < _moment(until):
            return record
    return None


def _arrived(store: Store, held: Holdings, until: str | None) -> int | None:
    for generation in sorted(held.runs, reverse=True):
        if until is None or _moment(taken_in(store, held.document_id, generation)) < _moment(until):
            return generation
    return None


def taken_in(store: Store, document_id: str, generation: int) -> str:
    """Says when ingest took a generation in, ISO 8601.

    Raises:
        NotFound: it never did.
    """
    return store.get_artifact(Source, layout.source(document_id, generation)).submitted


def end_of(day: date) -> str:
    """The first moment after a day, in UTC, ISO 8601."""
    return f"{day + timedelta(days=1)}T00:00:00+00:00"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
