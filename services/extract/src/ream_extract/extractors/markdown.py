# SPDX-License-Identifier: Apache-2.0
"""Decides how Markdown is read: rendered to the page that a person sees, and read as such."""

import base64
import binascii
import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

from ream_contracts.whole import letters
from ream_extract.flow import Block
from ream_extract.html_letters import shown_letters
from ream_extract.html_text import page_text_at_once
from ream_extract.structured import Structured, StructuredExtractor

_DEEPEST = 60
"""Quotes and lists in one another that are parsed; what a deeper one says is missed, and the source is taken."""
_OPEN = 2_000
"""Brackets that may be open to the end: each is looked for to the end."""
_FRONT = re.compile(r"\A---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^([A-Za-z][\w-]{0,50}):[ \t]+(\S[^\n]*)$", re.MULTILINE)
_TOLD = frozenset({"title", "author", "date", "description", "keywords", "tags", "lang"})
_ADDRESS = re.compile(
    r"!\[[^\]\n]*(?=\])"  # words that stand for a picture
    r"|\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\]\[[^\]\n]*\]"  # where a link leads
    r"|^[ ]{0,3}\[[^\]\n]*\]:[^\n]*$|<[a-z][\w+.-]*:[^<>\n]*>",
    re.MULTILINE,
)
_FENCE = re.compile(r"^[ ]{0,3}(?:`{3,}|~{3,})[^\n]*$", re.MULTILINE)
_ENTITY = re.compile(r"&#?\w{1,31};")
_DATA = re.compile(r"data:image/[a-z0-9.+-]+;base64,", re.IGNORECASE)


def structure(_: bytes, text: str) -> Structured:
    """Renders a text and reads the page; what stands between marks at its start is told as metadata too.

    Raises:
        ValueError: it opens so many brackets without closing them that its parser would take minutes.
    """
    front = _FRONT.match(text)
    body = text[front.end() :] if front else text
    if body.count("[") > body.count("]") + _OPEN:
        raise ValueError("brackets that are never closed")
    rules = MarkdownIt("commonmark", {"html": True, "maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    page = page_text_at_once(rules.render(body))
    told = _fields(front[1]) if front else {}
    blocks = [Block(front[1]), *page.blocks] if front else page.blocks
    heading = next((block.text for block in page.blocks if block.level == 1), "")
    title = told.get("title") or page.title or heading
    counted = _count(body) + (letters(front[1]) if front else 0)
    found = told | ({"title": title[:1_000]} if title else {})
    places = [place + bool(front) for place in page.places]
    return Structured(blocks, counted, found, list(zip(places, _pictures(page.images), strict=True)))


def _fields(front: str) -> dict[str, str]:
    found = {name.lower(): value.strip("\"' ") for name, value in _FIELD.findall(front)}
    return {name: value[:1_000] for name, value in found.items() if name in _TOLD and value}


def _count(body: str) -> int:
    """Counts the letters of a text without its parser: addresses, marks of code and elements of HTML are none."""
    bare = _ENTITY.sub(" ", _FENCE.sub(" ", _ADDRESS.sub(" ", body)))
    return shown_letters(bare)


def _pictures(images: list[str]) -> Iterator[bytes]:
    """Decodes the images that the text carries in itself; nothing for others."""
    for address in images:
        try:
            yield base64.b64decode(address.partition(",")[2]) if _DATA.match(address) else b""
        except (binascii.Error, ValueError):
            yield b""


EXTRACTOR = StructuredExtractor("markdown", "4", ("text/markdown",), structure, largest=2 << 20, laid_out=True)
