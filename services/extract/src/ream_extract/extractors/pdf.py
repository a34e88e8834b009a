# SPDX-License-Identifier: Apache-2.0
"""Decides how a PDF is read: text by PDFium page by page, structure by pypdf, scanned and broken pages left to ocr."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_contracts.artifacts import Annotation, Table
from ream_contracts.whole import letters
from ream_extract import pdf_annotations, pdf_attachments, pdf_page, pdf_structure
from ream_extract.flow import unit as body
from ream_extract.pdf_blocks import Layout, lines_of
from ream_extract.pdf_images import are_whole
from ream_extract.pdf_margins import with_blocks
from ream_extract.pdf_pictures import Pictures, under_text
from ream_extract.pdf_place import shown_by
from ream_extract.pdf_second import SecondLook, second_look, stands
from ream_extract.pdf_spread import spread_of
from ream_extract.pdf_tables import tables_on
from ream_extract.pdf_xfa import form_blocks
from ream_extract.reading import (
    REST,
    ChildRead,
    Item,
    PictureFound,
    Plan,
    Reason,
    Source,
    UnitFailed,
    UnitRead,
    UnitRun,
    UnitScanned,
    Unreadable,
)
from ream_extract.text_layer import Judged, Layer, PageLook, judge

MOST_PAGES = 1_000_000
"""Pages counted at most: more are a lie, and a count must stay a number that everybody can hold."""

DAMAGED = "damaged-content"
"""Cause of pages of which a part of what they draw does not come out of the file."""

DAMAGED_IMAGE = "damaged-image"
"""Cause of pages that show an image of which a part does not come out of the file."""

UNSEEN = "text-not-shown"
"""Cause of pages on which PDFium shows nothing, and pypdf finds words."""

UNSURE = 50
"""How sure such words are."""

MORE = 1_000
"""Letters that a page is said to have beyond those that came, where what is pinned to it is not whole."""


class PdfExtractor:
    """Reads PDF."""

    name = "pdf"
    version = "14"
    media_types = ("application/pdf",)
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts pages twice, by pypdf's walk of the page tree and by PDFium; the larger number is believed.

        Where the tree's root declares more pages than are walked, PDFium's count stands alone, up to the number of
        objects in the file: a kilobyte can name the same page a million times. Attachments are counted
        twice as well; where there are too many pages and annotations to look for them, one more unit stands for those
        that are left.
        """
        structure = pdf_structure.look(source.path)
        if structure.locked:
            raise _locked()
        document = _open(source.path)
        try:
            pages = len(document)
            form = document.get_formtype()
            files = pdf_attachments.both(document, structure)
        finally:
            document.close()
        metadata = dict(structure.metadata)
        if form != raw.FORMTYPE_NONE:
            metadata["form"] = {raw.FORMTYPE_ACRO_FORM: "acroform"}.get(form, "xfa")
        if structure.pages != pages:
            metadata["pages_counted"] = f"pdfium {pages}, pypdf {structure.pages or structure.problem}"
        if described := pdf_structure.described(structure):
            metadata["attachments_described"] = described
        if files.differs:
            metadata["attachments_counted"] = files.differs
        pages = _believed(pages, structure.pages)
        if structure.objects is not None and pages > structure.objects:
            # A lie, or the same pages again and again: each page is an object.
            pages = structure.objects
            metadata["pages_counted"] += f", {pages} objects"
        if pages == 0 and structure.pages is None:
            raise Unreadable("damaged", "The PDF has no page: its page tree is missing or broken.")
        units = [UnitRun("page", pages)] if pages else []
        if files.count:
            units.append(UnitRun("attachment", files.count))
        if _draws_itself(structure, form):
            units.append(UnitRun("form", 1))
        if not structure.whole:
            units.append(UnitRun(REST, 1))
        children = sum(one.size or 0 for one in structure.attachments)
        return Plan(tuple(units), metadata, child_bytes=children)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item | None]:
        """Yields pages, then attachments, whose numbers follow the last page's, the words of an XFA form, the rest."""
        document = _open(source.path)
        try:
            document.init_forms()  # nothing where there is no form; one of XFA that is static has its fields in it too
            pages = last
            if last > len(document):
                pages = _believed(len(document), pdf_structure.look(source.path).pages)
            pictures = Pictures(scratch, source.limits)
            numbers = range(first, min(last, pages) + 1)
            second = second_look(source.path)
            read = (_page(document, number, source, pictures, second) for number in numbers)
            yield from with_blocks(read, len(numbers))
            if last > pages:
                yield from _attachments(document, source, max(first, pages + 1), last, pages, scratch)
        finally:
            document.close()


