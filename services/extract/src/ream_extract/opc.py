# SPDX-License-Identifier: Apache-2.0
"""Decides how the parts of an office file (Open Packaging) are found and opened: one at a time, under limits.

python-docx opens a package too, but all parts at once, and it refuses macro-enabled, strict and slightly broken files
that Word opens; its XML layer is used for every part.
"""

import posixpath
import zipfile
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from docx.opc.coreprops import CoreProperties
from docx.oxml import parse_xml
from lxml import etree  # type: ignore[import-untyped]

from ream_extract.reading import Limits, Unreadable
from ream_extract.text_clean import tidy
from ream_extract.zip_check import check_parts, read_part

_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/diagram", b"http://schemas.openxmlformats.org/drawingml/2006/diagram"),
    (b"http://purl.oclc.org/ooxml/drawingml/chart", b"http://schemas.openxmlformats.org/drawingml/2006/chart"),
)
"""The strict form of the format differs in nothing but these names."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a part refers to: another part by name, or something outside by its address."""

    kind: str
    """Last word of the relationship's type: header, image, hyperlink …"""
    target: str
    outside: bool


class Package:
    """The parts of one file; names are as in the zip, without a leading slash."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self._archive = archive
        self.parts = check_parts(archive, limits)
        self._folded = {name.lower(): name for name in self.parts}
        self._links: dict[str, dict[str, Link]] = {}

    def known(self, name: str) -> str | None:
        """Returns a part's name as the zip writes it, whatever its case; None when there is none."""
        return self._folded.get(name.lower())

    def data(self, name: str) -> bytes | None:
        """Returns the bytes of a part; None when there is none of this name."""
        known = self.known(name)
        return read_part(self._archive, self.parts[known]) if known else None

    def xml(self, name: str) -> Any:
        """Returns the root element of a part; None when there is none.

        Raises:
            Unreadable: it is no XML.
        """
        data = self.data(name)
        if data is None:
            return None
        try:
            return parse(data)
        except (etree.XMLSyntaxError, ValueError) as failure:
            raise Unreadable("damaged", "A part of the file is not valid XML.") from failure

    def links(self, name: str) -> dict[str, Link]:
        """Returns what a part refers to, by the id that it uses."""
        if name not in self._links:
            folder, base = posixpath.split(name)
            root = self.xml(posixpath.join(folder, "_rels", f"{base}.rels"))
            self._links[name] = {} if root is None else dict(_links(root, folder))
        return self._links[name]

    def of_kind(self, name: str, kind: str) -> list[str]:
        """Returns the parts of one kind that a part refers to, in the order of its list."""
        return [link.target for link in self.links(name).values() if link.kind == kind and not link.outside]

    def metadata(self) -> dict[str, str]:
        """Returns title, author, dates and the like, and the number of pages when the writer noted it."""
        found: dict[str, str] = {}
        core = next(iter(self.of_kind("", "core-properties")), "docProps/core.xml")
        try:
            root = self.xml(core)
            if root is not None and root.tag.endswith("}coreProperties"):
                found.update(_core(CoreProperties(root)))
            extended = self.xml("docProps/app.xml")
        except Unreadable:
            return found | {"properties": "unreadable"}
        for child in extended if extended is not None else ():
            name = etree.QName(child).localname if isinstance(child.tag, str) else ""
            if name in ("Pages", "Application", "Company", "Template", "Words") and child.text:
                found[name.lower()] = tidy(child.text).strip()[:500]
        return found


def parse(data: bytes) -> Any:
    """Parses XML with python-docx's parser, which neither expands entities nor goes out for them."""
    for strict, transitional in _STRICT:
        data = data.replace(strict, transitional)
    return parse_xml(data)


def _links(root: Any, folder: str) -> Any:
    for element in root:
        target = unquote(element.get("Target", "")) if isinstance(element.tag, str) else ""
        if not target:
            continue
        outside = element.get("TargetMode") == "External"
        place = target if outside else posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
        yield element.get("Id", ""), Link(element.get("Type", "").rsplit("/", 1)[-1], place, outside)


def _core(core: CoreProperties) -> dict[str, str]:
    found = {}
    for name in (
        "title",
        "author",
        "subject",
        "keywords",
        "category",
        "comments",
        "language",
        "last_modified_by",
        "created",
        "modified",
    ):
        try:
            value = getattr(core, name)
        except (ValueError, TypeError, AttributeError):
            continue
        text = tidy(str(value or "")).strip()[:2_000]
        if text:
            found[name] = text
    return found
