# SPDX-License-Identifier: Apache-2.0
"""What lies in the store as JSON.

Made by scripts/gen_contracts.py from schemas/; do not edit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which units were answered."""

    kind: str
    """page, sheet, body …"""
    state: Literal["read", "incomplete", "not-applicable", "failed", "expired", "unanswered"]
    """What became of them; incomplete: read, but a second reading counted more text."""
    method: str
    """How its text was got; none where there is none."""
    cause: str | None
    """Why, as a code of lower-case words joined by dashes, e.g. encrypted, damaged, too-large."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of every unit that was counted, in a form whose size is bounded by a few bytes a unit."""

    ways: tuple[Way, ...]
    """The different ways in which units were answered."""
    units: tuple[tuple[int, int, int], ...]
    """For each unit, from unit 1: which of the ways (from 0), characters of text, confidence (0 to 100)."""
    beyond: int
    """Units beyond the limit, which nobody tried."""


@dataclass(frozen=True, slots=True)
class ChildFound:
    """A document found inside this one and submitted."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    name: str
    """Its name inside."""
    path: str
    """Its path inside."""
    ordinal: int
    """Which child."""
    unit: int
    """The unit that stands for it."""
    object: str
    """Its bytes. A name in the store."""
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What index wrote for one version of a document, and the receipt: every unit, what became of it, and every child."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    run: int
    """Which processing of these bytes: 1 for the first; a replay is a new run."""
    version: int
    """Of the index write."""
    outcome: Literal["complete", "empty", "partial", "unsupported", "failed", "rejected", "superseded", "erased"]
    """How it ended."""
    document: Mapping[str, Any]
    """The body of the index document."""
    receipt: Receipt
    children: tuple[ChildFound, ...]
    """Every document found in it."""
    artifacts: tuple[str, ...]
    """Artifacts that this version is made from."""


@dataclass(frozen=True, slots=True)
class UnitKind:
    """A run of units of one kind."""

    kind: str
    """page, sheet, slide, image, body, member, attachment …"""
    first: int
    """First unit."""
    last: int
    """Last unit."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The plan of a document: what is in it, counted by a cheap and independent reading."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    media_type: str
    """Media type found from the content."""
    unit_kind: str
    """What most units are."""
    kinds: tuple[UnitKind, ...]
    """All units by kind."""
    units: int
    """How many."""
    segments: tuple[tuple[int, int], ...]
    """Ranges of units worked on together."""
    beyond: int
    """Units beyond the limit."""
    verdict: Literal["unsupported", "failed", "rejected", "erased"] | None
    """How the document ends when nothing is to come."""
    cause: str | None
    """Why, as a code of lower-case words joined by dashes, e.g. encrypted, damaged, too-large."""
    reason: str | None
    """The cause in a sentence for people."""
    metadata: Mapping[str, str]
    """What the file says of itself (title, author, producer, permissions, dates …), as text."""
    extractor: str
    """Which extractor planned it."""
    extractor_version: str
    """Its version."""


@dataclass(frozen=True, slots=True)
class PageBegin:
    """A page and where it begins."""

    width: float
    """Points."""
    height: float
    """Points."""
    unit: int | None
    """The unit in which its text begins; null where that was not found."""
    offset: int
    """First character in the unit's text."""


@dataclass(frozen=True, slots=True)
class PageNumbers:
    """The pages of a document that has none by itself, as they came when it was laid out, and where in its text each begins."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    object: str
    """The laid-out document (PDF). A name in the store."""
    pages: tuple[PageBegin, ...]
    """From page 1."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A piece of personal data or a marking, with its place."""

    kind: str
    """What it is."""
    unit: int
    """Where."""
    start: int
    """First character in the unit's text."""
    end: int
    """One past the last."""
    value: str
    """As written."""
    confidence: int
    """0 to 100."""


@dataclass(frozen=True, slots=True)
class UnitLanguage:
    """Language of one unit."""

    unit: int
    """Which."""
    language: str
    """ISO 639-1, or und."""
    confidence: int
    """0 to 100."""


@dataclass(frozen=True, slots=True)
class SegmentLanguage:
    """How much of a segment is in a language."""

    language: str
    """ISO 639-1, or und."""
    characters: int
    """Characters that are not white space."""
    confidence: int
    """0 to 100."""


@dataclass(frozen=True, slots=True)
class Keyphrase:
    """Words that a text keeps coming back to."""

    text: str
    """As first written."""
    score: int
    """Points; those of equal phrases of a document are added."""
    hits: int
    """How often it stands there."""
    unit: int
    """Where."""
    start: int
    """First character in the unit's text."""
    end: int
    """One past the last."""


@dataclass(frozen=True, slots=True)
class Entity:
    """Something that has a name, or a date or amount, and where it stands."""

    kind: str
    """person, organisation, place, date, amount, product."""
    text: str
    """As written."""
    normal: str | None
    """One form for all ways of writing it: a date as in ISO 8601, an amount as currency and number; null where there is none."""
    unit: int
    """Where."""
    start: int
    """First character in the unit's text."""
    end: int
    """One past the last."""
    confidence: int
    """0 to 100."""
    source: str
    """Which rule or model."""


