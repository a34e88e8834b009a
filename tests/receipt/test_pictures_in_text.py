# SPDX-License-Identifier: Apache-2.0
"""What pictures in a text say comes out of all services together: once, with its place, and with Tesseract itself."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import Cm
from PIL import Image

from ream_contracts import topics
from ream_faults.flow import Flow
from ream_ocr.cell import read as look
from ream_ocr.languages import tessdata
from ream_quality import made

pytestmark = [pytest.mark.programs, pytest.mark.timeout(300)]
PROSE = "The harbour office counted the ships of the quarter and sent the invoices to their owners in spring."


@dataclass
class Tesseract:
    """Looks at pages as ocr's cell does, and counts them."""

    scratch: Path
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self.asked.append(request["media_type"])
        return look(request | {"tessdata": str(tessdata(None))}, self.scratch)


@pytest.fixture
def tesseract(tmp_path: Path) -> Tesseract:
    return Tesseract(tmp_path)


def through(tesseract: Tesseract, name: str, data: bytes) -> Flow:
    flow = Flow(looking=tesseract)
    flow.submit(name, data)
    flow.run()
    assert flow.dead == {}
    (ending,) = flow.endings().values()
    assert ending.outcome == "complete"
    return flow


def text_of(flow: Flow) -> str:
    (ending,) = flow.endings().values()
    return ending.text


def passages(flow: Flow) -> list[dict[str, Any]]:
    return list(flow.node.entries("t-passages").values())


def letter(*pictures: Image.Image) -> bytes:
    document = docx.Document()
    document.add_paragraph(PROSE)
    for picture in pictures:
        held = io.BytesIO()
        picture.save(held, "PNG")
        document.add_picture(held, Cm(12))
    made_of = io.BytesIO()
    document.save(made_of)
    return made_of.getvalue()


def test_words_in_pictures_of_pdf_pages_are_read_and_none_twice(tesseract: Tesseract) -> None:
    for one in made.twice():
        text = text_of(through(tesseract, "made.pdf", one.content))
        assert made.more_often(text, one.text) == {}, one.name
        assert made.came(text, one) == made.runs(one.shown).total(), one.name


def test_a_page_is_found_before_its_picture_is_read_and_the_picture_by_its_place(tesseract: Tesseract) -> None:
    (one, *_) = [one for one in made.twice() if one.shown]
    flow = through(tesseract, "made.pdf", one.content)
    early, answer = flow.bus.sent(topics.SEGMENTS_READ)
    assert (early.early, early.units, answer.early) == (True, answer.units, None)
    assert set(one.shown.split()) & set(flow.store.text(early).split()) < set(one.shown.split())
    (found,) = [each for each in passages(flow) if one.shown.split()[0] in each["text"]]
    assert found["box"][3] == pytest.approx(842 - 120, abs=1), "down to the foot of the picture"


def test_a_picture_in_a_letter_is_read_where_it_shows_writing_only(tesseract: Tesseract) -> None:
    shot, photograph = made.written(["Berth 47110815 is closed", "until the crane is mended"]), made.shaded()
    flow = through(tesseract, "letter.docx", letter(photograph, shot))
    assert tesseract.asked == ["image/png"]
    assert " ".join(text_of(flow).split()) == f"{PROSE} Berth 47110815 is closed until the crane is mended"
    (unit,) = {each["unit"]: each for each in passages(flow)}.values()
    assert unit["method"] == "markup"


def test_what_is_quoted_in_a_picture_is_said_once(tesseract: Tesseract) -> None:
    quoted = made.written([PROSE[:50].strip(), PROSE[50:].strip()])
    assert text_of(through(tesseract, "letter.docx", letter(quoted))).strip() == PROSE
    assert tesseract.asked == ["image/png"]


def test_documents_without_writing_in_pictures_never_wait_for_ocr(tesseract: Tesseract) -> None:
    flow = through(tesseract, "letter.docx", letter(made.shaded()))
    assert tesseract.asked == []
    (read,) = flow.bus.sent(topics.SEGMENTS_READ)
    assert read.early is None


def test_a_picture_that_nobody_can_read_leaves_the_text_and_is_named_by_the_receipt() -> None:
    flow = Flow(looking=lambda request: iter([{"unit": 1, "cause": "too-large", "reason": "it has too many pixels"}]))
    flow.submit("letter.docx", letter(made.written(["Berth 47110815 is closed", "until the crane is mended"])))
    flow.run()
    (ending,) = flow.endings().values()
    assert (ending.outcome, ending.text.strip()) == ("partial", PROSE)
    assert ending.receipt == ((1, "body", "incomplete", "markup", "text-missing", len(ending.text)),)
    assert flow.dead == {}
