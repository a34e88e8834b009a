# SPDX-License-Identifier: Apache-2.0
"""Decides whether the images that a PDF page draws are whole: PDFium draws those that are not blank, or half."""

import ctypes
from collections.abc import Callable, Iterable

import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_extract.image_data import fax_ends, jbig2_ends, jpeg2000_ends, jpeg_ends
from ream_extract.pdf_packed import Unknown, unpacked
from ream_extract.pdf_page import ImageOnPage
from ream_extract.pdf_pictures import pixels_of

SMALLEST = (64, 24)
"""Pixels of the longer and of the shorter side from which a word has room in an image."""
MOST = 200
"""Images of a page that are looked at."""
BYTES = 128 << 20
"""Size, packed, of the images of one page that are looked at."""
_ENDS = {
    "DCTDecode": jpeg_ends,
    "DCT": jpeg_ends,
    "JPXDecode": jpeg2000_ends,
    "JBIG2Decode": jbig2_ends,
}
_FAX = ("CCITTFaxDecode", "CCF")


def are_whole(images: Iterable[ImageOnPage], is_group_4: Callable[[], bool]) -> bool:
    """Says whether all images that may show a word are whole, as far as that can be told.

    Args:
        images: of one page.
        is_group_4: says whether all faxes among them are of group 4; of others nothing is told.
    """
    left, looked = BYTES, 0
    for image in images:
        width, height = pixels_of(image.handle)
        if max(width, height) < SMALLEST[0] or min(width, height) < SMALLEST[1]:
            continue
        size = raw.FPDFImageObj_GetImageDataRaw(image.handle, None, 0)
        left, looked = left - size, looked + 1
        if looked > MOST or left < 0:
            return True
        data = ctypes.create_string_buffer(size)
        raw.FPDFImageObj_GetImageDataRaw(image.handle, data, size)
        if not _is_whole(data.raw, _packings(image), (width, height), is_group_4):
            return False
    return True


def _is_whole(data: bytes, packings: list[str], size: tuple[int, int], is_group_4: Callable[[], bool]) -> bool:
    last = packings[-1] if packings and (packings[-1] in _ENDS or packings[-1] in _FAX) else ""
    before = [f"/{name}" for name in (packings[:-1] if last else packings)]
    if not data:
        return False
    if before:
        try:
            data, whole = unpacked(data, before)
        except (Unknown, ValueError):
            return True
        if not whole:
            return False
    if last in _FAX:
        return not is_group_4() or fax_ends(data, *size)
    return _ENDS[last](data) if last else True


def _packings(image: ImageOnPage) -> list[str]:
    names = []
    for number in range(raw.FPDFImageObj_GetImageFilterCount(image.handle)):
        name = ctypes.create_string_buffer(64)
        raw.FPDFImageObj_GetImageFilter(image.handle, number, name, len(name))
        names.append(name.value.decode("latin-1"))
    return names
