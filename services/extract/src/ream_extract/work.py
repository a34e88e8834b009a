# SPDX-License-Identifier: Apache-2.0
"""Decides how a document is read run by run: what was read is only said again, and what failed is tried again alone."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from ream_contracts import identity, layout, topics
from ream_contracts.artifacts import Manifest
from ream_contracts.messages import DocumentIngested, DocumentSubmitted, PartFailed, SegmentRead
from ream_contracts.whole import NotWhole
from ream_extract import answers, converting
from ream_extract.catalogue import Known
from ream_extract.lane import Lane
from ream_extract.manifests import require_size
from ream_extract.parameters import Parameters
from ream_extract.planning import kind_of, ordinal, share_of
from ream_extract.reader import DEFECT, Find, Job, Reader, Spending
from ream_extract.reading import CHILD_KINDS, Item, UnitFailed
from ream_extract.segments import Gathering, RunNote, loads
from ream_kit import Store, To
from ream_kit.store import NotFound

VERSION = "2"
_TOGETHER = 16
"""Units that are tried again in one call."""

Answer = PartFailed | SegmentRead | To | DocumentSubmitted


@dataclass(frozen=True, slots=True)
class Piece:
    """Units that have one note together: a run of the manifest, or one unit of it that is tried again."""

    first: int
    last: int
    again: bool = False

    def units(self) -> range:
        """The numbers of its units."""
        return range(self.first, self.last + 1)


class Work:
    """One document being read, run by run.

    The note of a run is written once and holds its failures, so a run is one segment with the same units for ever. What
    failed in it is tried again whenever the document comes again, each unit as a segment of its own: so segments never
    overlap, and what heals adds to what stands.
    """

    def __init__(
        self, ingested: DocumentIngested, store: Store, reader: Reader, parameters: Parameters, manifest: Manifest
    ) -> None:
        self._ingested = ingested
        self._store = store
        self._reader = reader
        self._parameters = parameters
        self._manifest = manifest
        self._spending = Spending(ingested.allowance.bytes)
        self._failed_before: list[int] = []
        self._opened = ExitStack()
        self._job: Job | None = None

    def answers(self) -> Iterator[Answer]:
        """Yields what is said of each run; scanned pages but the first wait until it is known whether there are many.

        Raises:
            CellFailed: a reader of ours has a defect that cost units; everything else is said before.
        """
        lane = Lane(self._reader.settings.few_scanned)
        with self._opened:
            for kind, runs in groupby(self._manifest.segments, key=lambda run: kind_of(self._manifest, run[0])):
                yield from self._said(self._of_kind(kind, [Piece(*run) for run in runs]), lane)
            # Last, for it must be known what the children that stand have left of the family's allowance.
            failed_before = sorted(set(self._failed_before))
            for kind, again in groupby(failed_before, key=lambda unit: kind_of(self._manifest, unit)):
                yield from self._said(self._of_kind(kind, [Piece(unit, unit, True) for unit in again]), lane)
        for ready in lane.rest():
            yield To(topics.SEGMENTS_SCANNED, ready)
        if self._spending.defect is not None:
            raise self._spending.defect

    def _said(self, notes: Iterator[RunNote], lane: Lane) -> Iterator[Answer]:
        share = share_of(self._ingested.allowance, self._manifest)
        for note in notes:
            # A defect of ours is no answer: the document comes again, and its failed part is sent when it's given up.
            failed = tuple(one for one in note.failed if one.cause != DEFECT)
            yield from answers.of_run(self._ingested, replace(note, failed=failed))
            for child in note.children:
                yield answers.child(self._ingested, child, share, self._parameters.password_ref)
            for scanned in note.scanned:
                yield from answers.early(self._ingested, scanned)
                for bulk, ready in lane.add(answers.scanned(self._ingested, scanned)):
                    yield To(topics.SEGMENTS_SCANNED_BULK if bulk else topics.SEGMENTS_SCANNED, ready)

    def _of_kind(self, kind: str, pieces: list[Piece]) -> Iterator[RunNote]:
        """Yields the notes of pieces of one kind, read together where one pass over the document gives them all."""
        if kind in CHILD_KINDS:
            pieces, refused = self._allowed(pieces)
            if refused:
                yield RunNote(None, failed=refused)
        together = kind in self._reader.catalogue.named(self._manifest.extractor).together
        for batch in [pieces] if together else _batches(pieces):
            unread: list[Piece] = []
            for piece in batch:
                note = self._found(piece, "")
                if note is None:
                    unread.append(piece)
                else:
                    yield note
            if unread:
                yield from self._worked(unread, alone=not together)

    def _allowed(self, pieces: list[Piece]) -> tuple[list[Piece], tuple[UnitFailed, ...]]:
        """Leaves out the children that may not be taken out of the document."""
        if self._ingested.depth >= self._reader.settings.depth:
            cause, until = "too-deep", 0
        else:
            first = pieces[0].first
            cause, until = "family-limit", first - ordinal(self._manifest, first) + self._ingested.allowance.documents
        allowed = [replace(piece, last=min(piece.last, until)) for piece in pieces if piece.first <= until]
        refused = (unit for piece in pieces for unit in piece.units() if unit > until)
        return allowed, tuple(UnitFailed(unit, cause) for unit in refused)

    def _found(self, piece: Piece, way: str) -> RunNote | None:
        """Finds the note that was made before; what failed in it is tried again in the end, not said again."""
        name = self._note_name(piece, way)
        try:
            note = loads(self._store.get(name))
        except NotFound:
            return None
        if not note.answers(piece.units()):
            raise NotWhole(f"{name} does not answer every unit of its run")
        self._spending.child_bytes = max(0, self._spending.child_bytes - sum(child.size for child in note.children))
        self._failed_before += [one.unit for one in note.failed]
        return replace(note, failed=())

    def _worked(self, pieces: list[Piece], *, alone: bool) -> Iterator[RunNote]:
        """Reads pieces in one pass; each has its artifact and its note as soon as its last unit is there."""
        job = self._opened_job()
        way = "antiword" if job.programs else ""
        notes: list[RunNote] = []
        gathering: dict[int, tuple[Piece, Gathering]] = {}
        for piece in pieces:
            note = self._found(piece, way) if way else None
            if note is not None:
                notes.append(note)
                continue
            memo = self._memo(piece, way)
            one = Gathering(self._ingested, self._manifest, self._store, memo, self._stage_version())
            gathering |= dict.fromkeys(piece.units(), (piece, one))

        def take(item: Item, file: Find) -> None:
            piece, gathered = gathering[item.unit]
            gathered.take(item, file)
            del gathering[item.unit]
            if not any(unit in gathering for unit in piece.units()):
                notes.append(self._kept(piece, way, gathered.note(self._spending.untried)))

        if gathering:
            self._reader.read(job, tuple(gathering), self._spending, take, alone=alone)
        yield from notes

    def _kept(self, piece: Piece, way: str, note: RunNote) -> RunNote:
        """Keeps the note of a run, with its failures; of what was tried again only success is kept."""
        if piece.again and note.failed:
            return note
        if not self._store.put(self._note_name(piece, way), note.dumps()):
            # Another delivery was faster: what it has read stands, and what it lost is tried again.
            return self._found(piece, way) or note
        return note

    def _opened_job(self) -> Job:
        """Opens the original, and its converted form where the extractor asks for one, once a document."""
        if self._job is None:
            original = self._opened.enter_context(self._store.local(self._ingested.object or ""))
            require_size(original, self._ingested)
            extractor = self._reader.catalogue.named(self._manifest.extractor)
            converted = self._converted(original, extractor) if extractor.convert_to else None
            self._job = Job(
                original,
                self._ingested.media_type,
                extractor.name,
                self._parameters,
                converted,
                programs=extractor.programs or (extractor.convert_to == "docx" and converted is None),
                passwords=self._reader.passwords(self._parameters) if extractor.takes_passwords else (),
            )
        return self._job

    def _converted(self, original: Path, extractor: Known) -> Path | None:
        if converting.make(self._ingested, self._store, self._reader, original, extractor) is not None:
            return None
        return self._opened.enter_context(self._store.local(converting.name(self._ingested, extractor)))

    def _stage_version(self) -> str:
        return f"{VERSION}.{self._manifest.extractor_version}"

    def _memo(self, piece: Piece, way: str) -> str:
        extractor = f"{self._manifest.extractor} {self._manifest.extractor_version}"
        what = f"{piece.first}-{piece.last}" + (" again" if piece.again else "")
        return identity.memo(self._ingested.sha256 or "", extractor, VERSION, self._parameters.written(), what, way)

    def _note_name(self, piece: Piece, way: str) -> str:
        memo = self._memo(piece, way)
        return layout.run_note(self._ingested.document_id, self._ingested.generation, piece.first, memo)


def _batches(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Puts units that are tried again and follow one another into one call; a run has a call of its own."""
    batch: list[Piece] = []
    for piece in pieces:
        if batch and not (piece.again and piece.first == batch[-1].last + 1 and len(batch) < _TOGETHER):
            yield batch
            batch = []
        batch.append(piece)
    if batch:
        yield batch
