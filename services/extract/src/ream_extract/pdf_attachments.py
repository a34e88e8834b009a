# SPDX-License-Identifier: Apache-2.0
"""Decides which files a PDF holds by two independent lists of them, pypdf's and PDFium's, and decodes them one by one.

pypdf names files better and finds those pinned to pages; PDFium reads trees of names that nest deeper, and files
larger than pypdf decodes.
"""

import ctypes
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_extract import pdf_structure
from ream_extract.pdf_structure import Structure
from ream_extract.text_clean import tidy


@dataclass(frozen=True, slots=True)
class Both:
    """What the two lists say."""

    structure: Structure
    names: tuple[str, ...]
    """File names in PDFium's list."""

    @property
    def count(self) -> int:
        """Files to be taken out."""
        return len(self.structure.attachments) + len(self.beyond)

    @property
    def differs(self) -> str | None:
        """Says in words how the counts of the document's list differ; None where they do not."""
        listed = self.structure.listed
        return None if len(self.names) == listed else f"pdfium {len(self.names)}, pypdf {listed}"

    @property
    def beyond(self) -> tuple[int, ...]:
        """Places in PDFium's list of the files that pypdf lacks; rather one twice than one left out."""
        if len(self.names) <= self.structure.listed:
            return ()
        known = Counter(one.file_name for one in self.structure.attachments[: self.structure.listed])
        return tuple(place for place, name in enumerate(self.names) if not _taken(known, name))

    def place(self, number: int) -> int | None:
        """Returns the place in PDFium's list of a file by its number, from 0, in pypdf's; None where that is unsure."""
        if number >= self.structure.listed:
            return None
        if len(self.names) == self.structure.listed:
            return number
        wanted = self.structure.attachments[number].file_name
        return self.names.index(wanted) if self.names.count(wanted) == 1 else None


def _taken(known: Counter[str], name: str) -> bool:
    known[name] -= 1
    return known[name] >= 0


def both(document: pdfium.PdfDocument, structure: Structure) -> Both:
    """Counts the files of a document twice."""
    return Both(structure, tuple(_names(document)))


def files(
    path: Path, document: pdfium.PdfDocument, counted: Both, wanted: range, most: int
) -> Iterator[tuple[int, str, bytes | str]]:
    """Yields the files asked for: number, name, and bytes, or the cause why there are none.

    Args:
        path: of the PDF.
        document: the same, opened.
        counted: what is in it.
        wanted: numbers of files, from 0.
        most: bytes of one file that may be decoded.
    """
    known = len(counted.structure.attachments)
    opened = pdf_structure.attached(path) if wanted.start < known else iter(())
    for number, (attachment, content) in enumerate(opened):
        if number not in wanted:
            continue
        if (attachment.size or 0) > most:
            yield number, attachment.name, "too-large"
            continue
        place = counted.place(number)
        data: bytes | str | None = content()
        if data is None and place is not None:
            data = _content(document, place, most)
        yield number, attachment.name, "damaged" if data is None else data
    for number, place in enumerate(counted.beyond, known):
        if number in wanted:
            yield number, counted.names[place], _content(document, place, most)


def _names(document: pdfium.PdfDocument) -> Iterator[str]:
    for place in range(document.count_attachments()):
        try:
            yield tidy(document.get_attachment(place).get_name())[:500]
        except pdfium.PdfiumError:
            yield f"attachment {place + 1}"


def _content(document: pdfium.PdfDocument, place: int, most: int) -> bytes | str:
    """Returns the bytes of a file by its place in PDFium's list, or the cause why they cannot be had."""
    handle = document.get_attachment(place).raw
    size = ctypes.c_ulong()
    if not raw.FPDFAttachment_GetFile(handle, None, 0, size):
        return "damaged"
    if size.value > most:
        return "too-large"
    if not size.value:
        return b""
    buffer = ctypes.create_string_buffer(size.value)
    return buffer.raw if raw.FPDFAttachment_GetFile(handle, buffer, size.value, size) else "damaged"
