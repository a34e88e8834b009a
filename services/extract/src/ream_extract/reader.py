# SPDX-License-Identifier: Apache-2.0
"""Decides who plans and reads: cells, a run of pages at a time, and page by page where a run does not survive."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from ream_extract.catalogue import Catalogue, Known
from ream_extract.known_work import KNOWN
from ream_extract.parameters import Parameters
from ream_extract.passwords import Passwords
from ream_extract.reading import ChildRead, Item, Limits, Plan, UnitFailed, UnitRead, UnitScanned
from ream_extract.room import is_full
from ream_extract.settings import ExtractSettings
from ream_extract.wire import unpack, unpack_plan
from ream_kit import Retry, log
from ream_kit.cells import Call, CellDied, CellFailed
from ream_kit.guard import Guard
from ream_pages.office import ConversionFailed, Converter
from ream_pages.unlocked import ENDINGS

_OUR_FAULT = {"not-started", "closed"}
_LOG = log.logger("extract.reader")

DEFECT = "reader-error"
"""Cause of units that a reader of ours raised an exception for."""
DEATHS = 3
"""Cells that one document may cost; what is missing then is not tried."""
PICTURE_PIXEL_BYTES = 8
"""Bytes that a pixel of a picture takes at most: four channels of two bytes."""

Find = Callable[[str], Path]
"""Gives the path of a file that an item names."""
Take = Callable[[Item, Find], None]


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
    """Whether reading it starts a program (antiword, ffmpeg)."""
    passwords: tuple[str, ...] = field(default=(), repr=False)
    """What may open parts of it."""


@dataclass(slots=True)
class Spending:
    """What one document may still cost, and has cost, over all its runs."""

    child_bytes: int
    """Bytes that documents found inside may still have."""
    deaths: int = 0
    cause: str = ""
    """What the last cell died of."""
    untried: set[int] = field(default_factory=set)
    """Units given up without trying, because the document had cost too many cells."""
    defect: CellFailed | None = None
    """A fault of ours that lost units: to be raised when everything else is said."""

    def died(self, death: CellDied) -> None:
        """Counts a dead cell; one that could not even be started is no fault of the document's."""
        if death.cause in _OUR_FAULT:
            raise death
        self.deaths += 1
        self.cause = death.cause


