# SPDX-License-Identifier: Apache-2.0
"""Wires extract: a document is planned and read, scanned pages go to ocr, documents inside are submitted."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from ream_contracts import identity, layout, topics
from ream_contracts.artifacts import Manifest
from ream_contracts.messages import (
    DocumentIngested,
    DocumentSubmitted,
    PartFailed,
    PartManifest,
    SegmentRead,
)
from ream_extract import answers
from ream_extract.lane import Lane
from ream_extract.manifests import manifest_of
from ream_extract.parameters import STAGE, Parameters
from ream_extract.planning import kind_of, ordinal, share_of
from ream_extract.reader import Job, Reader, open_reader
from ream_extract.reading import CHILD_KINDS, UnitFailed
from ream_extract.segments import Gathering, RunNote, loads
from ream_kit import Reject, Store, To, stage
from ream_kit.store import NotFound

VERSION = "1"

Answer = PartManifest | PartFailed | SegmentRead | To | DocumentSubmitted


def failed_part(ingested: DocumentIngested, cause: str, attempts: int) -> Iterator[PartFailed]:
    """Says that a document is given up, with all its units that have no answer."""
    yield answers.failed(ingested, cause, (), attempts)


@stage(
    STAGE,
    version=VERSION,
    reads=topics.DOCUMENTS_INGESTED,
    writes=(
        topics.SEGMENTS_READ,
        topics.SEGMENTS_SCANNED,
        topics.SEGMENTS_SCANNED_BULK,
        topics.DOCUMENTS_PARTS,
        topics.DOCUMENTS_SUBMITTED,
    ),
    needs={"reader": open_reader},
    give_up=failed_part,
)
def extract(ingested: DocumentIngested, store: Store, reader: Reader) -> Iterator[Answer]:
    """Plans a document and answers its units; what was planned or read before is found and only said again."""
    try:
        parameters = reader.defaults.changed(ingested.redo)
    except ValueError as error:
        raise Reject("wrong-parameters", str(error)) from error
    manifest, name = manifest_of(ingested, store, reader, parameters, VERSION)
    yield answers.planned(ingested, manifest, name)
    if manifest.verdict is None:
        yield from Work(ingested, store, reader, parameters, manifest).answers()


class Work:
    """One document being read, run by run."""

    def __init__(
        self, ingested: DocumentIngested, store: Store, reader: Reader, parameters: Parameters, manifest: Manifest
    ) -> None:
        self._ingested = ingested
        self._store = store
        self._reader = reader
        self._parameters = parameters
        self._manifest = manifest
        self._child_bytes = 0
        self._opened = ExitStack()
        self._job: Job | None = None

    def answers(self) -> Iterator[Answer]:
        """Yields what is said of each run; scanned pages wait until it is known whether there are many."""
        lane = Lane(self._reader.settings.few_scanned)
        with self._opened:
            for first, last in self._manifest.segments:
                note = self._note(first, last)
                self._child_bytes += sum(child.size for child in note.children)
                yield from answers.of_run(self._ingested, note)
                share = share_of(self._ingested.allowance, self._manifest)
                for child in note.children:
                    yield answers.child(self._ingested, child, share)
                for scanned in note.scanned:
                    for ready in lane.add(answers.scanned(self._ingested, scanned)):
                        yield To(topics.SEGMENTS_SCANNED_BULK, ready)
        for ready in lane.rest():
            yield To(topics.SEGMENTS_SCANNED, ready)

    def _note(self, first: int, last: int) -> RunNote:
        """Finds or makes the note of a run."""
        refused = self._refused(first)
        if refused is not None:
            return RunNote(None, failed=tuple(UnitFailed(unit, refused) for unit in range(first, last + 1)))
        memo = self._memo(first, last, "")
        name = self._note_name(first, memo)
        try:
            return loads(self._store.get(name))
        except NotFound:
            job = self._opened_job()
        if job.programs:
            memo = self._memo(first, last, "antiword")
            name = self._note_name(first, memo)
        budget = max(0, self._ingested.allowance.bytes - self._child_bytes)
        gathering = Gathering(self._ingested, self._manifest, self._store, memo, self._stage_version())
        self._reader.read(job, first, last, budget, gathering.take)
        note = gathering.note()
        if not note.failed:
            # A page may fail for what the machine had no room for: such a run is read again when it comes again.
            self._store.put(name, note.dumps())
        return note

    def _refused(self, first: int) -> str | None:
        """Says why the children of a run are not taken out, when they may not be."""
        if kind_of(self._manifest, first) not in CHILD_KINDS:
            return None
        if self._ingested.depth >= self._reader.settings.depth:
            return "too-deep"
        return "family-limit" if ordinal(self._manifest, first) > self._ingested.allowance.documents else None

    def _opened_job(self) -> Job:
        """Opens the original, and its converted form where the extractor asks for one, once a document."""
        if self._job is None:
            original = self._opened.enter_context(self._store.local(self._ingested.object or ""))
            extractor = self._reader.catalogue.named(self._manifest.extractor)
            converted = self._converted(original, extractor.convert_to) if extractor.convert_to else None
            self._job = Job(
                original,
                self._ingested.media_type,
                extractor.name,
                self._parameters,
                converted,
                programs=extractor.convert_to is not None and converted is None,
            )
        return self._job

    def _converted(self, original: Path, ending: str) -> Path | None:
        memo = identity.memo(self._ingested.sha256 or "", "office", VERSION)
        name = layout.converted(self._ingested.document_id, self._ingested.generation, memo, ending)
        if not self._store.exists(name) and not self._reader.convert(
            original, ending, lambda made: self._keep(name, made)
        ):
            return None
        return self._opened.enter_context(self._store.local(name))

    def _keep(self, name: str, made: Path) -> None:
        self._store.put(name, made)

    def _stage_version(self) -> str:
        return f"{VERSION}.{self._manifest.extractor_version}"

    def _memo(self, first: int, last: int, way: str) -> str:
        extractor = f"{self._manifest.extractor} {self._manifest.extractor_version}"
        written = self._parameters.written()
        return identity.memo(self._ingested.sha256 or "", extractor, VERSION, written, f"{first}-{last}", way)

    def _note_name(self, first: int, memo: str) -> str:
        return layout.run_note(self._ingested.document_id, self._ingested.generation, first, memo)
