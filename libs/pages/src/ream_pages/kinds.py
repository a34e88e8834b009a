# SPDX-License-Identifier: Apache-2.0
"""Decides by its media type how a document comes to have pages that can be drawn."""

from typing import Literal

PDF = "application/pdf"
FORMATS = {
    "image/png": ("PNG",),
    "image/jpeg": ("JPEG", "MPO"),
    "image/tiff": ("TIFF",),
    "image/gif": ("GIF",),
    "image/bmp": ("BMP", "DIB"),
    "image/x-ms-bmp": ("BMP", "DIB"),
    "image/webp": ("WEBP",),
    "image/jp2": ("JPEG2000",),
    "image/heic": ("HEIF",),
    "image/heif": ("HEIF",),
    "image/avif": ("AVIF",),
}
"""Media types of picture files to the decoders they may wake: none but the one that the content asks for."""
_OPC = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_MS = "application/vnd.ms-"
OFFICE = {
    "application/msword": "doc",
    "application/rtf": "rtf",
    "application/vnd.wordperfect": "wpd",
    f"{_OPC}wordprocessingml.document": "docx",
    f"{_OPC}wordprocessingml.template": "dotx",
    f"{_MS}word.document.macroenabled.12": "docm",
    f"{_MS}word.template.macroenabled.12": "dotm",
    f"{_ODF}text": "odt",
    f"{_ODF}text-template": "ott",
    f"{_MS}excel": "xls",
    f"{_OPC}spreadsheetml.sheet": "xlsx",
    f"{_OPC}spreadsheetml.template": "xltx",
    f"{_MS}excel.sheet.macroenabled.12": "xlsm",
    f"{_MS}excel.template.macroenabled.12": "xltm",
    f"{_MS}excel.sheet.binary.macroenabled.12": "xlsb",
    f"{_ODF}spreadsheet": "ods",
    f"{_ODF}spreadsheet-template": "ots",
    f"{_MS}powerpoint": "ppt",
    f"{_OPC}presentationml.presentation": "pptx",
    f"{_OPC}presentationml.slideshow": "ppsx",
    f"{_OPC}presentationml.template": "potx",
    f"{_MS}powerpoint.presentation.macroenabled.12": "pptm",
    f"{_MS}powerpoint.slideshow.macroenabled.12": "ppsm",
    f"{_ODF}presentation": "odp",
    f"{_ODF}presentation-template": "otp",
}
"""Media types that LibreOffice lays out, each with the ending by which it knows them."""
_SHOWS = ("ppt", "pptx", "ppsx", "potx", "pptm", "ppsm", "odp", "otp")
SLIDES = frozenset(media_type for media_type, ending in OFFICE.items() if ending in _SHOWS)
"""Media types of presentations: each slide is a unit, and laid out it is a page, hidden or not."""

Way = Literal["itself", "laid-out", "text"]


def way(media_type: str) -> Way:
    """Says what shows a document's pages: the file itself, LibreOffice's layout of it, or the text that was read."""
    if media_type == PDF or media_type in FORMATS:
        return "itself"
    return "laid-out" if media_type in OFFICE else "text"
