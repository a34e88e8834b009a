# SPDX-License-Identifier: Apache-2.0
"""Decides what a message asks of the indices, and reads it from the store piece by piece, never a document at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ream_contracts import codec, layout, receipts, units, vectors
from ream_contracts.artifacts import DocumentRecord, Manifest, SegmentClasses, SegmentRecord, SegmentText, Source
from ream_contracts.messages import DocumentCompleted, DocumentEmbedded, DocumentIngested, DocumentPart, PartSegment
from ream_contracts.vectors import Window
from ream_index import documents, whole
from ream_index.contents import Contents
from ream_index.knowledge import Knowledge
from ream_index.likeness import Likeness
from ream_index.passages import About, Decided, Entry, passages
from ream_index.settings import IndexSettings
from ream_kit import Erased, Reject, Retry, Store
from ream_kit.clock import timestamp

Age = tuple[int, int]
"""Generation and run of a document."""
FIRST: Age = (1, 1)


@dataclass(frozen=True, slots=True)
class Stored:
    """A run of a document as it lies in the store: what is asked for when an index is built anew.

    Attributes:
        record: what was indexed of it; None while it is not completed, and only its pages can be found.
    """

    document_id: str
    generation: int
    run: int
    record: DocumentRecord | None = None


Message = DocumentIngested | DocumentPart | DocumentCompleted | DocumentEmbedded | Stored


@dataclass(slots=True)
class Work:
    """A message on its way into the indices.

    Attributes:
        written_ms: when the message was written, in milliseconds since 1970; 0 when not known.
        made: how many passages it made, those with vectors not counted again.
        refused: passages that OpenSearch does not take, each with its unit.
        instead: what is written in place of an entry that OpenSearch does not take.
        erased: whether its document is gone: nothing is written, and nothing said.
        fault: why it could not be done; waiting comes before everything else.
    """

    message: Message
    written_ms: int = 0
    made: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    instead: Entry | None = None
    erased: bool = False
    fault: Exception | None = None

    @property
    def passages(self) -> int:
        """How many passages it wrote, or found there."""
        return self.made - len(self.refused)

    @property
    def has_passages(self) -> bool:
        """Whether its kind of message speaks of pages."""
        return isinstance(self.message, PartSegment | DocumentCompleted | DocumentEmbedded | Stored)

    @property
    def age(self) -> Age:
        """Generation and run that it speaks of."""
        return self.message.generation, self.message.run

    @property
    def cause(self) -> str | None:
        """Why it is less searchable than it should be; None when nothing was refused."""
        return documents.NOT_INDEXABLE if self.refused or self.instead else None

    def take(self, entry: Entry, fault: Exception | None) -> None:
        """Takes note of how one of its writes went."""
        if fault is None:
            return
        if not isinstance(fault, Reject):
            self.fail(fault)
        elif "unit" in entry.body:
            self.refused[entry.id] = entry.body["unit"]
        elif self.instead is None or self.instead.edition < entry.edition:
            self.instead = documents.reduced(entry, fault.reason)
        else:
            self.fail(fault)

    def fail(self, fault: Exception) -> None:
        """Takes note that it could not be done."""
        if self.fault is None or isinstance(fault, Retry):
            self.fault = fault


@dataclass(frozen=True, slots=True)
class Desk:
    """What it takes to turn messages into entries.

    Attributes:
        documents: name of the index that takes documents.
        passages: name of the index that takes passages.
        now: the time, ISO 8601.
    """

    store: Store
    documents: str
    passages: str
    settings: IndexSettings
    now: str
    sources: dict[tuple[str, int], Source] = field(default_factory=dict)
    """Those that were read so far: many parts of one document are written together."""

    def writes(self, work: Work, newest: Mapping[str, Age]) -> Iterator[tuple[str, Entry]]:
        """Yields what a message makes findable; its failure is its own and not its neighbours'.

        Args:
            work: the message; takes the failure.
            newest: generation and run of what is searchable, by document: passages of an older one are not written.
        """
        overtaken = newest.get(work.message.document_id, FIRST) > work.age
        try:
            match work.message:
                case DocumentCompleted() as done:
                    yield from self._completed(work, done, overtaken)
                case PartSegment() as part if part.read and not overtaken:
                    record = self.store.get_artifact(SegmentRecord, part.record)
                    whole.require_record(part, record)
                    about = About(self._source(part.document_id, part.generation), early=part.branch == "early")
                    yield from self._passages(work, record, self._text(record), about)
                case DocumentEmbedded() as embedded if not overtaken:
                    yield from self._embedded(work, embedded)
                case Stored() as stored:
                    yield from self._stored(work, stored)
                case DocumentIngested() as ingested:
                    source = self._source(ingested.document_id, ingested.generation)
                    yield self.documents, documents.arrived(ingested, source, self.now)
        except Erased:
            work.erased = True
        except Exception as error:  # handed to kit, which decides by its kind
            work.fail(error)

    def second(self, work: Work) -> Iterator[tuple[str, Entry]]:
        """Yields what is written when OpenSearch refused something, so that the document ends all the same."""
        if work.fault is not None or work.erased:
            return
        if work.instead is not None:
            yield self.documents, work.instead
        elif work.refused and (record := self._record(work.message)) is not None:
            pages = ", ".join(
                f"{first}-{last}" if first < last else f"{first}" for first, last in units.of(work.refused.values())
            )
            kind = record.document.get("unit_kind")
            said = documents.refused(f"OpenSearch does not take the text of {kind} {pages[:1000]}")
            entry = self._entry(record)
            yield self.documents, replace(entry, body={**entry.body, **said})

    def _record(self, message: Message) -> DocumentRecord | None:
        if isinstance(message, DocumentCompleted | DocumentEmbedded):
            name = layout.document_record(message.document_id, message.version)
            return self.store.get_artifact(DocumentRecord, name)
        return message.record if isinstance(message, Stored) else None

    def _completed(self, work: Work, done: DocumentCompleted, overtaken: bool) -> Iterator[tuple[str, Entry]]:
        """Passages too: a part that was given up on its way here must not leave its pages out."""
        source = self._source(done.document_id, done.generation)
        about = About(source, Decided.by(done))
        manifest = self.store.get_artifact(Manifest, done.manifest) if done.manifest else None
        contents, knowledge, likeness = Contents(self.settings.whole_text_characters), Knowledge(), Likeness()
        for record in self._records(done):
            text = self._text(record)
            contents.add(record, text)
            classes = self.store.get_artifact(SegmentClasses, record.classes)
            knowledge.add(classes)
            likeness.add(text, classes)
            if record.read and not overtaken:
                yield from self._passages(work, record, text, about)
        whole.require(contents.lost(done, manifest), "a document that was completed")
        said = {**knowledge.fields(done.type), **likeness.fields(), "duplicate_of": self._duplicate_of(done)}
        decided = timestamp(datetime.fromtimestamp(work.written_ms / 1000, UTC)) if work.written_ms else None
        entry = documents.completed(done, source, manifest, contents, said, self.now, decided)
        # The record comes first: what is in the index can always be made again from the store.
        name = layout.document_record(done.document_id, done.version)
        self.store.put(name, codec.dumps(documents.record(done, entry, manifest, contents)))
        whole.require(receipts.lost(self.store.get_artifact(DocumentRecord, name)), "the record")
        yield self.documents, entry
        if not overtaken:
            yield from self._with_vectors(work, self.store.get_artifact(DocumentRecord, name))

    def _duplicate_of(self, done: DocumentCompleted) -> str | None:
        """The document that had the same bytes before; what was never taken in, or is damaged there, names none."""
        name = layout.ingested(done.document_id, done.generation)
        return self.store.get_artifact(DocumentIngested, name).duplicate_of if self.store.exists(name) else None

    def _embedded(self, work: Work, embedded: DocumentEmbedded) -> Iterator[tuple[str, Entry]]:
        """Vectors may be there before the completion is indexed, which then finds them: both write before they look."""
        name = layout.document_record(embedded.document_id, embedded.version)
        if self.store.exists(name):
            yield from self._with_vectors(work, self.store.get_artifact(DocumentRecord, name))

    def _with_vectors(self, work: Work, record: DocumentRecord) -> Iterator[tuple[str, Entry]]:
        """The passages and the entry once more, with what vectors are in the store; nothing where it has none."""
        if self._has_vectors(record):
            yield from self._decided(work, record, embedded=True)
            yield self.documents, self._entry(record)

    def _has_vectors(self, record: DocumentRecord) -> bool:
        return self.store.exists(layout.embedded(record.document_id, record.version))

    def _entry(self, record: DocumentRecord) -> Entry:
        if self._has_vectors(record):
            return documents.with_vectors(record)
        return Entry(record.document_id, record.version, dict(record.document))

    def _decided(self, work: Work, record: DocumentRecord, *, embedded: bool) -> Iterator[tuple[str, Entry]]:
        """The passages of a run that is complete."""
        about = About(self._source(record.document_id, record.generation), Decided.as_recorded(record))
        for segment in self._records(record):
            if segment.read:
                windows = self._windows(segment) if embedded else None
                yield from self._passages(work, segment, self._text(segment), about, windows)

    def _windows(self, record: SegmentRecord) -> list[Window]:
        name = vectors.name_of(record.document_id, record.generation, record.segment, record.text)
        return list(vectors.unpack(self.store.get(name))) if self.store.exists(name) else []

    def _stored(self, work: Work, stored: Stored) -> Iterator[tuple[str, Entry]]:
        """The same entries that were written when the run was completed: nothing of it is worked out again."""
        if stored.record is None:
            source = self._source(stored.document_id, stored.generation)
            early = self.store.early_records(stored.document_id, stored.generation, stored.run)
            # The answers last: they stand above what was found before them.
            for record, is_early in [*((one, True) for one in early), *((one, False) for one in self._records(stored))]:
                if record.read:
                    yield from self._passages(work, record, self._text(record), About(source, early=is_early))
        else:
            yield from self._decided(work, stored.record, embedded=self._has_vectors(stored.record))
            yield self.documents, self._entry(stored.record)

    def _source(self, document_id: str, generation: int) -> Source:
        known = self.sources.get((document_id, generation))
        if known is None:
            known = self.store.get_artifact(Source, layout.source(document_id, generation))
            self.sources[document_id, generation] = known
        return known

    def _text(self, record: SegmentRecord) -> SegmentText:
        text = self.store.get_artifact(SegmentText, record.text)
        whole.require(whole.lost(record, text), f"segment {record.segment}")
        return text

    def _records(self, run: DocumentCompleted | DocumentRecord | Stored) -> Iterator[SegmentRecord]:
        return self.store.segment_records(run.document_id, run.generation, run.run)

    def _passages(
        self,
        work: Work,
        record: SegmentRecord,
        text: SegmentText,
        about: About,
        windows: list[Window] | None = None,
    ) -> Iterator[tuple[str, Entry]]:
        classes = self.store.get_artifact(SegmentClasses, record.classes)
        whole.require(whole.unclassified(text, classes), f"segment {record.segment}")
        written = 0
        for entry in passages(record, text, classes, about, self.settings.passage_characters, windows):
            work.made += not (entry.edition and isinstance(work.message, DocumentCompleted))
            written += whole.visible(entry.body["text"])
            yield self.passages, entry
        # After the passages: a document with less than all of them must not be called searchable.
        whole.require(whole.cut_off(record, text, written), f"the passages of segment {record.segment}")
