# SPDX-License-Identifier: Apache-2.0
"""Wires ocr: scanned units become text in the store."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from ream_contracts import identity, layout, topics, units
from ream_contracts.artifacts import SegmentText, UnitText
from ream_contracts.messages import PartFailed, SegmentRead, SegmentScanned
from ream_contracts.whole import NotWhole, characters, differences, holds
from ream_kit import Origin, Reject, Retry, Store, log, stage
from ream_kit.cells import CellDied
from ream_kit.store import NotFound
from ream_ocr.answers import Answers, collect, confidence, stands_alone
from ream_ocr.engine import EngineError
from ream_ocr.parameters import STAGE, Parameters
from ream_ocr.pictures_in_text import with_pictures
from ream_ocr.reader import Job, Reader, open_reader

VERSION = "10"
_LOG = log.logger("ocr.service")

SegmentMethod = Literal["text-layer", "markup", "plain", "converted", "ocr", "container"]


def failed_part(scanned: SegmentScanned, cause: str, attempts: int) -> Iterator[PartFailed]:
    """Says that the units of a segment are given up."""
    yield _failed(scanned, cause, scanned.units, attempts)


@stage(
    STAGE,
    version=VERSION,
    reads=(topics.SEGMENTS_SCANNED, topics.SEGMENTS_SCANNED_BULK),
    writes=(topics.SEGMENTS_READ, topics.DOCUMENTS_PARTS),
    needs={"reader": open_reader},
    give_up=failed_part,
)
def ocr(scanned: SegmentScanned, store: Store, origin: Origin, reader: Reader) -> Iterator[SegmentRead | PartFailed]:
    """Reads a segment from its image, unless it was read with the same parameters before."""
    try:
        parameters = reader.choose(reader.defaults.changed(scanned.redo, scanned.units))
    except (ValueError, EngineError) as error:
        raise Reject("wrong-parameters", str(error)) from error
    name = _name(scanned, scanned.units, parameters)
    try:
        yield _read(scanned, name, store.get_artifact(SegmentText, name).units)
        return
    except NotFound:
        answers = _answers(scanned, store, reader, parameters, bulk=origin.topic == topics.SEGMENTS_SCANNED_BULK.name)
    if answers.read:
        # What failed is not in the name: a segment with failures is read again when it is delivered again.
        name = _name(scanned, answers.units, parameters)
        text = SegmentText(
            scanned.document_id, scanned.generation, scanned.segment, STAGE, VERSION, answers.read, children=()
        )
        if not store.put_artifact(name, text):
            # Another delivery was faster: what it has read is what stands.
            text = store.get_artifact(SegmentText, name)
        yield _read(scanned, name, text.units)
    for failure in answers.failed:
        yield _failed(scanned, failure.cause, failure.units, 1)


def _answers(scanned: SegmentScanned, store: Store, reader: Reader, parameters: Parameters, *, bulk: bool) -> Answers:
    kept = _kept(scanned, store)
    if scanned.reason == "written-pictures":
        wanted = units.each(scanned.units)
        return Answers(
            tuple(_with_pictures(scanned, kept.get(unit), store, reader, parameters, bulk) for unit in wanted), ()
        )
    with store.local(scanned.object) as path:
        if scanned.size is not None and path.stat().st_size != scanned.size:
            raise NotWhole(f"{scanned.object} has {path.stat().st_size} bytes; {scanned.size} were said")
        read = itertools.chain.from_iterable(
            _tried(scanned, Job(path, scanned.media_type, (unit,)), reader, parameters, bulk, known=_known(kept, unit))
            for unit in units.each(scanned.units)
        )
        return collect(read, scanned.units, kept, broken=scanned.reason == "broken-text")


def _with_pictures(
    scanned: SegmentScanned, unit: UnitText | None, store: Store, reader: Reader, parameters: Parameters, bulk: bool
) -> UnitText:
    """Reads the pictures of a unit that show writing, one at a time, and gives the unit with what they say.

    Raises:
        NotWhole: the unit is not at hand, or a picture of it.
    """
    if unit is None:
        raise NotWhole("a unit whose pictures are to be read was not kept")
    answers: dict[int, Mapping[str, Any]] = {}
    for number, picture in enumerate(unit.pictures):
        if picture.writing:
            with store.local(picture.object) as path:
                if path.stat().st_size != picture.size:
                    raise NotWhole(f"not whole in the store: {picture.object}")
                job = Job(path, picture.media_type, (1,))
                for answer in _tried(scanned, job, reader, parameters, bulk, known=True):
                    answers[number] = answer
            if number not in answers:
                raise NotWhole(f"no answer came for picture {number} of unit {unit.unit}")
    return with_pictures(unit, answers)


def _kept(scanned: SegmentScanned, store: Store) -> dict[int, UnitText]:
    """Returns the doubtful text layers that are at hand, by unit.

    Raises:
        NotWhole: they say less than was said of them.
    """
    if scanned.kept is None:
        return {}
    kept = {unit.unit: unit for unit in store.get_artifact(SegmentText, scanned.kept).units}
    if lost := list(differences(holds(kept.values()), scanned.kept_holds or {})):
        raise NotWhole(f"the kept text: {'; '.join(lost)}")
    return kept


def _known(kept: Mapping[int, UnitText], unit: int) -> bool:
    return stands_alone(kept.get(unit))


def _tried(
    scanned: SegmentScanned, job: Job, reader: Reader, parameters: Parameters, bulk: bool, *, known: bool
) -> Iterator[Mapping[str, Any]]:
    """Reads one unit; where text of it is known, a cell that dies three times must not take that away.

    Raises:
        CellDied: nothing is known of the unit, and its document has not cost many cells; it is tried again as any
            record is that fails by our fault.
    """
    document = (scanned.document_id, scanned.generation)
    tries = reader.spending.tries(document)
    if not tries:
        yield {"unit": job.units[0], "cause": reader.spending.cause(document)}
        return
    for attempt in range(1, (tries if known else 1) + 1):
        try:
            answers = list(reader.read(job, parameters, bulk=bulk))
        except CellDied as death:
            if isinstance(death, Retry):
                raise
            reader.spending.died(document, death.cause)
            if not known and tries > 1:
                raise
            answers = [{"unit": job.units[0], "cause": death.cause}]
            _LOG.warning("cell_died", cause=death.cause, attempt=attempt)
            continue
        break
    yield from answers


def _name(scanned: SegmentScanned, ranges: units.Ranges, parameters: Parameters) -> str:
    # Names inside the generation, so that a document with the same bytes finds what was copied from the first.
    of = layout.generation(scanned.document_id, scanned.generation)
    source, kept = scanned.object.removeprefix(of), (scanned.kept or "").removeprefix(of)
    memo = identity.memo(scanned.sha256, source, kept, repr(tuple(ranges)), VERSION, parameters.written())
    return layout.text(scanned.document_id, scanned.generation, scanned.segment, STAGE, memo)


def _read(scanned: SegmentScanned, name: str, read: tuple[UnitText, ...]) -> SegmentRead:
    return SegmentRead(
        document_id=scanned.document_id,
        generation=scanned.generation,
        run=scanned.run,
        segment=scanned.segment,
        units=units.of(unit.unit for unit in read),
        text=name,
        method=_method(read),
        confidence=confidence(read),
        characters=characters(read),
        redo=scanned.redo,
        holds=holds(read),
        media_type=scanned.media_type,
    )


def _method(read: tuple[UnitText, ...]) -> SegmentMethod:
    """Says how most of a segment was got: by ocr where any unit was, else as its own text was."""
    methods = [unit.method for unit in read]
    return "ocr" if "ocr" in methods else next((one for one in methods if one != "none"), "text-layer")


def _failed(scanned: SegmentScanned, cause: str, ranges: units.Ranges, attempts: int) -> PartFailed:
    return PartFailed(
        document_id=scanned.document_id,
        generation=scanned.generation,
        run=scanned.run,
        branch="text",
        stage=STAGE,
        cause=cause,
        units=ranges,
        attempts=attempts,
    )
