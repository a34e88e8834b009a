# SPDX-License-Identifier: Apache-2.0
"""Decides how an HTML page is read: in any encoding, as a person sees it, a body for each 64 KiB of visible text."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ream_extract.encoding import decode, detect
from ream_extract.flow import Block, apportion, bodies, placed, share, unit
from ream_extract.html_letters import shown_letters
from ream_extract.html_text import page_text, page_text_at_once
from ream_extract.pictures import Keeper
from ream_extract.reading import Item, Plan, Source, UnitRun, Unreadable

_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
_SELF_CLOSED = re.compile(
    r"<(title|script|style|textarea|iframe|a|b|i|u|em|strong|span|div|p|td|th|li|h[1-6]|object|select|button)\b([^<>]{0,2000})/>",
    re.IGNORECASE,
)
DEEPEST = 10_000
_NESTING = re.compile(rb"<(/?)(?:div|span|table|font|section|center|blockq|ul|ol|dl|b>|i>|a)")
"""Elements that nest without end."""
_TAG = re.compile(rb"<[^>]*(?:>|\Z)")
_UNSEEN = re.compile(rb"<(script|style)")
_DATA_IMAGE = re.compile(r"data:image/[a-z0-9.+-]+;base64,", re.IGNORECASE)


class HtmlExtractor:
    """Reads HTML and XHTML, and the words of drawings (SVG)."""

    name = "html"
    version = "7"
    media_types = ("text/html", "application/xhtml+xml", "image/svg+xml")
    convert_to: str | None = None
    together = ("body",)

    def plan(self, source: Source) -> Plan:
        """Counts bodies by the bytes between the tags, found without a parser."""
        data = _bytes(source)
        visible = between_tags(data)
        encoding = detect(data, _declared(data))
        head = page_text_at_once(decode(data[encoding.mark : 256 << 10], encoding)[0])
        metadata = {"encoding": encoding.name, "text_bytes": str(visible), **head.meta}
        if head.title:
            metadata["title"] = head.title
        return Plan((UnitRun("body", bodies(visible)),), metadata)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item | None]:
        """Yields the bodies; the page is parsed once for all that are asked for together."""
        data = _bytes(source)
        encoding = detect(data, _declared(data))
        text, confidence = decode(data[encoding.mark :], encoding)
        counted = shown_letters(text)
        if source.media_type != "text/html":
            # An HTML parser would take all that follows `<title/>` for the title.
            text = _SELF_CLOSED.sub(r"<\1\2></\1>", text)
        page = yield from page_text(text)
        blocks = page.blocks
        if source.pictures and page.images:
            kept = Keeper(scratch, source.limits)
            blocks = placed(blocks, kept.placed(zip(page.places, _pictures(page.images), strict=True)))
            blocks[0] = replace(blocks[0], annotations=blocks[0].annotations + kept.notes())
        if page.title and not any(block.text == page.title for block in blocks[:20]):
            blocks.insert(0, Block(page.title, 1))
        parts = share(blocks, bodies(between_tags(data)))
        shares = apportion(counted, parts)
        for number in range(first, last + 1):
            read = unit(number, parts[number - 1], "markup", confidence, shares[number - 1])
            yield replace(read, lacking="too-deep" if page.left_out else None)


def between_tags(data: bytes) -> int:
    """Counts the bytes outside tags, scripts and styles, found without a parser and whatever the page does.

    Raises:
        Unreadable: elements nest so deeply that parsing them would take minutes.
    """
    seen = b"".join(_without_scripts(data.lower()))
    depth = 0
    for tag in _NESTING.finditer(seen):
        depth = max(0, depth + (-1 if tag.group(1) else 1))
        if depth > DEEPEST:
            raise Unreadable("too-deep", f"Elements of the page nest more than {DEEPEST} deep; it was not parsed.")
    return len(_TAG.sub(b"", seen))


def _without_scripts(lower: bytes) -> Iterator[bytes]:
    """Yields what lies between scripts and styles; one that is never closed takes the rest of the page."""
    at = 0
    while found := _UNSEEN.search(lower, at):
        yield lower[at : found.start()]
        closing = lower.find(b"</" + found.group(1), found.end())
        at = lower.find(b">", closing) + 1 if closing >= 0 else 0
        if not at:
            return
    yield lower[at:]


def _bytes(source: Source) -> bytes:
    size = source.path.stat().st_size
    if size > source.limits.markup_bytes:
        reason = f"The page has {size} bytes; more than {source.limits.markup_bytes} are not parsed."
        raise Unreadable("too-large", reason, "rejected")
    return source.path.read_bytes()


def _declared(data: bytes) -> str | None:
    found = _CHARSET.search(data[:4096])
    return found.group(1).decode("ascii") if found else None


def _pictures(images: list[str]) -> Iterator[bytes]:
    """Decodes the images that the page carries in itself, nothing for others; those elsewhere are never fetched."""
    for address in images:
        try:
            shown = _DATA_IMAGE.match(address) is not None
            yield base64.b64decode(address.partition(",")[2], validate=False) if shown else b""
        except (binascii.Error, ValueError):
            yield b"not to be decoded"  # left out, and counted as such


EXTRACTOR = HtmlExtractor()
