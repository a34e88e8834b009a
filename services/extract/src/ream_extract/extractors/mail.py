# SPDX-License-Identifier: Apache-2.0
"""Decides how a message is read: headers and body as text, everything that hangs on it as documents of their own."""

import email
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from email.errors import MessageError
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path

from ream_contracts.whole import letters
from ream_extract.children import Inside, children
from ream_extract.extractors.html import between_tags
from ream_extract.extractors.sealed_file import ENCRYPTED
from ream_extract.flow import Block, bodies
from ream_extract.html_text import page_text
from ream_extract.mail_parts import (
    Parts,
    begun,
    bytes_of,
    header,
    is_encrypted,
    lacks,
    name_of,
    parts_of,
    text_of,
)
from ream_extract.message_body import body_units, letters_of, letters_of_page, plain_blocks
from ream_extract.pictures import Keeper
from ream_extract.reading import REST, Item, Plan, Source, UnitFailed, UnitRun, Unreadable

LARGEST = 256 << 20
"""Bytes of a message: all of it is held at once, and more than once."""
SAVED_PAGE = "multipart/related"
_SHOWN = ("From", "To", "Cc", "Date")
_BROKEN = (MessageError, KeyError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


class MailExtractor:
    """Reads messages (EML) and web pages saved with all that belongs to them (MHTML)."""

    name = "mail"
    version = "8"
    media_types = ("message/rfc822", SAVED_PAGE)
    convert_to: str | None = None
    together = ("body",)

    def plan(self, source: Source) -> Plan:
        """Counts bodies by the size of the text parts, and attachments as the parser sorts the parts.

        Parts are counted a second time by their boundaries: where the parser found fewer, or a part does not end as it
        should, one more unit will fail.
        """
        with _parsing():
            data, message = _opened(source)
            if is_encrypted(message):
                return Plan((), _metadata(message), verdict="failed", cause="encrypted", reason=ENCRYPTED)
            parts = parts_of(message)
            attached = () if source.media_type == SAVED_PAGE else parts.attached
            units = [UnitRun("body", bodies(sum(map(_size, parts.bodies))))]
            if attached:
                units.append(UnitRun("attachment", len(attached)))
            if lacks(data, message):
                units.append(UnitRun(REST, 1))
            return Plan(tuple(units), _metadata(message), child_bytes=sum(map(_weight, attached)))

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item | None]:
        """Yields the bodies, then what hangs on the message."""
        with _parsing():
            _, message = _opened(source)
            parts = parts_of(message)
            planned = bodies(sum(map(_size, parts.bodies)))
        saved = source.media_type == SAVED_PAGE
        if first <= planned:
            blocks, counted, sure = yield from _blocks(message, parts)
            if saved and source.pictures:
                kept = Keeper(scratch, source.limits)
                pictures = kept.each(_pictures(parts))
                blocks.append(Block("", 0, (), kept.notes(), pictures))
            yield from body_units(blocks, counted, planned, range(first, min(last, planned) + 1), sure)
        attached = () if saved else parts.attached
        inside = (_inside(part, number) for number, part in enumerate(attached, 1))
        rest = planned + len(attached) + 1
        yield from children(inside, source, max(first, planned + 1), min(last, rest - 1), planned, scratch)
        if first <= rest <= last:
            yield UnitFailed(rest, "parts-missing")


@contextmanager
def _parsing() -> Iterator[None]:
    try:
        yield
    except RecursionError as failure:
        raise Unreadable("too-deep", "Messages inside of the message nest too deeply; it was not parsed.") from failure
    except _BROKEN as failure:
        raise Unreadable("damaged", "The parts of the message cannot be told apart.") from failure


def _opened(source: Source) -> tuple[bytes, Message]:
    if source.path.stat().st_size > LARGEST:
        raise Unreadable("too-large", f"Messages of more than {LARGEST >> 20} MB are not read.", "rejected")
    data = begun(source.path.read_bytes())
    return data, email.message_from_bytes(data)


def _size(part: Message) -> int:
    data = bytes_of(part)
    return between_tags(data) if part.get_content_type() == "text/html" else len(data)


def _weight(part: Message) -> int:
    """Says about how many bytes a part will have when it is taken out, without decoding it."""
    payload = part.get_payload()
    return sum(map(_weight, payload)) if isinstance(payload, list) else len(str(payload))


def _metadata(message: Message) -> dict[str, str]:
    found = {name.lower(): header(message, name) for name in ("From", "To", "Cc", "Message-ID", "In-Reply-To")}
    found["title"] = header(message, "Subject")
    date = header(message, "Date")
    try:
        found["date"] = parsedate_to_datetime(date).isoformat()
    except (ValueError, TypeError, IndexError):
        found["date"] = date
    return {name.replace("-", "_"): text for name, text in found.items() if text}


def _blocks(message: Message, parts: Parts) -> Generator[None, None, tuple[list[Block], int, int]]:
    """Returns what a person sees: subject, headers, and what the text parts say.

    Beside it how many letters it has, counted otherwise than it is read, and how sure the characters are.
    """
    subject = header(message, "Subject")
    blocks = [Block(subject, 1)] if subject else []
    blocks += [Block(f"{name}: {text}") for name in _SHOWN if (text := header(message, name))]
    counted, sure = letters_of(blocks), 100
    for part in parts.bodies:
        text, certain = text_of(part)
        sure = min(sure, certain)
        if part.get_content_type() == "text/html":
            page = yield from page_text(text)
            blocks += page.blocks
            counted += letters_of_page(text)
        else:
            blocks += plain_blocks(text)
            counted += letters(text)
    return blocks, counted, sure


def _pictures(parts: Parts) -> Iterator[bytes]:
    """Yields the pictures of a saved page; its styles and scripts are no documents of anybody's."""
    return (bytes_of(part) for part in parts.attached if part.get_content_maintype() == "image")


def _inside(part: Message, number: int) -> Inside:
    try:
        name = name_of(part, number)
    except _BROKEN:
        name = f"part {number}"
    return Inside(name, 0, partial(_taken, part, name))


def _taken(part: Message, name: str) -> tuple[str, bytes] | None:
    try:
        return name, bytes_of(part)
    except _BROKEN:
        return None


EXTRACTOR = MailExtractor()
