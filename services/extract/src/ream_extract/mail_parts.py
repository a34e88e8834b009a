# SPDX-License-Identifier: Apache-2.0
"""Decides what the parts of a message are: which one is read as its body, and which become documents of their own."""

import codecs
import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import (
    CloseBoundaryNotFoundDefect,
    InvalidBase64CharactersDefect,
    InvalidBase64LengthDefect,
    InvalidBase64PaddingDefect,
    StartBoundaryNotFoundDefect,
)
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value

from ream_extract import sealed
from ream_extract.encoding import decode, detect
from ream_extract.text_clean import tidy

DEPTH = 50
"""Multiparts inside one another that are looked into."""
BEGINNING = 4 << 10
"""Bytes that tell whether a message is in UTF-16."""
MISSING = "X-Ream-Missing"
"""Header of a message that Ream wrote itself: what of it could not be taken out."""
_BOUNDARY = re.compile(
    rb"^content-type:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*?boundary\s*=\s*(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))",
    re.IGNORECASE | re.MULTILINE,
)
_CUT_OFF = (
    StartBoundaryNotFoundDefect,
    CloseBoundaryNotFoundDefect,
    InvalidBase64LengthDefect,
    InvalidBase64PaddingDefect,
)
_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/=\s]")
_SPACE = re.compile(r"\s+")
_ENDINGS = {"message/rfc822": ".eml", "text/calendar": ".ics", "text/html": ".html", "text/plain": ".txt"}


@dataclass(frozen=True, slots=True)
class Parts:
    """What is inside a message."""

    bodies: tuple[Message, ...]
    """Text parts that are read as what the message says, in order; of alternatives one."""
    attached: tuple[Message, ...]
    """Everything else that carries bytes."""


def begun(data: bytes) -> bytes:
    """Returns a message from its first header line on, for an empty line or a mark before it would end the headers.

    A message that an editor kept as UTF-16 becomes UTF-8.
    """
    if b"\x00" in data[:BEGINNING]:
        encoding = detect(data[:BEGINNING], whole=False)
        if encoding.width > 1:
            data = decode(data[encoding.mark :], encoding)[0].encode("utf-8", "replace")
    return data.removeprefix(codecs.BOM_UTF8).lstrip()


def parts_of(message: Message) -> Parts:
    """Sorts the parts of a message."""
    bodies: list[Message] = []
    attached: list[Message] = []
    _sort(message, bodies, attached, 0)
    return Parts(tuple(bodies), tuple(attached))


def _sort(part: Message, bodies: list[Message], attached: list[Message], depth: int) -> None:
    kind = part.get_content_type()
    envelope = sealed.opened(bytes_of(part)) if kind in sealed.TYPES and depth < DEPTH else None
    if envelope is not None and envelope.content is not None:
        _sort(email.message_from_bytes(begun(envelope.content)), bodies, attached, depth + 1)
    elif kind == "multipart/alternative" and part.is_multipart() and depth < DEPTH:
        _alternatives(part, bodies, attached, depth)
    elif kind == "message/delivery-status":
        bodies.append(part)
    elif part.is_multipart() and kind != "message/rfc822" and depth < DEPTH:
        for inner in _inner(part):
            _sort(inner, bodies, attached, depth + 1)
    elif kind in ("text/plain", "text/html") and not is_attachment(part):
        bodies.append(part)
    else:
        attached.append(part)


def _alternatives(part: Message, bodies: list[Message], attached: list[Message], depth: int) -> None:
    """Takes the alternative that says most; what hangs on the others is kept, for a picture may hang on one alone."""
    found = []
    for inner in _inner(part):
        texts: list[Message] = []
        _sort(inner, texts, attached, depth + 1)
        found.append(texts)
    bodies += max(found, key=lambda texts: sum(_weight(text) for text in texts), default=[])


