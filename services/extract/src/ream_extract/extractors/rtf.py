# SPDX-License-Identifier: Apache-2.0
"""Decides how RTF is read: as DOCX when LibreOffice made one of it, else by its own words alone."""

import re
from collections.abc import Iterator
from pathlib import Path

from ream_contracts.artifacts import Annotation
from ream_extract.extractors.doc import Inside, planned, read_converted, rest
from ream_extract.flow import Block, bodies, share, unit
from ream_extract.reading import Item, Plan, Source, UnitFailed, Unreadable
from ream_extract.rtf_text import rtf_text

_OBJECT = re.compile(rb"\\objdata\b")
_PICTURE = re.compile(rb"\\pict\b")
_TITLE = re.compile(rb"\{\\(title|author|subject|keywords|operator)[ \r\n]([^{}]{1,2000})\}")
_PLAIN = Annotation("note", "Read without LibreOffice: tables and headings are lines of text here.", None)


class RtfExtractor:
    """Reads RTF."""

    name = "rtf"
    version = "5"
    media_types = ("application/rtf",)
    convert_to: str | None = "docx"
    together = ("body",)

    def plan(self, source: Source) -> Plan:
        """Counts bodies by the letters of the text, and objects by their control word.

        One unit more stands for each story that has words, and for the pictures: nothing to read where they came
        through the conversion, failed where they did not.
        """
        return planned(_inside(source))

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields bodies, then embedded objects, then what of each story is missing."""
        inside = _inside(source)
        if source.converted is not None:
            yield from read_converted(source, source.converted, inside, first, last, scratch)
            return
        count = bodies(inside.letters)
        counted = count + len(inside.objects)
        text = "\n".join(inside.said.values())
        blocks = [Block(line) for line in text.split("\n") if line.strip()]
        parts = share([*blocks, Block("", 0, (), (_PLAIN,))], count)
        for number in range(first, min(last, counted) + 1):
            yield (
                unit(number, parts[number - 1], "markup", 80)
                if number <= count
                else UnitFailed(number, "conversion-failed")
            )
        yield from rest(inside, text, max(first, counted + 1), last, counted, lost=("pictures",))


def _inside(source: Source) -> Inside:
    """Reads what the file says of itself.

    Raises:
        Unreadable: it is too large to be held at once.
    """
    size = source.path.stat().st_size
    if size > source.limits.unpacked_bytes:
        raise Unreadable("too-large", f"The document has {size} bytes; no more than 512 MB are read.", "rejected")
    data = source.path.read_bytes()
    found = rtf_text(data)
    said = {kind: text for kind, text in found.stories.items() if any(map(str.isalnum, text))}
    if _PICTURE.search(data):
        said["pictures"] = ""
    objects = {str(number): 0 for number, _ in enumerate(_OBJECT.finditer(data), 1)}
    told = {name.decode(): rtf_text(b"{\\rtf1 " + text + b"}").text for name, text in _TITLE.findall(data)}
    metadata = {name: text.strip() for name, text in told.items() if text.strip()}
    return Inside(len(found.text), objects, said, metadata)


EXTRACTOR = RtfExtractor()
