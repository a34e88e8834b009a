# SPDX-License-Identifier: Apache-2.0
"""Decides who plans and reads: cells, a run of pages at a time, and page by page where a run does not survive."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ream_extract.catalogue import Catalogue, Known
from ream_extract.office import ConversionFailed, Converter, Office
from ream_extract.parameters import Parameters
from ream_extract.reading import ChildRead, Item, Limits, Plan, UnitFailed
from ream_extract.settings import ExtractSettings
from ream_extract.wire import unpack, unpack_plan
from ream_kit import log, settings
from ream_kit.cells import Call, CellDied, CellFailed, Cells
from ream_kit.cells import Limits as CellLimits

_TARGET = "ream_extract.cell:work"
_OUR_FAULT = {"not-started", "closed"}
_LOG = log.logger("extract.reader")

Take = Callable[[Item, Path], None]


@dataclass(frozen=True, slots=True)
class Job:
    """A file to plan or read."""

    path: Path
    media_type: str
    extractor: str | None
    """None for a file that nobody reads."""
    parameters: Parameters
    converted: Path | None = None
    programs: bool = False
    """Whether reading it starts a program (antiword)."""


class Reader:
    """Plans and reads in cells; shared by all threads of the process.

    Args:
        call: runs one request in a cell.
        call_programs: the same in a cell that may start programs.
        office: converts legacy documents; None where that is switched off.
        chosen: the settings.

    Raises:
        CellDied, CellFailed: the cell cannot say which extractors there are.
    """

    def __init__(
        self,
        call: Callable[[Mapping[str, Any]], Call],
        call_programs: Callable[[Mapping[str, Any]], Call],
        office: Converter | None,
        chosen: ExtractSettings,
    ) -> None:
        self._call = call
        self._call_programs = call_programs
        self._office = office
        self.settings = chosen
        self.limits: Limits = chosen.limits()
        self.defaults = Parameters(chosen.ocr, chosen.pictures)
        self.catalogue = _catalogue(call)

    def plan(self, job: Job) -> Plan:
        """Plans a document; encrypted and damaged ones have a verdict.

        Raises:
            CellDied, CellFailed: by our own fault.
        """
        for answer in self._call(self._request(job, "plan", 0, 0, 0)):
            if "unreadable" in answer:
                return Plan((), **answer["unreadable"])
            return unpack_plan(answer)
        raise CellDied("bad-answer")

    def describe(self, job: Job) -> Mapping[str, str]:
        """Says what is known of a file that nobody reads; nothing where looking at it goes wrong."""
        try:
            return self.plan(job).metadata
        except (CellDied, CellFailed) as failure:
            _fault(failure)
            return {"properties": "unreadable"}

    def read(self, job: Job, first: int, last: int, child_budget: int, take: Take) -> None:
        """Reads a run of units and hands over each item while its files are there.

        A run that a cell does not survive is read again page by page, so that only the page that kills it is lost.
        Units may be handed over twice then: the last word counts.

        Raises:
            CellDied: no cell can be started.
        """
        try:
            self._run(job, first, last, child_budget, take)
        except (CellDied, CellFailed) as failure:
            cause = _fault(failure)
            _LOG.warning("run_lost", cause=cause, units=last - first + 1)
            if first == last:
                take(UnitFailed(first, cause), Path())
                return
            left = child_budget

            def counted(item: Item, scratch: Path) -> None:
                nonlocal left
                left -= item.size if isinstance(item, ChildRead) else 0
                take(item, scratch)

            for unit in range(first, last + 1):
                self.read(job, unit, unit, left, counted)

    def convert(self, original: Path, ending: str, put: Callable[[Path], None]) -> bool:
        """Converts a legacy document and hands over the result; False where that cannot be done."""
        if self._office is None:
            return False
        with tempfile.TemporaryDirectory(prefix="ream-extract-") as folder:
            target = Path(folder) / f"converted.{ending}"
            try:
                self._office.convert(original, target)
            except ConversionFailed as failure:
                _LOG.warning("conversion_failed", cause=failure.cause)
                return False
            put(target)
        return True

    def _run(self, job: Job, first: int, last: int, child_budget: int, take: Take) -> None:
        call = (self._call_programs if job.programs else self._call)(
            self._request(job, "read", first, last, child_budget)
        )
        missing = set(range(first, last + 1))
        with call:
            for answer in call:
                if "unreadable" in answer:
                    _fail(missing, answer["unreadable"]["cause"], take)
                    return
                item = _item(answer)
                if item.unit in missing:
                    missing.discard(item.unit)
                    take(item, call.scratch)
        # Nothing is silently missing: what an extractor left out is a failure of it.
        _fail(missing, "not-read", take)

    def _request(self, job: Job, what: str, first: int, last: int, child_budget: int) -> dict[str, Any]:
        return {
            "do": what,
            "path": str(job.path),
            "media_type": job.media_type,
            "extractor": job.extractor,
            "limits": asdict(self.limits),
            "ocr": job.parameters.ocr,
            "pictures": job.parameters.pictures,
            "converted": str(job.converted) if job.converted else None,
            "child_budget": child_budget,
            "first": first,
            "last": last,
        }


def _catalogue(call: Callable[[Mapping[str, Any]], Call]) -> Catalogue:
    for answer in call({"do": "catalogue"}):
        found = [Known(**one | {"media_types": tuple(one["media_types"])}) for one in answer["extractors"]]
        return Catalogue(tuple(found))
    raise CellDied("bad-answer")


def _fail(units: Iterable[int], cause: str, take: Take) -> None:
    for unit in sorted(units):
        take(UnitFailed(unit, cause), Path())


def _item(answer: Mapping[str, Any]) -> Item:
    try:
        return unpack(answer)
    except (KeyError, TypeError) as failure:
        raise CellDied("bad-answer") from failure


def _fault(failure: CellDied | CellFailed) -> str:
    """Names the cause; a cell that could not even be started is no fault of the document's."""
    if isinstance(failure, CellFailed):
        return "reader-error"
    if failure.cause in _OUR_FAULT:
        raise failure
    return failure.cause


@contextmanager
def open_reader() -> Iterator[Reader]:
    """Opens the reader of this process from its settings."""
    chosen = settings.load(ExtractSettings, os.environ, "REAM_EXTRACT_")
    limits = CellLimits(
        memory_bytes=chosen.memory_bytes,
        cpu_seconds=int(chosen.total_seconds),
        idle_seconds=chosen.idle_seconds,
        total_seconds=chosen.total_seconds,
        output_bytes=2 * chosen.child_bytes,
    )
    programs = CellLimits(memory_bytes=chosen.memory_bytes, idle_seconds=chosen.idle_seconds, programs=True)
    office = Office(
        python=chosen.office_python,
        program=chosen.office_program,
        seconds=chosen.office_seconds,
        recycle_after=chosen.office_recycle,
        memory_bytes=chosen.office_memory_bytes,
    )
    # The second pool is not entered: its one cell starts when antiword is needed, on most machines never.
    rare = Cells(_TARGET, size=1, limits=programs)
    with Cells(_TARGET, size=chosen.cells, limits=limits) as cells, office:
        try:
            yield Reader(cells.call, rare.call, office if chosen.office else None, chosen)
        finally:
            rare.close()