def _believed(pdfium_pages: int, pypdf_pages: int | None) -> int:
    # PDFium may take the root's own number as well, so what was declared is bounded whoever believed it.
    return min(MOST_PAGES, max(pdfium_pages, pypdf_pages or 0))


def _open(path: Path) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as failure:
        code = getattr(failure, "err_code", None)
        if code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise _locked() from failure
        if pdf_structure.look(path).pages == 0:
            # PDFium opens no file without a page; there may be other files in it all the same.
            return pdfium.PdfDocument.new()
        raise Unreadable("damaged", "The PDF cannot be opened: it is truncated or its structure is broken.") from None


def _locked() -> Unreadable:
    return Unreadable("encrypted", "The PDF is encrypted and opens only with a password, which nobody gave.")


def _page(
    document: pdfium.PdfDocument, number: int, source: Source, pictures: Pictures, second: SecondLook
) -> tuple[Item, Layout | None]:
    if number > len(document):
        return UnitFailed(number, "damaged"), None
    try:
        page = document[number - 1]
    except pdfium.PdfiumError:
        return UnitFailed(number, "damaged"), None
    try:
        return _judged(page, number, document, source, pictures, second)
    except pdfium.PdfiumError:
        return UnitFailed(number, "damaged"), None
    finally:
        page.close()


def _judged(
    page: pdfium.PdfPage,
    number: int,
    document: pdfium.PdfDocument,
    source: Source,
    pictures: Pictures,
    second: SecondLook,
) -> tuple[Item, Layout | None]:
    words, place = page.get_textpage(), shown_by(page)
    lacking = DAMAGED if second.is_damaged(number) else None
    try:
        drawn = pdf_page.drawn_on(page, place)
        said = pdf_page.text_of(words, mixed=drawn.mixed)
        counted, upright = said.counted, second.is_upright(number)
        if (lacking or upright) and (more := second.text(number)):
            # Columns of upright letters come from PDFium in the order of the lines that they make across.
            least = letters(said.text) + (not (upright and stands(words)))
            said = pdf_page.unplaced(more) if letters(more) >= least else said
        text = said.text
        spread = spread_of(page, words, drawn, place)
        lines = tuple(lines_of(said.lines, place))
        drawings = drawn.drawings or (0 if text.strip() else pdf_annotations.pinned(page))
        look = PageLook(text, drawn.image_share, drawings, said.unmapped, drawn.hidden, spread.drawn, spread.text)
        verdict = judge(look)
        if verdict.layer is Layer.BLANK and second.is_lost(number):
            return UnitFailed(number, DAMAGED), None
        if verdict.layer is Layer.BLANK and letters(unseen := second.unseen(number)):
            # Of what only pypdf sees, nobody knows whether it is all, and whether it is true.
            said, text, verdict = pdf_page.unplaced(unseen), unseen, Judged(Layer.GOOD, UNSURE)
            lacking = lacking or UNSEEN
        scanned = _reason(verdict.layer, source)
        full_page = drawn.hidden and drawn.image_share > 0.9
        tables: tuple[Table, ...] = ()
        if source.tables and not (scanned or full_page):
            tables = tables_on(words, text, drawn, place)
    finally:
        words.close()
    if lacking is None and not full_page and (scanned or source.pictures) and drawn.images:
        lacking = None if are_whole(drawn.images, partial(second.has_fax_of_group_4, number)) else DAMAGED_IMAGE
    found = pdf_annotations.annotations(page, document.formenv)
    notes = list(found.notes)
    below: list[tuple[int, int]] = []
    for more in found.written:
        text = f"{text}\n{more}"
        below.append((len(text) - len(more), len(text)))
    if not found.whole:
        # How much was left out is not known, only that it was: a count that no text of this page reaches.
        counted = max(counted, 2 * letters(text)) + MORE
    width, height = page.get_size()
    taken: tuple[PictureFound, ...] = ()
    if not (scanned or full_page or not source.pictures):
        taken, left_out = pictures.of_page(page, drawn.images)
        taken = under_text(taken, lines) if drawn.hidden else taken
        notes += left_out
    sure = verdict.confidence
    # Of a page that ocr reads, what is pinned to it is in the picture; where there is nothing else, it is better known.
    if (scanned is None or not drawn.drawings) and pdf_annotations.draws(page, document.formenv):
        laid = pdf_annotations.drawn_words(document, number, text)
        sure = 100 if laid and not text.strip() else sure
        text = "\n".join(filter(None, (text, laid)))
        below.append((len(text) - len(laid), len(text)))
        notes += [Annotation("drawn", laid, None)] if laid else []
    unit = UnitRead(
        number,
        "page",
        text,
        "text-layer" if text.strip() else "none",
        sure,
        document.get_page_label(number - 1) or None,
        round(width, 2),
        round(height, 2),
        page.get_rotation(),
        said.headings,
        taken,
        tables,
        tuple(notes),
        counted,
        lacking=lacking,
    )
    if lacking and not (text.strip() or drawn.drawings):
        return UnitFailed(number, lacking), None
    if scanned is not None:
        return UnitScanned(number, scanned, unit if text.strip() or lacking else None), None
    boxes = tuple(table.box for table in tables), tuple(picture.box for picture in taken)
    shown = tuple(line for line in below if text[slice(*line)].strip())
    return unit, Layout(lines, *boxes, height, said.body, shown)


