# SPDX-License-Identifier: Apache-2.0
"""DOCX: pictures, of headers and footers too, and chosen lines of lists: what is seen and stands in no run of text."""

import io
import zipfile
from pathlib import Path

import docx
import pytest
from PIL import Image

from ream_extract.extractors.docx import EXTRACTOR
from ream_extract.reading import Limits, Source, UnitRead

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def body(path: Path, **how: object) -> UnitRead:
    (unit,) = EXTRACTOR.read(Source(path, DOCX, **how), 1, 1, path.parent)  # type: ignore[arg-type]
    assert isinstance(unit, UnitRead)
    return unit


def with_body(tmp_path: Path, xml: str) -> Path:
    """A document whose body is this XML, and nothing else."""
    path = tmp_path / "made.docx"
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("word/document.xml", f"<w:document {W}><w:body>{xml}</w:body></w:document>")
    return path


def png(width: int, height: int) -> io.BytesIO:
    held = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(held, "PNG")
    held.seek(0)
    return held


def test_pictures_of_headers_and_footers_are_kept_once(tmp_path: Path) -> None:
    document = docx.Document()
    section = document.sections[0]
    section.different_first_page_header_footer = True
    for header in (section.header, section.first_page_header):
        header.paragraphs[0].add_run().add_picture(png(50, 40))
        header.add_paragraph("Registry of Ships").add_run().add_picture(png(51, 40))
    section.footer.paragraphs[0].add_run().add_picture(png(52, 40))
    document.add_paragraph("Body.")
    document.save(str(tmp_path / "a.docx"))
    unit = body(tmp_path / "a.docx")
    assert unit.text == "Registry of Ships\nBody."
    assert [picture.width for picture in unit.pictures] == [50, 51, 52]


def test_pictures_that_are_left_out_are_noted(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Body.")
    for width in (150, 40, 160):
        document.add_picture(png(width, 100))
    document.save(str(tmp_path / "a.docx"))
    unit = body(tmp_path / "a.docx", limits=Limits(picture_pixels=10_000))
    assert [picture.width for picture in unit.pictures] == [40]
    assert [(note.kind, note.text) for note in unit.annotations] == [
        ("pictures", "2 pictures left out: 2 of more than 0.01 megapixels.")
    ]
    assert unit.text == "Body."


@pytest.mark.parametrize(
    ("number", "after", "said"),
    [
        ('<w:result w:val="2"/>', "", "Colour: blue!"),
        ('<w:default w:val="1"/>', "", "Colour: green!"),
        ("", "", "Colour: red!"),
        ('<w:result w:val="7"/>', "", "Colour: !"),
        ('<w:result w:val="2"/>', "<w:r><w:t>blue</w:t></w:r>", "Colour: blue!"),
    ],
)
def test_the_choice_of_a_legacy_list_is_read(tmp_path: Path, number: str, after: str, said: str) -> None:
    lines = "".join(f'<w:listEntry w:val="{one}"/>' for one in ("red", "green", "blue"))
    xml = (
        '<w:p><w:r><w:t xml:space="preserve">Colour: </w:t></w:r><w:r><w:fldChar w:fldCharType="begin">'
        f"<w:ffData><w:ddList>{number}{lines}</w:ddList></w:ffData></w:fldChar></w:r>"
        "<w:r><w:instrText> FORMDROPDOWN </w:instrText></w:r>"
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{after}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        "<w:r><w:t>!</w:t></w:r></w:p>"
    )
    assert body(with_body(tmp_path, xml)).text == said
    in_one = xml.replace("</w:r><w:r>", "")
    assert body(with_body(tmp_path, in_one)).text == said