@dataclass(frozen=True, slots=True)
class Sentiment:
    """How a text speaks; absent where no lexicon knows its language, or too little was said."""

    score: int
    """From -100 (bad) to 100 (good)."""
    confidence: int
    """0 to 100: how much was said."""
    positive: int
    """Weight of good words."""
    negative: int
    """Weight of bad words."""


@dataclass(frozen=True, slots=True)
class KeyField:
    """A field of a receipt, invoice or contract."""

    document: str
    """Kind of document that has the field: receipt, invoice, contract."""
    name: str
    """Which field: company, date, total, address, party …"""
    text: str
    """As written."""
    normal: str
    """In one form: a date as in ISO 8601, a number with a point, a name as it is."""
    unit: int
    """Where."""
    start: int
    """First character in the unit's text."""
    end: int
    """One past the last."""
    confidence: int
    """0 to 100."""


@dataclass(frozen=True, slots=True)
class SegmentClasses:
    """What classify found in one segment."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    segment: int
    """The segment, named by its first unit."""
    stage_version: str
    """Version of classify and its rules."""
    languages: tuple[UnitLanguage, ...]
    """By unit."""
    findings: tuple[Finding, ...]
    """Personal data and markings with their places."""
    truncated: bool
    """True when there were more findings than are listed; the scores count all."""
    evidence: Mapping[str, Any]
    """For each score of a document type: the words and signals that gave it, with points."""
    scores: Mapping[str, int]
    """Additive scores by name (kind:label), e.g. language:de in characters, type:invoice in points, personal:iban in hits."""
    segment_languages: tuple[SegmentLanguage, ...] = ()
    """Languages of the whole segment, most characters first."""
    versions: Mapping[str, str] | None = None
    """Each rule and model that was asked, by name, with its version."""
    keyphrases: tuple[Keyphrase, ...] = ()
    """What the segment is about in its own words, the best first."""
    entities: tuple[Entity, ...] = ()
    """People, organisations, places, dates, amounts and products, by place."""
    cut: tuple[str, ...] = ()
    """Which of entities and fields are not whole; the scores count all."""
    sentiment: Sentiment | None = None
    fields: tuple[KeyField, ...] = ()
    """Key fields of receipts, invoices and contracts, by place."""
    sketch: str | None = None
    """What is kept of its words to find texts that are much alike: ream_contracts.sketches; those of all segments make that of the document. Absent where it has no text."""


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """Which artifacts answer one segment in one run."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    run: int
    """Which processing of these bytes: 1 for the first; a replay is a new run."""
    segment: int
    """The segment, named by its first unit."""
    read: tuple[tuple[int, int], ...]
    """Units read. Ranges [first, last] of unit numbers, both included, counted from 1, ascending, not touching."""
    not_applicable: tuple[tuple[int, int], ...]
    """Units without text to read. Ranges [first, last] of unit numbers, both included, counted from 1, ascending, not touching."""
    text: str
    """The segment-text artifact. A name in the store."""
    classes: str
    """The segment-classes artifact. A name in the store."""
    method: str
    """How the text was got."""
    confidence: int
    """0 to 100."""
    characters: int
    """Characters read."""
    children: tuple[str, ...]
    """Documents found in it."""
    incomplete: tuple[tuple[int, int], ...] = ()
    """Units of `read` whose text is not whole. Ranges [first, last] of unit numbers, both included, counted from 1, ascending, not touching."""
    tables: tuple[str, ...] = ()
    """Its tables as files: JSON (artifact TableFile) and CSV of each."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading and where its text begins."""

    offset: int
    """First character in the unit's text."""
    level: int
    """1 is the highest."""
    text: str
    """As written."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture found in a unit, kept in the store."""

    object: str
    """The picture. A name in the store."""
    media_type: str
    """Media type found from the content."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    box: tuple[float, float, float, float] | None
    """x0, y0, x1, y1 in points from the top left of the unit."""
    size: int | None = None
    """Bytes of it."""
    writing: bool | None = None
    """Lines of letters were seen in it, so ocr reads it; absent where none were."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: rows of cells as text."""

    rows: tuple[tuple[str, ...], ...]
    """Rows of cells."""
    box: tuple[float, float, float, float] | None
    """x0, y0, x1, y1 in points from the top left of the unit."""
    spans: tuple[tuple[int, int, int, int], ...] | None = None
    """Cells over several rows or columns: first row, first column (from 0), number of rows, of columns. Their text stands in the first row and column, the rest of them is empty. Absent where a reader does not say."""
    header_rows: int | None = None
    """Rows at the top that are heads of columns; absent where a reader does not say."""
    header_columns: int | None = None
    """Columns at the left that are heads of rows; absent where a reader does not say."""
    heads: tuple[str, ...] | None = None
    """Heads of the columns where they stand in an earlier unit, of which this table is the next piece; absent where they stand in its own rows."""
    beyond: int | None = None
    """Rows that are not kept as cells because the table is too large; all their words are in the text. Absent where it is whole."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """What somebody added to the text: a comment, a note, a form field, a link."""

    kind: str
    """comment, note, field, link …"""
    text: str
    """As written."""
    author: str | None
    """Who."""


@dataclass(frozen=True, slots=True)
class LayoutBlock:
    """A piece of a unit: what it is, and where its text stands. Blocks follow one another and never overlap; where a unit has any, what is in none of them is white space."""

    kind: Literal["heading", "paragraph", "list-item", "table", "figure", "header", "footer"]
    """What it is; header and footer are what pages repeat above and below their text."""
    start: int
    """Its first character in the unit's text."""
    end: int
    """One past its last; of a figure without words the same as its start."""
    level: int | None = None
    """Of a heading, 1 the highest; of a list item, how deep its list is in others, 1 for the outermost. Absent where nobody knows."""
    number: int | None = None
    """Of a table or figure: which of the unit's tables or pictures, from 0. A table between whose rows other text stands has several blocks. Absent where it is none of them."""
    box: tuple[float, float, float, float] | None = None
    """x0, y0, x1, y1 in points from the top left of the unit. Absent where it has no places."""


