# SPDX-License-Identifier: Apache-2.0
"""Text that a PDF page draws invisibly: read, but where visible text at the same place says it, once."""

from pathlib import Path

import pytest

from ream_extract.extractors.pdf import EXTRACTOR
from ream_extract.reading import Source, UnitRead
from ream_tests.raw_pdf import HELVETICA, page, stream

SAID = ["The accounts of the company", "were examined by the auditors", "in March of 2019"]


def text(lines: list[str], *, hidden: bool = False, size: int = 12, x: int = 50, y: int = 780) -> bytes:
    shown = b"".join(b"(%s) Tj T*\n" % line.encode() for line in lines)
    return b"BT %d Tr /F1 %d Tf 14 TL %d %d Td\n" % (3 if hidden else 0, size, x, y) + shown + b"ET\n"


def word_by_word(line: str) -> bytes:
    """As OCR programs write hidden text: each word at its place."""
    words = line.split()
    places = [50 + 6 * sum(len(word) + 1 for word in words[:at]) for at in range(len(words))]
    pairs = zip(places, words, strict=True)
    return b"BT 3 Tr /F1 12 Tf " + b"".join(b"1 0 0 1 %d 780 Tm (%s) Tj " % (x, w.encode()) for x, w in pairs) + b"ET\n"


def read(folder: Path, *contents: bytes) -> UnitRead:
    path = folder / "a.pdf"
    path.write_bytes(page([stream(b"", b"".join(contents))], HELVETICA))
    (item,) = (one for one in EXTRACTOR.read(Source(path, "application/pdf"), 1, 1, folder) if one is not None)
    assert isinstance(item, UnitRead)
    return item


@pytest.mark.parametrize(
    "hidden",
    [
        text(SAID, hidden=True),
        text(SAID, hidden=True, size=11, x=52, y=779),
        text([line.replace("m", "rn") for line in SAID], hidden=True, x=51),
        word_by_word(SAID[0]),
    ],
    ids=["the same", "nearly there", "read badly", "word by word"],
)
def test_hidden_text_below_the_same_visible_text_is_read_once(tmp_path: Path, hidden: bytes) -> None:
    for contents in ((text(SAID), hidden), (hidden, text(SAID))):
        unit = read(tmp_path, *contents)
        # Where the hidden line is the first of two that are the same, PDFium itself leaves out the visible one.
        assert sorted(unit.text.split("\n")) == sorted(SAID)
        assert unit.counted == sum(map(str.isalnum, unit.text))


def test_hidden_text_that_nothing_visible_says_there_is_kept(tmp_path: Path) -> None:
    elsewhere = read(tmp_path, text(SAID), text(SAID[:1], hidden=True, y=400))
    assert elsewhere.text.split("\n") == [*SAID, SAID[0]]
    other = read(tmp_path, text(SAID), text(["Paid twice and never booked"], hidden=True, x=52))
    assert "Paid twice and never booked" in other.text
    assert read(tmp_path, text(SAID, hidden=True)).text.split("\n") == SAID


def test_hidden_text_at_the_end_of_a_page_of_many_runs_is_seen(tmp_path: Path) -> None:
    lines = [f"Line {number} of a long page" for number in range(260)]
    small = [text([line], size=3, y=830 - 3 * number) for number, line in enumerate(lines)]
    unit = read(tmp_path, *small, text(lines[3:4], hidden=True, size=3, x=51, y=821))
    assert unit.text.count("Line 3 of") == 1
