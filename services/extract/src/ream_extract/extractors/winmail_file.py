# SPDX-License-Identifier: Apache-2.0
"""Decides how a `winmail.dat` (TNEF) is read: headers and body as text, what hangs on it as documents."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ream_contracts.whole import letters
from ream_extract import tnef
from ream_extract.children import Inside, children
from ream_extract.flow import Block, bodies
from ream_extract.message_body import body_of, body_units, letters_of
from ream_extract.reading import REST, Item, Plan, Source, UnitFailed, UnitRun, Unreadable

LARGEST = 256 << 20
"""Bytes of a file: all of it is held at once."""


class WinmailExtractor:
    """Reads what Outlook packs into `winmail.dat`."""

    name = "winmail"
    version = "2"
    media_types = ("application/vnd.ms-tnef", "application/ms-tnef")
    convert_to: str | None = None
    together = ("body",)

    def plan(self, source: Source) -> Plan:
        """Counts one body or more by the size of the properties that hold text, and attachments by their marks.

        Where the file ends before it should, one more unit will fail.
        """
        held = _opened(source)
        units = [UnitRun("body", _bodies(held))]
        if held.attachments:
            units.append(UnitRun("attachment", len(held.attachments)))
        if not held.whole:
            units.append(UnitRun(REST, 1))
        told = {"title": tnef.SUBJECT, "to": tnef.TO, "cc": tnef.CC, "message_id": tnef.MESSAGE_ID}
        metadata = {name: " ".join(held.text(number).split())[:2_000] for name, number in told.items()}
        size = sum(len(one.data) for one in held.attachments)
        said = {name: text for name, text in ({"from": _sender(held)} | metadata).items() if text}
        return Plan(tuple(units), said, child_bytes=size)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item | None]:
        """Yields the bodies, then what hangs on the message."""
        held = _opened(source)
        planned = _bodies(held)
        if first <= planned:
            heads = _heads(held)
            plain, rich = held.text(tnef.BODY), held.rich()
            body, counted = yield from body_of(held.html(), rich if letters(rich) > letters(plain) else plain)
            counted += letters_of(heads)
            yield from body_units([*heads, *body], counted, planned, range(first, min(last, planned) + 1))
        inside = (
            Inside(f"{number}/{name}", len(one.data), partial(_taken, name, one.data))
            for number, one in enumerate(held.attachments, 1)
            for name in [held.name_of(one, number)]
        )
        rest = planned + len(held.attachments) + 1
        yield from children(inside, source, max(first, planned + 1), min(last, rest - 1), planned, scratch)
        if first <= rest <= last:
            yield UnitFailed(rest, "text-missing")


def _opened(source: Source) -> tnef.Winmail:
    if source.path.stat().st_size > LARGEST:
        raise Unreadable("too-large", f"Messages of more than {LARGEST >> 20} MB are not read.", "rejected")
    held = tnef.winmail(source.path.read_bytes())
    if held is None:
        raise Unreadable("damaged", "The file does not begin as a winmail.dat does.")
    return held


def _bodies(held: tnef.Winmail) -> int:
    return bodies(max(len(held.told.get(number, (0, b""))[1]) for number in (tnef.BODY, tnef.HTML, tnef.RTF)))


def _taken(name: str, data: bytes) -> tuple[str, bytes]:
    return name, data


def _sender(held: tnef.Winmail) -> str:
    name = held.text(tnef.SENDER)
    address = held.text(tnef.SENDER_SMTP) or held.text(tnef.SENDER_ADDRESS)
    return f"{name} <{address}>".strip() if "@" in address and address != name else name or address


def _heads(held: tnef.Winmail) -> list[Block]:
    """Returns what a person sees above the body: subject and headers."""
    subject = " ".join(held.text(tnef.SUBJECT).split())
    blocks = [Block(subject, 1)] if subject else []
    shown = (("From", _sender(held)), ("To", held.text(tnef.TO)), ("Cc", held.text(tnef.CC)))
    return blocks + [Block(f"{name}: {' '.join(text.split())}") for name, text in shown if text.strip()]


EXTRACTOR = WinmailExtractor()
