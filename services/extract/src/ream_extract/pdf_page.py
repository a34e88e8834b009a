# SPDX-License-Identifier: Apache-2.0
"""Decides what is seen of one PDF page through PDFium: its lines of text, headings, drawings."""

import ctypes
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_contracts.artifacts import Heading
from ream_contracts.whole import letters
from ream_extract.pdf_columns import Piece, in_reading_order
from ream_extract.pdf_downwards import downwards
from ream_extract.pdf_hidden import read_once
from ream_extract.pdf_kinds import kinds_of
from ream_extract.pdf_lines import Edges, LineOnPage
from ream_extract.pdf_place import Shown, box_of
from ream_extract.reading import Box
from ream_extract.text_clean import join_hyphens, tidy

OBJECTS = 30_000
"""Page objects looked at for images and drawings."""
NESTED = 3
"""Depth of forms inside forms that is looked into."""
SAMPLED_GLYPHS = 200
SAMPLED_TEXTS = 200
"""Text objects asked whether they are drawn invisibly."""
LAST = 20
"""Objects at a page's end that are asked too."""
PATHS = 5_000
"""Paths kept to see where they lie."""
LINES = 400
"""Lines of a page whose letters are measured."""
HEADING_CHARS = 150
LARGER = 1.15
"""Heights of the body's letters from which a line is a heading."""
FONT_CHARS = 70
"""Letters of a line that may be a heading by its font: of longer ones it is not asked."""
_LETTERS = re.compile(r"[^\W\d_]{2}")
_BOLD = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_JOINED = re.compile("[\x02\ufffe]")


@dataclass(frozen=True, slots=True)
class PageWords:
    """What a page says.

    Attributes:
        body: height in which most of its letters are written; 0 where none was measured.
        unmapped: share of its glyphs that mean no character.
        counted: letters and digits as PDFium has them, before anything is made of its text; those that its faster call
            leaves out by number, as if each were a letter. Without hidden ones that are read once.
    """

    text: str
    lines: tuple[LineOnPage, ...] = ()
    headings: tuple[Heading, ...] = ()
    body: float = 0.0
    unmapped: float = 0.0
    counted: int = 0


