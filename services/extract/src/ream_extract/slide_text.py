# SPDX-License-Identifier: Apache-2.0
"""Decides what a person sees on a slide of PPTX: shapes in their order, tables, diagrams, notes and comments."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ream_contracts.artifacts import Annotation
from ream_extract.flow import Block
from ream_extract.opc import Package
from ream_extract.open_document import attribute, local
from ream_extract.reading import PictureFound, Unreadable
from ream_extract.table_grid import Slot, table_of
from ream_extract.text_clean import tidy

Keep = Callable[[bytes], PictureFound | None]
_TITLES = frozenset({"title", "ctrTitle"})
_UNREAD = frozenset({"sldNum", "sldImg", "hdr", "ftr", "dt"})
"""Placeholders of notes that say nothing of the slide."""
_ANY = frozenset({"any placeholder"})
"""Says that none of the placeholders is read."""


@dataclass(slots=True)
class SlideText:
    """What one slide says."""

    blocks: list[Block] = field(default_factory=list)
    notes: list[Annotation] = field(default_factory=list)
    pictures: list[PictureFound] = field(default_factory=list)
    hidden: bool = False


def slide_text(package: Package, part: str, keep: Keep | None) -> SlideText:
    """Reads a slide and what it refers to.

    Raises:
        Unreadable: the slide's own part is missing or broken.
    """
    root = package.xml(part)
    if root is None:
        raise Unreadable("damaged", "A slide that the presentation lists is not in it.")
    found = SlideText(hidden=attribute(root, "show") in ("0", "false"))
    for tree in root.iter("{*}spTree"):
        found.blocks += _shapes(package, part, tree, frozenset())
        break
    found.blocks += _behind(package, part, root)
    for element in root.iter("{*}cNvPr"):
        if element.get("descr", "").strip():
            found.notes.append(Annotation("alt", tidy(element.get("descr"))[:2_000], None))
    for notes in _targets(package, part, "notesSlide"):
        _notes(package, notes, found)
    for comments in _targets(package, part, "comments"):
        _comments(package, comments, found)
    for image in dict.fromkeys(_targets(package, part, "image")) if keep is not None else ():
        picture = _picture(package, image, keep) if keep is not None else None
        found.pictures += [picture] if picture is not None else []
    return found


def _behind(package: Package, part: str, root: Any) -> Iterator[Block]:
    """Yields what layout and master put on a slide; their placeholders only say where the slide's own text goes."""
    for kind in ("slideLayout", "slideMaster"):
        if attribute(root, "showMasterSp") in ("0", "false"):
            return
        place = next(iter(_targets(package, part, kind)), "")
        root = _xml(package, place) if place else None
        if root is None:
            return  # it is missing by name, if the slide names one
        part = place
        for tree in root.iter("{*}spTree"):
            yield from (Block(block.text, 0, block.tables) for block in _shapes(package, part, tree, _ANY))
            break


def _shapes(package: Package, part: str, tree: Any, unread: frozenset[str]) -> Iterator[Block]:
    for shape in tree:
        name = local(shape)
        if name == "AlternateContent":
            chosen = next((one for one in shape if len(one)), ())
            yield from _shapes(package, part, chosen, unread)
        elif name == "grpSp":
            yield from _shapes(package, part, shape, unread)
        elif name == "graphicFrame":
            yield from _frame(package, part, shape)
        elif name in ("sp", "cxnSp", "pic"):
            kind = next((attribute(one, "type") for one in shape.iter("{*}ph")), None)
            if kind not in unread and not (unread is _ANY and kind is not None):
                level = 1 if kind in _TITLES else 0
                text = "\n".join(_paragraphs(shape)).strip("\n")
                if text.strip():
                    yield Block(" ".join(text.split()) if level else text, level)


def _frame(package: Package, part: str, frame: Any) -> Iterator[Block]:
    """Yields a table as one block, and the words of diagrams and charts, which lie in parts of their own."""
    for table in frame.iter("{*}tbl"):
        rows = [
            [(cell, "\n".join(_paragraphs(cell)).strip("\n")) for cell in row.findall("{*}tc")]
            for row in table.findall("{*}tr")
        ]
        lines = ["\t".join(" ".join(text.split()) for _, text in row) for row in rows if any(t.strip() for _, t in row)]
        properties = table.find("{*}tblPr")
        headed = properties is not None and attribute(properties, "firstRow") in ("1", "true")
        found = table_of([[_slot(*one) for one in row if not _covered(*one)] for row in rows], int(headed) or None)
        if found is not None:
            yield Block("\n".join(lines), 0, (found,))
    for element in frame.iter("{*}relIds", "{*}chart"):
        target = attribute(element, "dm") or attribute(element, "id")
        link = _links(package, part).get(target)
        root = _xml(package, link.target) if link is not None and not link.outside else None
        text = "\n".join(line for line in _drawn(root) if line.strip()) if root is not None else ""
        if text:
            yield Block(text)


def _drawn(root: Any) -> Iterator[str]:
    """Yields the words of a diagram or chart, and the names and numbers that a chart draws."""
    yield from _paragraphs(root)
    yield from (tidy(value.text) for value in root.iter("{*}v") if value.text)


def _slot(cell: Any, text: str) -> Slot:
    down, across = attribute(cell, "rowSpan"), attribute(cell, "gridSpan")
    return Slot(text, _times(down), _times(across))


def _times(value: str) -> int:
    return max(1, int(value)) if value.isdecimal() and len(value) < 6 else 1


def _covered(cell: Any, text: str) -> bool:
    """Says whether another cell lies over this one; what is written below it is not lost all the same."""
    below = any(attribute(cell, name) in ("1", "true") for name in ("hMerge", "vMerge"))
    return below and not text.strip()


def _paragraphs(element: Any) -> Iterator[str]:
    for paragraph in element.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}p"):
        pieces = []
        for piece in paragraph.iter():
            name = local(piece)
            if name == "t":
                pieces.append(piece.text or "")
            elif name == "br":
                pieces.append("\n")
        yield tidy("".join(pieces))


def _notes(package: Package, part: str, found: SlideText) -> None:
    root = _xml(package, part)
    for tree in root.iter("{*}spTree") if root is not None else ():
        for block in _shapes(package, part, tree, _UNREAD):
            found.blocks.append(Block(block.text, 0, block.tables))
            found.notes.append(Annotation("note", block.text, None))
        break


def _comments(package: Package, part: str, found: SlideText) -> None:
    root = _xml(package, part)
    for comment in root.iter("{*}cm", "{*}reply") if root is not None else ():
        own = [child for child in comment if local(child) in ("text", "txBody")]
        text = "\n".join(tidy(one.text or "") or "\n".join(_paragraphs(one)) for one in own).strip()
        if text:
            found.blocks.append(Block(text))
            found.notes.append(Annotation("comment", text, None))


def _picture(package: Package, image: str, keep: Keep) -> PictureFound | None:
    try:
        data = package.data(image)
    except Unreadable:
        return None  # the picture is broken; the slide is not
    return keep(data) if data else None


def _targets(package: Package, part: str, kind: str) -> list[str]:
    return [link.target for link in _links(package, part).values() if link.kind == kind and not link.outside]


def _links(package: Package, part: str) -> Any:
    try:
        return package.links(part)
    except Unreadable:
        return {}


def _xml(package: Package, part: str) -> Any:
    try:
        return package.xml(part)
    except Unreadable:
        return None
