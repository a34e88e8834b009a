# SPDX-License-Identifier: Apache-2.0
"""What tests of the stage need: a cell that is this process and dies when told to, and documents with known units."""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ream_contracts import identity, layout, topics, units
from ream_contracts.messages import Allowance, DocumentIngested, PartFailed, PartManifest
from ream_extract import cell
from ream_extract.reading import UnitRead
from ream_kit import Store
from ream_kit.cells import CellDied, CellFailed
from ream_kit.testing import LocalBus
from ream_pages.office import ConversionFailed


class InProcess:
    """One call of the cell's function, with the manners of a cell."""

    def __init__(self, cells: Cells, request: Mapping[str, Any]) -> None:
        self.scratch = Path(tempfile.mkdtemp())
        self._cells = cells
        self._request = dict(request) | ({"child_budget": 1 << 30} if cells.generous else {})
        self._alone = self._request["do"] == "read" and self._request["first"] == self._request["last"]
        self._answers = self._run()

    def _run(self) -> Iterator[dict[str, Any]]:
        for answer in cell.work(self._request, self.scratch):
            unit = answer.get("unit")
            if unit in self._cells.poison and not (self._cells.harmless_alone and self._alone):
                raise self._cells.poison[unit]
            yield answer | self._cells.lies.get(unit, {})

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self._answers

    def __enter__(self) -> InProcess:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.scratch)

    def file(self, name: str) -> Path:
        """Where a file lies that the call has written."""
        path = self.scratch / name
        if path.parent != self.scratch or not path.is_file():
            raise CellDied("bad-answer")
        return path


class Cells:
    """Counts the calls, and dies of the units that are poison.

    Attributes:
        poison: what is raised instead of a unit's answer.
        harmless_alone: poison only kills when units are read together.
        generous: the cell takes no notice of what the family has left.
        lies: what is said of a unit instead of the truth.
        read: first and last unit of each reading, in order.
        planned: how many plans were made.
    """

    def __init__(self) -> None:
        self.poison: dict[Any, CellDied | CellFailed] = {}
        self.harmless_alone = False
        self.generous = False
        self.lies: dict[Any, dict[str, Any]] = {}
        self.read: list[tuple[int, int]] = []
        self.planned = 0

    def __call__(self, request: Mapping[str, Any]) -> Any:
        """Begins a call, as `ream_kit.cells.Cells` does."""
        self.planned += request["do"] == "plan"
        if request["do"] == "read":
            self.read.append((request["first"], request["last"]))
        return InProcess(self, request)


class NoOffice:
    """LibreOffice is not installed."""

    def convert(self, source: Path, target: Path) -> None:
        """Fails."""
        raise ConversionFailed("missing")


def ingested(store: Store, data: bytes, media_type: str, **how: Any) -> DocumentIngested:
    """Puts bytes into the store as a document; `how` are fields of the message that are otherwise."""
    document_id = identity.document_id("test", hashlib.sha256(data + media_type.encode()).hexdigest())
    name = layout.original(document_id, 1)
    store.put(name, data)
    values: dict[str, Any] = {
        "document_id": document_id,
        "generation": 1,
        "run": 1,
        "root_id": document_id,
        "parent_id": None,
        "depth": 0,
        "object": name,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "media_type": media_type,
        "duplicate_of": None,
        "refused": None,
        "allowance": Allowance(1_000, 1 << 30),
        "redo": (),
    }
    return DocumentIngested(**values | how)


_CONTENTS = {
    "t": "BT /F 12 Tf 72 700 Td (Text of page {} that everyone can read) Tj ET",
    "s": "595 0 0 842 0 0 cm /I Do",
    "b": "",
}


def pdf(*kinds: str) -> bytes:
    """A PDF in which each letter is a page: t has text, s is a scan, b is blank."""
    pages = "".join(kinds)
    numbers = range(5, 5 + 2 * len(pages), 2)
    resources = "/MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> /XObject << /I 4 0 R >> >>"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{n} 0 R' for n in numbers)}] {resources} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        _stream("/Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8", "@@@@"),
    ]
    for page, (number, kind) in enumerate(zip(numbers, pages, strict=True), 1):
        objects.append(f"<< /Type /Page /Parent 2 0 R /Contents {number + 1} 0 R >>")
        objects.append(_stream("", _CONTENTS[kind].format(page)))
    return _file(objects)


def _stream(entries: str, content: str) -> str:
    return f"<< {entries} /Length {len(content)} >>\nstream\n{content}\nendstream"


def _file(objects: list[str]) -> bytes:
    """Joins objects, numbered from 1 (the catalog), into a file with its table of offsets."""
    made = "%PDF-1.4\n"
    offsets = []
    for number, one in enumerate(objects, 1):
        offsets.append(len(made))
        made += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size, begin = len(objects) + 1, len(made)
    made += f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return f"{made}startxref\n{begin}\n%%EOF\n".encode("latin-1")


def zipped(**members: bytes) -> bytes:
    """A ZIP; members are called as the arguments, with `.txt` behind."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.txt", data)
    return held.getvalue()


def sent(bus: LocalBus, document: DocumentIngested) -> None:
    """Has a document worked on; nothing of it may be given up."""
    bus.put(topics.DOCUMENTS_INGESTED, document)
    bus.run()
    assert bus.dead_letters == []  # noqa: S101


def manifest(bus: LocalBus) -> PartManifest:
    """The only plan that was said."""
    (only,) = [part for part in bus.sent(topics.DOCUMENTS_PARTS) if isinstance(part, PartManifest)]
    return only


def failures(bus: LocalBus) -> dict[str, units.Ranges]:
    """Units that were said to have failed, by cause."""
    found: dict[str, units.Ranges] = {}
    for part in bus.sent(topics.DOCUMENTS_PARTS):
        if isinstance(part, PartFailed):
            found[part.cause] = units.union(found.get(part.cause, ()), part.units)
    return found


def answered(bus: LocalBus) -> list[int]:
    """Every unit that was read, handed to ocr or failed, as often as that was said, in order."""
    said = [read.units for read in bus.sent(topics.SEGMENTS_READ) if not read.early]
    said += [
        scan.units for topic in (topics.SEGMENTS_SCANNED, topics.SEGMENTS_SCANNED_BULK) for scan in bus.sent(topic)
    ]
    return sorted(unit for ranges in [*said, *failures(bus).values()] for unit in units.each(ranges))


def in_order(unit: UnitRead) -> Iterator[str]:
    """Says what is wrong with the blocks of a unit: they follow one another within its text and leave no word out."""
    at = 0
    for block in unit.blocks:
        if not at <= block.start <= block.end <= len(unit.text):
            yield f"{block} begins before {at}, or ends beyond {len(unit.text)}"
        if block.kind != "figure" and not unit.text[block.start : block.end].strip():
            yield f"{block} holds no words"
        if block.box and not (block.box[0] <= block.box[2] and block.box[1] <= block.box[3]):
            yield f"the box of {block} is turned inside out"
        if unit.text[at : block.start].strip():
            yield f"{at} to {block.start} is in no block"
        at = block.end
    if unit.blocks and unit.text[at:].strip():
        yield f"what follows {at} is in no block"
