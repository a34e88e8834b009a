# SPDX-License-Identifier: Apache-2.0
"""Decides how the page is read that Apache Tika made of a file, for all types that nothing else here reads."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ream_contracts.artifacts import Annotation
from ream_extract.extractors.html import EXTRACTOR as PAGES
from ream_extract.extractors.html import between_tags
from ream_extract.flow import bodies
from ream_extract.html_letters import shown_letters
from ream_extract.reading import Item, Plan, Source, UnitRead, UnitRun, Unreadable
from ream_extract.text_clean import tidy

_META = re.compile(rb'<meta name="([\w:. -]{1,80})" content="([^"<>]{1,2000})"')
_HEAD = 256 << 10
_MOST = 100
"""Things that are said of a file and kept."""
_NO_TITLE = b"<title>&#0;</title>"
_INDENTED = re.compile(rb"\n[ \t\r\n]+")
_UTF8 = b"\xef\xbb\xbf"
_NO_WORDS = "Apache Tika found no words in it; what is known of it is kept."
_SECOND_HAND = Annotation(
    "note", "Read by Apache Tika: files inside are part of the text here, and pictures are missing.", None
)


class TikaExtractor:
    """Reads what a server of Apache Tika makes of a file; without one nothing is read by it.

    What Tika leaves out nobody notices: there is no other count of it.
    """

    name = "tika"
    version = "1"
    media_types = ("*/*",)
    convert_to: str | None = "html"
    together = ("body",)
    plans_converted = True

    def plan(self, source: Source) -> Plan:
        """Counts bodies by the bytes between the tags of Tika's page; a page without words is no reading."""
        page = _page(source)
        said = {"read_by": "Apache Tika", **_said(page[:_HEAD])}
        if not shown_letters(page.decode("utf-8", "replace")):
            return Plan((), said, 0, "unsupported", "unsupported-type", _NO_WORDS)
        return Plan((UnitRun("body", bodies(between_tags(page))),), said)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item | None]:
        """Yields the bodies, as of any page."""
        made = scratch / "page.html"
        made.write_bytes(_page(source))
        for item in PAGES.read(replace(source, path=made, media_type="text/html"), first, last, scratch):
            if isinstance(item, UnitRead):
                notes = (*item.annotations, _SECOND_HAND) if item.unit == 1 else item.annotations
                yield replace(item, method="converted", annotations=notes)
            else:
                yield item


def _page(source: Source) -> bytes:
    """Returns Tika's page in UTF-8, without the indentation that Tika gives it.

    Raises:
        Unreadable: there is none.
    """
    if source.converted is None:
        raise Unreadable("conversion-failed", "Apache Tika's page of it is not there.")
    data = source.converted.read_bytes().replace(_NO_TITLE, b"", 1)
    return _UTF8 + _INDENTED.sub(b"\n", data)


def _said(head: bytes) -> dict[str, str]:
    """Takes what Tika says of the file; of what it says twice the last."""
    found: dict[str, str] = {}
    for name, value in _META.findall(head)[:_MOST]:
        found[name.decode("ascii", "replace").lower()] = tidy(html.unescape(value.decode("utf-8", "replace"))).strip()
    return found


EXTRACTOR = TikaExtractor()
