# SPDX-License-Identifier: Apache-2.0
"""Calendars and contacts: each entry is a unit, nothing that a person is shown is left out, odd lines are kept."""

import base64
import io
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ream_contracts.whole import letters
from ream_extract.content_lines import lines
from ream_extract.extractors import entries
from ream_extract.extractors.entries import EXTRACTOR
from ream_extract.reading import ChildRead, Item, Limits, Source, UnitFailed, UnitRead, UnitRun, Unreadable

ICS, VCF = "text/calendar", "text/vcard"
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//not shown//
X-WR-CALNAME:Team plan
BEGIN:VTIMEZONE
TZID:Europe/Berlin
COMMENT:never shown
END:VTIMEZONE
BEGIN:VEVENT
UID:not-shown@example.org
DTSTART;TZID=Europe/Berlin:20240312T093000
DTEND:20240312T100000Z
RRULE:FREQ=WEEKLY;UNTIL=20240601T000000Z
SUMMARY:Größe der\\, Halle; besprechen
DESCRIPTION:First line\\nsecond li
 ne with a C:\\\\path
LOCATION;ALTREP="cid:a;b:c":Room 5
ORGANIZER;CN="Lee, Kim":mailto:kim@example.org
ATTENDEE;CN=Ana;PARTSTAT=ACCEPTED:mailto:ana@example.org
CATEGORIES:Budget,Planning
URL:https://example.org/plan
ATTACH;FMTTYPE=text/plain;X-FILENAME=notes.txt;ENCODING=BASE64;VALUE=BINARY:
 aGVsbG8gdGhl
 cmU=
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Ten minutes left
END:VALARM
END:VEVENT
BEGIN:VTODO
SUMMARY:Buy paper
DUE;VALUE=DATE:20240401
END:VTODO
END:VCALENDAR
"""


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def read(path: Path, data: bytes, media_type: str, **how: object) -> list[Item]:
    path.write_bytes(data)
    source = Source(path, media_type, **how)  # type: ignore[arg-type]
    count = sum(run.count for run in EXTRACTOR.plan(source).units)
    items = list(EXTRACTOR.read(source, 1, count, path.parent))
    assert [item.unit for item in items] == list(range(1, count + 1))
    return items


def texts(items: list[Item]) -> list[str]:
    return [item.text for item in items if isinstance(item, UnitRead)]


def test_events_tasks_and_their_files_come_out(tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    event, task, file = read(path, crlf(CALENDAR), ICS)
    plan = EXTRACTOR.plan(Source(path, ICS))
    assert plan.units == (UnitRun("entry", 2, 256), UnitRun("attachment", 1))
    assert plan.metadata == {"entries": "2", "title": "Team plan"}
    assert isinstance(event, UnitRead)
    assert event.text.splitlines() == [
        "Größe der, Halle; besprechen",
        "Start: 2024-03-12 09:30 Europe/Berlin",
        "End: 2024-03-12 10:00 UTC",
        "Repeats: FREQ=WEEKLY;UNTIL=2024-06-01 00:00 UTC",
        "Description: First line",
        "second line with a C:\\path",
        "Location: Room 5",
        "Organizer: Lee, Kim <kim@example.org>",
        "Attendee: Ana <ana@example.org>",
        "Categories: Budget,Planning",
        "Url: https://example.org/plan",
        "Action: DISPLAY",
        "Description: Ten minutes left",
    ]
    assert (event.label, event.kind) == ("Größe der, Halle; besprechen", "entry")
    assert [(note.kind, note.text) for note in event.annotations] == [("link", "https://example.org/plan")]
    assert isinstance(task, UnitRead)
    assert task.text == "Buy paper\nDue: 2024-04-01"
    assert isinstance(file, ChildRead)
    assert (file.name, (tmp_path / file.file).read_bytes()) == ("notes.txt", b"hello there")


def test_the_second_count_is_met_and_sees_what_a_reader_loses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = crlf(CALENDAR.replace("First line", "Words that people see. " * 20))
    (event, *_) = read(tmp_path / "a.ics", long, ICS)
    assert isinstance(event, UnitRead)
    assert event.counted is not None
    assert 400 < event.counted <= letters(event.text)
    monkeypatch.setattr(entries, "_UNSHOWN", entries._UNSHOWN | {"DESCRIPTION"})
    (less, *_) = read(tmp_path / "a.ics", long, ICS)
    assert isinstance(less, UnitRead)
    assert less.counted == event.counted
    assert letters(less.text) < 0.95 * event.counted


def test_contacts_of_every_version(tmp_path: Path) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (20, 30)).save(picture, "PNG")
    coded = base64.b64encode(picture.getvalue()).decode()
    cards = f"""BEGIN:VCARD
VERSION:2.1
N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg
FN;CHARSET=ISO-8859-1;QUOTED-PRINTABLE:J=F6rg M=FCller
NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:caf=C3=A9 and=
 tea=0A2nd
