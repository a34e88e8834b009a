# SPDX-License-Identifier: Apache-2.0
"""DOCX: the letters that are counted without a parser, and those that come out."""

import re
import zipfile
from pathlib import Path

import docx
import pytest

from ream_extract.extractors.docx import EXTRACTOR, shown_letters
from ream_extract.reading import ChildRead, Source, UnitFailed, UnitRead

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def with_body(folder: Path, xml: str, *added: str) -> Path:
    """A document whose body is this XML, with more parts in it."""
    docx.Document().save(str(folder / "plain.docx"))
    with zipfile.ZipFile(folder / "plain.docx") as old, zipfile.ZipFile(folder / "made.docx", "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "word/document.xml":
                text = re.sub(rb"<w:body>.*</w:body>", f"<w:body>{xml}</w:body>".encode(), text, flags=re.DOTALL)
            new.writestr(name, text)
        for name in added:
            new.writestr(name, "data")
    return folder / "made.docx"


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def test_text_that_did_not_come_out_is_said(tmp_path: Path) -> None:
    words = "Words that people see. " * 20
    strange = f"<w:p>{run(words)}<w:unheardOf>{run(words)}</w:unheardOf></w:p>"
    path = with_body(tmp_path, strange, "word/embeddings/sheet1.xlsx")
    plan = EXTRACTOR.plan(Source(path, DOCX))
    assert [(one.kind, one.count) for one in plan.units] == [("body", 1), ("attachment", 1), ("rest", 1)]
    first, child, rest = EXTRACTOR.read(Source(path, DOCX), 1, 3, tmp_path)
    assert isinstance(first, UnitRead)
    assert first.text.strip() == words.strip()
    assert isinstance(child, ChildRead)
    assert rest == UnitFailed(3, "text-missing")
    assert list(EXTRACTOR.read(Source(path, DOCX), 3, 3, tmp_path)) == [rest]


@pytest.mark.parametrize(
    "xml",
    [
        "<w:p>{words}<w:moveFrom>{words}{words}</w:moveFrom></w:p>",
        "<w:p>{words}</w:p><mc:AlternateContent><mc:Choice Requires='wps'><w:p>{words}</w:p></mc:Choice>"
        "<mc:Fallback><w:p>{words}</w:p></mc:Fallback></mc:AlternateContent>",
        "<w:p><w:pPr><w:rPr><w:moveFrom w:id='1'/></w:rPr></w:pPr>{words}</w:p>",
        "<w:p><w:unheardOf><w:r><w:t>few</w:t></w:r></w:unheardOf></w:p>",
    ],
)
def test_what_is_not_shown_or_shown_otherwise_is_not_missed(tmp_path: Path, xml: str) -> None:
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    xml = xml.replace("AlternateContent>", f"AlternateContent {mc}>", 1)
    path = with_body(tmp_path, xml.format(words=run("Tea &amp; " + "biscuits " * 30)))
    assert [one.kind for one in EXTRACTOR.plan(Source(path, DOCX)).units] == ["body"]


@pytest.mark.slow
def test_counting_takes_linear_time() -> None:
    hostile = b"<w:Fallback><w:t " * 300_000
    assert shown_letters(hostile + b"<w:t>after</w:t>") == 0
    assert shown_letters(b"<w:t>a&amp;b 1</w:t>" + b"</w:Fallback>" * 9 + b"<w:t/><t>c</t>") == 4
