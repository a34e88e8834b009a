# SPDX-License-Identifier: Apache-2.0
"""Decides how a mailbox in one file (MBOX) is read: each message is a unit and becomes a document of its own."""

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

from ream_extract.mail_parts import header_text
from ream_extract.reading import ChildRead, Item, Plan, Source, UnitFailed, UnitRun

_START = re.compile(rb"(?:\A|\n\r?\n)From (?=[^\r\n]{1,200}\d:\d\d[^\r\n]{0,100}\r?\n)|\A(?:\xef\xbb\xbf)?\s*From ")
_QUOTED = re.compile(rb"^>(?=>*From )", re.MULTILINE)
_SUBJECT = re.compile(rb"^subject:[ \t]*([^\r\n]{0,300})", re.IGNORECASE | re.MULTILINE)
_END = re.compile(rb"\r?\n\r?\n")


class MailboxExtractor:
    """Takes mailboxes apart."""

    name = "mailbox"
    version = "2"
    media_types = ("application/mbox",)
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts the lines that begin a message: those with `From ` and a time of day behind an empty line.

        The first needs no time, and may stand behind empty lines or a mark.
        """
        with source.path.open("rb") as held, mmap.mmap(held.fileno(), 0, access=mmap.ACCESS_READ) as data:
            count = sum(1 for _ in _START.finditer(data))
            size = len(data)
        return Plan((UnitRun("member", count),), {"messages": str(count)}, child_bytes=size)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields the messages, without the line that begins each and without the marks before quoted ones."""
        left = source.child_budget
        with source.path.open("rb") as held, mmap.mmap(held.fileno(), 0, access=mmap.ACCESS_READ) as data:
            starts = [found.end() for found in _START.finditer(data)]
            for unit in range(first, min(last, len(starts)) + 1):
                begin = data.find(b"\n", starts[unit - 1]) + 1
                end = data.rfind(b"\nFrom ", begin - 1, starts[unit]) if unit < len(starts) else len(data)
                if end - begin > min(left, source.limits.child_bytes):
                    yield UnitFailed(unit, "family-limit" if end - begin > left else "too-large")
                    continue
                message = _QUOTED.sub(b"", data[begin:end])
                left -= len(message)
                (scratch / f"child-{unit}").write_bytes(message)
                name = _subject(message) or f"message {unit}"
                yield ChildRead(unit, "member", f"{name}.eml", f"message {unit}", f"child-{unit}", len(message))


def _subject(message: bytes) -> str:
    end = _END.search(message)
    found = _SUBJECT.search(message, 0, end.start() if end else len(message))
    return header_text(found.group(1).decode("utf-8", "surrogateescape"))[:200] if found else ""


EXTRACTOR = MailboxExtractor()
