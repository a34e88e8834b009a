# SPDX-License-Identifier: Apache-2.0
"""Decides how calendars (ICS) and contacts (VCF) are read: each event, task or card is a unit, with what it carries."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ream_contracts.artifacts import Annotation
from ream_contracts.whole import letters
from ream_extract.children import Inside, children
from ream_extract.content_lines import Line, lines
from ream_extract.encoding import decode, detect
from ream_extract.flow import Block, unit
from ream_extract.pictures import Keeper
from ream_extract.reading import Item, Plan, Source, UnitFailed, UnitRead, UnitRun, Unreadable
from ream_extract.text_clean import tidy

TOGETHER = 256
"""Entries of one segment: most hold a few lines."""
CALENDAR = "text/calendar"
_BEGINS = {
    CALENDAR: re.compile(rb"^BEGIN:(?:VEVENT|VTODO|VJOURNAL|VFREEBUSY)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE),
    # A card inside of another (AGENT) belongs to that one.
    "text/vcard": re.compile(rb"(?<!AGENT:\n)(?<!AGENT:\r\n)^BEGIN:VCARD[ \t]*\r?$", re.IGNORECASE | re.MULTILINE),
}
_ENDS = {
    CALENDAR: re.compile(rb"^END:(?:VEVENT|VTODO|VJOURNAL|VFREEBUSY)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE),
    "text/vcard": re.compile(rb"^END:VCARD[ \t]*\r?$", re.IGNORECASE | re.MULTILINE),
}
_AGENT = re.compile(rb"^AGENT:\r?\nBEGIN:VCARD", re.IGNORECASE | re.MULTILINE)
_ATTACHED = re.compile(rb"^ATTACH;(?:[^\r\n:]|\r?\n[ \t])*ENCODING=\"?B", re.IGNORECASE | re.MULTILINE)
_UNSHOWN = frozenset(
    {"BEGIN", "END", "VERSION", "PRODID", "UID", "DTSTAMP", "SEQUENCE", "REV", "CLIENTPIDMAP", "TRANSP", "KEY"}
)
"""What programs tell each other; people are not shown it."""
_TITLES = ("SUMMARY", "FN")
_PICTURES = frozenset({"PHOTO", "LOGO", "IMAGE"})
_PEOPLE = frozenset({"ORGANIZER", "ATTENDEE"})
_LINKS = frozenset({"URL", "ATTACH", "SOURCE"})
_NAMES = {
    "DTSTART": "Start", "DTEND": "End", "DUE": "Due", "RRULE": "Repeats", "EXDATE": "Except", "N": "Name",
    "ADR": "Address", "TEL": "Phone", "EMAIL": "E-mail", "ORG": "Organization", "BDAY": "Birthday", "TZ": "Time zone",
}  # fmt: skip
_DATES = frozenset(
    {"DTSTART", "DTEND", "DUE", "COMPLETED", "CREATED", "LAST-MODIFIED", "BDAY", "ANNIVERSARY", "EXDATE", "RDATE",
     "RECURRENCE-ID", "FREEBUSY", "X-ABDATE", "TRIGGER", "RRULE"}
)  # fmt: skip
_TAGS = re.compile(r"<[^<>]*>")
_ADDRESS = re.compile(r"^(?:mailto|tel|sip):", re.IGNORECASE)


class EntriesExtractor:
    """Reads calendars and address books."""

    name = "entries"
    version = "3"
    media_types = tuple(_BEGINS)
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts the lines that begin an entry, and those that attach a file with its bytes.

        Where fewer entries end than begin, or a calendar does not end, one more unit will fail.
        """
        data = _bytes(source)
        count = len(_BEGINS[source.media_type].findall(data))
        attached = len(_ATTACHED.findall(data)) if source.media_type == CALENDAR else 0
        units = [UnitRun("entry", count, TOGETHER)] if count else []
        if attached:
            units.append(UnitRun("attachment", attached))
        if not _whole(data, source.media_type, count):
            units.append(UnitRun("rest", 1))
        size = sum(len(found) for found in _ATTACHED.split(data)[1:])
        return Plan(tuple(units), {"entries": str(count)} | _head(data), child_bytes=size)

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields the entries, then the files that hang on them."""
        data = _bytes(source)
        starts = [found.start() for found in _BEGINS[source.media_type].finditer(data)]
        ends = [*starts[1:], len(data)]
        count = len(starts)
        for number in range(first, min(last, count) + 1):
            entry = _to_end(data[starts[number - 1] : ends[number - 1]], source.media_type)
            yield _entry(number, entry, source, scratch)
        if last <= count:
            return
        files = _files(data) if source.media_type == CALENDAR else []
        whole = count + len(files)
        yield from children(files, source, max(first, count + 1), min(last, whole), count, scratch)
        for number in range(max(first, whole + 1), last + 1):
            yield UnitFailed(number, "damaged")


def _bytes(source: Source) -> bytes:
    size = source.path.stat().st_size
    if size > source.limits.markup_bytes:
        reason = f"The file has {size} bytes; of calendars and contacts at most {source.limits.markup_bytes} are read."
        raise Unreadable("too-large", reason, "rejected")
    data = source.path.read_bytes()
    encoding = detect(data)
    if encoding.width > 1:
        return decode(data[encoding.mark :], encoding)[0].encode()
    return data[encoding.mark :].replace(b"\r\r\n", b"\r\n")


def _whole(data: bytes, media_type: str, count: int) -> bool:
    ended = len(_ENDS[media_type].findall(data))
    if media_type != CALENDAR:
        return ended == count + len(_AGENT.findall(data))
    return ended == count and data.rstrip()[-13:].upper() == b"END:VCALENDAR"


def _head(data: bytes) -> dict[str, str]:
    """Returns what a calendar says of itself, before its first part."""
    begin = re.search(rb"^BEGIN:(?!VCALENDAR)", data, re.IGNORECASE | re.MULTILINE)
    told = {"X-WR-CALNAME": "title", "NAME": "title", "X-WR-CALDESC": "description", "METHOD": "method"}
    head = data[: begin.start() if begin else len(data)]
    return {told[line.name]: line.text[:1_000] for line in lines(head) if line.name in told and line.text}


def _to_end(data: bytes, media_type: str) -> bytes:
    """Cuts off what follows an entry and belongs to the calendar; one that does not end is taken whole."""
    ends = list(_ENDS[media_type].finditer(data))
    return data[: ends[-1].end()] if ends else data


def _entry(number: int, data: bytes, source: Source, scratch: Path) -> UnitRead:
    found = list(lines(data))
    title = " ".join(next((line.text for name in _TITLES for line in found if line.name == name), "").split())
    blocks = [Block(title, 1)] if title else []
    notes: list[Annotation] = []
    pictures: list[bytes] = []
    kept = Keeper(scratch, source.limits)
    labels = {line.group: line.text for line in found if line.name == "X-ABLABEL" and line.group}
    described = any(line.name == "DESCRIPTION" and line.text for line in found)
    for line in found:
        if line.name in _PICTURES and line.binary is not None:
            pictures += [line.binary] if source.pictures else []
        elif _is_shown(line, title, described):
            blocks.append(Block(_said(line, labels.get(line.group, ""))))
            if line.name in _LINKS:
                notes.append(Annotation("link", line.text[:2_000], None))
    taken = kept.each(pictures)
    read = unit(number, [*blocks, Block("", 0, (), (*notes, *kept.notes()), taken)], "plain")
    return UnitRead(
        number, "entry", read.text, read.method, label=title[:200] or None, headings=read.headings,
        pictures=read.pictures, annotations=read.annotations, counted=_letters(data), blocks=read.blocks,
    )  # fmt: skip


def _is_shown(line: Line, title: str, described: bool) -> bool:
    if line.name in _UNSHOWN or line.binary is not None or not line.text:
        return False
    if line.name in _TITLES and " ".join(line.text.split()) == title:
        return False
    if line.name == "X-ALT-DESC":
        return not described
    return not line.name.startswith("X-") or line.name in ("X-ABDATE", "X-ABRELATEDNAMES") or _is_social(line.name)


def _is_social(name: str) -> bool:
    return name.removeprefix("X-").partition("-")[0] in _SOCIAL


_SOCIAL = frozenset(
    {"SKYPE", "AIM", "ICQ", "MSN", "JABBER", "YAHOO", "GTALK", "QQ", "GOOGLE", "SOCIALPROFILE", "SIP", "MANAGER",
     "ASSISTANT", "SPOUSE", "ANNIVERSARY", "NICKNAME", "PHONETIC", "CUSTOM"}
)  # fmt: skip
"""Fields without a standard that address books show."""


def _said(line: Line, label: str) -> str:
    name = label.strip("_$!<>") or _NAMES.get(line.name, line.name.removeprefix("X-").replace("-", " ").capitalize())
    text = _ADDRESS.sub("", line.text)
    if line.name in _DATES:
        text = _DATE.sub(_day, text)
    if line.name == "X-ALT-DESC":
        text = " ".join(_TAGS.sub(" ", text).split())
    if line.name in _PEOPLE and (person := tidy(line.parameters.get("CN", ""))):
        text = f"{person} <{text}>" if person != text else text
    zone = line.parameters.get("TZID", "")
    return " ".join(filter(None, (f"{name}:", text, zone)))


_DATE = re.compile(r"(?<!\d)(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?(?=$|[,/;])")


def _day(found: re.Match[str]) -> str:
    """Writes a date as people search for it."""
    year, month, day, hour, minute, second, zulu = found.groups()
    time = f" {hour}:{minute}" + (f":{second}" if second != "00" else "") if hour else ""
    return f"{year}-{month}-{day}{time}{' UTC' if zulu else ''}"


_SHOWN = re.compile(
    rb"^(?:[\w-]+\.)?(SUMMARY|DESCRIPTION|LOCATION|COMMENT|CONTACT|CATEGORIES|FN|NOTE|TITLE|ROLE|ORG|ADR|NICKNAME|EMAIL|"
    rb"TEL|N|URL)(?:;(?:\"[^\"]*\"|[^:\"\r\n])*)?:([^\r\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_FOLDED = re.compile(rb"\r?\n[ \t]")


def _letters(data: bytes) -> int | None:
    """Counts letters in the values that people read most, without the parser; None where their bytes do not tell."""
    if re.search(rb"QUOTED-PRINTABLE", data, re.IGNORECASE):
        return None
    try:
        shown = {(name.upper(), value) for name, value in _SHOWN.findall(_FOLDED.sub(b"", data))}
        return sum(letters(re.sub(r"\\.|(?:mailto|tel|sip):", " ", value.decode(), flags=re.I)) for _, value in shown)
    except UnicodeDecodeError:
        return None


def _files(data: bytes) -> list[Inside]:
    """Lists the files that events carry, in the order of the lines that begin with `ATTACH`."""
    places = [found.start() for found in _ATTACHED.finditer(data)]
    return [Inside(f"file {number}", 0, partial(_taken, data, at, number)) for number, at in enumerate(places, 1)]


def _taken(data: bytes, at: int, number: int) -> tuple[str, bytes] | None:
    """Takes the first property of what begins at a place: its bytes, and the name that some writers give it."""
    end = re.compile(rb"\r?\n(?![ \t])").search(data, at)
    line = next(lines(data[at : end.start() if end else len(data)]), None)
    content = line.binary if line is not None else None
    if line is None or not content:
        return None
    given = line.parameters.get("FILENAME") or line.parameters.get("X-FILENAME") or line.parameters.get("X-LABEL")
    return tidy(given or f"file {number}").replace("\\", "/").rsplit("/", 1)[-1][:500], content


EXTRACTOR = EntriesExtractor()
