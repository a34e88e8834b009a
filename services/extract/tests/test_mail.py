# SPDX-License-Identifier: Apache-2.0
"""Messages of known contents: EML, MHTML, MBOX and MSG, with what hangs on them."""

import contextlib
import email
import io
import struct
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ream_extract.extractors import mail, mailbox_file, outlook_file
from ream_extract.mail_parts import header_text
from ream_extract.ole_write import ole_file
from ream_extract.reading import ChildRead, Item, Limits, Source, UnitFailed, UnitRead, Unreadable
from ream_extract.rtf_text import decompressed, rtf_text

EML, MHTML, MBOX, MSG = "message/rfc822", "multipart/related", "application/mbox", "application/vnd.ms-outlook"


def read(extractor: Any, path: Path, media_type: str, **more: Any) -> list[Item]:
    source = Source(path, media_type, **more)
    count = sum(run.count for run in extractor.plan(source).units)
    items = [item for item in extractor.read(source, 1, count, path.parent) if item is not None]
    assert [item.unit for item in items] == list(range(1, count + 1))
    return items


def png() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(held, "PNG")
    return held.getvalue()


def message() -> EmailMessage:
    """Two alternatives, an attachment, and a message inside with an attachment of its own."""
    inner = EmailMessage()
    inner["Subject"], inner["From"] = "Earlier", "Bob <bob@example.org>"
    inner.set_content("What I wrote before.")
    inner.add_attachment(b"a,b\n", maintype="text", subtype="csv", filename="old.csv")
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = "Über die Brücke", "Ann Ü <ann@example.org>", "bob@example.org"
    made["Date"] = "Tue, 05 May 2026 10:00:00 +0200"
    made.set_content("Dear Bob,\n\nthe bridge is closed.\n")
    made.add_alternative("<h1>Dear Bob</h1><p>the bridge is <b>closed</b> until May.</p>", subtype="html")
    made.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="plän.pdf")
    made.add_attachment(inner)
    return made


