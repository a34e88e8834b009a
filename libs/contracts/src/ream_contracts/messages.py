# SPDX-License-Identifier: Apache-2.0
"""What is said on the topics.

Made by scripts/gen_contracts.py from schemas/; do not edit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that was given up, with what is needed to send it again."""

    topic: str
    """Where it came from."""
    partition: int
    """There."""
    offset: int
    """There."""
    stage: str
    """Who gave it up."""
    stage_version: str
    """Version of that stage."""
    cause: str
    """Why, as a code of lower-case words joined by dashes, e.g. encrypted, damaged, too-large."""
    attempts: int
    """Tries made."""
    document_id: str | None
    """The document: base32 of a sha256, 32 characters, lower case."""
    key: str | None
    """The key, base64; null when it had none or lies in the store."""
    value: str | None
    """The value, base64; null for a tombstone or when it lies in the store."""
    headers: Mapping[str, str]
    """Headers of the record, as text."""
    object: str | None
    """JSON with key and value (base64), when together they are over 512 KB. A name in the store."""
    detail: str | None
    """Text of the error for people. A name in the store."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Units without text, or without all of it, and why."""

    units: tuple[tuple[int, int], ...]
    """Which. Ranges [first, last] of unit numbers, both included, counted from 1, ascending, not touching."""
    rank: Literal["failed", "expired", "incomplete", "beyond"]
    """failed, expired, read but not whole, or beyond the limit."""
    cause: str | None
    """Why, as a code of lower-case words joined by dashes, e.g. encrypted, damaged, too-large."""


@dataclass(frozen=True, slots=True)
class DocumentCompleted:
    """All required answers are in: what the document is, and what is missing."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    run: int
    """Which processing of these bytes: 1 for the first; a replay is a new run."""
    revision: int
    """Rises with each unit that gets a better answer."""
    version: int
    """generation * 2^40 + run * 2^24 + revision: the external version of whole-document index writes."""
    root_id: str
    """The document at the top of the family (itself, when it is no child)."""
    parent_id: str | None
    """The document this one was found in; null when it was submitted by a person or program."""
    outcome: Literal["complete", "empty", "partial", "unsupported", "failed", "rejected", "superseded", "erased"]
    """How it ended."""
    cause: str | None
    """Why, as a code of lower-case words joined by dashes, e.g. encrypted, damaged, too-large."""
    media_type: str
    """Media type found from the content."""
    size: int
    """Bytes."""
    manifest: str | None
    """The manifest artifact; null when none was ever made. A name in the store."""
    unit_kind: str
    """What most units are."""
    units: int
    """Counted before reading."""
    read: int
    """Units read whole."""
    not_applicable: int
    """Units without text to read."""
    failed: int
    """Units given up."""
    expired: int
    """Units never answered."""
    missing: tuple[Missing, ...]
    """What was not read, and why; the first hundred ranges."""
    characters: int
    """Characters read."""
    children: int
    """Documents found in it."""
    type: str
    """What kind of paper it is: a label of the taxonomy, or unknown."""
    type_confidence: int
    """0 to 100."""
    languages: tuple[str, ...]
    """Languages with at least a tenth of the text, most first."""
    sensitivity: Literal["public", "internal", "confidential", "restricted"]
    """Who may see it."""
    personal_data: Mapping[str, int]
    """Hits by kind."""
    scores: Mapping[str, int]
    """Additive scores by name (kind:label), e.g. language:de in characters, type:invoice in points, personal:iban in hits."""
    incomplete: int = 0
    """Units read whose text is not whole."""
    confidence: int | None = None
    """How sure the text is, 0 to 100: the mean of the units with text; absent where there is none."""
    confidence_lowest: int | None = None
    """The confidence of the unit that is least sure; absent where no unit has text."""
    language_confidences: Mapping[str, int] | None = None
    """For each of the languages how sure it is, 0 to 100."""
    topics: tuple[str, ...] = ()
    """What it is about, most first; empty where nothing says it."""
    topic_confidence: int = 0
    """Of the first topic, 0 to 100."""
    sentiment: Literal["positive", "negative", "neutral", "mixed"] | None = None
    """How it speaks; absent where nobody can say."""
    sentiment_score: int | None = None
    """From -100 (bad) to 100 (good); absent where nobody can say."""
    sentiment_confidence: int | None = None
    """0 to 100; absent where nobody can say."""


@dataclass(frozen=True, slots=True)
class DocumentEmbedded:
    """The vectors of a document's text are in the store."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    run: int
    """Which processing of these bytes: 1 for the first; a replay is a new run."""
    version: int
    """The version whose text it is."""
    windows: int
    """Runs of words that have a vector."""
    beyond: int
    """Segments without vectors, because the document has more windows than are allowed."""


