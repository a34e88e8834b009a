# SPDX-License-Identifier: Apache-2.0
"""Decides how a message of Outlook (MSG) is read: headers and body as text, what hangs on it as documents."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import olefile  # type: ignore[import-untyped]

from ream_extract.children import Inside, children
from ream_extract.flow import Block, bodies
from ream_extract.message_body import body_of, body_units, letters_of
from ream_extract.outlook import CLASS, HTML, MESSAGE_ID, RTF, SUBJECT, Attachment, Message, recipients
from ream_extract.reading import REST, Item, Plan, Source, UnitFailed, UnitRun, Unreadable

_BODY = ("1000001F", "1000001E", f"{HTML}0102", f"{RTF}0102")
_BROKEN = (OSError, ValueError, TypeError, IndexError, KeyError, struct.error, OverflowError, RecursionError)


class OutlookExtractor:
    """Reads MSG, also of appointments, tasks and contacts."""

    name = "outlook"
    version = "5"
    media_types = ("application/vnd.ms-outlook",)
    convert_to: str | None = None
    together = ("body",)

    def plan(self, source: Source) -> Plan:
        """Counts bodies by the size of the streams that hold the text, and attachments by the OLE directory.

        Where a stream of the message ends before the directory says, one more unit will fail.
        """
        with _opened(source.path) as message:
            attached = message.attachments()
            units = [UnitRun("body", _bodies(message))]
            if attached:
                units.append(UnitRun("attachment", len(attached)))
            if message.is_cut_off():
                units.append(UnitRun(REST, 1))
            told = {"title": message.text(SUBJECT), "kind": message.text(CLASS), "message_id": message.text(MESSAGE_ID)}
            told |= {name.lower(): text for name, text in recipients(message)}
            metadata = {name: " ".join(text.split())[:2_000] for name, text in told.items() if text.strip()}
            return Plan(tuple(units), metadata, child_bytes=sum(one.size() for one in attached))

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item | None]:
        """Yields the bodies, then what hangs on the message; a message inside is written as EML."""
        with _opened(source.path) as message:
            planned = _bodies(message)
            if first <= planned:
                subject = " ".join(message.text(SUBJECT).split())
                blocks = [Block(subject, 1)] if subject else []
                blocks += [Block(f"{name}: {text}") for name, text in recipients(message)]
                body, counted = yield from body_of(message.html(), message.body())
                counted += letters_of(blocks)
                yield from body_units([*blocks, *body], counted, planned, range(first, min(last, planned) + 1))
            attached = message.attachments()
            inside = (_inside(one, number) for number, one in enumerate(attached, 1))
            rest = planned + len(attached) + 1
            yield from children(inside, source, max(first, planned + 1), min(last, rest - 1), planned, scratch)
            if first <= rest <= last:
                yield UnitFailed(rest, "text-missing")


@contextmanager
def _opened(path: Path) -> Iterator[Message]:
    try:
        held = olefile.OleFileIO(path)
        message = Message(held)
    except _BROKEN as failure:
        raise Unreadable("damaged", "The message cannot be opened: its directory is cut off or broken.") from failure
    try:
        yield message
    finally:
        held.close()


def _bodies(message: Message) -> int:
    return bodies(max(message.size(f"__substg1.0_{name}", ()) for name in _BODY))


def _inside(one: Attachment, number: int) -> Inside:
    return Inside(f"{number}/{one.name}", one.size(), partial(_taken, one))


def _taken(one: Attachment) -> tuple[str, bytes] | None:
    try:
        data = one.data()
    except _BROKEN:
        return None
    return None if data is None else (one.name, data)


EXTRACTOR = OutlookExtractor()
