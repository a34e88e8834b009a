# SPDX-License-Identifier: Apache-2.0
"""Decides which blocks the lines of a PDF page make: headings, paragraphs, list items, tables, figures, margins.

Lines are told by what was measured of their first and last letters, so that this costs little beside the text itself.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ream_contracts.artifacts import LayoutBlock
from ream_extract.pdf_lines import LineOnPage
from ream_extract.pdf_page import LARGER, has_word, heading_level
from ream_extract.pdf_place import Shown
from ream_extract.reading import Box

Kind = Literal["heading", "paragraph", "list-item", "table", "figure", "header", "footer"]
Margin = Literal["header", "footer"]
BOLD_LEVEL = 4
"""Of headings that stand out by their font alone: below all that are larger."""
BOLD_SHARE = 0.4
"""Share of the lines looked at from which bold lines say nothing."""
HEADING_LINES = 3
"""Lines of one heading; more that look like one are a paragraph."""
LOOSE = 0.4
"""Heights of a letter by which a gap between lines is larger than others and parts paragraphs."""
INDENT = 0.8
"""Heights of a letter by which a line begins farther right and begins a paragraph."""
SHORT = 0.85
"""Share of the widest line of a paragraph below which one that ends a sentence ends the paragraph."""
_SIGN = re.compile(r"[•‣◦▪▫●○■□◆◇\u2043∙·➢➤►✓✔\uf0b7\uf0a7\uf0d8\uf0fc]\s*\S")
_ITEM = re.compile(r"(?:[-\u2013\u2014*]|\(?\d{1,2}[.)]|\(?[a-zA-Z][.)]|\(?[ivx]{1,5}[.)])\s+\S")
_ENDS = re.compile(r"[.!?:;][\"')\]\u201d\u2019]*\s*$")


class Line(NamedTuple):
    """A line of a page, in points from the top left of the shown page."""

    start: int
    end: int
    text: str
    box: Box | None
    size: float
    bold: bool
    middle: float = 0.0
    """Its y; 0 where nobody knows."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the blocks of a page are made of.

    Attributes:
        tables: boxes of the unit's tables.
        figures: those of its pictures.
        height: of the page.
        body: height of most letters; 0 where none was measured.
        added: where texts begin and end that were put below the words of the page.
    """

    lines: tuple[Line, ...]
    tables: tuple[Box | None, ...]
    figures: tuple[Box | None, ...]
    height: float
    body: float
    added: tuple[tuple[int, int], ...] = ()


def lines_of(found: Sequence[LineOnPage], place: Shown) -> Iterator[Line]:
    """Yields the lines that say something, with their places on the shown page."""
    straight = place.b == 0 and place.a > 0
    for offset, text, edges, size, bold in found:
        bare = text.strip()
        if not bare:
            continue
        start = offset + len(text) - len(text.lstrip())
        box = None
        if edges is not None:
            left, bottom, right, top = edges
            if straight:
                box = (left + place.e, place.d * top + place.f, right + place.e, place.d * bottom + place.f)
            else:
                (ax, ay), (bx, by) = place(left, top), place(right, bottom)
                box = (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
        yield Line(start, start + len(bare), bare, box, size, bold, (box[1] + box[3]) / 2 if box else 0.0)


def blocks_of(layout: Layout, margins: dict[int, Margin]) -> tuple[LayoutBlock, ...]:
    """Returns the blocks of a page; `margins` says which lines, by number, are its header and footer."""
    grouping = _Grouping(layout)
    for number, line in enumerate(layout.lines):
        grouping.take(line, margins.get(number))
    made = list(_with_figures(grouping.done(), layout.figures))
    made += [LayoutBlock("paragraph", start, end) for start, end in layout.added if end > start]
    return tuple(made)


@dataclass(slots=True)
class _Open:
    """A block that may go on."""

    kind: Kind
    lines: list[Line]
    level: int | None = None
    number: int | None = None
    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    placed: bool = False
    """One of its lines has a place."""


@dataclass(slots=True)
class _Grouping:
    layout: Layout
    _blocks: list[_Open] = field(default_factory=list)
    _body: float = 0.0
    _gap: float = 0.0
    _bold: bool = False

    def __post_init__(self) -> None:
        lines = self.layout.lines
        self._body = self.layout.body
        self._gap = _usual_gap(lines) + LOOSE * self._body
        self._bold = 0 < sum(line.bold for line in lines) <= BOLD_SHARE * len(lines)

    def done(self) -> list[_Open]:
        """Returns the blocks; what looks like a heading and is long is none."""
        for block in self._blocks:
            if block.kind == "heading" and len(block.lines) > HEADING_LINES:
                block.kind, block.level = "paragraph", None
        return self._blocks

    def take(self, line: Line, margin: Margin | None) -> None:
        """Puts a line to the block before it, or begins one with it."""
        before = self._blocks[-1] if self._blocks else None
        table = _table_at(line, self.layout.tables) if margin is None else None
        kind: Kind = "table" if table is not None else margin or "paragraph"
        level = None
        if kind == "paragraph":
            parted = before is None or self._parted(before, line)
            kind, level = self._kind(line, before, parted)
            if kind == "list-item":
                parted = True
            elif (
                kind == "paragraph" and before is not None and not parted and before.kind in ("paragraph", "list-item")
            ):
                kind = before.kind
            elif before is not None and before.kind == kind == "heading":
                parted = level != before.level or abs(line.size - before.lines[-1].size) > 0.1 * line.size or parted
        else:
            parted = False
        if before is not None and before.kind == kind and before.number == table and not parted:
            before.lines.append(line)
        else:
            before = _Open(kind, [line], level, table)
            self._blocks.append(before)
        if line.box is not None:
            x0, y0, x1, y1 = line.box
            if not before.placed:
                before.left, before.top, before.right, before.bottom, before.placed = x0, y0, x1, y1, True
                return
            before.left = x0 if x0 < before.left else before.left
            before.top = y0 if y0 < before.top else before.top
            before.right = x1 if x1 > before.right else before.right
            before.bottom = y1 if y1 > before.bottom else before.bottom

    def _kind(self, line: Line, before: _Open | None, parted: bool) -> tuple[Kind, int | None]:
        larger = line.size >= LARGER * self._body > 0
        if larger and (level := heading_level(line.text, line.size, self._body)):
            return "heading", level
        # A line that goes on where a sentence was not at its end is neither heading nor item, whatever it begins with.
        begins = parted or before is None or before.kind not in ("paragraph", "list-item") or _ended(before)
        if begins and line.bold and self._bold and has_word(line.text) and not _item(line.text):
            return "heading", BOLD_LEVEL
        return ("list-item" if _SIGN.match(line.text) or (begins and _item(line.text)) else "paragraph"), None

    def _parted(self, before: _Open, line: Line) -> bool:
        """Says whether a line begins something new by its place and by what stands before it."""
        last = before.lines[-1]
        if last.box is None or line.box is None:
            return last.box is not line.box
        if line.box[1] < last.box[3] - 0.5 * (last.box[3] - last.box[1]):
            # Beside it, or higher: the rest of a line, or another column.
            return line.middle < last.box[1] or line.middle > last.box[3]
        if line.box[1] - last.box[3] > self._gap or line.box[0] >= before.right or line.box[2] <= before.left:
            return True
        if before.kind not in ("paragraph", "list-item") or not _ENDS.search(last.text):
            return False
        wide = before.right - before.left
        short = len(before.lines) > 1 and last.box[2] - before.left < SHORT * wide
        return short or line.box[0] - last.box[0] > INDENT * self._body > 0


def _item(text: str) -> bool:
    """Says whether a line begins as items of lists do, with a word behind."""
    return bool(_SIGN.match(text) or _ITEM.match(text)) and has_word(text)


def _ended(block: _Open) -> bool:
    return block.kind == "list-item" or _ENDS.search(block.lines[-1].text) is not None


def _usual_gap(lines: Sequence[Line]) -> float:
    """Returns the gap between lines of a paragraph: a quarter of all gaps of the page are no wider."""
    gaps = []
    before: Box | None = None
    for line in lines:
        box = line.box
        if before is not None and box is not None and box[1] > before[1] and box[0] < before[2] and box[2] > before[0]:
            gaps.append(box[1] - before[3])
        before = box
    gaps.sort()
    return gaps[len(gaps) // 4] if gaps else 0.0


def _table_at(line: Line, tables: Sequence[Box | None]) -> int | None:
    """Returns which table a line stands in, by its middle."""
    if line.box is None or not tables:
        return None
    x, y = (line.box[0] + line.box[2]) / 2, line.middle
    for number, box in enumerate(tables):
        if box is not None and box[0] <= x <= box[2] and box[1] <= y <= box[3]:
            return number
    return None


def _with_figures(blocks: Sequence[_Open], figures: Sequence[Box | None]) -> Iterator[LayoutBlock]:
    """Yields the blocks, and before each the figures that stand above it."""
    made = [_laid(block) for block in blocks]
    waiting: dict[int, list[int]] = {}
    for number, box in enumerate(figures):
        waiting.setdefault(_before(made, box), []).append(number)
    end = 0
    for at, block in enumerate(made):
        yield from (_figure(block.start, number, figures) for number in waiting.get(at, ()))
        yield block
        end = block.end
    yield from (_figure(end, number, figures) for number in waiting.get(len(made), ()))


def _figure(at: int, number: int, figures: Sequence[Box | None]) -> LayoutBlock:
    box = figures[number]
    return LayoutBlock("figure", at, at, None, number, None if box is None else _rounded(box))


def _before(blocks: Sequence[LayoutBlock], figure: Box | None) -> int:
    """Returns the number of the block before which a figure is read: the first below its upper side, in its column."""
    for number, block in enumerate(blocks if figure is not None else ()):
        box = block.box
        if box is None or figure is None or block.kind == "header":
            continue
        if box[1] >= figure[1] and box[0] < figure[2] and box[2] > figure[0]:
            return number
    last = len(blocks)
    while last and blocks[last - 1].kind == "footer":
        last -= 1
    return last


def _laid(block: _Open) -> LayoutBlock:
    box = _rounded((block.left, block.top, block.right, block.bottom)) if block.placed else None
    return LayoutBlock(block.kind, block.lines[0].start, block.lines[-1].end, block.level, block.number, box)


def _rounded(box: Box) -> Box:
    # What stands beyond the upper or left edge of the page is not seen there.
    x0, y0, x1, y1 = box
    return max(0.0, round(x0, 1)), max(0.0, round(y0, 1)), max(0.0, round(x1, 1)), max(0.0, round(y1, 1))