TEL;WORK;VOICE:+49 711 1
PHOTO;PNG;BASE64:
 {coded[:40]}
 {coded[40:]}

END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Ana Paz
item1.TEL:+34 1
item1.X-ABLabel:_$!<Mobile>!$_
ADR;TYPE=home:;;1 Main St\\, 2nd;Town;;123;
X-SKYPE:ana.p
X-UNKNOWN-VENDOR:noise
END:VCARD
begin:vcard
version:4.0
fn:Li
photo:data:image/png;base64,{coded}
a line that was broken
END:VCARD
"""
    items = read(tmp_path / "a.vcf", crlf(cards), VCF)
    assert texts(items) == [
        "Jörg Müller\nName: Müller, Jörg\nNote: café and tea\n2nd\nPhone: +49 711 1",
        "Ana Paz\nMobile: +34 1\nAddress: 1 Main St, 2nd, Town, 123\nSkype: ana.p",
        "Li",
    ]
    pictures = [item.pictures for item in items if isinstance(item, UnitRead)]
    assert [len(found) for found in pictures] == [1, 0, 0]  # the last one's bytes are followed by a broken line
    assert (pictures[0][0].width, pictures[0][0].height) == (20, 30)
    (first, *_) = read(tmp_path / "a.vcf", crlf(cards), VCF, pictures=False)
    assert isinstance(first, UnitRead)
    assert first.pictures == ()


def test_a_card_inside_of_a_card_belongs_to_it(tmp_path: Path) -> None:
    inner = "AGENT:\nBEGIN:VCARD\nVERSION:2.1\nFN:Helper\nEND:VCARD\n"
    (only,) = texts(read(tmp_path / "a.vcf", crlf(f"BEGIN:VCARD\nFN:Boss\n{inner}NOTE:busy\nEND:VCARD\n"), VCF))
    assert only == "Boss\nFn: Helper\nNote: busy"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding(tmp_path: Path, encoding: str) -> None:
    written = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Größe über alles, früh am Tag\nEND:VEVENT\nEND:VCALENDAR\n"
    (only,) = texts(read(tmp_path / "a.ics", written.encode(encoding), ICS))
    assert only == "Größe über alles, früh am Tag"


def test_a_value_whose_lines_were_broken_without_a_blank_is_whole(tmp_path: Path) -> None:
    written = CALENDAR.replace("second li\n ne", "second line\nand a third")
    (event, *_) = texts(read(tmp_path / "a.ics", crlf(written), ICS))
    assert "second line\nand a third with a C:\\path" in event


def test_what_is_cut_off_is_read_as_far_as_it_goes_and_not_whole(tmp_path: Path) -> None:
    whole = crlf(CALENDAR)
    *kept, lost = read(tmp_path / "a.ics", whole[: whole.index(b"BEGIN:VALARM")], ICS)
    assert [type(item) for item in kept] == [UnitRead, ChildRead]
    assert lost == UnitFailed(3, "damaged")
    card = b"BEGIN:VCARD\nFN:A\nEND:VCARD\nBEGIN:VCARD\nFN:B\nTEL:1"
    assert read(tmp_path / "a.vcf", card, VCF)[-1] == UnitFailed(3, "damaged")


def test_a_file_whose_bytes_are_broken_fails_alone(tmp_path: Path) -> None:
    written = crlf(CALENDAR.replace("aGVsbG8gdGhl", "a%%%sbG8gdGhl"))
    assert [type(item) for item in read(tmp_path / "a.ics", written, ICS)] == [UnitRead, UnitRead, UnitFailed]
    family = read(tmp_path / "a.ics", crlf(CALENDAR), ICS, child_budget=5)
    assert family[2] == UnitFailed(3, "family-limit")


def test_a_calendar_without_entries_has_no_units_and_one_too_large_is_not_read(tmp_path: Path) -> None:
    assert read(tmp_path / "a.ics", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", ICS) == []
    with pytest.raises(Unreadable) as refused:
        read(tmp_path / "a.ics", crlf(CALENDAR), ICS, limits=Limits(markup_bytes=100))
    assert (refused.value.cause, refused.value.verdict) == ("too-large", "rejected")


@pytest.mark.parametrize(
    "piece", ["BEGIN:VEVENT\n", " a\n", "A;=;\n", 'A;X="', "=\n", "ATTACH;ENCODING=B:\n", "NOTE;QUOTED-PRINTABLE:a=\n"]
)
def test_hostile_lines_take_linear_time(tmp_path: Path, piece: str) -> None:
    begun = time.process_time()
    read(tmp_path / "a.ics", b"BEGIN:VEVENT\n" + piece.encode() * 2_000, ICS)
    assert time.process_time() - begun < 5


@given(st.binary(max_size=300))
def test_any_bytes_are_lines(data: bytes) -> None:
    for line in lines(b"X:1\n" + data):
        assert isinstance(line.text, str)
        assert line.binary is None or isinstance(line.binary, bytes)
