# SPDX-License-Identifier: Apache-2.0
"""Decides what a run of units leaves in the store, and what is said about it: the same again when it comes again."""

import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from ream_contracts import identity, layout, units
from ream_contracts.artifacts import ChildFound, Manifest, Picture, SegmentText, UnitText
from ream_contracts.messages import DocumentIngested
from ream_contracts.whole import characters, holds
from ream_extract.parameters import STAGE
from ream_extract.planning import ordinal
from ream_extract.reader import Find
from ream_extract.reading import ChildRead, Item, Method, Reason, UnitFailed, UnitRead, UnitScanned
from ream_kit import Store

_ENDINGS = {"image/jpeg": "jpg", "image/svg+xml": "svg"}


@dataclass(frozen=True, slots=True)
class Scanned:
    """A unit for ocr, and the artifact with its text: doubtful, or good where only its pictures are read."""

    unit: int
    reason: Reason
    kept: str | None
    kept_holds: Mapping[str, int] | None = None
    method: Method = "none"
    """How the kept text was got."""
    confidence: int = 0


@dataclass(frozen=True, slots=True)
class RunNote:
    """What came of a run: everything that is said about it, so that saying it again needs no reading."""

    text: str | None
    """The segment-text artifact; None when no unit of the run was read."""
    units: tuple[int, ...] = ()
    method: Method = "none"
    confidence: int = 100
    characters: int = 0
    holds: Mapping[str, int] = field(default_factory=dict)
    """What the text artifact holds, by kind."""
    scanned: tuple[Scanned, ...] = ()
    failed: tuple[UnitFailed, ...] = ()
    children: tuple[ChildFound, ...] = ()
    untried: tuple[int, ...] = ()
    """Failed units that nobody tried, because the document had cost too many cells."""

    def answers(self, wanted: Iterable[int]) -> bool:
        """Says whether it answers just these units, each of them once."""
        answered = [*self.units, *(one.unit for one in self.scanned), *(one.unit for one in self.failed)]
        return sorted(answered) == sorted(wanted)

    def dumps(self) -> bytes:
        """The note as JSON."""
        return json.dumps(asdict(self)).encode()


def loads(data: bytes) -> RunNote:
    """Reads a note back."""
    values = cast(dict[str, Any], json.loads(data))
    values["units"] = tuple(values["units"])
    values["scanned"] = tuple(Scanned(**one) for one in values["scanned"])
    values["failed"] = tuple(UnitFailed(**one) for one in values["failed"])
    values["children"] = tuple(ChildFound(**one) for one in values["children"])
    values["untried"] = tuple(values.get("untried", ()))
    return RunNote(**values)


@dataclass(slots=True)
class Gathering:
    """Takes the items of a run, keeps their files, and makes the note of it."""

    ingested: DocumentIngested
    manifest: Manifest
    store: Store
    memo: str
    version: str
    _read: dict[int, UnitText] = field(default_factory=dict)
    _children: dict[int, ChildFound] = field(default_factory=dict)
    _scanned: dict[int, Scanned] = field(default_factory=dict)
    _failed: dict[int, UnitFailed] = field(default_factory=dict)

    def take(self, item: Item, file: Find) -> None:
        """Takes the one item of a unit; `file` gives the files that it names."""
        if isinstance(item, UnitRead):
            self._read[item.unit] = self._unit(item, file)
        elif isinstance(item, UnitScanned):
            self._scanned[item.unit] = self._doubtful(item, file)
        elif isinstance(item, ChildRead):
            self._read[item.unit] = _stand_in(item)
            self._children[item.unit] = self._child(item, file)
        else:
            self._failed[item.unit] = item

    def note(self, untried: Set[int] = frozenset()) -> RunNote:
        """Writes the text artifact of the run and makes its note; `untried` are units that nobody tried."""
        read = tuple(self._read[unit] for unit in sorted(self._read))
        children = tuple(self._children[unit] for unit in sorted(self._children))
        name = None
        if read:
            # Two deliveries at once may lose different units: what each has read is an artifact of its own.
            memo = identity.memo(self.memo, repr(units.of(unit.unit for unit in read)))
            name, kept = self._put(read[0].unit, memo, read, children)
            read, children = kept.units, kept.children
        methods = [unit.method for unit in read if unit.method != "none"]
        return RunNote(
            name,
            tuple(unit.unit for unit in read),
            cast(Method, methods[0]) if methods else "none",
            _confidence(read),
            characters(read),
            holds(read, children),
            tuple(self._scanned[unit] for unit in sorted(self._scanned)),
            tuple(self._failed[unit] for unit in sorted(self._failed)),
            children,
            tuple(sorted(untried & self._failed.keys())),
        )

    def _put(
        self, segment: int, memo: str, read: tuple[UnitText, ...], children: tuple[ChildFound, ...]
    ) -> tuple[str, SegmentText]:
        """Keeps what was read; where another delivery was faster, what it has read is what stands."""
        document_id, generation = self.ingested.document_id, self.ingested.generation
        name = layout.text(document_id, generation, segment, STAGE, memo)
        text = SegmentText(document_id, generation, segment, STAGE, self.version, read, children)
        return name, text if self.store.put_artifact(name, text) else self.store.get_artifact(SegmentText, name)

    def _doubtful(self, item: UnitScanned, file: Find) -> Scanned:
        if item.kept is None:
            return Scanned(item.unit, item.reason, None)
        name, text = self._put(item.unit, identity.memo(self.memo, "kept"), (self._unit(item.kept, file),), ())
        (unit,) = text.units
        return Scanned(item.unit, item.reason, name, holds(text.units), unit.method, unit.confidence)

    def _unit(self, unit: UnitRead, file: Find) -> UnitText:
        pictures = []
        for picture in unit.pictures:
            ending = _ENDINGS.get(picture.media_type, picture.media_type.partition("/")[2])
            name = layout.picture(
                self.ingested.document_id, self.ingested.generation, unit.unit, f"{picture.file[:32]}.{ending}"
            )
            size = file(picture.file).stat().st_size
            self.store.put(name, file(picture.file))
            writing = picture.writing or None
            pictures.append(
                Picture(name, picture.media_type, picture.width, picture.height, picture.box, size, writing)
            )
        return UnitText(
            unit.unit, unit.kind, unit.text, unit.method, unit.confidence, unit.label, unit.width, unit.height,
            unit.rotation, unit.headings, tuple(pictures), unit.tables, unit.annotations, unit.counted,
            blocks=unit.blocks, lacking=unit.lacking,
        )  # fmt: skip

    def _child(self, child: ChildRead, file: Find) -> ChildFound:
        number = ordinal(self.manifest, child.unit)
        document_id = identity.child_id(self.ingested.document_id, child.path, number)
        name = layout.child(self.ingested.document_id, self.ingested.generation, number, self.memo)
        self.store.put(name, file(child.file))
        return ChildFound(document_id, child.name, child.path, number, child.unit, name, child.size)


def _stand_in(child: ChildRead) -> UnitText:
    """Answers the unit of a child: its text is in the child."""
    return UnitText(child.unit, child.kind, "", "container", 100, child.name, 0.0, 0.0, 0, (), (), (), ())


def _confidence(read: tuple[UnitText, ...]) -> int:
    """Says how sure the text of a run is: each unit counts by its length."""
    weights: Mapping[int, int] = {unit.unit: len(unit.text) for unit in read}
    total = sum(weights.values())
    return sum(unit.confidence * weights[unit.unit] for unit in read) // total if total else 100
