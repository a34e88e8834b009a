# SPDX-License-Identifier: Apache-2.0
"""Decides how S/MIME envelopes that are files of their own are read: what is only signed is taken out."""

from collections.abc import Iterator
from pathlib import Path

from ream_extract import sealed
from ream_extract.children import Inside, children
from ream_extract.reading import Item, Plan, Source, UnitRun, Unreadable

NAME = "content.eml"


class SealedExtractor:
    """Reads P7M: signed content becomes a document of its own; a signature alone holds nothing to read."""

    name = "sealed"
    version = "1"
    media_types = tuple(sorted(sealed.TYPES))
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts one attachment where content is inside.

        Raises:
            Unreadable: encrypted, damaged.
        """
        held = _opened(source)
        if held.content is None:
            return Plan((), {"kind": "signature"})
        return Plan((UnitRun("attachment", 1),), {"kind": "signed"}, child_bytes=len(held.content))

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields the content."""
        content = _opened(source).content or b""
        yield from children([Inside(NAME, len(content), lambda: (NAME, content))], source, first, last, 0, scratch)


def _opened(source: Source) -> sealed.Sealed:
    if source.path.stat().st_size > sealed.LARGEST:
        raise Unreadable("too-large", f"Envelopes of more than {sealed.LARGEST >> 20} MB are not read.", "rejected")
    held = sealed.opened(source.path.read_bytes())
    if held is None:
        raise Unreadable("damaged", "The envelope cannot be opened: it is cut off or broken.")
    if held.kind == "encrypted":
        raise Unreadable("encrypted", ENCRYPTED)
    return held


ENCRYPTED = "The content is encrypted for the holder of a key (S/MIME); with that key, export it without encryption."
EXTRACTOR = SealedExtractor()
