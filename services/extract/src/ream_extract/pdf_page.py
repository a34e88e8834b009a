# SPDX-License-Identifier: Apache-2.0
"""Decides what is seen of one PDF page through PDFium: text, headings, drawings, annotations."""

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_contracts.artifacts import Annotation, Heading
from ream_contracts.whole import letters
from ream_extract.reading import Box
from ream_extract.text_clean import join_hyphens, tidy

OBJECTS = 30_000
"""Page objects looked at for images and drawings."""
NESTED = 3
"""Depth of forms inside forms that is looked into."""
ANNOTATIONS = 1_000
OPTIONS = 500
"""Lines of a list field."""
SAMPLED_GLYPHS = 200
SAMPLED_TEXTS = 200
"""Text objects asked whether they are drawn invisibly."""
PATHS = 5_000
"""Paths kept to see where they lie."""
LINES = 400
"""Lines of a page whose letters are measured."""
HEADING_CHARS = 150

_FIELD_TEXT = {raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX}
_KINDS = {
    raw.FPDF_ANNOT_TEXT: "note",
    raw.FPDF_ANNOT_FREETEXT: "text",
    raw.FPDF_ANNOT_HIGHLIGHT: "highlight",
    raw.FPDF_ANNOT_UNDERLINE: "underline",
    raw.FPDF_ANNOT_STRIKEOUT: "strikeout",
    raw.FPDF_ANNOT_SQUIGGLY: "squiggly",
    raw.FPDF_ANNOT_STAMP: "stamp",
    raw.FPDF_ANNOT_CARET: "caret",
    raw.FPDF_ANNOT_LINE: "line",
    raw.FPDF_ANNOT_SQUARE: "square",
    raw.FPDF_ANNOT_CIRCLE: "circle",
    raw.FPDF_ANNOT_POLYGON: "polygon",
    raw.FPDF_ANNOT_POLYLINE: "polyline",
    raw.FPDF_ANNOT_INK: "ink",
}
_PASSWORD_FIELD = 1 << 13


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
    paths: tuple[tuple[Any, Any], ...] = ()
    """Lines, fills and outlines, each with the object whose bounds are those on the page; no more than `PATHS`."""


def text_of(page: pdfium.PdfPage, words: pdfium.PdfTextPage) -> tuple[str, tuple[Heading, ...], float]:
    """Returns the text in the order of the page, its headings, and the share of glyphs that mean no character."""
    count = words.count_chars()
    if count <= 0:
        return "", (), 0.0
    text = words.get_text_range()
    # PDFium's faster call leaves out characters beyond the first plane: the numbers differ then, and only then.
    if len(text) != count:
        return tidy(join_hyphens(words.get_text_bounded())), (), _unmapped(words, count)
    tidied, headings = _with_headings(words, text)
    return tidied, headings, _unmapped(words, count)


def letters_on(words: pdfium.PdfTextPage) -> int:
    """Counts the letters and digits of a page as PDFium has them, before anything is made of its text.

    Characters that its faster call leaves out are counted by number, as if each were a letter.
    """
    count: int = words.count_chars()
    if count <= 0:
        return 0
    text = words.get_text_range()
    return letters(text) + max(0, count - len(text))


