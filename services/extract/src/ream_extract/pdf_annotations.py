# SPDX-License-Identifier: Apache-2.0
"""Decides what is pinned to a PDF page besides its text: notes, fields of forms, links, stamps and what they draw."""

import ctypes
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_contracts.artifacts import Annotation
from ream_extract.html_text import page_text_at_once
from ream_extract.pdf_page import text_of
from ream_extract.text_clean import tidy

ANNOTATIONS = 100_000
"""Annotations of one page that are looked at: a page of a few bytes can name one annotation a million times."""
CHARACTERS = 4 << 20
"""Characters of all annotations of one page that are kept, for the same reason; what is left out is said."""

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
    raw.FPDF_ANNOT_REDACT: "redact",
    raw.FPDF_ANNOT_WATERMARK: "watermark",
    raw.FPDF_ANNOT_FILEATTACHMENT: "attachment",
    raw.FPDF_ANNOT_SOUND: "sound",
    raw.FPDF_ANNOT_MOVIE: "movie",
    raw.FPDF_ANNOT_SCREEN: "screen",
    raw.FPDF_ANNOT_RICHMEDIA: "media",
    raw.FPDF_ANNOT_THREED: "model",
}
_UNDRAWN = frozenset(
    {
        raw.FPDF_ANNOT_LINK,
        raw.FPDF_ANNOT_POPUP,
        raw.FPDF_ANNOT_TEXT,
        raw.FPDF_ANNOT_FILEATTACHMENT,
        raw.FPDF_ANNOT_SOUND,
    }
)
"""Kinds that draw nothing, or an icon."""
_DRAWN_FIELDS = frozenset({raw.FPDF_FORMFIELD_PUSHBUTTON, raw.FPDF_FORMFIELD_SIGNATURE})
"""Fields without a value that draw words."""
_UNSEEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_PASSWORD_FIELD = 1 << 13


@dataclass(frozen=True, slots=True)
class Pinned:
    """What is pinned to a page."""

    notes: tuple[Annotation, ...]
    """In order."""
    written: tuple[str, ...]
    """What people see of it on the page, and the text layer lacks."""
    whole: bool
    """False where there was more than may be kept of a page."""


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


def annotations(page: pdfium.PdfPage, form: Any) -> Pinned:
    """Returns the page's annotations, and says whether these are all of them."""
    count = raw.FPDFPage_GetAnnotCount(page)
    notes: list[Annotation] = []
    written: list[str] = []
    left = CHARACTERS
    for note, seen in _each(page, form, min(count, ANNOTATIONS)):
        left -= len(note.text)
        if left < 0:
            return Pinned(tuple(notes), tuple(written), whole=False)
        notes.append(note)
        written += [seen] if seen else []
    return Pinned(tuple(notes), tuple(written), whole=count <= ANNOTATIONS)


def _each(page: pdfium.PdfPage, form: Any, count: int) -> Iterator[tuple[Annotation, str]]:
    """Yields annotations, each with what of it stands on the page: of a field its value without the name."""
    for index in range(count):
        handle = raw.FPDFPage_GetAnnot(page, index)
        if not handle:
            continue
        try:
            yield from _annotation(page, handle, form)
        finally:
            raw.FPDFPage_CloseAnnot(handle)


def _annotation(page: pdfium.PdfPage, handle: Any, form: Any) -> Iterator[tuple[Annotation, str]]:
    kind = raw.FPDFAnnot_GetSubtype(handle)
    if kind == raw.FPDF_ANNOT_LINK:
        address = _address(page, handle)
        if address:
            yield Annotation("link", address, None), ""
    elif kind == raw.FPDF_ANNOT_WIDGET:
        yield from _field(handle, form) if form is not None else _loose_field(handle)
    elif kind in _KINDS:
        text = tidy(_string(raw.FPDFAnnot_GetStringValue, handle, b"Contents")).strip() or _rich(handle, b"RC")
        if text:
            author = tidy(_string(raw.FPDFAnnot_GetStringValue, handle, b"T")).strip() or None
            yield Annotation(_KINDS[kind], text, author), text


def _field(handle: Any, form: Any) -> Iterator[tuple[Annotation, str]]:
    name = tidy(_string(raw.FPDFAnnot_GetFormFieldName, form, handle)).strip()
    value = tidy(_string(raw.FPDFAnnot_GetFormFieldValue, form, handle)).strip()
    kind = raw.FPDFAnnot_GetFormFieldType(form, handle)
    if kind == raw.FPDF_FORMFIELD_LISTBOX:
        value = _options(handle, form) or value
    elif kind == raw.FPDF_FORMFIELD_COMBOBOX:
        value = _chosen(handle, form) or value
    elif kind == raw.FPDF_FORMFIELD_TEXTFIELD and not value:
        value = _rich(handle, b"RV")
    if not value or raw.FPDFAnnot_GetFormFieldFlags(form, handle) & _PASSWORD_FIELD:
        return
    written = value if kind in _FIELD_TEXT else ""
    if written or value != "Off":
        yield Annotation("field", f"{name}: {value}" if name else value, None), written


