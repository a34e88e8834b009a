# SPDX-License-Identifier: Apache-2.0
"""Decides what the properties of an Outlook message (MSG) say, and which of its storages hold attachments."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

import olefile  # type: ignore[import-untyped]

from ream_extract.encoding import decode, detect
from ream_extract.mail_parts import MISSING
from ream_extract.rtf_text import decompressed, rtf_text
from ream_extract.text_clean import tidy

SUBJECT, BODY, HTML, RTF = "0037", "1000", "1013", "1009"
SENDER, SENDER_ADDRESS, SENDER_SMTP, TO, CC = "0C1A", "0C1F", "5D01", "0E04", "0E03"
SENT, RECEIVED, MESSAGE_ID, CLASS, HEADERS = 0x00390040, 0x0E060040, "1035", "001A", "007D"
_DATA, _LONG_NAME, _SHORT_NAME, _LABEL = "3701", "3707", "3704", "3001"
_ATTACHMENT = "__attach_version1.0_"
_PROPERTIES = "__properties_version1.0"
_EMBEDDED = "__substg1.0_3701000D"
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
DEPTH = 8
"""Messages inside one another."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file or message that hangs on a message."""

    name: str
    message: "Message | None"
    """Where it is a message."""
    held: "Message"
    folder: tuple[str, ...]

    def data(self) -> bytes | None:
        """Returns its bytes; of a message, the same written as EML. None where they cannot be taken out whole."""
        if self.message is not None:
            return bytes(self.message.as_eml())
        data = self.held.stream(f"__substg1.0_{_DATA}0102", self.folder)
        return None if data is None or len(data) < self.size() else data

    def size(self) -> int:
        """Returns the number of its bytes; 0 where it is a message."""
        return self.held.size(f"__substg1.0_{_DATA}0102", self.folder)