def _unmapped(words: pdfium.PdfTextPage, count: int) -> float:
    step = max(1, count // SAMPLED_GLYPHS)
    looked = range(0, count, step)
    asked, handle = raw.FPDFText_HasUnicodeMapError, words.raw
    errors: int = sum(asked(handle, index) == 1 for index in looked)
    return errors / len(looked)


def _with_headings(words: pdfium.PdfTextPage, text: str) -> tuple[str, tuple[Heading, ...]]:
    lines: list[tuple[str, float]] = []
    start = 0
    for number, line in enumerate(text.split("\r\n")):
        height = _letter_height(words, start + len(line) - len(line.lstrip())) if number < LINES and line.strip() else 0
        lines.append((tidy(join_hyphens(line)), height))
        start += len(line) + 2
    return "\n".join(line for line, _ in lines), tuple(headings(lines))


def _letter_height(words: pdfium.PdfTextPage, index: int) -> float:
    box = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(words, index, ctypes.byref(box)):
        return 0.0
    return float(round(abs(box.top - box.bottom), 1))


def headings(lines: list[tuple[str, float]]) -> Iterator[Heading]:
    """Yields the lines whose letters stand out from the body's; sizes are compared within one page only."""
    weights: Counter[float] = Counter()
    for line, height in lines:
        weights[height] += len(line.strip())
    del weights[0.0]
    if not weights:
        return
    body = weights.most_common(1)[0][0]
    offset = 0
    for line, height in lines:
        if height >= 1.15 * body and 2 < len(line.strip()) <= HEADING_CHARS and re.search(r"[^\W\d_]{2}", line):
            level = 1 if height >= 1.7 * body else 2 if height >= 1.35 * body else 3
            yield Heading(offset + len(line) - len(line.lstrip()), level, line.strip())
        offset += len(line) + 1


def drawn_on(page: pdfium.PdfPage) -> Drawn:
    """Looks through the objects of a page for images, lines and fills."""
    width, height = page.get_size()
    found = _Found()
    _look(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, None, 0, found)
    boxes = [(handle, box_of(page, bounding, width, height)) for handle, bounding in found.images]
    images = tuple(ImageOnPage(handle, box) for handle, box in boxes if box is not None)
    covered = sum((one.box[2] - one.box[0]) * (one.box[3] - one.box[1]) for one in images)
    share = min(1.0, covered / (width * height)) if width * height > 0 else 0.0
    return Drawn(images, found.drawings, share, 2 * found.invisible > found.texts, tuple(found.paths))


@dataclass(slots=True)
class _Found:
    drawings: int = 0
    texts: int = 0
    invisible: int = 0
    paths: list[tuple[Any, Any]] = field(default_factory=list)
    images: list[tuple[Any, Any]] = field(default_factory=list)
    """Each with the object whose bounds are those on the page: the outermost form around it."""


def _look(parent: Any, count: Any, get: Any, container: Any, depth: int, found: _Found) -> None:
    # Pages draw thousands of objects, so this loop does nothing that it need not.
    kind_of, text = raw.FPDFPageObj_GetType, raw.FPDF_PAGEOBJ_TEXT
    for index in range(min(count(parent), OBJECTS)):
        handle = get(parent, index)
        kind = kind_of(handle)
        if kind == text:
            if found.texts < SAMPLED_TEXTS:
                found.texts += 1
                found.invisible += raw.FPDFTextObj_GetTextRenderMode(handle) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
        elif kind == raw.FPDF_PAGEOBJ_FORM:
            if depth < NESTED:
                inner = (raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject)
                _look(handle, *inner, container or handle, depth + 1, found)
        else:
            found.drawings += 1
            if kind == raw.FPDF_PAGEOBJ_IMAGE:
                found.images.append((handle, container or handle))
            elif kind == raw.FPDF_PAGEOBJ_PATH and len(found.paths) < PATHS:
                found.paths.append((handle, container or handle))


def box_of(page: pdfium.PdfPage, handle: Any, width: float, height: float) -> Box | None:
    """Returns the box of an object in points from the top left of the shown page; None when it lies outside."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(handle, left, bottom, right, top):
        return None
    first, second = shown(page, left.value, bottom.value), shown(page, right.value, top.value)
    x0, x1 = sorted((first[0], second[0]))
    y0, y1 = sorted((first[1], second[1]))
    box = (max(0.0, x0), max(0.0, y0), min(width, x1), min(height, y1))
    return box if box[2] > box[0] and box[3] > box[1] else None


def shown(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    """Turns a place in the file's coordinates into points from the top left of the shown page."""
    width, height = page.get_size()
    across, down = ctypes.c_int(), ctypes.c_int()
    scale = 10  # the call answers in whole pixels: ten a point
    raw.FPDF_PageToDevice(page, 0, 0, round(width * scale), round(height * scale), 0, x, y, across, down)
    return across.value / scale, down.value / scale


def pinned(page: pdfium.PdfPage) -> int:
    """Counts the annotations that people see: stamps and signatures are drawn by themselves, not by the page."""
    unseen = {raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP}
    seen = 0
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), ANNOTATIONS)):
        handle = raw.FPDFPage_GetAnnot(page, index)
        if handle:
            hidden = raw.FPDFAnnot_GetFlags(handle) & raw.FPDF_ANNOT_FLAG_HIDDEN
            seen += raw.FPDFAnnot_GetSubtype(handle) not in unseen and not hidden
            raw.FPDFPage_CloseAnnot(handle)
    return seen


