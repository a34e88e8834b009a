# SPDX-License-Identifier: Apache-2.0
"""Decides what lies in a `winmail.dat` (TNEF): what Outlook says of a message, its body, what hangs on it."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ream_extract.encoding import decode, detect
from ream_extract.rtf_text import decompressed, rtf_text
from ream_extract.text_clean import tidy

MARK = b"\x78\x9f\x3e\x22"
SUBJECT, BODY, HTML, RTF, TO, CC, MESSAGE_ID = 0x37, 0x1000, 0x1013, 0x1009, 0x0E04, 0x0E03, 0x1035
SENDER, SENDER_ADDRESS, SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_CODEPAGE, _LONG_NAME, _SHORT_NAME, _LABEL, _DATA = 0x3FDE, 0x3707, 0x3704, 0x3001, 0x3701
_A_SUBJECT, _A_BODY, _A_DATA, _A_TITLE, _A_BEGIN = 0x8004, 0x800C, 0x800F, 0x8010, 0x9002
_A_MESSAGE, _A_ATTACHMENT, _A_CODEPAGE = 0x9003, 0x9005, 0x9007
_OBJECT, _NARROW, _WIDE, _BINARY, _MANY = 0x0D, 0x1E, 0x1F, 0x102, 0x1000
_SIZES = {0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}
_INTERFACE = 16
"""Bytes in front of an object that say what it is."""
_PROPERTIES = 100_000
ATTACHMENTS = 10_000


@dataclass(slots=True)
class Attachment:
    """What hangs on the message."""

    title: bytes = b""
    data: bytes = b""
    told: dict[int, tuple[int, bytes]] = field(default_factory=dict)


@dataclass(slots=True)
class Winmail:
    """A message as its properties say."""

    told: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    whole: bool = True
    """Whether it ends where it should, with nothing broken in it."""
    codepage: int = 1252

    def text(self, number: int) -> str:
        """Returns a property that is text; empty where there is none."""
        return self._decoded(self.told.get(number))

    def name_of(self, one: Attachment, number: int) -> str:
        """Returns the name of an attached file; one is made where nothing says it."""
        said = (self._decoded(one.told.get(tag)) for tag in (_LONG_NAME, _SHORT_NAME, _LABEL))
        title = self._decoded((_NARROW, one.title)) if one.title else ""
        name = next((name for name in (*said, title) if name.strip()), "")
        return " ".join(name.split())[:500] or f"part {number}"

    def html(self) -> str:
        """Returns the body as a page; empty where there is none."""
        kind, data = self.told.get(HTML, (0, b""))
        if kind == _WIDE:
            return self.text(HTML)
        return tidy(decode(data, detect(data, self._charset()))[0]).strip("\x00") if data else ""

    def rich(self) -> str:
        """Returns the words of the body that is kept as RTF; empty where there is none."""
        packed = self.told.get(RTF, (0, b""))[1]
        return rtf_text(decompressed(packed)).text if packed else ""

    def _charset(self) -> str:
        kind, number = self.told.get(_CODEPAGE, (0, b""))
        value = struct.unpack("<I", number)[0] if kind == 3 and len(number) == 4 else self.codepage
        return {65001: "utf-8", 20127: "ascii", 28591: "latin-1"}.get(value, f"cp{value}")

    def _decoded(self, value: tuple[int, bytes] | None) -> str:
        if value is None:
            return ""
        kind, data = value
        if kind == _WIDE:
            return tidy(data.decode("utf-16-le", "replace")).strip("\x00")
        if kind != _NARROW:
            return ""
        data = data.rstrip(b"\x00")
        return tidy(decode(data, detect(data, self._charset()))[0])


def winmail(data: bytes) -> Winmail | None:
    """Reads a message; None where the bytes are none. What is broken in it is left out, and it is not whole."""
    if not data.startswith(MARK):
        return None
    found = Winmail()
    at = 6
    while at < len(data):
        if at + 11 > len(data):
            found.whole = found.whole and not data[at:].strip(b"\x00")
            break
        name, _, size = struct.unpack_from("<2HI", data, at + 1)
        body = data[at + 9 : at + 9 + size]
        found.whole = found.whole and len(body) == size and len(data) >= at + 11 + size
        at += 11 + size
        _take(found, name, body)
    return found


def _take(found: Winmail, name: int, body: bytes) -> None:
    if name == _A_BEGIN and len(found.attachments) < ATTACHMENTS:
        found.attachments.append(Attachment())
    elif name == _A_CODEPAGE and len(body) >= 4:
        found.codepage = struct.unpack_from("<I", body)[0]
    elif name in (_A_SUBJECT, _A_BODY):
        found.told.setdefault(SUBJECT if name == _A_SUBJECT else BODY, (_NARROW, body))
    elif name == _A_MESSAGE:
        found.told |= _properties(found, body)
    elif name in (_A_TITLE, _A_DATA, _A_ATTACHMENT):
        if not found.attachments:
            found.attachments.append(Attachment())
        last = found.attachments[-1]
        if name == _A_TITLE:
            last.title = body
        elif name == _A_DATA:
            last.data = body
        else:
            last.told |= _properties(found, body)
            kind, own = last.told.get(_DATA, (0, b""))
            if own:
                last.data = own[_INTERFACE:] if kind == _OBJECT else own


def _properties(found: Winmail, data: bytes) -> dict[int, tuple[int, bytes]]:
    told: dict[int, tuple[int, bytes]] = {}
    try:
        for number, kind, value in _each(data):
            told.setdefault(number, (kind, value))
    except (struct.error, ValueError):
        found.whole = False
    return told


def _each(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yields number, kind and first value of each property.

    Raises:
        struct.error, ValueError: the data ends before it should.
    """
    (count,) = struct.unpack_from("<I", data)
    at = 4
    for _ in range(min(count, _PROPERTIES)):
        kind, number = struct.unpack_from("<2H", data, at)
        at += 4
        if number >= 0x8000:
            (named,) = struct.unpack_from("<I", data, at + 16)
            at += 20
            at += 4 + _even(struct.unpack_from("<I", data, at)[0]) if named else 4
        plain, varying = kind & ~_MANY, kind & ~_MANY in (_OBJECT, _NARROW, _WIDE, _BINARY)
        values = 1
        if varying or kind & _MANY:
            (values,) = struct.unpack_from("<I", data, at)
            at += 4
        first = b""
        for place in range(values):
            size = _SIZES.get(plain, 4)
            if varying:
                (size,) = struct.unpack_from("<I", data, at)
                at += 4
            if at + size > len(data):
                raise ValueError("a property ends behind the end")
            first = first if place else data[at : at + size]
            at += _even(size)
        yield number, plain, first


def _even(size: int) -> int:
    return size + -size % 4