@dataclass(frozen=True, slots=True)
class DocumentIndexed:
    """Searchable now, in this version."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    run: int
    """Which processing of these bytes: 1 for the first; a replay is a new run."""
    version: int
    """The version that was written."""
    root_id: str
    """The document at the top of the family (itself, when it is no child)."""
    parent_id: str | None
    """The document this one was found in; null when it was submitted by a person or program."""
    outcome: Literal["complete", "empty", "partial", "unsupported", "failed", "rejected", "superseded", "erased"]
    """How it ended."""
    cause: str | None
    """Why, as a code of lower-case words joined by dashes, e.g. encrypted, damaged, too-large."""
    passages: int
    """Passages in the index."""


@dataclass(frozen=True, slots=True)
class Redo:
    """One stage to run again in this run."""

    stage: str
    """The stage to run again."""
    parameters: Mapping[str, Any]
    """Settings of that stage to use this time; part of its memo."""
    run: int | None = None
    """The run that asked for it: its result is work of its own, also with the parameters of before."""
    units: tuple[tuple[int, int], ...] = ()
    """The units it is for; none means all. Ranges [first, last] of unit numbers, both included, counted from 1, ascending, not touching."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may still be found inside this document, all depths together: a family cannot outgrow what its root was given."""

    documents: int
    """How many documents."""
    bytes: int
    """How many bytes in all."""


@dataclass(frozen=True, slots=True)
class DocumentIngested:
    """The bytes are in the store: the document may be read. Sent again with the same run it heals, with a higher run and redo it replays."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    run: int
    """Which processing of these bytes: 1 for the first; a replay is a new run."""
    root_id: str
    """The document at the top of the family (itself, when it is no child)."""
    parent_id: str | None
    """The document this one was found in; null when it was submitted by a person or program."""
    depth: int
    """Steps from the root of the family."""
    object: str | None
    """The original; null when it was refused and not kept. A name in the store."""
    size: int
    """Bytes."""
    sha256: str | None
    """Of the original, hex; null when it was refused before it was read to the end."""
    media_type: str
    """Media type found from the content."""
    duplicate_of: str | None
    """Another document with the same bytes that was there first."""
    refused: str | None
    """Set when the file was not accepted: too-large, type-not-allowed; the document ends as rejected."""
    allowance: Allowance
    """What may still be found inside it."""
    redo: tuple[Redo, ...]
    """Stages that run again in this run; every other stage finds its artifacts and passes on."""
    password_ref: tuple[str, ...] = ()
    """Names of passwords that open the file and what is in it, which extract looks up; never a password itself."""


@dataclass(frozen=True, slots=True)
class PartOpened:
    """The document is known; its entry begins."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    run: int
    """Which processing of these bytes: 1 for the first; a replay is a new run."""
    root_id: str
    """The document at the top of the family (itself, when it is no child)."""
    parent_id: str | None
    """The document this one was found in; null when it was submitted by a person or program."""
    media_type: str
    """Media type found from the content."""
    size: int
    """Bytes."""
    part: Literal["opened"] = "opened"
    """Which kind of part."""


