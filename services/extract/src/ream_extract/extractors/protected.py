# SPDX-License-Identifier: Apache-2.0
"""Decides what becomes of office files that are encrypted as a whole: they fail, and say why."""

from collections.abc import Iterator
from pathlib import Path

from ream_extract.reading import Item, Plan, Source, Unreadable


class ProtectedExtractor:
    """Names workbooks, documents and presentations that open only with a password."""

    name = "protected"
    version = "1"
    media_types = ("application/x-ooxml-protected",)
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Refuses the document, which nobody gave a password for."""
        raise Unreadable("encrypted", "The document is encrypted and opens only with a password, which nobody gave.")

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Is never asked: a document that was refused has no units."""
        raise Unreadable("encrypted", "The document is encrypted.")


EXTRACTOR = ProtectedExtractor()