class Reader:
    """Plans and reads in cells; shared by all threads of the process.

    Args:
        call: runs one request in a cell.
        call_programs: the same in a cell that may start programs.
        office: converts legacy documents; None where that is switched off.
        chosen: the settings.
        confined: names what holds cells and office.
        call_once: the same in a cell that reads nothing afterwards, so that no stranger's bytes come where a password
            was; None where one way will do.
        passwords: what the operator keeps.
        tika: makes HTML of what nobody here reads; None where that is switched off.

    Attributes:
        guards: the breakers of what converts.

    Raises:
        CellDied, CellFailed: the cell cannot say which extractors there are.
    """

    def __init__(
        self,
        call: Callable[[Mapping[str, Any]], Call],
        call_programs: Callable[[Mapping[str, Any]], Call],
        office: Converter | None,
        chosen: ExtractSettings,
        confined: Callable[[], tuple[str, ...]] = tuple,
        call_once: Callable[[Mapping[str, Any]], Call] | None = None,
        passwords: Passwords | None = None,
        tika: Converter | None = None,
    ) -> None:
        self._call = call
        self._confined = confined
        self._call_programs = call_programs
        self._call_once = call_once or call
        self._passwords = passwords or Passwords()
        converters = {"docx": office, "html": tika}
        self._converters = {ending: one for ending, one in converters.items() if one is not None}
        found = (getattr(one, "guard", None) for one in self._converters.values())
        self.guards: tuple[Guard, ...] = tuple(one for one in found if one is not None)
        self.settings = chosen
        self.limits: Limits = chosen.limits()
        self.defaults = Parameters(chosen.ocr, chosen.pictures, tables=chosen.tables)
        self.catalogue = _catalogue(call).converting_to(self._converters)

    def confinement(self) -> tuple[str, ...]:
        """Names what holds the cells, and LibreOffice where it was started."""
        return self._confined()

    def plan(self, job: Job) -> Plan:
        """Plans a document; encrypted and damaged ones have a verdict.

        Raises:
            CellDied, CellFailed: by our own fault.
            Retry: the scratch disk is full.
        """
        with _room():
            for answer in self._way(job)(self._request(job, "plan", 0, 0, 0)):
                _require_room(answer)
                if "unreadable" in answer:
                    return Plan((), **answer["unreadable"])
                return unpack_plan(answer)
        raise CellDied("bad-answer")

    def prove(self) -> None:
        """Reads small known files in a cell.

        Raises:
            CellDied, CellFailed, Retry: as with any document.
            LookupError: they are not read as they should be.
        """
        for media_type, content in KNOWN.items():
            with tempfile.TemporaryDirectory(prefix="ream-extract-") as folder:
                path = Path(folder) / "known"
                path.write_bytes(content)
                found: list[Item] = []
                known = self.catalogue.find(media_type)
                job = Job(path, media_type, known.name if known is not None else None, self.defaults)
                self.read(job, (1,), Spending(0), lambda item, _: found.append(item))  # noqa: B023 - used up at once
            if not any(isinstance(item, UnitRead) and "known" in item.text for item in found):
                raise LookupError(f"a known file of {media_type} is not read any more")

    def describe(self, job: Job) -> Mapping[str, str]:
        """Says what is known of a file that nobody reads; nothing where looking at it goes wrong."""
        try:
            return self.plan(job).metadata
        except CellDied as death:
            if death.cause in _OUR_FAULT:
                raise
        except CellFailed as defect:
            _LOG.warning("not_described", cause=defect.type)
        return {"properties": "unreadable"}

    def read(self, job: Job, wanted: Iterable[int], spending: Spending, take: Take, *, alone: bool = True) -> None:
        """Reads units and hands over each item, once, while its files are there.

        What a cell did not survive is read again unit by unit (where units can be read `alone`), so that only the unit
        that kills it is lost; when the document has cost `DEATHS` cells, the rest fails without being tried.

        Raises:
            CellDied: no cell can be started.
            Retry: the scratch disk is full.
        """
        missing = set(wanted)
        several = len(missing) > 1
        lost = self._attempt(job, missing, spending, take)
        if lost is None or not (alone and several):
            _give_up(missing, lost, spending, take)
            return
        for unit in sorted(missing):
            left = {unit}
            _give_up(left, self._attempt(job, left, spending, take), spending, take)

    def drawn(self, job: Job, what: Literal["thumbnail", "preview"], put: Callable[[Path], object]) -> None:
        """Draws the first page small, or makes a preview; nothing is handed over where that cannot be done.

        Raises:
            CellDied: no cell can be started.
            Retry: the scratch disk is full.
        """
        try:
            with _room(), self._way(job)(self._request(job, what, 0, 0, 0)) as call:
                for answer in call:
                    _require_room(answer)
                    if "working" not in answer:
                        put(call.file(str(answer["file"])))
        except CellDied as death:
            if death.cause in _OUR_FAULT:
                raise
            _LOG.warning(f"no_{what}", cause=death.cause)
        except CellFailed as defect:
            _LOG.warning(f"no_{what}", cause=defect.type)

    def passwords(self, parameters: Parameters) -> tuple[str, ...]:
        """Returns the passwords that a document's names stand for, as far as somebody keeps them here."""
        return self._passwords.named(parameters.password_ref)

    def unlock(self, job: Job, put: Callable[[Path, str], object]) -> bool:
        """Opens an encrypted document and hands over what came out, and the ending of its kind; False where none opens.

        Raises:
            CellDied, CellFailed: by our own fault, or what it takes to open it is more than a cell may.
            Retry: a disk is full.
        """
        with _room(), self._call_once(self._request(job, "unlock", 0, 0, 0)) as call:
            for answer in call:
                _require_room(answer)
                if (ending := str(answer["ending"])) not in ENDINGS:
                    raise CellDied("bad-answer")
                put(call.file(str(answer["file"])), ending)
                return True
        return False

    def convert(self, original: Path, ending: str, put: Callable[[Path], object]) -> str | None:
        """Converts a document and hands over the result; says the cause where that cannot be done.

        Raises:
            Retry: LibreOffice or Tika is away, or a disk is full.
        """
        converter = self._converters.get(ending)
        if converter is None:
            return "missing"
        with _room(), tempfile.TemporaryDirectory(prefix="ream-extract-") as folder:
            target = Path(folder) / f"converted.{ending}"
            try:
                converter.convert(original, target)
            except ConversionFailed as failure:
                _LOG.warning("conversion_failed", cause=failure.cause)
                return failure.cause
            put(target)
        return None

    def _attempt(self, job: Job, missing: set[int], spending: Spending, take: Take) -> CellDied | CellFailed | None:
        """Reads what is missing in one call and takes away from it what was answered; returns what ended the call."""
        if spending.deaths >= DEATHS:
            spending.untried |= missing
            _fail(missing, spending.cause, take)
            return None
        try:
            with _room():
                self._run(job, missing, spending, take)
        except CellDied as death:
            spending.died(death)
            _LOG.warning("run_lost", cause=death.cause, units=len(missing), rest_is_tried=spending.deaths < DEATHS)
            return death
        except CellFailed as defect:
            _LOG.warning("run_failed", cause=defect.type, units=len(missing))
            return defect
        return None

    def _run(self, job: Job, missing: set[int], spending: Spending, take: Take) -> None:
        call = self._way(job)(self._request(job, "read", min(missing), max(missing), spending.child_bytes))
        cause = "not-read"
        unnamed = bool(job.parameters.password_ref) and not job.passwords
        with call:
            for answer in call:
                _require_room(answer)
                if "working" in answer:
                    continue
                if "unreadable" in answer:
                    cause = answer["unreadable"]["cause"]
                    continue
                item = _item(answer)
                if isinstance(item, UnitFailed) and item.cause == "encrypted" and unnamed:
                    item = replace(item, cause="password-missing")
                if item.unit in missing:
                    self._check(item, call.file, spending)
                    take(item, call.file)
                    missing.discard(item.unit)
        # Nothing is silently missing: what an extractor left out is a failure of it.
        _fail(missing, cause, take)

    def _check(self, item: Item, file: Find, spending: Spending) -> None:
        """Looks at the files that an item names before anybody opens them.

        Raises:
            CellDied: they are not what a sound cell writes.
        """
        if isinstance(item, ChildRead):
            if file(item.file).stat().st_size != item.size or item.size > spending.child_bytes:
                raise CellDied("bad-answer")
            spending.child_bytes -= item.size
        read = item if isinstance(item, UnitRead) else item.kept if isinstance(item, UnitScanned) else None
        for picture in read.pictures if read is not None else ():
            if file(picture.file).stat().st_size > PICTURE_PIXEL_BYTES * self.limits.picture_pixels:
                raise CellDied("bad-answer")

    def _way(self, job: Job) -> Callable[[Mapping[str, Any]], Call]:
        if job.passwords:
            return self._call_once
        return self._call_programs if job.programs else self._call

    def _request(self, job: Job, what: str, first: int, last: int, child_budget: int) -> dict[str, Any]:
        return {
            "do": what,
            "path": str(job.path),
            "media_type": job.media_type,
            "extractor": job.extractor,
            "limits": asdict(self.limits),
            "ocr": job.parameters.ocr,
            "pictures": job.parameters.pictures,
            "tables": job.parameters.tables,
            "passwords": job.passwords,
            "converted": str(job.converted) if job.converted else None,
            "child_budget": child_budget,
            "preview_seconds": self.settings.preview_seconds,
            "first": first,
            "last": last,
        }


