# SPDX-License-Identifier: Apache-2.0
"""Decides how an OpenDocument file (ODS, ODT, ODP) is opened: its parts under limits, never a password tried."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from ream_extract.opc import parse
from ream_extract.reading import Limits, Source, Unreadable
from ream_extract.text_clean import tidy
from ream_extract.zip_check import check_parts, opened, read_part

_TOLD = {
    "title": "title",
    "subject": "subject",
    "description": "description",
    "initial-creator": "author",
    "creator": "last_modified_by",
    "creation-date": "created",
    "date": "modified",
    "language": "language",
    "keyword": "keywords",
    "generator": "application",
}


class OpenDocument:
    """The parts of one file.

    Raises:
        Unreadable: encrypted, damaged, a bomb.
    """

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self._archive = archive
        self.parts = check_parts(archive, limits)
        if b"encryption-data" in (self.data("META-INF/manifest.xml") or b""):
            raise Unreadable(
                "encrypted", "The document is encrypted and opens only with a password, which nobody gave."
            )

    def data(self, name: str) -> bytes | None:
        """Returns the bytes of a part; None when there is none of this name."""
        return read_part(self._archive, self.parts[name]) if name in self.parts else None

    def content(self) -> Any:
        """Returns the root element of the part with the text.

        Raises:
            Unreadable: there is none, or it is no XML.
        """
        root = self.xml("content.xml")
        if root is None:
            raise Unreadable("damaged", "The file has no content part: it is cut off or no OpenDocument.")
        return root

    def xml(self, name: str) -> Any:
        """Returns the root element of a part; None when there is none."""
        data = self.data(name)
        if data is None:
            return None
        try:
            return parse(data)
        except (etree.XMLSyntaxError, ValueError) as failure:
            raise Unreadable("damaged", "A part of the file is not valid XML.") from failure

    def metadata(self) -> dict[str, str]:
        """Returns title, author, dates and the like."""
        try:
            root = self.xml("meta.xml")
        except Unreadable:
            return {"properties": "unreadable"}
        found: dict[str, str] = {}
        for element in root.iter() if root is not None else ():
            name = _TOLD.get(local(element))
            text = tidy(element.text or "").strip()[:2_000] if name else ""
            if name and text:
                found[name] = f"{found[name]}, {text}" if name == "keywords" and name in found else text
        return found


@contextmanager
def open_document(source: Source) -> Iterator[OpenDocument]:
    """Opens a file."""
    with opened(source.path, source.limits.entries) as archive:
        yield OpenDocument(archive, source.limits)


def local(element: Any) -> str:
    """Returns the name of an element without its namespace; empty for comments and the like."""
    return str(element.tag).rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """Returns an attribute by its name without namespace; empty when there is none."""
    return next((str(value) for key, value in element.attrib.items() if str(key).rsplit("}", 1)[-1] == name), "")


def paragraph_text(element: Any) -> str:
    """Returns the text of a paragraph, with its spaces, tabs and line breaks, without the notes that hang on it."""
    return tidy("".join(_inline(element)))


_ELSEWHERE = frozenset({"annotation", "note", "annotation-end", "tracked-changes", "frame", "custom-shape"})


def _inline(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        name = local(child)
        if name == "s":
            count = attribute(child, "c")
            yield " " * (min(int(count), 1_000) if count.isdigit() else 1)
        elif name == "tab":
            yield "\t"
        elif name == "line-break":
            yield "\n"
        elif name and name not in _ELSEWHERE:
            yield from _inline(child)
        yield child.tail or ""


def annotations(element: Any) -> Iterator[tuple[str, str | None]]:
    """Yields text and author of the comments below an element."""
    for found in element.iter("{*}annotation"):
        text = "\n".join(paragraph_text(piece) for piece in found.iter("{*}p")).strip()
        author = next((one.text for one in found.iter("{*}creator") if one.text), None)
        if text:
            yield text, tidy(author).strip() or None if author else None