def test_message_with_alternatives_and_attachments(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(message().as_bytes())
    plan = mail.EXTRACTOR.plan(Source(tmp_path / "a.eml", EML))
    assert [(run.kind, run.count) for run in plan.units] == [("body", 1), ("attachment", 2)]
    assert plan.metadata == {
        "from": "Ann Ü <ann@example.org>", "to": "bob@example.org", "title": "Über die Brücke",
        "date": "2026-05-05T10:00:00+02:00",
    }  # fmt: skip
    body, pdf, inner = read(mail.EXTRACTOR, tmp_path / "a.eml", EML)
    assert isinstance(body, UnitRead)
    assert body.text.splitlines() == [
        "Über die Brücke", "From: Ann Ü <ann@example.org>", "To: bob@example.org",
        "Date: Tue, 05 May 2026 10:00:00 +0200", "Dear Bob", "the bridge is closed until May.",
    ]  # fmt: skip
    assert [heading.text for heading in body.headings] == ["Über die Brücke", "Dear Bob"]
    assert isinstance(pdf, ChildRead)
    assert (pdf.name, (tmp_path / pdf.file).read_bytes()) == ("plän.pdf", b"%PDF-1.7")
    assert isinstance(inner, ChildRead)
    assert inner.name == "Earlier.eml"
    again = read(mail.EXTRACTOR, tmp_path / inner.file, EML)
    assert isinstance(again[0], UnitRead)
    assert "What I wrote before." in again[0].text
    assert [child.name for child in again[1:] if isinstance(child, ChildRead)] == ["old.csv"]


def test_alternative_that_says_more_is_read(tmp_path: Path) -> None:
    made = EmailMessage()
    made.set_content("This text says a great deal more than the other one does, which is nearly empty.")
    made.add_alternative("<p>See text.</p>", subtype="html")
    (tmp_path / "a.eml").write_bytes(made.as_bytes())
    (body,) = read(mail.EXTRACTOR, tmp_path / "a.eml", EML)
    assert isinstance(body, UnitRead)
    assert "a great deal more" in body.text
    assert "See text" not in body.text


def test_addresses_of_pages_do_not_make_a_plain_text_say_more(tmp_path: Path) -> None:
    """Mails of orders have a plain part with long links and no table."""
    made = EmailMessage()
    made.set_content("Thank you! See your order: https://shop.example/o?id=" + "a1b2c3d4" * 40 + "\n")
    made.add_alternative(
        "<p>Thank you!</p><table><tr><td>Blue lamp</td><td>49.90</td></tr></table><a href='https://shop.example'>Order</a>",
        subtype="html",
    )
    (tmp_path / "a.eml").write_bytes(made.as_bytes())
    (body,) = read(mail.EXTRACTOR, tmp_path / "a.eml", EML)
    assert isinstance(body, UnitRead)
    assert "Blue lamp" in body.text
    assert "49.90" in body.text


def test_part_that_the_parser_did_not_find_is_missed(tmp_path: Path) -> None:
    raw = message().as_bytes()
    boundary = email.message_from_bytes(raw).get_boundary()
    hidden = f"\n--{boundary}\nContent-Type: text/plain\n\nafter the end\n".encode()
    (tmp_path / "a.eml").write_bytes(raw + hidden)
    items = read(mail.EXTRACTOR, tmp_path / "a.eml", EML)
    assert items[-1] == UnitFailed(4, "parts-missing")


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n\r\n", b"\xef\xbb\xbf\n", b"x-store-info:J++/JT\n"])
def test_what_stands_before_the_headers_costs_no_attachment(tmp_path: Path, before: bytes) -> None:
    (tmp_path / "a.eml").write_bytes(before + message().as_bytes())
    body, pdf, _ = read(mail.EXTRACTOR, tmp_path / "a.eml", EML)
    assert isinstance(body, UnitRead)
    assert "the bridge is closed until May." in body.text
    assert "base64" not in body.text
    assert isinstance(pdf, ChildRead)
    assert (tmp_path / pdf.file).read_bytes() == b"%PDF-1.7"
    mailbox = before + b"From ann@example.org\n" if not before.startswith(b"x-") else b"From ann\n" + before
    (tmp_path / "a.mbox").write_bytes(mailbox + message().as_bytes())
    (only,) = read(mailbox_file.EXTRACTOR, tmp_path / "a.mbox", MBOX)
    assert isinstance(only, ChildRead)
    assert only.name == "Über die Brücke.eml"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_message_that_an_editor_kept_as_utf16(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.eml").write_bytes(message().as_string().encode(encoding))
    body, pdf, _ = read(mail.EXTRACTOR, tmp_path / "a.eml", EML)
    assert isinstance(body, UnitRead)
    assert body.text.startswith("Über die Brücke\nFrom: Ann Ü <ann@example.org>")
    assert isinstance(pdf, ChildRead)
    assert pdf.name == "plän.pdf"


@pytest.mark.parametrize("lost", [10, 60, 400])
def test_message_that_is_cut_off_is_not_whole(tmp_path: Path, lost: int) -> None:
    made = EmailMessage()
    made.set_content("See the file.")
    made.add_attachment(bytes(1_000), maintype="application", subtype="pdf", filename="a.pdf")
    (tmp_path / "a.eml").write_bytes(made.as_bytes())
    assert [type(item) for item in read(mail.EXTRACTOR, tmp_path / "a.eml", EML)] == [UnitRead, ChildRead]
    (tmp_path / "b.eml").write_bytes(made.as_bytes()[:-lost])
    assert read(mail.EXTRACTOR, tmp_path / "b.eml", EML)[-1] == UnitFailed(3, "parts-missing")


@pytest.mark.parametrize(
    ("base64", "whole"), [("QUJD\nQUI=\n", True), ("QUJD  \nQUI= \n", True), ("QUJD\nQUI", False), ("QU~~\n", False)]
)
def test_base64_that_is_broken_is_told_from_blanks(tmp_path: Path, base64: str, whole: bool) -> None:
    head = "Subject: a\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n"
    (tmp_path / "a.eml").write_text(head + base64)
    assert (UnitFailed not in map(type, read(mail.EXTRACTOR, tmp_path / "a.eml", EML))) == whole


def test_attachments_beyond_the_allowance(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(message().as_bytes())
    items = read(mail.EXTRACTOR, tmp_path / "a.eml", EML, child_budget=8)
    assert [type(item) for item in items] == [UnitRead, ChildRead, UnitFailed]
    assert items[2] == UnitFailed(3, "family-limit")
    small = Source(tmp_path / "a.eml", EML, Limits(child_bytes=5))
    assert list(mail.EXTRACTOR.read(small, 2, 2, tmp_path)) == [UnitFailed(2, "too-large")]


def test_saved_page_keeps_its_pictures(tmp_path: Path) -> None:
    made = EmailMessage()
    made["From"], made["Subject"] = "<Saved by a browser>", "A page"
    made.set_content("<p>Words of the page.</p><img src='cid:1'>", subtype="html")
    made.add_related(png(), maintype="image", subtype="png", cid="<1>")
    made.add_related(b"p {color: red}", maintype="text", subtype="css", cid="<2>")
    (tmp_path / "a.mht").write_bytes(made.as_bytes())
    (body,) = read(mail.EXTRACTOR, tmp_path / "a.mht", MHTML)
    assert isinstance(body, UnitRead)
    assert "Words of the page." in body.text
    assert [(one.width, one.media_type) for one in body.pictures] == [(40, "image/png")]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?q?Br=C3=BCcke?=", "Brücke"),
        ("=?iso-8859-1?q?Br=FCcke?= plain", "Brücke plain"),
        ("=?no-such-charset?q?abc?=", "abc"),
        ("=?utf-8?b?!!!?=", "=?utf-8?b?!!!?="),
        ("a\r\n\tb", "a b"),
    ],
)
def test_headers_are_decoded_whatever_is_wrong(raw: str, text: str) -> None:
    assert header_text(raw) == text


@settings(deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes_are_a_message_or_unreadable(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("mail") / "a.eml"
    path.write_bytes(b"Content-Type: multipart/mixed; boundary=x\n\n--x\n" + data)
    with contextlib.suppress(Unreadable):
        assert read(mail.EXTRACTOR, path, EML)


def test_mailbox_is_taken_apart(tmp_path: Path) -> None:
    first = b"From ann Tue May  5 10:00:00 2026\nSubject: =?utf-8?q?Br=C3=BCcke?=\n\n>From here on\nit is closed.\n\n"
    second = b"From bob Tue May  5 11:00:00 2026\nFrom: bob@example.org\n\nFrom me, no new message.\n"
    (tmp_path / "a.mbox").write_bytes(first + second)
    plan = mailbox_file.EXTRACTOR.plan(Source(tmp_path / "a.mbox", MBOX))
    assert [(run.kind, run.count) for run in plan.units] == [("member", 2)]
    one, two = read(mailbox_file.EXTRACTOR, tmp_path / "a.mbox", MBOX)
    assert isinstance(one, ChildRead)
    assert one.name == "Brücke.eml"
    assert (tmp_path / one.file).read_bytes().endswith(b"\n\nFrom here on\nit is closed.\n")
    assert isinstance(two, ChildRead)
    assert (tmp_path / two.file).read_bytes() == b"From: bob@example.org\n\nFrom me, no new message.\n"
    (cut,) = mailbox_file.EXTRACTOR.read(Source(tmp_path / "a.mbox", MBOX, child_budget=10), 2, 2, tmp_path)
    assert cut == UnitFailed(2, "family-limit")


def outlook() -> dict[tuple[str, ...], bytes]:
    """The streams of a message with an attachment and a message inside."""

    def text(number: str, words: str, *folder: str) -> tuple[tuple[str, ...], bytes]:
        return (*folder, f"__substg1.0_{number}001F"), words.encode("utf-16-le")

    one, two = "__attach_version1.0_#00000000", "__attach_version1.0_#00000001"
    inner = (two, "__substg1.0_3701000D")
    sent = struct.pack("<IIQ", 0x00390040, 6, 134_222_688_000_000_000)
    return dict(
        [
            text("0037", "Über die Brücke"), text("0C1A", "Ann"), text("5D01", "ann@example.org"),
            text("0E04", "Bob"), text("1000", "The bridge is closed."), text("001A", "IPM.Note"),
            (("__properties_version1.0",), bytes(32) + sent),
            text("3707", "plan.pdf", one), ((one, "__substg1.0_37010102"), b"%PDF-1.7"),
            text("0037", "Earlier", *inner), text("1000", "What I wrote before.", *inner),
            ((*inner, "__properties_version1.0"), bytes(24)),
        ]
    )  # fmt: skip


def test_outlook_message_with_a_message_inside(tmp_path: Path) -> None:
    (tmp_path / "a.msg").write_bytes(ole_file(outlook()))
    plan = outlook_file.EXTRACTOR.plan(Source(tmp_path / "a.msg", MSG))
    assert [(run.kind, run.count) for run in plan.units] == [("body", 1), ("attachment", 2)]
    assert plan.metadata == {
        "title": "Über die Brücke", "kind": "IPM.Note", "from": "Ann <ann@example.org>", "to": "Bob",
        "date": "2026-05-03 08:00+00:00",
    }  # fmt: skip
    body, pdf, inner = read(outlook_file.EXTRACTOR, tmp_path / "a.msg", MSG)
    assert isinstance(body, UnitRead)
    assert body.text.splitlines()[-2:] == ["Date: 2026-05-03 08:00+00:00", "The bridge is closed."]
    assert isinstance(pdf, ChildRead)
    assert (pdf.name, (tmp_path / pdf.file).read_bytes()[:8]) == ("plan.pdf", b"%PDF-1.7")
    assert isinstance(inner, ChildRead)
    assert inner.name == "Earlier.eml"
    (again,) = read(mail.EXTRACTOR, tmp_path / inner.file, EML)
    assert isinstance(again, UnitRead)
    assert again.text.split("\n") == ["Earlier", "What I wrote before."]


def test_outlook_message_with_nothing_but_rich_text(tmp_path: Path) -> None:
    rtf = b"{\\rtf1\\ansi\\ansicpg1252{\\fonttbl\\f0 Arial;}\\b Closed\\b0 , says \\'dcnal.\\par}"
    packed = struct.pack("<4I", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf
    streams = {("__substg1.0_10090102",): packed, ("__properties_version1.0",): bytes(32)}
    (tmp_path / "a.msg").write_bytes(ole_file(streams))
    (body,) = read(outlook_file.EXTRACTOR, tmp_path / "a.msg", MSG)
    assert isinstance(body, UnitRead)
    assert body.text == "Closed, says Ünal."


def cut(path: Path, name: str) -> Path:
    """Lets the directory say that a stream is longer than its chain of sectors."""
    data = bytearray(path.read_bytes())
    sought = name.encode("utf-16-le") + bytes(2)
    ends = [at for at in range(0, len(data), 128) if data[at : at + len(sought)] == sought]
    for at in ends:
        struct.pack_into("<Q", data, at + 120, struct.unpack_from("<Q", data, at + 120)[0] + 600)
    assert ends
    path.write_bytes(data)
    return path


def test_outlook_message_whose_streams_are_cut_off_is_not_whole(tmp_path: Path) -> None:
    (tmp_path / "a.msg").write_bytes(ole_file(outlook()))
    items = read(outlook_file.EXTRACTOR, cut(tmp_path / "a.msg", "__substg1.0_37010102"), MSG)
    assert [type(item) for item in items] == [UnitRead, UnitFailed, ChildRead]
    assert items[1] == UnitFailed(2, "damaged")
    body, _, inner, rest = read(outlook_file.EXTRACTOR, cut(tmp_path / "a.msg", "__substg1.0_1000001F"), MSG)
    assert isinstance(body, UnitRead)
    assert "The bridge is closed." in body.text
    assert rest == UnitFailed(4, "text-missing")
    assert isinstance(inner, ChildRead)
    assert read(mail.EXTRACTOR, tmp_path / inner.file, EML)[-1] == UnitFailed(2, "parts-missing")


def test_message_inside_says_what_of_it_is_missing_and_keeps_its_copies(tmp_path: Path) -> None:
    inner = ("__attach_version1.0_#00000001", "__substg1.0_3701000D")
    held = (*inner, "__attach_version1.0_#00000000")
    streams = outlook() | {
        (*inner, "__substg1.0_0E03001F"): "Cleo".encode("utf-16-le"),
        (*held, "__substg1.0_3707001F"): "sheet.xls".encode("utf-16-le"),
        (*held, "__substg1.0_3701000D", "\x01Ole"): b"an object of a program",
    }
    del streams[(*inner, "__substg1.0_1000001F")]
    (tmp_path / "a.msg").write_bytes(ole_file(streams))
    message = read(outlook_file.EXTRACTOR, tmp_path / "a.msg", MSG)[2]
    assert isinstance(message, ChildRead)
    made = email.message_from_bytes((tmp_path / message.file).read_bytes())
    assert (made["Cc"], made["X-Ream-Missing"]) == ("Cleo", "sheet.xls")
    assert read(mail.EXTRACTOR, tmp_path / message.file, EML)[-1] == UnitFailed(2, "parts-missing")


@pytest.mark.parametrize(("html", "kept"), [("<p>The bridge</p>", "closed."), ("<h1>The bridge is closed</h1>", "is")])
def test_outlook_body_that_says_more_is_read(tmp_path: Path, html: str, kept: str) -> None:
    plain = "The bridge <https://example.org/a/long/way/to/the/bridge> is closed."
    streams = outlook() | {
        ("__substg1.0_1000001F",): plain.encode("utf-16-le"), ("__substg1.0_10130102",): html.encode(),
    }  # fmt: skip
    (tmp_path / "a.msg").write_bytes(ole_file(streams))
    body = read(outlook_file.EXTRACTOR, tmp_path / "a.msg", MSG)[0]
    assert isinstance(body, UnitRead)
    assert ("https" in body.text) == (kept == "closed.")
    assert kept in body.text


def test_damaged_outlook_message(tmp_path: Path) -> None:
    (tmp_path / "a.msg").write_bytes(ole_file(outlook())[:600])
    with pytest.raises(Unreadable):
        read(outlook_file.EXTRACTOR, tmp_path / "a.msg", MSG)


def test_packed_rich_text_of_the_specification() -> None:
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert decompressed(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (b"{\\rtf1 a\\par b\\tab c}", "a\nb\tc"),
        (b"{\\rtf1\\uc1 \\u8364?\\u-10179?\\u-8704?}", "\u20ac\U0001f600"),
        (b"{\\rtf1{\\fonttbl{\\f1\\fcharset204 A;}}\\f1 \\'cf\\'f0}", "\u041f\u0440"),
        (b"{\\rtf1{\\*\\unknown lost}{\\pict 00ff}seen{\\footnote below}}", "seenbelow"),
        (b"{\\rtf1\\{\\}\\\\\\~\\_x}", "{}\\\u00a0-x"),
        (b"no rich text", "no rich text"),
        (b"}}}{{{\\", ""),
    ],
)
def test_rich_text_is_read(rtf: bytes, text: str) -> None:
    assert rtf_text(rtf).text == text
