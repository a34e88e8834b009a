# SPDX-License-Identifier: Apache-2.0
"""Decides how an encrypted document is opened with a password, inside a cell: what comes out is the same, unlocked."""

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msoffcrypto  # type: ignore[import-untyped]
import msoffcrypto.format.ppt97 as ppt97  # type: ignore[import-untyped]
import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]
from lxml import etree  # type: ignore[import-untyped]

from ream_extract import odf_unlock
from ream_extract.lockable import LEGACY, ODF, PROTECTED
from ream_extract.opc import parse
from ream_extract.room import is_full
from ream_extract.zip_check import BROKEN, read_part
from ream_pages.kinds import OFFICE, PDF

EVERYBODYS = "VelvetSweatshop"
"""With this, Excel protects a workbook from changes: every program opens it without asking."""
_CONTENT_TYPES = 4 << 20
_objects_of = ppt97.construct_persistobjectdirectory


def _in_order(data: Any) -> dict[int, int]:
    """Lists the objects of a presentation by their place: msoffcrypto takes each to end where the next one begins."""
    return dict(sorted(_objects_of(data).items(), key=lambda item: item[1]))


ppt97.construct_persistobjectdirectory = _in_order


def unlocked(path: Path, media_type: str, passwords: Iterable[str], target: Path) -> str | None:
    """Writes the document without its encryption; returns the ending of its kind, None where no password opens it."""
    if media_type == PDF:
        return "pdf" if _pdf(path, passwords, target) else None
    if media_type in ODF:
        return OFFICE[media_type] if odf_unlock.unlocked(path, passwords, target) else None
    how = {"verify_password": True} if media_type == PROTECTED else {}
    if not _office(path, [*passwords, EVERYBODYS], how, target):
        return None
    return OFFICE[media_type] if media_type in LEGACY else _ooxml(target)


def _pdf(path: Path, passwords: Iterable[str], target: Path) -> bool:
    for password in passwords:
        try:
            document = pdfium.PdfDocument(path, password=password)
        except pdfium.PdfiumError:
            continue
        try:
            document.save(target, flags=raw.FPDF_REMOVE_SECURITY)
        finally:
            document.close()
        return True
    return False


def _office(path: Path, passwords: Iterable[str], how: Mapping[str, bool], target: Path) -> bool:
    """Decrypts Microsoft's formats; every failure is a password that does not fit, or bytes that are not what they say.

    The library raises anything on hostile bytes, and its words may quote what it was given.
    """
    for password in passwords:
        try:
            with path.open("rb") as held, target.open("w+b") as out:
                file = msoffcrypto.OfficeFile(held)
                file.load_key(password=password, **how)
                file.decrypt(out)
            return True
        except Exception as failure:
            target.unlink(missing_ok=True)
            if is_full(failure):
                raise
    return False


def _ooxml(path: Path) -> str | None:
    """Says which kind of office file a package is, by its own list of content types."""
    try:
        with zipfile.ZipFile(path) as package:
            info = package.getinfo("[Content_Types].xml")
            root = parse(read_part(package, info)) if info.file_size <= _CONTENT_TYPES else ()
    except (*BROKEN, etree.XMLSyntaxError):
        return None
    said = [str(one.get("ContentType", "")).lower() for one in root if isinstance(one.tag, str)]
    endings = (OFFICE.get(one.removesuffix("+xml").removesuffix(".main") + end) for one in said for end in ("", ".12"))
    return next((ending for ending in endings if ending), None)