class Message:
    """A message, or one inside of another."""

    def __init__(self, held: olefile.OleFileIO, folder: tuple[str, ...] = (), depth: int = 0) -> None:
        self._held = held
        self._folder = folder
        self._depth = depth
        self._names = [tuple(path) for path in held.listdir(streams=True, storages=True)]

    def stream(self, name: str, folder: tuple[str, ...] | None = None) -> bytes | None:
        """Returns a stream of the message or of a folder in it; None when there is none."""
        path = [*(self._folder if folder is None else folder), name]
        try:
            return bytes(self._held.openstream(path).read()) if self._held.exists(path) else None
        except (OSError, ValueError, TypeError, IndexError, struct.error):
            return None

    def size(self, name: str, folder: tuple[str, ...]) -> int:
        """Returns the size of a stream; 0 when there is none."""
        path = [*folder, name]
        return int(self._held.get_size(path)) if self._held.exists(path) else 0

    def is_cut_off(self) -> bool:
        """Says whether one of its own streams has less in it than the directory says; attachments are not looked at."""
        return any(
            len(path) == len(self._folder) + 1 and path[:-1] == self._folder and self._is_short(path)
            for path in map(tuple, self._held.listdir(streams=True, storages=False))
        )

    def _is_short(self, path: tuple[str, ...]) -> bool:
        data = self.stream(path[-1])
        return data is None or len(data) < self.size(path[-1], path[:-1])

    def text(self, number: str, folder: tuple[str, ...] | None = None) -> str:
        """Returns a property that is text; empty when there is none."""
        wide = self.stream(f"__substg1.0_{number}001F", folder)
        if wide is not None:
            return tidy(wide.decode("utf-16-le", "replace")).strip("\x00")
        narrow = self.stream(f"__substg1.0_{number}001E", folder)
        return tidy(decode(narrow, detect(narrow))[0]).strip("\x00") if narrow else ""

    def html(self) -> str:
        """Returns the body as HTML; empty when the message has none."""
        data = self.stream(f"__substg1.0_{HTML}0102")
        return decode(data, detect(data))[0] if data else self.text(HTML)

    def body(self) -> str:
        """Returns the body as text, from its rich form where there is no other; empty when the message has none."""
        plain = self.text(BODY)
        if plain.strip():
            return plain
        packed = self.stream(f"__substg1.0_{RTF}0102")
        return rtf_text(decompressed(packed)).text if packed else ""

    def when(self) -> datetime | None:
        """Returns when it was sent, or else received."""
        head = self.stream(_PROPERTIES) or b""
        start = 32 if not self._folder else 24
        times = {}
        for at in range(start, len(head) - 15, 16):
            tag, _, value = struct.unpack_from("<IIQ", head, at)
            times[tag] = value
        for tag in (SENT, RECEIVED):
            if 0 < times.get(tag, 0) < 1 << 62:
                try:
                    return _EPOCH + timedelta(microseconds=times[tag] // 10)
                except OverflowError:
                    continue
        return None

    def sender(self) -> str:
        """Returns who sent it, with an address where there is one."""
        name = self.text(SENDER)
        address = self.text(SENDER_SMTP) or self.text(SENDER_ADDRESS)
        return f"{name} <{address}>".strip() if "@" in address and address != name else name or address

    def attachments(self) -> list[Attachment]:
        """Returns what hangs on the message, by the directory of the file."""
        depth = len(self._folder)
        folders = sorted(
            path
            for path in self._names
            if len(path) == depth + 1 and path[:depth] == self._folder and path[-1].startswith(_ATTACHMENT)
        )
        return [self._attachment(folder, number) for number, folder in enumerate(folders, 1)]

    def _attachment(self, folder: tuple[str, ...], number: int) -> Attachment:
        inner = (*folder, _EMBEDDED)
        # An object of some program lies in a storage of the same name, which has no properties.
        is_message = (*inner, _PROPERTIES) in self._names and self._depth < DEPTH
        message = Message(self._held, inner, self._depth + 1) if is_message else None
        name = self.text(_LONG_NAME, folder) or self.text(_SHORT_NAME, folder) or self.text(_LABEL, folder)
        if message is not None:
            name = f"{name or message.text(SUBJECT) or f'message {number}'}.eml"
        return Attachment(" ".join(name.split())[:500] or f"attachment {number}", message, self, folder)

    def as_eml(self) -> EmailMessage:
        """Writes the message, with all that hangs on it, in the form that mail travels in.

        What cannot be taken out is named in a header, so that who reads it knows that it is not whole.
        """
        made = EmailMessage()
        for name, value in (
            ("Subject", self.text(SUBJECT)), ("From", self.sender()), ("To", self.text(TO)), ("Cc", self.text(CC)),
        ):  # fmt: skip
            if value.strip():
                made[name] = _line(value)
        when = self.when()
        if when is not None:
            made["Date"] = format_datetime(when)
        made.set_content(self.body() or "")
        html = self.html()
        if html:
            made.add_alternative(html, subtype="html")
        missing = ["text"] if self.is_cut_off() else []
        for attachment in self.attachments():
            data = attachment.data()
            if data is None:
                missing.append(_line(attachment.name))
            else:
                made.add_attachment(
                    data, maintype="application", subtype="octet-stream", filename=_line(attachment.name)
                )
        if missing:
            made[MISSING] = _line(", ".join(missing))
        return made


def _line(text: str) -> str:
    """Keeps a header on one line, and what cannot be written in one out of it."""
    return " ".join(text.replace("\x00", "").split())[:500]


def recipients(message: Message) -> Iterator[tuple[str, str]]:
    """Yields the headers that a person sees, with their text."""
    when = message.when()
    for name, text in (
        ("From", message.sender()),
        ("To", message.text(TO)),
        ("Cc", message.text(CC)),
        ("Date", when.isoformat(" ", "minutes") if when else ""),
    ):
        if text.strip():
            yield name, " ".join(text.split())