@dataclass(frozen=True, slots=True)
class PartManifest:
    """What is to come, counted before it is read."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    run: int
    """Which processing of these bytes: 1 for the first; a replay is a new run."""
    root_id: str
    """The document at the top of the family (itself, when it is no child)."""
    parent_id: str | None
    """The document this one was found in; null when it was submitted by a person or program."""
    media_type: str
    """Media type found from the content."""
    size: int
    """Bytes."""
    manifest: str
    """The manifest artifact. A name in the store."""
    unit_kind: str
    """What most units are: page, sheet, slide, image, body, member …"""
    units: int
    """How many units."""
    beyond: int
    """Units beyond the limit of units a document, not planned: the document is partial."""
    verdict: Literal["unsupported", "failed", "rejected", "erased"] | None
    """Set when nothing is to come: how the document ends."""
    cause: str | None
    """Why, as a code of lower-case words joined by dashes, e.g. encrypted, damaged, too-large."""
    part: Literal["manifest"] = "manifest"
    """Which kind of part."""


@dataclass(frozen=True, slots=True)
class PartSegment:
    """Units of one segment have their answer in one branch."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    run: int
    """Which processing of these bytes: 1 for the first; a replay is a new run."""
    branch: Literal["text", "vectors", "early"]
    """Which branch answers: text is required for completion, others only raise readiness; early is text whose pictures are read yet."""
    segment: int
    """The segment, named by its first unit."""
    read: tuple[tuple[int, int], ...]
    """Units whose text was read. Ranges [first, last] of unit numbers, both included, counted from 1, ascending, not touching."""
    not_applicable: tuple[tuple[int, int], ...]
    """Units that hold no text to read (a blank page, a container's member that is a document of its own). Ranges [first, last] of unit numbers, both included, counted from 1, ascending, not touching."""
    record: str
    """The segment-record artifact of this run: names text and classification. A name in the store."""
    characters: int
    """Characters read."""
    children: int
    """Documents found in it and submitted."""
    scores: Mapping[str, int]
    """Additive scores by name (kind:label), e.g. language:de in characters, type:invoice in points, personal:iban in hits."""
    part: Literal["segment"] = "segment"
    """Which kind of part."""
    incomplete: tuple[tuple[int, int], ...] = ()
    """Units of `read` whose text is known not to be whole: a second reading counted more in them. Ranges [first, last] of unit numbers, both included, counted from 1, ascending, not touching."""


@dataclass(frozen=True, slots=True)
class PartFailed:
    """A stage gave these units up."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    run: int
    """Which processing of these bytes: 1 for the first; a replay is a new run."""
    branch: Literal["text", "vectors", "early"]
    """Which branch answers: text is required for completion, others only raise readiness; early is text whose pictures are read yet."""
    stage: str
    """Which stage."""
    cause: str
    """Why, as a code of lower-case words joined by dashes, e.g. encrypted, damaged, too-large."""
    units: tuple[tuple[int, int], ...]
    """Given up; empty means every unit that has no answer. Ranges [first, last] of unit numbers, both included, counted from 1, ascending, not touching."""
    attempts: int
    """Tries made."""
    part: Literal["failed"] = "failed"
    """Which kind of part."""


@dataclass(frozen=True, slots=True)
class PartExpired:
    """Two waves passed and these units have no answer."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    run: int
    """Which processing of these bytes: 1 for the first; a replay is a new run."""
    units: tuple[tuple[int, int], ...]
    """Empty means every unit that has no answer. Ranges [first, last] of unit numbers, both included, counted from 1, ascending, not touching."""
    part: Literal["expired"] = "expired"
    """Which kind of part."""


@dataclass(frozen=True, slots=True)
class PartForget:
    """The entry may go: the document was completed long ago."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    run: int
    """Which processing of these bytes: 1 for the first; a replay is a new run."""
    part: Literal["forget"] = "forget"
    """Which kind of part."""


@dataclass(frozen=True, slots=True)
class Parent:
    """Where a child was found."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    root_id: str
    """The document at the top of the family (itself, when it is no child)."""
    path: str
    """Path inside the parent, as the parent spells it."""
    ordinal: int
    """Which of the parent's children, from 1."""
    depth: int
    """Steps from the root: 1 for a child of a submitted file."""
    allowance: Allowance
    """What may still be found inside the child."""
    size: int | None = None
    """Bytes that were taken out of the parent; what arrives must have as many."""