def _reason(layer: Layer, source: Source) -> Reason | None:
    """Says why ocr is to read a page, None when the text layer is taken."""
    if source.ocr == "never" or (layer is Layer.BLANK and source.ocr == "auto"):
        return None
    if layer is Layer.BROKEN:
        return "broken-text"
    return "no-text" if layer is Layer.NO_TEXT or source.ocr == "always" else None


def _attachments(
    document: pdfium.PdfDocument, source: Source, first: int, last: int, pages: int, scratch: Path
) -> Iterator[Item | None]:
    counted = pdf_attachments.both(document, pdf_structure.look(source.path))
    left = source.child_budget
    form = pages + counted.count + 1
    wanted = range(first - pages - 1, min(last, form - 1) - pages)
    for number, name, content in pdf_attachments.files(
        source.path, document, counted, wanted, source.limits.child_bytes
    ):
        unit = pages + 1 + number
        if isinstance(content, str):
            yield UnitFailed(unit, content)
        elif len(content) > source.limits.child_bytes:
            yield UnitFailed(unit, "too-large")
        elif len(content) > left:
            yield UnitFailed(unit, "family-limit")
        else:
            left -= len(content)
            file = f"child-{unit}-{hashlib.sha256(content).hexdigest()[:16]}"
            (scratch / file).write_bytes(content)
            yield ChildRead(unit, "attachment", _shown(counted, number, name), name, file, len(content))
    draws = _draws_itself(counted.structure, document.get_formtype())
    if first <= form <= last and draws:
        yield _form(source.path, form)
    if first <= form + draws <= last and not counted.structure.whole:
        yield from _rest(source.path, form + draws)


def _rest(path: Path, number: int) -> Iterator[Item | None]:
    """Looks through the pages and annotations that the plan left out: nothing is to be read where no file is there."""
    for found in pdf_structure.more_pinned(path):
        if found:
            yield UnitFailed(number, "attachments-missing")
            return
        yield None
    yield UnitRead(number, REST, "", "none")


def _draws_itself(structure: pdf_structure.Structure, form: int) -> bool:
    """Says whether there is a form with a program of its own; where only PDFium can open the file, it may be one."""
    unread = structure.pages is None and structure.objects is None
    return structure.program or (unread and form not in (raw.FORMTYPE_NONE, raw.FORMTYPE_ACRO_FORM))


def _form(path: Path, number: int) -> Item:
    try:
        return replace(body(number, form_blocks(path), "markup"), kind="form")
    except Unreadable as failure:
        return UnitFailed(number, failure.cause)


def _shown(counted: pdf_attachments.Both, number: int, name: str) -> str:
    """Returns what a file is called: its own name where it has one, for the list's may be any key."""
    known = counted.structure.attachments
    own = known[number].file_name if number < len(known) else name
    return own.replace("\\", "/").rsplit("/", 1)[-1] or name


EXTRACTOR = PdfExtractor()
