# SPDX-License-Identifier: Apache-2.0
"""Decides how a WordPerfect document is read: as DOCX that LibreOffice made of it, held against its own words."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from ream_contracts.whole import letters
from ream_extract.extractors.doc import Inside, planned, read_converted
from ream_extract.reading import Item, Plan, Source, UnitFailed, Unreadable
from ream_extract.wordperfect_words import DOCUMENT, head_of, words


class WordPerfectExtractor:
    """Reads WPD of WordPerfect 5.0 and later."""

    name = "wordperfect"
    version = "1"
    media_types = ("application/vnd.wordperfect",)
    convert_to: str | None = "docx"
    together = ("body",)

    def plan(self, source: Source) -> Plan:
        """Counts bodies by the letters between the file's codes; one unit more stands for the words of the body."""
        return planned(_inside(source))

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields bodies, then whether the words of the file are in them."""
        if source.converted is None:
            # Nobody has tried the document where there is no program to try it with.
            cause = "conversion-failed" if shutil.which("soffice") else "converter-missing"
            yield from (UnitFailed(number, cause) for number in range(first, last + 1))
            return
        yield from read_converted(source, source.converted, _inside(source), first, last, scratch)


def _inside(source: Source) -> Inside:
    """Reads what the file says of itself.

    Raises:
        Unreadable: it is no document, encrypted, or too large to be held at once.
    """
    size = source.path.stat().st_size
    if size > source.limits.entry_bytes:
        reason = f"The document has {size} bytes; no more than {source.limits.entry_bytes} are read."
        raise Unreadable("too-large", reason, "rejected")
    data = source.path.read_bytes()
    head = head_of(data)
    if head is None or head.begin > size:
        raise Unreadable("damaged", "The file is cut off before its text begins.")
    if head.kind != DOCUMENT:
        raise Unreadable("unsupported-type", "It is a file of WordPerfect's, but no document.", "unsupported")
    if head.encrypted:
        reason = "The document is encrypted, and no password opens it here: save it without, and submit it again."
        raise Unreadable("unsupported-encryption", reason)
    text = words(data, head)
    said = {"body": text} if letters(text) else {}
    return Inside(letters(text), {}, said, {"wordperfect": "5" if head.version == 5 else "6 or later"})


EXTRACTOR = WordPerfectExtractor()