def _loose_field(handle: Any) -> Iterator[tuple[Annotation, str]]:
    """Reads a field of a file whose form is missing: people see it all the same."""
    value = tidy(_string(raw.FPDFAnnot_GetStringValue, handle, b"V")).strip()
    flags = ctypes.c_float()
    if raw.FPDFAnnot_GetNumberValue(handle, b"Ff", flags) and int(flags.value) & _PASSWORD_FIELD:
        return
    if value and value != "Off":
        yield Annotation("field", value, None), value


def _options(handle: Any, form: Any) -> str:
    """Returns the lines that a list shows, chosen or not; of too many so much that it is more than may be kept."""
    lines: list[str] = []
    left = CHARACTERS
    for index in range(raw.FPDFAnnot_GetOptionCount(form, handle)):
        lines.append(tidy(_string(raw.FPDFAnnot_GetOptionLabel, form, handle, index)))
        left -= len(lines[-1]) + 1
        if left < 0:
            break
    return "\n".join(lines)


def _chosen(handle: Any, form: Any) -> str:
    """Returns the line of a list that is chosen, as people see it: its value may be another."""
    for index in range(raw.FPDFAnnot_GetOptionCount(form, handle)):
        if raw.FPDFAnnot_IsOptionSelected(form, handle, index):
            return tidy(_string(raw.FPDFAnnot_GetOptionLabel, form, handle, index))
    return ""


def _rich(handle: Any, key: bytes) -> str:
    """Returns a text that lies in the annotation as a page of XHTML alone."""
    written = _string(raw.FPDFAnnot_GetStringValue, handle, key)
    return "\n".join(block.text for block in page_text_at_once(written).blocks) if written.strip() else ""


def drawn_words(document: pdfium.PdfDocument, number: int, known: str) -> str:
    """Returns the words that stamps, watermarks, buttons and signatures draw on a page, beyond those that are known.

    What is drawn lies in no text layer: it is laid into the page, in memory, and the page is read again. Nothing else
    may be read from the page through another handle afterwards but what was loaded before.
    """
    page = document[number - 1]
    try:
        drawn = _keep_drawn(page, document.formenv)
        if not drawn or raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) != raw.FLATTEN_SUCCESS:
            return ""
    finally:
        page.close()
    page = document[number - 1]
    try:
        words = page.get_textpage()
        try:
            text = text_of(words).text
        finally:
            words.close()
    finally:
        page.close()
    return _beyond(text, known)


def draws(page: pdfium.PdfPage, form: Any) -> bool:
    """Says whether anything is pinned to a page that may draw words of its own."""
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), ANNOTATIONS)):
        handle = raw.FPDFPage_GetAnnot(page, index)
        if handle:
            try:
                if _draws(handle, form):
                    return True
            finally:
                raw.FPDFPage_CloseAnnot(handle)
    return False


def _keep_drawn(page: pdfium.PdfPage, form: Any) -> int:
    """Takes all annotations from a page that draw nothing beyond what they say; returns how many are left."""
    kept = 0
    for index in reversed(range(raw.FPDFPage_GetAnnotCount(page))):
        handle = raw.FPDFPage_GetAnnot(page, index)
        if not handle:
            continue
        try:
            wanted = _draws(handle, form)
        finally:
            raw.FPDFPage_CloseAnnot(handle)
        kept += wanted
        if not wanted:
            raw.FPDFPage_RemoveAnnot(page, index)
    return kept


def _draws(handle: Any, form: Any) -> bool:
    kind = raw.FPDFAnnot_GetSubtype(handle)
    if kind in _UNDRAWN or not raw.FPDFAnnot_HasKey(handle, b"AP") or raw.FPDFAnnot_GetFlags(handle) & _UNSEEN:
        return False
    if kind == raw.FPDF_ANNOT_WIDGET:
        return form is not None and raw.FPDFAnnot_GetFormFieldType(form, handle) in _DRAWN_FIELDS
    return kind != raw.FPDF_ANNOT_FREETEXT or not _string(raw.FPDFAnnot_GetStringValue, handle, b"Contents").strip()


def _beyond(text: str, known: str) -> str:
    """Leaves out of a text the words that are known, each as often as it is known."""
    left = Counter(known.split())
    lines = []
    for line in text.split("\n"):
        new = []
        for word in line.split():
            if left[word] > 0:
                left[word] -= 1
            else:
                new.append(word)
        lines.append(" ".join(new))
    return "\n".join(line for line in lines if line)


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