def _catalogue(call: Callable[[Mapping[str, Any]], Call]) -> Catalogue:
    for answer in call({"do": "catalogue"}):
        found = [
            Known(**one | {"media_types": tuple(one["media_types"]), "together": tuple(one["together"])})
            for one in answer["extractors"]
        ]
        return Catalogue(tuple(found))
    raise CellDied("bad-answer")


def _give_up(missing: set[int], lost: CellDied | CellFailed | None, spending: Spending, take: Take) -> None:
    """Fails what a lost call left over; a defect of ours is kept besides, to be raised in the end."""
    if isinstance(lost, CellFailed):
        spending.defect = lost
        _fail(missing, DEFECT, take)
    elif lost is not None:
        _fail(missing, lost.cause, take)


def _fail(missing: set[int], cause: str, take: Take) -> None:
    for unit in sorted(missing):
        take(UnitFailed(unit, cause), _no_file)
    missing.clear()


def _no_file(name: str) -> Path:
    raise LookupError(f"a failed unit has no file {name}")


def _item(answer: Mapping[str, Any]) -> Item:
    try:
        item = unpack(answer)
    except (KeyError, TypeError) as failure:
        raise CellDied("bad-answer") from failure
    if type(item.unit) is not int:
        raise CellDied("bad-answer")
    return item


def _require_room(answer: Mapping[str, Any]) -> None:
    if "full" in answer:
        raise Retry("scratch disk", "there is no room left for what is taken out of documents: free some")


@contextmanager
def _room() -> Iterator[None]:
    """Takes a full disk for what it is, also where the service itself meets it."""
    try:
        yield
    except OSError as failure:
        if is_full(failure):
            raise Retry("scratch disk", "there is no room left for temporary files: free some") from failure
        raise