@dataclass(frozen=True, slots=True)
class ImageOnPage:
    """An image that a page draws, and the box that it (or the form it is in) covers."""

    handle: Any
    box: Box


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a page draws besides text."""

    images: tuple[ImageOnPage, ...]
    drawings: int
    """Images, paths and shadings."""
    image_share: float
    hidden: bool
    """Most texts of the page are drawn invisibly."""
    mixed: bool
    """Some are, and some are not."""
    paths: tuple[tuple[Any, Any], ...] = ()
    """Lines, fills and outlines, each with the object whose bounds are those on the page; no more than `PATHS`."""


def text_of(words: pdfium.PdfTextPage, *, mixed: bool = False) -> PageWords:
    """Returns the text in the order of the page, with its lines and headings.

    Args:
        words: of the page.
        mixed: some of it is drawn invisibly, and is not read where visible words at the same place say it.
    """
    count = words.count_chars()
    if count <= 0:
        return PageWords("")
    text = words.get_text_range()
    counted = letters(text) + max(0, count - len(text))
    # PDFium's faster call leaves out characters beyond the first plane: the numbers differ then, and only then.
    if len(text) != count:
        return unplaced(join_hyphens(words.get_text_bounded()), _unmapped(words, count), counted)
    pieces, repeated = in_reading_order(words, text), 0
    if mixed:
        pieces, repeated = read_once(words, pieces)
    lines = downwards(tuple(_lines(words, pieces)))
    sizes = [(line.text, line.size) for line in lines]
    body = body_size(sizes)
    told = tuple(headings(sizes, body))
    return PageWords(
        "\n".join([line.text for line in lines]),
        lines,
        told,
        body,
        _unmapped(words, count),
        counted - repeated,
    )


def unplaced(text: str, unmapped: float = 0.0, counted: int = 0) -> PageWords:
    """Returns a text of which nobody knows where its lines stand on the page."""
    plain = tidy(text)
    return PageWords(plain, (LineOnPage(0, plain, None, 0.0, False),), (), 0.0, unmapped, counted)


def _unmapped(words: pdfium.PdfTextPage, count: int) -> float:
    step = max(1, count // SAMPLED_GLYPHS)
    looked = range(0, count, step)
    asked, handle = raw.FPDFText_HasUnicodeMapError, words.raw
    errors: int = sum(asked(handle, index) == 1 for index in looked)
    return errors / len(looked)


def _lines(words: pdfium.PdfTextPage, pieces: Iterable[Piece]) -> Iterator[LineOnPage]:
    offset = 0
    look = _Looking(words)
    for number, piece in enumerate(pieces):
        said = piece.text
        line = tidy(join_hyphens(said))
        edges, size, bold = None, 0.0, False
        if number < LINES and (bare := said.strip()):
            begin = piece.start + len(said) - len(said.lstrip())
            edges, size = look.at(begin, begin + len(bare) - 1)
            # A word that is divided stands on two lines.
            for mark in _JOINED.finditer(bare) if "\ufffe" in bare or "\x02" in bare else ():
                for at in (mark.start() - 1, mark.end()):
                    edges = look.around(edges, begin + at) if edges and 0 <= at < len(bare) else edges
            bold = len(bare) <= FONT_CHARS and bare[-1] not in ".,;" and look.is_bold(begin)
        yield LineOnPage(offset, line, edges, size, bold)
        offset += len(line) + 1


class _Looking:
    """Asks PDFium where letters of a page stand and how they look; nothing is made anew for each of them."""

    def __init__(self, words: pdfium.PdfTextPage) -> None:
        self._handle = words.raw
        self._ask = raw.FPDFText_GetLooseCharBox
        self._box = raw.FS_RECTF()
        self._into = ctypes.byref(self._box)
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()
        self._bold: dict[bytes, bool] = {}

    def at(self, first: int, last: int) -> tuple[Edges | None, float]:
        """Returns the edges of a line by its first and last letter, and how high the first is."""
        box = self._box
        if not self._ask(self._handle, first, self._into):
            return None, 0.0
        edges = (box.left, box.bottom, box.right, box.top)
        size = round(abs(edges[3] - edges[1]), 1)
        return (self.around(edges, last) if last > first else edges), size

    def around(self, edges: Edges, index: int) -> Edges:
        """Returns edges that hold a letter too."""
        box = self._box
        if not self._ask(self._handle, index, self._into):
            return edges
        left, bottom, right, top = edges
        x0, y0, x1, y1 = box.left, box.bottom, box.right, box.top
        # Comparisons cost a third of what min and max do, and this is asked of every line.
        left, bottom = (left if left < x0 else x0), (bottom if bottom < y0 else y0)
        return left, bottom, (right if right > x1 else x1), (top if top > y1 else y1)

    def is_bold(self, index: int) -> bool:
        """Says whether the font of a letter is called bold."""
        if raw.FPDFText_GetFontInfo(self._handle, index, self._name, len(self._name), self._flags) <= 0:
            return False
        name = self._name.value
        if name not in self._bold:
            self._bold[name] = _BOLD.search(name) is not None
        return self._bold[name]


def headings(lines: list[tuple[str, float]], body: float) -> Iterator[Heading]:
    """Yields the lines whose letters stand out from the body's; sizes are compared within one page only."""
    if not body:
        return
    offset = 0
    for line, height in lines:
        if level := heading_level(line, height, body):
            yield Heading(offset + len(line) - len(line.lstrip()), level, line.strip())
        offset += len(line) + 1


