# SPDX-License-Identifier: Apache-2.0
"""A message is told by the header lines at its start, whatever the first is; what only looks like one is text."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_ingest.media_type import of

MAIL, MBOX, MHTML = "message/rfc822", "application/mbox", "multipart/related"
BODY = "\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\nSGVsbG8=\n--b--\n"


def told(text: str, name: str | None = None, encoding: str = "utf-8") -> str:
    return of(io.BytesIO(text.encode(encoding)), name)


MAILS = [
    "x-store-info:J++/JT\nFrom: Ann\nMIME-Version: 1.0\nSubject: x",
    "Foo:bar\nX-SID-Result: Pass\nReceived: from mx.example.org by a;\n\tMon, 1 Jan 2026 10:00:00 +0000\nTo: Bob",
    "Status:\nMessage-ID:\n <1@example.org>\nSubject: folded",
    "DKIM-Signature: v=1; a=rsa-sha256;\n\tb=abc\nDate: today",
    "Return-Path:<>\nDelivered-To:bob@example.org",
    "weird!#$%field:\nfrom:ann@example.org\nto:bob@example.org\nsubject:x",
]


@pytest.mark.parametrize("head", MAILS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("before", ["", "\ufeff", "\n\n", "\ufeff\n \n"])
def test_first_field_decides_nothing(head: str, end: str, before: str) -> None:
    text = (before + head + BODY).replace("\n", end)
    assert told(text) == MAIL
    assert told(text, "letter.txt") == MAIL
    mailbox = (before + "From ann Mon Jan  1 10:00:00 2026\n" + head + BODY).replace("\n", end)
    assert told(mailbox) == MBOX


def test_one_quoted_line_of_a_mailbox_more() -> None:
    assert told("From ann Mon Jan  1 10:00:00 2026\n>From bob Mon\n" + MAILS[0] + BODY) == MBOX


def test_message_in_utf16_and_one_whose_headers_are_longer_than_what_is_looked_at() -> None:
    assert told(MAILS[0] + BODY, encoding="utf-16") == MAIL
    assert told(MAILS[0] + "\nTo: " + ",\n ".join(["bob@example.org"] * 9_000) + BODY) == MAIL


def test_saved_page_behind_an_unusual_field() -> None:
    assert told("X-A:b\nFrom: <Saved by Blink>\nSubject: x\nMIME-Version: 1.0\n\n") == MHTML


@pytest.mark.parametrize(
    "text",
    [
        "Date: Monday\nSubject: the meeting\n\nWe met.\n",
        "From: Ann\nTo: Bob\n\nCall me.\n",
        "From: the roof\nTo: the cellar\nSubject: a house\n\nIt fell.\n",
        "Received: two boxes\nDate: Monday\n\nBoth are wet.\n",
        "Received: from Ann\nDate: Monday\n\nBoth are wet.\n",
        "Message-ID: 7\nSubject: numbers\n\nNothing.\n",
        "HTTP/1.1 200 OK\r\nDate: Mon\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\nx",
        "Date: Mon\r\nServer: Apache\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\nx",
        "GET / HTTP/1.1\r\nHost: example.org\r\nFrom: ann@example.org\r\nDate: Mon\r\n\r\n",
        "4.1. Fields\n\n   From: ann@example.org\n   To: bob@example.org\n   Message-ID: <1@b.c>\n\n   as above\n",
        "The header is:\nFrom: ann@example.org\nTo: bob@example.org\nMessage-ID: <1@example.org>\n\nas above\n",
        "from: str\nto: str\nsubject: str\ndate: int\n",
        "Metadata-Version: 2.1\nName: mail\nAuthor-email: ann@example.org\nSummary: From: and To:\n\nText\n",
        "def f():\n    From: str = 'a@b.c'\n    To: str = ''\n",
        "From here on: nothing\nTo: x\nSubject: y\nDate: z\n",
        "Note:\n\nFrom: ann@example.org\nMessage-ID: <1@example.org>\nSubject: x\n\nx",
    ],
)
def test_what_only_looks_like_a_message_is_text(text: str) -> None:
    assert told(text) == "text/plain"
    assert told(text, "a.txt") == "text/plain"


def test_cards_and_calendars_that_hold_fields_of_messages_stay_what_they_are() -> None:
    fields = "FROM:ann@example.org\nMESSAGE-ID:<1@example.org>\nSUBJECT:x\nEND:X\n\n"
    for before in ("", "\n\n", "\ufeff", "\ufeff\r\n"):
        assert told(f"{before}BEGIN:VCARD\n{fields}") == "text/vcard"
        assert told(f"{before}BEGIN:VCALENDAR\n{fields}") == "text/calendar"


def test_name_decides_between_a_note_and_a_message_and_never_alone() -> None:
    assert told("Date: Monday\nSubject: the meeting\n\nWe met.\n", "a.eml") == MAIL
    assert told("Date: Monday\n\nWe met.\n", "a.eml") == "text/plain"
    assert told("We met.\nDate: Monday\nSubject: x\n", "a.eml") == "text/plain"


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True)
VALUES = st.from_regex(r"[ -~]{0,40}(\r?\n[ \t][!-~]{1,20}){0,2}", fullmatch=True)
PROVEN = st.sampled_from(
    ["Message-ID: <1@example.org>", "MIME-Version: 1.0", "Return-Path: <a@b.c>", "Received: from a by b; Mon"]
)


@given(
    st.lists(st.tuples(NAMES.map("X-{}".format), VALUES, st.sampled_from(["", " "])), max_size=6),
    PROVEN,
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_run_of_fields_with_two_of_a_message_is_one(
    others: list[tuple[str, str, str]], proven: str, end: str
) -> None:
    lines = [f"{name}:{blank}{value}" for name, value, blank in others]
    assert told(end.join([*lines, proven, "Subject: x", "", "body"])) == MAIL


@given(
    st.lists(st.tuples(st.sampled_from(["Date", "Subject", "To", "Note", "Cc", "Sender"]), VALUES), max_size=8),
    st.text(max_size=80),
)
def test_notes_without_a_writer_or_a_proof_are_none(fields: list[tuple[str, str]], body: str) -> None:
    text = "".join(f"{name}: {value}\n" for name, value in fields)
    assert told(f"{text}\n{body}") not in (MAIL, MBOX) or told(body.lstrip()) in (MAIL, MBOX)


@given(st.from_regex(r"[a-z]{1,9}( [a-z]{1,9}){1,9}\.?", fullmatch=True), st.integers(0, 3))
def test_headers_behind_prose_are_quoted(prose: str, empty: int) -> None:
    assert told(prose + "\n" * (empty + 1) + MAILS[0] + BODY) not in (MAIL, MBOX)
