# SPDX-License-Identifier: Apache-2.0
"""Decides how a `winmail.dat` (TNEF) is read: headers and body as text, what hangs on it as documents."""

from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path

from ream_contracts.whole import letters
from ream_extract import tnef
from ream_extract.children import Inside, children
from ream_extract.flow import Block, bodies, share, unit
from ream_extract.html_text import page_text
from ream_extract.reading import REST, Item, Plan, Source, UnitFailed, UnitRun, Unreadable
from ream_extract.text_clean import tidy

LARGEST = 256 << 20
"""Bytes of a file: all of it is held at once."""
WHOLE = 0.95
"""Share of the letters of another body that the page must have to be read in its place."""


class WinmailExtractor:
    """Reads what Outlook packs into `winmail.dat`."""

    name = "winmail"
    version = "1"
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
            blocks = yield from _blocks(held)
            divided = share(blocks, planned)
            for number in range(first, min(last, planned) + 1):
                yield unit(number, divided[number - 1], "markup")
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


def _blocks(held: tnef.Winmail) -> Generator[None, None, list[Block]]:
    """Returns what a person sees: subject, headers, and the body in the form that says most."""
    subject = " ".join(held.text(tnef.SUBJECT).split())
    blocks = [Block(subject, 1)] if subject else []
    shown = (("From", _sender(held)), ("To", held.text(tnef.TO)), ("Cc", held.text(tnef.CC)))
    blocks += [Block(f"{name}: {' '.join(text.split())}") for name, text in shown if text.strip()]
    plain, rich, html = held.text(tnef.BODY), held.rich(), held.html()
    if letters(rich) > letters(plain):
        plain = rich
    if html:
        page = (yield from page_text(html)).blocks
        if letters("".join(block.text for block in page)) >= WHOLE * letters(plain):
            return blocks + list(page)
    return blocks + [Block(part.strip("\n")) for part in tidy(plain).split("\n\n") if part.strip()]


EXTRACTOR = WinmailExtractor()