def _inner(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    yield from (one for one in payload if isinstance(one, Message)) if isinstance(payload, list) else ()


def _weight(part: Message) -> int:
    """Says how much an alternative says: letters outside of tags; where both say the same, the marked up one more.

    Addresses of pages do not count: in a plain text they stand beside what is a link in the other.
    """
    text, _ = text_of(part)
    marked_up = part.get_content_type() == "text/html"
    if marked_up:
        text = re.sub(r"(?s)<(style|script)\b.*?</\1>|<[^<>]*>", "", text)
    return sum(map(str.isalnum, re.sub(r"https?://\S+", "", text))) + (20 if marked_up else 0)


def is_encrypted(message: Message) -> bool:
    """Says whether all that a message carries is encrypted for the holder of a key."""
    if message.get_content_type() not in sealed.TYPES:
        return False
    envelope = sealed.opened(bytes_of(message))
    return envelope is not None and envelope.kind == "encrypted"


def is_attachment(part: Message) -> bool:
    """Says whether a part is meant to be kept as a file: it says so, or it has a file's name."""
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def text_of(part: Message) -> tuple[str, int]:
    """Decodes a text part; returns the text and how sure its characters are, 0 to 100."""
    data = bytes_of(part)
    encoding = detect(data, part.get_content_charset())
    text, sure = decode(data[encoding.mark :], encoding)
    return tidy(text), sure


def bytes_of(part: Message) -> bytes:
    """Returns what a part carries, its transfer encoding undone; of a message inside, its own source."""
    if part.is_multipart():
        return b"".join(inner.as_bytes() for inner in _inner(part))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def name_of(part: Message, number: int) -> str:
    """Returns the name of an attached file; one is made where the message gives none."""
    try:
        given = part.get_filename()
    except (LookupError, ValueError, TypeError, AttributeError):
        given = None
    name = header_text(collapse_rfc2231_value(given)) if given else ""
    if not name and part.get_content_type() == "message/rfc822":
        name = next((header(inner, "Subject") for inner in _inner(part)), "")[:200]
        name = f"{name}.eml" if name else ""
    return name[:500] or f"part {number}{_ENDINGS.get(part.get_content_type(), '')}"


def header(message: Message, name: str) -> str:
    """Returns a header of a message on one line, whatever is wrong with its encoding; empty when there is none."""
    wanted = name.lower()
    return header_text(next((str(value) for key, value in message.raw_items() if key.lower() == wanted), ""))


def header_text(value: str) -> str:
    """Decodes a header's value on one line."""
    try:
        pieces = decode_header(value)
    except (ValueError, LookupError, TypeError):
        return _line(value)
    return _line("".join(_decoded(piece, charset) for piece, charset in pieces)) or _line(value)


def _decoded(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        # Raw bytes in a header come as lone surrogates: what they are is found like in any text.
        piece = piece.encode("utf-8", "surrogateescape")
    return decode(piece, detect(piece, charset))[0]


def _line(text: str) -> str:
    return _SPACE.sub(" ", tidy(text)).strip()[:2_000]


def counted(data: bytes) -> int:
    """Counts the parts that begin at a boundary, found line by line and without a parser of messages."""
    marks = {quoted or plain for quoted, plain in _BOUNDARY.findall(data)}
    lines = re.finditer(rb"^--([^\r\n]{1,210}?)[ \t]*\r?$", data, re.MULTILINE) if marks else ()
    return sum(line.group(1) in marks for line in lines)


def parsed(message: Message) -> int:
    """Counts the parts of all multiparts of a message, those of attached messages too, as the parser sees them."""
    return sum(
        len(payload)
        for part in message.walk()
        if part.get_content_maintype() == "multipart" and isinstance(payload := part.get_payload(), list)
    )


def cut_off(message: Message) -> bool:
    """Says whether something is missing: a boundary that was announced, an end of base64, or what a header names."""
    return MISSING in message or any(_is_broken(part) for part in message.walk())


def lacks(data: bytes, message: Message, depth: int = 0) -> bool:
    """Says whether parts are missing: fewer than their boundaries, or cut off; also inside of what is signed."""
    if counted(data) > parsed(message) or cut_off(message):
        return True
    envelopes = (
        sealed.opened(bytes_of(part))
        for part in (message.walk() if depth < DEPTH else ())
        if part.get_content_type() in sealed.TYPES
    )
    inside = (begun(one.content) for one in envelopes if one is not None and one.content is not None)
    return any(lacks(content, email.message_from_bytes(content), depth + 1) for content in inside)


def _is_broken(part: Message) -> bool:
    if not part.is_multipart():
        part.get_payload(decode=True)  # what is wrong with base64 is noted when it is decoded
    if any(isinstance(defect, _CUT_OFF) for defect in part.defects):
        return True
    # Blanks at the ends of lines are noted too, and harm nothing.
    strange = any(isinstance(defect, InvalidBase64CharactersDefect) for defect in part.defects)
    return strange and _NO_BASE64.search(str(part.get_payload())) is not None
