# SPDX-License-Identifier: Apache-2.0
"""Decides what reading a document means: what a plan says, what a unit can yield, and what an extractor must do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from ream_contracts.artifacts import Annotation, Heading, LayoutBlock, Table

Box = tuple[float, float, float, float]
Method = Literal["text-layer", "markup", "plain", "converted", "ocr", "container", "none"]
Reason = Literal["no-text", "broken-text", "picture", "written-pictures"]
Ocr = Literal["auto", "always", "never"]

CHILD_KINDS = frozenset({"attachment", "member"})
"""Kinds of units that stand for a document of their own."""


class Unreadable(Exception):
    """The document itself is at fault: nothing of it can be read, and trying again changes nothing."""

    def __init__(
        self, cause: str, reason: str, verdict: Literal["failed", "rejected", "unsupported"] = "failed"
    ) -> None:
        super().__init__(reason)
        self.cause = cause
        self.reason = reason
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may cost before it is read; everything is checked before it is decoded."""

    units: int = 100_000
    """Units planned; the rest is counted as beyond."""
    pictures_per_unit: int = 50
    picture_pixels: int = 150_000_000
    """Pixels of one picture that is taken out of a page or document as it is."""
    decoded_pixels: int = 50_000_000
    """Pixels of one picture of a PDF that lies there in no format of its own: it takes 10 bytes a pixel of the cell."""
    frame_pixels: int = 150_000_000
    """Pixels of one frame of an image file."""
    entries: int = 10_000
    """Members of an archive or office file."""
    entry_bytes: int = 64 << 20
    """Size of one part of an office file once unpacked."""
    unpacked_bytes: int = 512 << 20
    """Size of all parts of an office file once unpacked."""
    ratio: int = 100
    """How many times larger than packed a part may become (parts under 8 MiB may: drawings of one colour do)."""
    child_bytes: int = 2 << 30
    """Size of one attachment or archive member."""
    markup_bytes: int = 64 << 20
    """Size of an HTML file."""


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes to read and how."""

    path: Path
    media_type: str
    limits: Limits = field(default_factory=Limits)
    converted: Path | None = None
    """The same document in the format that the extractor asked for, when conversion worked."""
    ocr: Ocr = "auto"
    """Which pages go to ocr: as judged, all, or none."""
    pictures: bool = True
    """Whether pictures inside are taken out."""
    child_budget: int = 20 << 30
    """Bytes that documents found inside may still have together."""
    tables: bool = True
    """Whether tables of PDF pages are looked for."""
    passwords: tuple[str, ...] = field(default=(), repr=False)
    """What may open members of an archive, where the submitter named passwords."""


REST = "rest"
"""Kind of the units in which nothing is to be read: each answers for words that must have come in the others."""


@dataclass(frozen=True, slots=True)
class UnitRun:
    """Units of one kind that follow one another."""

    kind: str
    count: int
    per_segment: int = 16
    """How many are worked on together."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is in a document, counted without reading its text."""

    units: tuple[UnitRun, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    child_bytes: int = 0
    """Declared size of everything that will be submitted as a document of its own."""
    verdict: Literal["unsupported", "failed", "rejected"] | None = None
    cause: str | None = None
    reason: str | None = None
    unlocked: str | None = None
    """Media type of the copy without encryption that was planned; None where the original was."""


@dataclass(frozen=True, slots=True)
class PictureFound:
    """A picture taken out of a unit; `file` is its name in the scratch folder."""

    file: str
    media_type: str
    width: int
    height: int
    box: Box | None = None
    said: bool = False
    """Hidden text of its unit lies over it, which was read from it."""
    writing: bool = False
    """Lines of letters were seen in it."""


@dataclass(frozen=True, slots=True)
class UnitRead:
    """What one unit says; empty text means that there is nothing to read in it."""

    unit: int
    kind: str
    text: str
    method: Method
    confidence: int = 100
    label: str | None = None
    width: float = 0.0
    height: float = 0.0
    rotation: int = 0
    headings: tuple[Heading, ...] = ()
    pictures: tuple[PictureFound, ...] = ()
    tables: tuple[Table, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    counted: int | None = None
    """Letters and digits counted in it by another way than the one that read the text; None where there is none."""
    blocks: tuple[LayoutBlock, ...] = ()
    """What its text is made of, in reading order; what is in none of them is white space. None where nobody says."""
    lacking: str | None = None
    """Cause for which a part of it could not be read; None where its reader knows of none."""


@dataclass(frozen=True, slots=True)
class UnitScanned:
    """A unit that ocr must read; `kept` is the doubtful text there was.

    Where the reason is `written-pictures`, `kept` is the whole unit, its text is good, and only its pictures are read.
    """

    unit: int
    reason: Reason
    kept: UnitRead | None = None


@dataclass(frozen=True, slots=True)
class UnitFailed:
    """A unit that cannot be read, by the document's fault."""

    unit: int
    cause: str


@dataclass(frozen=True, slots=True)
class ChildRead:
    """A document found inside, its bytes in the scratch folder under `file`; answers its unit."""

    unit: int
    kind: str
    name: str
    path: str
    file: str
    size: int


Item = UnitRead | UnitScanned | UnitFailed | ChildRead


class Extractor(Protocol):
    """Plans and reads documents of some media types; both run inside a cell."""

    name: str
    version: str
    """Part of every memo: raise it whenever the same bytes would give something else."""
    media_types: tuple[str, ...]
    """Exact media types, or `text/*` and `*/*` for what nobody else takes."""
    convert_to: str | None
    """Ending of the format that is to be made of the original first, when an office program is there."""

    def plan(self, source: Source) -> Plan:
        """Counts what is in the document without reading its text.

        Raises:
            Unreadable: encrypted, damaged, a bomb.
        """

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item | None]:
        """Yields one item for each unit from first to last, in any order; files go to scratch.

        Where the next item takes long, None shows that work goes on: a cell that is silent for long is ended.

        Raises:
            Unreadable: none of these units can be read.
        """


@runtime_checkable
class TakesPasswords(Protocol):
    """What an extractor says besides that opens parts of a file with passwords by itself: it gets them.

    Without them it says `encrypted`, with some that do not fit `password-wrong`.
    """

    takes_passwords: bool


@runtime_checkable
class StartsPrograms(Protocol):
    """What an extractor says besides that reads by programs of their own: its cell may start them."""

    programs: bool


@runtime_checkable
class PlansConverted(Protocol):
    """What an extractor says besides that it plans the converted form too: of the original it knows nothing.

    Where nothing makes that form here, its media types are not read.
    """

    plans_converted: bool


@runtime_checkable
class ReadTogether(Protocol):
    """What an extractor says besides when some of its units cannot be read alone."""

    together: tuple[str, ...]
    """Kinds of units that one pass over the document gives all at once."""
