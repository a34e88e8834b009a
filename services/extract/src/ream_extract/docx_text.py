# SPDX-License-Identifier: Apache-2.0
"""Decides what a person sees in a Word document: text with its notes, comments, boxes and changes, in reading order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]

from ream_contracts.artifacts import Annotation
from ream_extract import docx_tables
from ream_extract.docx_fields import chosen
from ream_extract.docx_numbering import Numbering
from ream_extract.docx_styles import Styles
from ream_extract.docx_symbols import symbol
from ream_extract.flow import Block
from ream_extract.opc import Package
from ream_extract.reading import PictureFound
from ream_extract.text_clean import tidy

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_THROUGH = frozenset(
    [
        "sdtContent",
        "customXml",
        "ins",
        "moveTo",
        "smartTag",
        "fldSimple",
        "r",
        "hyperlink",
        "ruby",
        "rubyBase",
        "rt",
        "dir",
        "bdo",
        "oMath",
        "oMathPara",
        "e",
        "num",
        "den",
        "sup",
        "sub",
        "deg",
        "fName",
        "lim",
        "f",
        "rad",
        "sSup",
        "sSub",
        "sSubSup",
        "nary",
        "d",
        "func",
        "limLow",
        "limUpp",
        "m",
        "mr",
        "acc",
        "bar",
        "box",
        "groupChr",
        "eqArr",
        "sPre",
        "borderBox",
        "phant",
    ]
)
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_REFERENCES = {"footnoteReference": "footnote", "endnoteReference": "endnote", "commentReference": "comment"}
_SHAPES = frozenset({"drawing", "pict", "object"})


@dataclass(slots=True)
class _Gathered:
    """What hangs on a paragraph besides its own words."""

    below: list[str] = field(default_factory=list)
    """Texts that stand beside the paragraph: boxes, notes, comments, deletions."""
    notes: list[Annotation] = field(default_factory=list)
    pictures: list[PictureFound] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)


class Story:
    """Reads one part (body, header, footer) of a document; what it refers to is read once, where it is referred to."""

    def __init__(
        self, package: Package, part: str, main: str, keep: Callable[[bytes], PictureFound | None] | None
    ) -> None:
        self._package = package
        self._links = package.links(part)
        self._keep = keep
        self._styles = Styles(package, main)
        self._numbering = Numbering(package, main, self._styles)
        self._noted = {kind: _noted(package, main, kind) for kind in ("footnote", "endnote", "comment")}
        self._root = package.xml(part)

    def blocks(self) -> Iterator[Block]:
        """Yields the blocks of the part in order."""
        if self._root is None:
            return
        bodies = self._root.findall(f"{W}body")
        for container in bodies or [self._root]:
            yield from self._blocks(container)

    def unreferred(self) -> Iterator[Block]:
        """Yields notes and comments that nothing in the part refers to."""
        for kind, noted in self._noted.items():
            for element in list(noted.values()):
                text, author = self._note(element)
                if text:
                    annotation = (Annotation(kind, text, author),) if kind == "comment" else ()
                    yield Block(text, 0, (), annotation)
            noted.clear()

    def _blocks(self, container: Any) -> Iterator[Block]:
        for child in container:
            name = _name(child)
            if name == "p":
                yield from self._paragraph(child)
            elif name == "tbl":
                yield from self._table(child)
            elif name == "sdt":
                content = child.find(f"{W}sdtContent")
                yield from self._blocks(content if content is not None else ())
            elif name in ("customXml", "ins", "moveTo", "smartTag"):
                yield from self._blocks(child)
            elif name == "AlternateContent":
                yield from self._blocks(_choice(child))

    def _paragraph(self, paragraph: Any) -> Iterator[Block]:
        """Yields a paragraph, and what stands beside it."""
        gathered = _Gathered()
        label = self._numbering.label(paragraph)
        words = tidy("".join(self._inline(paragraph, gathered))).strip("\n")
        removed = tidy("".join(gathered.deleted)).strip()
        if removed:
            gathered.below.append(removed)
            gathered.notes.append(Annotation("deletion", removed, _author(paragraph, "del")))
        notes, pictures = tuple(gathered.notes), tuple(gathered.pictures)
        below = "\n".join(part for part in gathered.below if part.strip())
        if not words.strip():
            yield Block(below, 0, (), notes, pictures)
            return
        level, depth = self._styles.level(paragraph), self._styles.depth(paragraph)
        kind: Literal["list-item", "paragraph"] = "list-item" if depth else "paragraph"
        yield Block(label + words, level, (), notes, pictures, kind, depth)
        if below:
            yield Block(below)

    def _inline(self, element: Any, gathered: _Gathered) -> Iterator[str]:
        for child in element:
            name = _name(child)
            if name == "t":
                yield child.text or ""
            elif name in _SIGNS:
                yield _SIGNS[name]
            elif name == "sym":
                yield symbol(child.get(f"{W}font", ""), child.get(f"{W}char", ""))
            elif name == "delText":
                gathered.deleted.append(child.text or "")
            elif name in _REFERENCES:
                self._refer(_REFERENCES[name], child.get(f"{W}id", ""), gathered)
            elif name in _SHAPES:
                self._shape(child, gathered)
            elif name == "fldChar":
                yield chosen(child)
            elif name == "AlternateContent":
                yield from self._inline(_choice(child), gathered)
            elif name == "hyperlink":
                self._link(child, gathered)
                yield from self._inline(child, gathered)
            elif name == "del":
                list(self._inline(child, gathered))
            elif name == "sdt":
                content = child.find(f"{W}sdtContent")
                yield from self._inline(content if content is not None else (), gathered)
            elif name in _THROUGH:
                yield from self._inline(child, gathered)

    def _link(self, element: Any, gathered: _Gathered) -> None:
        link = self._links.get(element.get(f"{R}id", ""))
        if link is not None and link.outside:
            gathered.notes.append(Annotation("link", tidy(link.target)[:2_000], None))

    def _refer(self, kind: str, number: str, gathered: _Gathered) -> None:
        element = self._noted[kind].pop(number, None)
        if element is None:
            return
        text, author = self._note(element)
        if text:
            gathered.below.append(text)
            if kind == "comment":
                gathered.notes.append(Annotation("comment", text, author))

    def _note(self, element: Any) -> tuple[str, str | None]:
        text = "\n".join(block.text for block in self._blocks(element) if block.text.strip()).strip()
        return text, tidy(element.get(f"{W}author", "")) or None

    def _shape(self, shape: Any, gathered: _Gathered) -> None:
        """Reads boxes, word art, diagrams and charts, and keeps pictures; of two renderings the newer one."""
        seen: set[str] = set()
        for element in _rendered(shape):
            name = _name(element)
            if name == "txbxContent":
                for block in self._blocks(element):
                    gathered.below.append(block.text)
                    gathered.notes.extend(block.annotations)
                    gathered.pictures.extend(block.pictures)
            elif name in ("blip", "imagedata"):
                number = element.get(f"{R}embed") or element.get(f"{R}id") or ""
                if number not in seen:
                    seen.add(number)
                    self._picture(number, gathered)
            elif name == "textpath":
                gathered.below.append(tidy(element.get("string", "")))
            elif name in ("relIds", "chart"):
                gathered.below.extend(self._drawn(element))
            elif name == "docPr" and element.get("descr", "").strip():
                gathered.notes.append(Annotation("alt", tidy(element.get("descr"))[:2_000], None))

    def _picture(self, number: str, gathered: _Gathered) -> None:
        link = self._links.get(number)
        if self._keep is None or link is None or link.outside:
            return
        data = self._package.data(link.target)
        picture = self._keep(data) if data else None
        if picture is not None:
            gathered.pictures.append(picture)

    def _drawn(self, element: Any) -> Iterator[str]:
        """Yields the words of a diagram or chart, which lie in a part of their own."""
        link = self._links.get(element.get(f"{R}dm") or element.get(f"{R}id") or "")
        root = self._package.xml(link.target) if link is not None and not link.outside else None
        if root is not None:
            for found in root.iter(qn("a:t"), "{http://schemas.openxmlformats.org/drawingml/2006/chart}v"):
                if found.text and found.text.strip():
                    yield tidy(found.text)

    def _table(self, table: Any) -> Iterator[Block]:
        """Yields a table as one block; one of a single cell only draws a frame, and its text flows."""
        lines = docx_tables.rows_of(table)
        rows = [[list(self._blocks(cell)) for cell in docx_tables.cells_of(row)] for row in lines]
        if len(rows) == 1 and len(rows[0]) == 1:
            yield from rows[0][0]
            return
        cells = [[_cell_text(cell) for cell in row] for row in rows]
        inside = [block for row in rows for cell in row for block in cell]
        spans = [[docx_tables.span(cell) for cell in docx_tables.cells_of(row)] for row in lines]
        written = [
            "\t".join(
                text
                for cell, span in zip(row, wide, strict=True)
                for text in (" ".join(cell.split()), *[""] * (span - 1))
            )
            for row, wide in zip(cells, spans, strict=True)
            if any(cell.strip() for cell in row)
        ]
        text = "\n".join(written)
        found = docx_tables.table(lines, cells)
        yield Block(
            text,
            0,
            ((found,) if found is not None else ()) + tuple(one for block in inside for one in block.tables),
            tuple(note for block in inside for note in block.annotations),
            tuple(picture for block in inside for picture in block.pictures),
            "table",
        )


def _noted(package: Package, main: str, kind: str) -> dict[str, Any]:
    """Returns notes or comments by id; separators between text and notes are none."""
    found: dict[str, Any] = {}
    for part in package.of_kind(main, f"{kind}s"):
        for element in package.xml(part) if package.xml(part) is not None else ():
            if _name(element) == kind and element.get(f"{W}type") in (None, "normal"):
                found[element.get(f"{W}id", "")] = element
    return found


def _name(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _choice(element: Any) -> Any:
    """Returns one of the alternatives: both show the same, so that reading both would read it twice."""
    for name in ("Choice", "Fallback"):
        found = element.find(f"{MC}{name}")
        if found is not None and len(found):
            return found
    return ()


def _rendered(shape: Any) -> Iterator[Any]:
    """Yields the elements of a shape, of alternatives only the first, and does not go into boxes."""
    for child in shape:
        name = _name(child)
        if name == "AlternateContent":
            yield from _rendered(_choice(child))
            continue
        yield child
        if name != "txbxContent":
            yield from _rendered(child)


def _author(paragraph: Any, name: str) -> str | None:
    found = paragraph.find(f".//{W}{name}")
    return tidy(found.get(f"{W}author", "")) or None if found is not None else None


def _cell_text(blocks: list[Block]) -> str:
    return "\n".join(block.text for block in blocks if block.text.strip())