def body_size(lines: Iterable[tuple[str, float]]) -> float:
    """Returns the height in which most letters of a page are written; 0 where none was measured."""
    weights: Counter[float] = Counter()
    for line, height in lines:
        weights[height] += len(line.strip())
    del weights[0.0]
    return weights.most_common(1)[0][0] if weights else 0.0


def heading_level(line: str, height: float, body: float) -> int:
    """Returns the level that a line has by its height, 1 for the highest; 0 where it is no heading."""
    if height < LARGER * body or not 2 < len(line.strip()) <= HEADING_CHARS or not has_word(line):
        return 0
    return 1 if height >= 1.7 * body else 2 if height >= 1.35 * body else 3


def has_word(line: str) -> bool:
    """Says whether two letters stand together."""
    return _LETTERS.search(line) is not None


def drawn_on(page: pdfium.PdfPage, place: Shown) -> Drawn:
    """Looks through the objects of a page for images, lines and fills; `place` says where they are shown."""
    width, height = page.get_size()
    found = _Found()
    _look(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, None, 0, found)
    boxes = [(handle, box_of(bounding, place, width, height)) for handle, bounding in found.images]
    images = tuple(ImageOnPage(handle, box) for handle, box in boxes if box is not None)
    covered = sum((one.box[2] - one.box[0]) * (one.box[3] - one.box[1]) for one in images)
    share = min(1.0, covered / (width * height)) if width * height > 0 else 0.0
    return Drawn(
        images, found.drawings, share, 2 * found.invisible > found.texts, _is_mixed(page, found), tuple(found.paths)
    )


def _is_mixed(page: pdfium.PdfPage, found: "_Found") -> bool:
    """Says so by the texts that were looked at, and the last ones of the page: programs lay hidden text above all."""
    invisible, seen = found.invisible, found.texts - found.invisible
    if found.texts >= SAMPLED_TEXTS and not (invisible and seen):
        count = raw.FPDFPage_CountObjects(page.raw)
        last = (raw.FPDFPage_GetObject(page.raw, index) for index in range(max(0, count - LAST), count))
        modes = [raw.FPDFTextObj_GetTextRenderMode(one) for one in last]
        invisible += modes.count(raw.FPDF_TEXTRENDERMODE_INVISIBLE)
        seen += len(modes) - modes.count(raw.FPDF_TEXTRENDERMODE_INVISIBLE) - modes.count(-1)
    return invisible > 0 and seen > 0


@dataclass(slots=True)
class _Found:
    drawings: int = 0
    texts: int = 0
    invisible: int = 0
    paths: list[tuple[Any, Any]] = field(default_factory=list)
    images: list[tuple[Any, Any]] = field(default_factory=list)
    """Each with the object whose bounds are those on the page: the outermost form around it."""


def _look(parent: Any, count: Any, get: Any, container: Any, depth: int, found: _Found) -> None:
    # Pages draw thousands of objects, nearly all of them text, of which no more than a sample is asked anything.
    kinds = kinds_of(parent, min(count(parent), OBJECTS), forms=depth > 0)
    text = raw.FPDF_PAGEOBJ_TEXT
    texts = (index for index, kind in enumerate(kinds) if kind == text)
    for index in islice(texts, SAMPLED_TEXTS - found.texts):
        mode = raw.FPDFTextObj_GetTextRenderMode(get(parent, index))
        found.texts += 1
        found.invisible += mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE
    for index in [index for index, kind in enumerate(kinds) if kind != text]:
        handle, kind = get(parent, index), kinds[index]
        if kind == raw.FPDF_PAGEOBJ_FORM:
            if depth < NESTED:
                inner = (raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject)
                _look(handle, *inner, container or handle, depth + 1, found)
        else:
            found.drawings += 1
            if kind == raw.FPDF_PAGEOBJ_IMAGE:
                found.images.append((handle, container or handle))
            elif kind == raw.FPDF_PAGEOBJ_PATH and len(found.paths) < PATHS:
                found.paths.append((handle, container or handle))