def annotations(page: pdfium.PdfPage, form: Any) -> Iterator[tuple[Annotation, bool]]:
    """Yields the page's annotations; True for those whose text people see on the page and the text layer lacks."""
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), ANNOTATIONS)):
        handle = raw.FPDFPage_GetAnnot(page, index)
        if not handle:
            continue
        try:
            yield from _annotation(page, handle, form)
        finally:
            raw.FPDFPage_CloseAnnot(handle)


def _annotation(page: pdfium.PdfPage, handle: Any, form: Any) -> Iterator[tuple[Annotation, bool]]:
    kind = raw.FPDFAnnot_GetSubtype(handle)
    if kind == raw.FPDF_ANNOT_LINK:
        address = _address(page, handle)
        if address:
            yield Annotation("link", address, None), False
    elif kind == raw.FPDF_ANNOT_WIDGET:
        yield from _field(handle, form) if form is not None else _loose_field(handle)
    elif kind in _KINDS:
        text = tidy(_string(raw.FPDFAnnot_GetStringValue, handle, b"Contents")).strip()
        if text:
            author = tidy(_string(raw.FPDFAnnot_GetStringValue, handle, b"T")).strip() or None
            yield Annotation(_KINDS[kind], text, author), True


def _field(handle: Any, form: Any) -> Iterator[tuple[Annotation, bool]]:
    name = tidy(_string(raw.FPDFAnnot_GetFormFieldName, form, handle)).strip()
    value = tidy(_string(raw.FPDFAnnot_GetFormFieldValue, form, handle)).strip()
    kind = raw.FPDFAnnot_GetFormFieldType(form, handle)
    if kind == raw.FPDF_FORMFIELD_LISTBOX:
        value = _options(handle, form) or value
    if not value or raw.FPDFAnnot_GetFormFieldFlags(form, handle) & _PASSWORD_FIELD:
        return
    written = kind in _FIELD_TEXT
    if written or value != "Off":
        yield Annotation("field", f"{name}: {value}" if name else value, None), written


def _loose_field(handle: Any) -> Iterator[tuple[Annotation, bool]]:
    """Reads a field of a file whose form is missing: people see it all the same."""
    value = tidy(_string(raw.FPDFAnnot_GetStringValue, handle, b"V")).strip()
    if value and value != "Off":
        yield Annotation("field", value, None), True


def _options(handle: Any, form: Any) -> str:
    """Returns the lines that a list shows, chosen or not."""
    count = min(raw.FPDFAnnot_GetOptionCount(form, handle), OPTIONS)
    return "\n".join(tidy(_string(raw.FPDFAnnot_GetOptionLabel, form, handle, index)) for index in range(count))


def field_text(annotation: Annotation) -> str:
    """Returns what of an annotation stands on the page: a field's value without its name."""
    return annotation.text.partition(": ")[2] or annotation.text if annotation.kind == "field" else annotation.text


def _address(page: pdfium.PdfPage, handle: Any) -> str:
    link = raw.FPDFAnnot_GetLink(handle)
    action = raw.FPDFLink_GetAction(link) if link else None
    if not action:
        return ""
    size = raw.FPDFAction_GetURIPath(page.pdf, action, None, 0)
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAction_GetURIPath(page.pdf, action, buffer, size)
    return tidy(buffer.value.decode("utf-8", "replace")).strip()


def _string(call: Any, *arguments: Any) -> str:
    """Calls one of PDFium's functions that fill a buffer with UTF-16 text."""
    size = call(*arguments, None, 0)
    if size <= 2:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    call(*arguments, buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", "replace")
