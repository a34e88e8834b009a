# SPDX-License-Identifier: Apache-2.0
"""What of a message's body gets lost on its way is seen, for its letters were counted otherwise."""

from __future__ import annotations

import time
from collections.abc import Generator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from ream_contracts.whole import letters
from ream_extract import message_body
from ream_extract.extractors import mail
from ream_extract.flow import Block
from ream_extract.html_text import PageText, page_text
from ream_extract.message_body import body_of, letters_of_page
from ream_extract.reading import Source, UnitRead

PARAGRAPHS = [f"Paragraph {number} says something about the harbour and its walls." for number in range(10)]
HTML = "".join(f"<p>{one}</p>" for one in PARAGRAPHS)


def message(path: Path, kind: str) -> Path:
    made = EmailMessage()
    made["From"], made["Subject"] = "ann@example.org", "The harbour"
    made.set_content("\n\n".join(PARAGRAPHS)) if kind == "plain" else made.set_content(HTML, subtype="html")
    path.write_bytes(bytes(made))
    return path


def read(path: Path) -> UnitRead:
    (body,) = [one for one in mail.EXTRACTOR.read(Source(path, "message/rfc822"), 1, 1, path.parent) if one is not None]
    assert isinstance(body, UnitRead)
    return body


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_paragraph_that_gets_lost_is_missed(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = message(tmp_path / "a.eml", kind)
    whole = read(path)
    assert whole.counted == letters(whole.text)

    def less(text: str) -> Generator[None, None, PageText]:
        page = yield from page_text(text)
        page.blocks.pop()
        return page

    plain: Any = message_body.plain_blocks
    monkeypatch.setattr(mail, "page_text", less)
    monkeypatch.setattr(mail, "plain_blocks", lambda text: list(plain(text))[:-1])
    lost = read(path)
    assert lost.counted == whole.counted
    assert letters(lost.text) < 0.95 * (lost.counted or 0)


def both(html: str, plain: str) -> tuple[list[Block], int]:
    reading = body_of(html, plain)
    while True:
        try:
            next(reading)
        except StopIteration as read:
            found: tuple[list[Block], int] = read.value
            return found


def test_the_form_that_says_most_is_read_and_counted() -> None:
    blocks, counted = both(
        "<head><title>Untitled</title></head><p>Hello Bob</p><script>var x</script>",
        "Hello Bob <https://example.org/x>",
    )
    assert ([block.text for block in blocks], counted) == (["Hello Bob"], 8)
    blocks, counted = both("<p>Hello</p>", "Hello Bob,\n\nhow are you?\n\n\n")
    assert ([block.text for block in blocks], counted) == (["Hello Bob,", "how are you?"], 17)
    assert both("", "") == ([], 0)


def test_titles_are_left_out_of_the_count_in_linear_time() -> None:
    assert letters_of_page("<title>a < b <x></title><p>Hello</p>") == 5
    began = time.process_time()
    letters_of_page("<title " * 200_000)
    assert time.process_time() - began < 5
