# SPDX-License-Identifier: Apache-2.0
"""Presentations of known contents: slides in their order, titles, tables, notes, comments, pictures, embedded files."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from ream_contracts.artifacts import Annotation, Table
from ream_extract.extractors.slides import EXTRACTOR
from ream_extract.reading import ChildRead, Item, Source, UnitFailed, UnitRead, Unreadable

PPTX = EXTRACTOR.media_types[0]
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
NAMES = f'xmlns:p="{P}" xmlns:a="{A}" xmlns:r="{R}" xmlns:mc="{MC}"'


def relations(*links: tuple[str, str]) -> str:
    items = "".join(
        f'<Relationship Id="r{number}" Type="{R}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(links, 1)
    )
    return f'<Relationships xmlns="{RELATIONS}">{items}</Relationships>'


def shape(text: str, placeholder: str = "") -> str:
    kind = f'<p:nvSpPr><p:cNvPr id="1" descr=""/><p:nvPr><p:ph type="{placeholder}"/></p:nvPr></p:nvSpPr>'
    paragraphs = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in text.split("|"))
    return f"<p:sp>{kind if placeholder else ''}<p:txBody>{paragraphs}</p:txBody></p:sp>"


def table(*rows: tuple[str, ...]) -> str:
    def cell(text: str) -> str:
        return f"<a:tc><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"

    cells = "".join(f"<a:tr>{''.join(map(cell, row))}</a:tr>" for row in rows)
    inside = f"<a:graphic><a:graphicData><a:tbl>{cells}</a:tbl></a:graphicData></a:graphic>"
    return f"<p:graphicFrame>{inside}</p:graphicFrame>"


def slide(*shapes: str, attributes: str = "", kind: str = "sld") -> str:
    tree = f"<p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld>"
    return f"<p:{kind} {NAMES} {attributes}>{tree}</p:{kind}>"


def png() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(held, "PNG")
    return held.getvalue()


def presentation(path: Path, missing: str = "", broken: str = "") -> Path:
    """Two slides, listed in another order than their parts are named, the second one hidden."""
    newer = shape("Newer")
    both = (
        f"<mc:AlternateContent><mc:Choice>{newer}</mc:Choice><mc:Fallback>{newer}</mc:Fallback></mc:AlternateContent>"
    )
    listed = '<p:sldId id="9" r:id="r2"/><p:sldId id="8" r:id="r1"/>'
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations(("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {NAMES}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(("slide", "slides/one.xml"), ("slide", "slides/two.xml")),
        "ppt/slides/two.xml": slide(
            shape("Plans for|May", "title"),
            f"<p:grpSp>{shape('First point|Second point')}</p:grpSp>",
            table(("Item", "Price"), ("Anvil", "12")),
            both,
        ),
        "ppt/slides/_rels/two.xml.rels": relations(
            ("notesSlide", "../notesSlides/n.xml"), ("comments", "../comments/c.xml"), ("image", "../media/i.png")
        ),
        "ppt/notesSlides/n.xml": slide(shape("Say hello", "body"), shape("7", "sldNum"), kind="notes"),
        "ppt/comments/c.xml": f"<p:cmLst {NAMES}><p:cm><p:text>Too long</p:text></p:cm></p:cmLst>",
        "ppt/slides/one.xml": slide(shape("Not to be shown"), attributes='show="0"'),
        "ppt/media/i.png": png(),
        "ppt/embeddings/sheet.xlsx": b"a workbook",
    }
    with zipfile.ZipFile(path, "w") as made:
        for name, data in parts.items():
            if name != missing:
                made.writestr(name, b"<cut off" if name == broken else data)
    return path


def read(path: Path) -> list[Item]:
    count = sum(run.count for run in EXTRACTOR.plan(Source(path, PPTX)).units)
    items = list(EXTRACTOR.read(Source(path, PPTX), 1, count, path.parent))
    assert [item.unit for item in items] == list(range(1, count + 1))
    return items


def test_everything_on_a_slide_is_read(tmp_path: Path) -> None:
    path = presentation(tmp_path / "a.pptx")
    plan = EXTRACTOR.plan(Source(path, PPTX))
    assert [(run.kind, run.count) for run in plan.units] == [("slide", 2), ("attachment", 1)]
    first, hidden, child = read(path)
    assert isinstance(first, UnitRead)
    assert first.text.splitlines() == [
        "Plans for May", "First point", "Second point", "Item\tPrice", "Anvil\t12", "Newer", "Say hello", "Too long",
    ]  # fmt: skip
    assert [heading.text for heading in first.headings] == ["Plans for May"]
    assert first.tables == (Table((("Item", "Price"), ("Anvil", "12")), None, ()),)
    assert first.annotations == (Annotation("note", "Say hello", None), Annotation("comment", "Too long", None))
    assert [picture.width for picture in first.pictures] == [40]
    assert first.counted == sum(map(str.isalnum, "Plans forMayFirst pointSecond pointItemPriceAnvil12Newer"))
    assert isinstance(hidden, UnitRead)
    assert (hidden.label, hidden.text, hidden.annotations[0].kind) == ("2 (hidden)", "Not to be shown", "hidden")
    assert isinstance(child, ChildRead)
    assert (child.name, (tmp_path / child.file).read_bytes()) == ("sheet.xlsx", b"a workbook")


def test_a_chart_says_its_series_categories_and_values(tmp_path: Path) -> None:
    chart = "http://schemas.openxmlformats.org/drawingml/2006/chart"

    def points(*values: str) -> str:
        return "".join(f'<c:pt idx="{number}"><c:v>{value}</c:v></c:pt>' for number, value in enumerate(values))

    listed = '<p:sldId r:id="r1"/>'
    frame = f'<p:graphicFrame><c:chart xmlns:c="{chart}" r:id="r1"/></p:graphicFrame>'
    parts = {
        "_rels/.rels": relations(("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {NAMES}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(("slide", "slides/one.xml")),
        "ppt/slides/one.xml": slide(frame),
        "ppt/slides/_rels/one.xml.rels": relations(("chart", "../charts/c.xml")),
        "ppt/charts/c.xml": f'<c:chartSpace xmlns:c="{chart}" xmlns:a="{A}">'
        f"<c:title><a:p><a:r><a:t>Sales</a:t></a:r></a:p></c:title><c:ser><c:tx><c:strCache>{points('Lamps')}</c:strCache></c:tx><c:cat><c:strCache>"
        f"{points('May', 'June')}</c:strCache></c:cat><c:val><c:numCache>{points('12.5', '14')}</c:numCache></c:val>"
        "</c:ser></c:chartSpace>",
    }
    with zipfile.ZipFile(tmp_path / "a.pptx", "w") as made:
        for name, data in parts.items():
            made.writestr(name, data)
    (item,) = read(tmp_path / "a.pptx")
    assert isinstance(item, UnitRead)
    assert item.text.splitlines() == ["Sales", "Lamps", "May", "June", "12.5", "14"]


def behind(path: Path, slide_says: str = "", layout_says: str = "", broken: str = "") -> Path:
    """One slide in front of a layout and a master, each with words of its own and with a placeholder."""
    listed = '<p:sldId r:id="r1"/>'
    parts: dict[str, str] = {
        "_rels/.rels": relations(("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {NAMES}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(("slide", "slides/one.xml")),
        "ppt/slides/one.xml": slide(shape("Own words", "title"), attributes=slide_says),
        "ppt/slides/_rels/one.xml.rels": relations(("slideLayout", "../slideLayouts/l.xml")),
        "ppt/slideLayouts/l.xml": slide(
            shape("Click to add title", "title"), shape("Draft"), attributes=layout_says, kind="sldLayout"
        ),
        "ppt/slideLayouts/_rels/l.xml.rels": relations(("slideMaster", "../slideMasters/m.xml")),
        "ppt/slideMasters/m.xml": slide(shape("Second level", "body"), shape("Muster AG"), kind="sldMaster"),
        "ppt/slideMasters/_rels/m.xml.rels": relations(("slideLayout", "../slideLayouts/l.xml")),
    }
    with zipfile.ZipFile(path, "w") as made:
        for name, data in parts.items():
            made.writestr(name, "<cut off" if name == broken else data)
    return path


@pytest.mark.parametrize(
    ("slide_says", "layout_says", "seen"),
    [
        ("", "", ["Own words", "Draft", "Muster AG"]),
        ("", 'showMasterSp="0"', ["Own words", "Draft"]),
        ('showMasterSp="0"', "", ["Own words"]),
    ],
)
def test_words_of_layout_and_master_are_read_where_people_see_them(
    tmp_path: Path, slide_says: str, layout_says: str, seen: list[str]
) -> None:
    (only,) = read(behind(tmp_path / "a.pptx", slide_says, layout_says))
    assert isinstance(only, UnitRead)
    assert only.text.splitlines() == seen


@pytest.mark.parametrize("part", ["ppt/slideLayouts/l.xml", "ppt/slideMasters/m.xml"])
def test_a_layout_that_cannot_be_opened_is_missing_by_name(tmp_path: Path, part: str) -> None:
    first, rest = read(behind(tmp_path / "a.pptx", broken=part))
    assert isinstance(first, UnitRead)
    assert rest == UnitFailed(2, "boxes-missing")


def test_slide_that_is_listed_and_missing_fails(tmp_path: Path) -> None:
    first, second, _ = read(presentation(tmp_path / "a.pptx", "ppt/slides/one.xml"))
    assert isinstance(first, UnitRead)
    assert second == UnitFailed(2, "damaged")


@pytest.mark.parametrize(
    ("part", "cause"),
    [
        ("ppt/notesSlides/n.xml", "notes-missing"),
        ("ppt/comments/c.xml", "comments-missing"),
        ("ppt/slides/_rels/two.xml.rels", "parts-missing"),
    ],
)
def test_what_a_slide_refers_to_and_cannot_be_opened_is_missing(tmp_path: Path, part: str, cause: str) -> None:
    path = presentation(tmp_path / "a.pptx", broken=part)
    *_, rest = read(path)
    assert rest == UnitFailed(4, cause)
    assert list(EXTRACTOR.read(Source(path, PPTX), 4, 4, tmp_path)) == [rest]


def test_without_presentation_it_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        read(presentation(tmp_path / "a.pptx", "ppt/presentation.xml"))
    assert refused.value.cause == "damaged"