@dataclass(frozen=True, slots=True)
class DocumentSubmitted:
    """A file is to be processed: by reference, or inline when it is small. The only message that may hold content or names."""

    source: str | None = None
    """Address of the bytes: store:NAME, s3://BUCKET/KEY or file:///PATH below an allowed root."""
    body: str | None = None
    """The bytes themselves, base64, at most 256 KiB before encoding."""
    key: str | None = None
    """What makes it the same document when it comes again; without it the address, and for an inline body its hash, does."""
    name: str | None = None
    """File name for people; may lie, is never trusted as a type."""
    namespace: str = "default"
    """Keeps sources with the same keys apart."""
    tags: tuple[str, ...] = ()
    """Tags for people and routing."""
    password_ref: str | tuple[str, ...] | None = None
    """Name, or names, of passwords that open the file and what is in it; the operator keeps them where extract runs. Never a password itself."""
    parent: Parent | None = None
    """Set for a document found inside another."""


@dataclass(frozen=True, slots=True)
class SegmentRead:
    """The text of this segment is in the store."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    run: int
    """Which processing of these bytes: 1 for the first; a replay is a new run."""
    segment: int
    """The segment, named by its first unit."""
    units: tuple[tuple[int, int], ...]
    """What this answers. Ranges [first, last] of unit numbers, both included, counted from 1, ascending, not touching."""
    text: str
    """The segment-text artifact. A name in the store."""
    method: Literal["text-layer", "markup", "plain", "converted", "ocr", "container"]
    """How the text was got."""
    confidence: int
    """How sure, 0 to 100; 100 where nothing was guessed."""
    characters: int
    """Characters of text in all its units."""
    redo: tuple[Redo, ...]
    """Stages that run again in this run; every other stage finds its artifacts and passes on."""
    early: bool | None = None
    """The text is found at once and answers nothing: pictures in these units are read yet, and who reads them answers. Absent where the text answers."""
    holds: Mapping[str, int] | None = None
    """What the text artifact held when it was stored: units, characters, headings, pictures, table cells, annotations, blocks, children, and characters beside the text (in headings, cells and annotations)."""
    media_type: str | None = None
    """Media type found from the content; absent in messages of before 27 November 2026."""


@dataclass(frozen=True, slots=True)
class SegmentScanned:
    """These units have no usable text, or pictures with writing in them: ocr reads them, from the original or picture by picture."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    run: int
    """Which processing of these bytes: 1 for the first; a replay is a new run."""
    segment: int
    """The segment, named by its first unit."""
    units: tuple[tuple[int, int], ...]
    """What to read. Ranges [first, last] of unit numbers, both included, counted from 1, ascending, not touching."""
    object: str
    """The file to render the units from: the original, or a converted form of it. A name in the store."""
    media_type: str
    """Media type found from the content."""
    sha256: str
    """Of the original, hex: part of the memo."""
    reason: Literal["no-text", "broken-text", "picture", "written-pictures"]
    """Why ocr is asked: no-text, broken-text, picture (the unit is one), or written-pictures: the kept text is sound, and pictures in it show writing."""
    kept: str | None
    """What the text layer gave, when it is doubtful rather than absent: the better of the two is kept. Of written-pictures the unit with its pictures: what they say is added. A name in the store."""
    redo: tuple[Redo, ...]
    """Stages that run again in this run; every other stage finds its artifacts and passes on."""
    size: int | None = None
    """Bytes of the file to render from; what is opened must have as many."""
    kept_holds: Mapping[str, int] | None = None
    """What the doubtful text held when it was stored: units, characters, headings, pictures, table cells, annotations, blocks, children, and characters beside the text (in headings, cells and annotations)."""


DocumentPart = PartOpened | PartManifest | PartSegment | PartFailed | PartExpired | PartForget

SCHEMA_OF: dict[type[Any], str] = {
    DeadLetter: "dead-letter",
    DocumentCompleted: "document-completed",
    DocumentEmbedded: "document-embedded",
    DocumentIndexed: "document-indexed",
    DocumentIngested: "document-ingested",
    PartOpened: "document-part",
    PartManifest: "document-part",
    PartSegment: "document-part",
    PartFailed: "document-part",
    PartExpired: "document-part",
    PartForget: "document-part",
    DocumentSubmitted: "document-submitted",
    SegmentRead: "segment-read",
    SegmentScanned: "segment-scanned",
}
