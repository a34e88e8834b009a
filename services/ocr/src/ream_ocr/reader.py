# SPDX-License-Identifier: Apache-2.0
"""Decides who reads pages: cells; documents with many pages have fewer of their own, which give way to the others."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ream_kit import Retry, log, settings
from ream_kit.cells import CellDied, CellFailed, Cells, Limits
from ream_kit.guard import Guard
from ream_kit.settings import SettingsError
from ream_ocr import languages, second
from ream_ocr.engine import DiskFull, EngineError
from ream_ocr.engines import is_installed
from ream_ocr.parameters import Parameters
from ream_ocr.settings import OcrSettings
from ream_ocr.spending import Spending
from ream_ocr.views import Budget

Call = Callable[[dict[str, Any]], Iterator[dict[str, Any]]]

SERVER = "tesseract"

_TARGET = "ream_ocr.cell:read"
_SECOND_TARGET = "ream_ocr.second_cell:read"
_PATIENCE_SECONDS = 300.0
"""Longest wall time for one page: more than its CPU time, for the cores may be busy with others."""

_LOG = log.logger("ocr.reader")


@dataclass(frozen=True, slots=True)
class Job:
    """Pages of one file to be read together."""

    path: Path
    media_type: str
    units: tuple[int, ...]


class Reader:
    """Reads pages in cells; shared by all threads of the process.

    Args:
        call: runs one request in a cell.
        call_second: the same for pages of which the first engine is not sure; None where there is no second engine.
        call_bulk: the same for work of large documents, in cells that give way to all others.
        cells: how many there are. With more than one, bulk work may have all but one of them, so that a page of a
            small document finds a cell though thousands of pages of large ones wait.
        installed: names of the language packs on this machine.

    Attributes:
        guard: the breaker of the engine: open while it cannot work, which is no fault of any page.
        spending: what documents have cost in cells.
    """

    def __init__(
        self,
        call: Call,
        *,
        call_bulk: Call,
        cells: int,
        defaults: Parameters,
        installed: frozenset[str],
        tessdata: Path,
        budget: Budget,
        confined: Callable[[], tuple[str, ...]] = tuple,
        call_second: Call | None = None,
    ) -> None:
        self._call = call
        self._call_second = call_second
        self._call_bulk = call_bulk
        self._confined = confined
        self._bulk = threading.BoundedSemaphore(max(1, cells - 1))
        self._installed = installed
        self._tessdata = tessdata
        self._budget = budget
        self.defaults = defaults
        self.guard = Guard(SERVER, self.prove)
        self.spending = Spending()

    def confinement(self) -> tuple[str, ...]:
        """Names what holds the cells."""
        return self._confined()

    def choose(self, wanted: Parameters) -> Parameters:
        """Leaves out language packs that are not installed.

        Raises:
            EngineError: none of them is.
        """
        chosen = languages.choose(wanted.languages, self._installed)
        return replace(wanted, languages=chosen.languages)

    def read(self, job: Job, parameters: Parameters, *, bulk: bool) -> Iterator[Mapping[str, Any]]:
        """Yields one answer a unit, as `cell.read` says.

        Raises:
            CellDied, CellFailed: by our own fault.
            Retry: the engine cannot work on this machine, or a disk is full.
        """
        for unit in job.units:
            # One page a call: limits of a cell are those of a page.
            with self._bulk if bulk else nullcontext(), self.guard.calling():
                call = self._call_bulk if bulk else self._call
                answers = list(self._answered(call, self._request(job, (unit,), parameters)))
            for answer in answers:
                yield self._looked_at_twice(job, answer, parameters)

    def _looked_at_twice(self, job: Job, answer: dict[str, Any], parameters: Parameters) -> Mapping[str, Any]:
        """Gives the better of two answers where the first engine is not sure; the first where the second one breaks."""
        if self._call_second is None or not parameters.second or not second.is_doubtful(answer, parameters.sure):
            return answer
        request = self._request(job, (int(answer["unit"]),), parameters)
        try:
            # To its end: a call that is left before is one whose cell is killed, and with it what it has loaded.
            others = list(self._call_second({**request, "engine": parameters.second, "look": answer["look"]}))
        except (CellDied, CellFailed) as error:
            if isinstance(error, Retry):
                raise
            # Its own words could quote a document.
            cause = error.cause if isinstance(error, CellDied) else error.type
            _LOG.warning("second_engine_broke", engine=parameters.second, cause=cause)
            return answer
        return second.better(answer, others[0]) if others else answer

    def check(self) -> None:
        """Opens the engine once in a cell.

        Raises:
            SettingsError: it cannot work on this machine.
        """
        try:
            for _ in self._call(self._check_request()):
                pass
        except CellFailed as error:
            raise SettingsError(f"REAM_OCR_ENGINE={self.defaults.engine} cannot work here: {error}") from error

    def prove(self) -> None:
        """Opens the engine in a cell, as every page has it opened. Raises whatever goes wrong."""
        for _ in self._answered(self._call, self._check_request()):
            pass

    def _check_request(self) -> dict[str, Any]:
        return self._request(Job(Path(os.devnull), "image/png", ()), (), self.defaults)

    def _answered(self, call: Call, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        try:
            yield from call(request)
        except CellFailed as failed:
            # Of the cell's own words only the class is taken: the rest could quote a document.
            if failed.type == EngineError.__name__:
                reason = f"the engine {request['engine']} cannot work here any more: is its language data still there?"
                raise Retry(SERVER, f"{reason} (REAM_OCR_TESSDATA, REAM_OCR_LANGUAGES)") from None
            if failed.type == DiskFull.__name__:
                raise Retry("scratch disk", "there is no room left for temporary files: free some") from None
            raise

    def _request(self, job: Job, numbers: tuple[int, ...], parameters: Parameters) -> dict[str, Any]:
        return {
            "path": str(job.path),
            "media_type": job.media_type,
            "units": list(numbers),
            "engine": parameters.engine,
            "tessdata": str(self._tessdata),
            "languages": list(parameters.languages),
            "budget": {**asdict(self._budget), "dpi": parameters.dpi},
        }


def how_many(chosen: OcrSettings) -> int:
    """Gives the number of cells, and of threads that hand work to them: one for each core, and the one kept."""
    return chosen.cells or (os.cpu_count() or 1) + 1


@contextmanager
def open_reader() -> Iterator[Reader]:
    """Opens the reader of this process from its settings; says which wanted languages are missing.

    Raises:
        SettingsError: there is no language data, or the engine cannot work on this machine.
    """
    chosen = settings.load(OcrSettings, os.environ, "REAM_OCR_")
    try:
        folder = languages.tessdata(chosen.tessdata)
        packs = languages.installed(folder)
        choice = languages.choose(chosen.languages, packs)
    except EngineError as error:
        raise SettingsError(str(error)) from error
    for language in choice.missing:
        _LOG.warning("language_pack_missing", language=language, package=f"tesseract-ocr-{language}")
    used = _second_engine(chosen)
    size = how_many(chosen)
    limits = Limits(
        memory_bytes=chosen.memory_bytes,
        cpu_seconds=chosen.page_seconds,
        idle_seconds=_PATIENCE_SECONDS,
        # The engine's program runs in the same cell, where there is one.
        programs=chosen.engine == "pytesseract",
    )
    idle = float(chosen.idle_seconds)
    # Not entered: their cells start with the first large scan, and with the first page in doubt.
    bulk = Cells(_TARGET, size=max(1, size - 1), limits=limits, low_priority=True, release_after=idle)
    # One page at a time, whatever the number of cores: its networks are in memory once.
    doubted = Cells(_SECOND_TARGET, size=1, limits=replace(limits, programs=False), release_after=idle)
    with Cells(_TARGET, size=size, limits=limits, release_after=idle) as cells, closing(bulk), closing(doubted):
        reader = Reader(
            cells.call,
            call_bulk=bulk.call,
            call_second=doubted.call if used else None,
            cells=size,
            defaults=Parameters(chosen.engine, choice.languages, chosen.dpi, second=used, sure=chosen.sure),
            installed=packs,
            tessdata=folder,
            budget=Budget(chosen.dpi, chosen.pixels, chosen.decoded_pixels),
            confined=cells.confinement,
        )
        reader.check()
        yield reader


def _second_engine(chosen: OcrSettings) -> str:
    if chosen.second_engine == "none":
        return ""
    if not is_installed(chosen.second_engine):
        raise SettingsError(
            f"REAM_OCR_SECOND_ENGINE={chosen.second_engine} cannot work here: install that package, or set it to none"
        )
    return chosen.second_engine
