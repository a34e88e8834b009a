# SPDX-License-Identifier: Apache-2.0
"""Decides which documents, and which of their units, a stage runs again for.

The store is asked and not the index: it alone knows every unit and which artifact answered it, it is what the next run
starts from, and it is there when OpenSearch is not. Records are read as they come and what is chosen is kept in a file,
so that a million documents need no more memory than a hundred.
"""

from __future__ import annotations

import json
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum
from typing import IO, Any

from ream_cli.condition import Condition
from ream_cli.record_fields import FIELDS, Damaged, Record, Unit, read
from ream_contracts import redo, units
from ream_contracts.messages import DocumentIngested, Redo
from ream_index.stored import Holdings, age_of
from ream_kit import Erased, Store
from ream_kit.rerun import run_message
from ream_kit.store import NotFound
from ream_kit.store_walk import documents

_THREADS = 8
_AHEAD = 64
MOST_NAMED = 20
_SEEN_BY_OCR = ("page", "image")
"""Kinds of units that may be handed to ocr: all others are text, or hold documents of their own."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be run again.

    Attributes:
        condition: for which documents; None for all that are asked about.
    """

    stage: str
    parameters: dict[str, Any]
    condition: Condition | None = None

    @property
    def by_unit(self) -> bool:
        """Whether only some units of a document may be meant."""
        if self.condition is None or self.stage not in redo.BY_UNIT:
            return False
        return any(FIELDS[name].of_unit for name in self.condition.fields)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A document for which the stage runs again.

    Attributes:
        ranges: the units that it is for; none means all.
        count: how many units the stage works on again.
        begun: a run that was taken for this very wish before; None when it is to be taken.
    """

    document_id: str
    generation: int
    ranges: units.Ranges
    count: int
    begun: int | None = None


@dataclass(slots=True)
class Counts:
    """What was found.

    Attributes:
        looked_at: documents that the store has.
        documents: chosen.
        units: of them, worked on again.
        begun: of the chosen, those whose run was taken before, and is only said again.
        in_work: for which the condition may hold when they are completed: not chosen.
        without_work: for which it holds, and which have nothing that this stage works on.
        retired: that left the index because of their age, and are left out.
        damaged: by id, why a record could not be read; the first twenty.
    """

    looked_at: int = 0
    documents: int = 0
    units: int = 0
    begun: int = 0
    in_work: int = 0
    without_work: int = 0
    erased: int = 0
    retired: int = 0
    damaged_documents: int = 0
    damaged: dict[str, str] = field(default_factory=dict)


class Selection:
    """The documents that were chosen, in a file of their own; gone when it is closed."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._file: IO[str] = tempfile.TemporaryFile("w+", encoding="ascii", prefix="ream-")  # noqa: SIM115

    def __enter__(self) -> Selection:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, chosen: Chosen) -> None:
        """Takes a document."""
        self.counts.documents += 1
        self.counts.units += chosen.count
        self.counts.begun += chosen.begun is not None
        row = [chosen.document_id, chosen.generation, chosen.ranges, chosen.count, chosen.begun]
        self._file.write(json.dumps(row) + "\n")

    def __iter__(self) -> Iterator[Chosen]:
        """Yields the documents in the order in which they were taken."""
        self._file.seek(0)
        for line in self._file:
            document_id, generation, ranges, count, begun = json.loads(line)
            yield Chosen(document_id, generation, tuple((first, last) for first, last in ranges), count, begun)
        self._file.seek(0, 2)


def select(store: Store, wish: Wish, only: Iterable[str] | None = None) -> Selection:
    """Goes through the store, and takes the documents for which the condition holds.

    Args:
        store: where they lie.
        wish: what is to be run again, and for which.
        only: ids that are asked about; None for all.

    Raises:
        Retry: the store is away.
    """
    selection = Selection()
    listed = documents(store) if only is None else ((one, list(store.names(f"documents/{one}/"))) for one in only)
    running: deque[Future[Found]] = deque()
    with ThreadPoolExecutor(_THREADS) as pool:
        for document_id, names in listed:
            running.append(pool.submit(_looked_at, store, wish, document_id, names))
            if len(running) >= _AHEAD:
                _take(selection, running.popleft().result())
        while running:
            _take(selection, running.popleft().result())
    return selection