@dataclass(frozen=True, slots=True)
class UnitText:
    """What one unit says."""

    unit: int
    """Its number."""
    kind: str
    """page, sheet, slide, image, body, member …"""
    text: str
    """Its text in reading order; empty when there is none."""
    method: Literal["text-layer", "markup", "plain", "converted", "ocr", "container", "none"]
    """How it was got."""
    confidence: int
    """0 to 100."""
    label: str | None
    """Name of the unit for people: page label, sheet name."""
    width: float
    """Points; 0 where there is none."""
    height: float
    """Points; 0 where there is none."""
    rotation: int
    """Degrees clockwise the page was turned to be read."""
    headings: tuple[Heading, ...]
    """In order."""
    pictures: tuple[Picture, ...]
    """Pictures in it."""
    tables: tuple[Table, ...]
    """Tables in it."""
    annotations: tuple[Annotation, ...]
    """Annotations in it."""
    counted: int | None = None
    """Letters and digits that a second, independent reading counted in it; absent where there is none."""
    picture_hash: str | None = None
    """What the page looks like in 64 bits: pictures that look alike differ in few of them; absent where nobody has looked at it, or nothing is to be seen."""
    words: str | None = None
    """Where the words that OCR saw stand, and how sure it was of each: 12 characters a word, base64 of 9 bytes: left, top, right and bottom as 65535ths of the width and height of the unit (two bytes each, the higher first), and a confidence from 0 to 100. The words are the first of the text, parted by white space; absent where OCR saw none."""
    lacking: str | None = None
    """Cause for which a part of it could not be read; absent where its reader knows of none."""
    blocks: tuple[LayoutBlock, ...] = ()
    """What its text is made of, in reading order; none where its reader does not say."""


@dataclass(frozen=True, slots=True)
class SegmentText:
    """Everything read from the units of one segment."""

    document_id: str
    """The document: base32 of a sha256, 32 characters, lower case."""
    generation: int
    """Which bytes of this source: 1 for the first."""
    segment: int
    """The segment, named by its first unit."""
    stage: str
    """Who read it."""
    stage_version: str
    """Its version."""
    units: tuple[UnitText, ...]
    """In order."""
    children: tuple[ChildFound, ...]
    """Documents found in it."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document came from, for people: never in an event."""

    name: str | None
    """File name."""
    address: str | None
    """Where the bytes were."""
    namespace: str
    """Of its key."""
    key: str | None
    """What identified it."""
    tags: tuple[str, ...]
    """Tags."""
    path: str | None
    """Path inside its parent."""
    submitted: str
    """When, ISO 8601."""
    size: int
    """Bytes."""
    sha256: str | None
    """Of the bytes."""
    media_type: str
    """Media type found from the content."""
    reason: str | None
    """Why it was refused, in a sentence."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """One table of a document as a file of its own, beside a file of the same name that holds it as CSV."""

    unit: int
    """The page, sheet or body that it stands on."""
    unit_kind: str
    """page, sheet, slide, image, body …"""
    label: str | None
    """Name of the unit for people: page label, sheet name."""
    number: int
    """Which table of the unit, from 1."""
    columns: int
    """Cells of its widest row."""
    table: Table

SCHEMA_OF: dict[type[Any], str] = {
    DocumentRecord: "document-record",
    Manifest: "manifest",
    PageNumbers: "page-numbers",
    SegmentClasses: "segment-classes",
    SegmentRecord: "segment-record",
    SegmentText: "segment-text",
    Source: "source",
    TableFile: "table-file",
}