class Passed(Enum):
    """Why a document was not chosen."""

    IN_WORK = "it is not completed"
    WITHOUT_WORK = "there is nothing that the stage works on"
    ERASED = "it was erased"
    RETIRED = "it is too old to be kept in the index"
    OTHER = "the condition does not hold"


@dataclass(frozen=True, slots=True)
class Broken:
    """A document whose record cannot be read."""

    document_id: str
    why: str


Found = Chosen | Passed | Broken


def _take(selection: Selection, found: Found) -> None:
    counts = selection.counts
    counts.looked_at += 1
    match found:
        case Chosen():
            selection.add(found)
        case Passed.IN_WORK:
            counts.in_work += 1
        case Passed.WITHOUT_WORK:
            counts.without_work += 1
        case Passed.ERASED:
            counts.erased += 1
        case Passed.RETIRED:
            counts.retired += 1
        case Broken():
            counts.damaged_documents += 1
            if len(counts.damaged) < MOST_NAMED:
                counts.damaged[found.document_id] = found.why


def _looked_at(store: Store, wish: Wish, document_id: str, names: list[str]) -> Found:
    held = Holdings.of(document_id, names)
    if not held.runs:
        # Else ingest has not finished taking it in.
        return Passed.RETIRED if held.retired else Passed.IN_WORK
    newest = max((generation, run) for generation, run in held.runs.items())
    try:
        if not held.version:
            return Passed.IN_WORK
        record = read(store, document_id, held.version, wish.condition.fields if wish.condition else ())
        chosen = choose(wish, record)
        if age_of(held.version) < newest:
            return _begun(store, wish, chosen, newest, record)
    except Erased:
        return Passed.ERASED
    except (Damaged, NotFound) as error:
        return Broken(document_id, str(error))
    return chosen


def choose(wish: Wish, record: Record) -> Chosen | Passed:
    """Says for which units of a document the stage runs again, if for any.

    Raises:
        Damaged: the record's receipt is none.
    """
    every = list(record.units())
    worked_on = {unit.number for unit in every if _works_on(wish.stage, unit, record)}
    if wish.condition is None:
        matching: set[int] | None = None
    elif any(FIELDS[name].of_unit for name in wish.condition.fields):
        lines = every or [Unit(0, "", record.values)]
        matching = {unit.number for unit in lines if wish.condition.holds(unit.values)}
        if not matching:
            return Passed.OTHER
    elif wish.condition.holds(record.values):
        matching = None
    else:
        return Passed.OTHER
    if matching is not None and every and wish.by_unit:
        return _some(wish, record, worked_on, matching)
    if not worked_on and wish.stage != "extract":
        return Passed.WITHOUT_WORK
    if matching is not None and every and not matching & worked_on:
        return Passed.WITHOUT_WORK
    return Chosen(record.document_id, record.generation, (), len(worked_on))


def _some(wish: Wish, record: Record, worked_on: set[int], matching: set[int]) -> Chosen | Passed:
    asked = matching & worked_on
    if not asked:
        return Passed.WITHOUT_WORK
    ranges = () if asked == worked_on else redo.narrow(units.of(asked))
    count = sum(not ranges or units.contains(ranges, unit) for unit in worked_on)
    return Chosen(record.document_id, record.generation, ranges, count)


def _works_on(stage: str, unit: Unit, record: Record) -> bool:
    if stage == "ocr":
        lost = unit.state in ("failed", "expired") and any(kind in _SEEN_BY_OCR for kind in unit.values["unit_kind"])
        return lost or unit.number in record.by_ocr
    if stage == "classify":
        return unit.state in ("read", "incomplete", "not-applicable")
    return True  # extract works on all that was planned


def _begun(
    store: Store, wish: Wish, chosen: Chosen | Passed, newest: tuple[int, int], record: Record
) -> Chosen | Passed:
    """A run that was taken for this wish is said again: the command that took it may have been ended before it did."""
    if not isinstance(chosen, Chosen) or newest[0] != record.generation:
        return Passed.IN_WORK
    message: DocumentIngested = run_message(store, record.document_id, *newest)
    same = Redo(wish.stage, wish.parameters, newest[1], chosen.ranges)
    if not message.redo or message.redo[-1] != same or newest[1] != record.run + 1:
        return Passed.IN_WORK
    return Chosen(chosen.document_id, chosen.generation, chosen.ranges, chosen.count, newest[1])
