# SPDX-License-Identifier: Apache-2.0
"""What is pinned to PDF pages or belongs to the document: fields, notes, stamps, layers, portfolios, forms of XFA."""

from pathlib import Path

import pytest

from ream_contracts.whole import letters
from ream_extract import pdf_annotations, pdf_structure
from ream_extract.extractors.pdf import EXTRACTOR
from ream_extract.pdf_annotations import _beyond
from ream_extract.reading import ChildRead, Item, Source, UnitFailed, UnitRead, UnitRun, UnitScanned
from ream_extract.testing import _file, _stream

PDF = "application/pdf"
WORDS = "BT /F 12 Tf 72 700 Td (Words of the page) Tj ET"
RECT = "/Type /Annot /Rect [50 50 200 80]"
FONT = "/Resources << /Font << /F 3 0 R >> >>"


def made(path: Path, *more: str, page: str = "", catalog: str = "", content: str = WORDS, names: str = "") -> Path:
    """A PDF of one page; the objects beyond those that every page needs are numbered from 6."""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Count 1 /Kids [4 0 R] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R {page} "
        f"/Resources << /Font << /F 3 0 R >> {names} >> >>",
        _stream("", content),
    ]
    path.write_bytes(_file([*objects, *more]))
    return path


def drawing(words: str) -> str:
    return _stream(f"/Type /XObject /Subtype /Form /BBox [0 0 150 30] {FONT}", f"BT /F 12 Tf 0 0 Td ({words}) Tj ET")


def read(path: Path) -> list[Item]:
    source = Source(path, PDF)
    count = sum(run.count for run in EXTRACTOR.plan(source).units)
    return [item for item in EXTRACTOR.read(source, 1, count, path.parent) if item is not None]


def page(path: Path) -> UnitRead:
    first = read(path)[0]
    assert isinstance(first, UnitRead)
    return first


def lacks(read: UnitRead) -> bool:
    """As classify compares the two counts: with less than 95 % of what was counted a unit is incomplete."""
    return (read.counted or 0) >= 100 and letters(read.text) < 0.95 * (read.counted or 0)


def form(path: Path, *fields: str) -> UnitRead:
    numbers = " ".join(f"{number} 0 R" for number in range(6, 6 + len(fields)))
    catalog = f"/AcroForm << /DA (/F 12 Tf 0 g) /DR << /Font << /F 3 0 R >> >> /Fields [{numbers}] >>"
    return page(made(path, *fields, page=f"/Annots [{numbers}]", catalog=catalog))


@pytest.mark.parametrize(
    ("field", "seen"),
    [
        ("/FT /Tx /T (name) /V (Ana Paz)", "Ana Paz"),
        ("/FT /Tx /T (rich) /RV (<body><p>written in colours</p></body>)", "written in colours"),
        ("/FT /Ch /Ff 131072 /T (combo) /V (b) /Opt [[(a)(First)][(b)(Second)]]", "Second"),
        ("/FT /Ch /T (list) /V (x) /Opt [(x)(y)]", "x\ny"),
        ("/FT /Btn /Ff 65536 /T (push) /MK << /CA (Press here) >>", "Press here"),
        ("/FT /Btn /T (off) /V /Off /AS /Off", ""),
        ("/FT /Tx /Ff 8192 /T (password) /V (secret)", ""),
    ],
)
def test_fields_say_what_people_see_in_them(tmp_path: Path, field: str, seen: str) -> None:
    read = form(tmp_path / "a.pdf", f"<< {RECT} /Subtype /Widget {field} >>")
    assert read.text == "\n".join(filter(None, ("Words of the page", seen)))


def test_a_signature_that_is_drawn_is_read(tmp_path: Path) -> None:
    field = f"<< {RECT} /Subtype /Widget /FT /Sig /T (sign) /V << /Type /Sig >> /AP << /N 7 0 R >> >>"
    path = made(
        tmp_path / "a.pdf", field, drawing("Digitally signed by Kim"), page="/Annots [6 0 R]",
        catalog="/AcroForm << /Fields [6 0 R] >>",
    )  # fmt: skip
    assert page(path).text == "Words of the page\nDigitally signed by Kim"


@pytest.mark.parametrize(
    ("annotation", "seen", "kind"),
    [
        ("/Subtype /Text /Contents (A note) /T (Kim)", "A note", "note"),
        ("/Subtype /FreeText /RC (<body><p>only rich</p></body>)", "only rich", "text"),
        ("/Subtype /Redact /Contents (to go)", "to go", "redact"),
        ("/Subtype /Sound /Contents (a sound)", "a sound", "sound"),
        ("/Subtype /Stamp /AP << /N 7 0 R >>", "Drawn words", "drawn"),
        ("/Subtype /Watermark /AP << /N 7 0 R >>", "Drawn words", "drawn"),
        ("/Subtype /Stamp /Contents (Drawn words) /AP << /N 7 0 R >>", "Drawn words", "stamp"),
        ("/Subtype /Stamp /F 2 /AP << /N 7 0 R >>", "", ""),
        ("/Subtype /FreeText /Contents (said) /AP << /N 7 0 R >>", "said", "text"),
        ("/Subtype /Popup /Contents (twice)", "", ""),
    ],
)
def test_notes_and_what_stamps_draw(tmp_path: Path, annotation: str, seen: str, kind: str) -> None:
    path = made(tmp_path / "a.pdf", f"<< {RECT} {annotation} >>", drawing("Drawn words"), page="/Annots [6 0 R]")
    read = page(path)
    assert read.text == "\n".join(filter(None, ("Words of the page", seen)))
    assert [(note.kind, note.text) for note in read.annotations] == ([(kind, seen)] if seen else [])


def test_a_stamp_changes_no_page_that_is_read_after_it(tmp_path: Path) -> None:
    path = made(
        tmp_path / "a.pdf", f"<< {RECT} /Subtype /Stamp /AP << /N 7 0 R >> >>", drawing("Seen"), page="/Annots [6 0 R]"
    )
    before = path.read_bytes()
    assert [page(path).text for _ in range(2)] == ["Words of the page\nSeen"] * 2
    assert path.read_bytes() == before


def test_what_is_drawn_on_an_empty_page_is_known_before_it_is_read_from_its_picture(tmp_path: Path) -> None:
    """A button that is small and grey is no word to OCR, and the page would be empty."""
    stamp = f"<< {RECT} /Subtype /Stamp /AP << /N 7 0 R >> >>"
    path = made(tmp_path / "a.pdf", stamp, drawing("Authors"), page="/Annots [6 0 R]", content="")
    (scanned,) = read(path)
    assert isinstance(scanned, UnitScanned)
    assert scanned.kept is not None
    assert (scanned.kept.text, scanned.kept.confidence) == ("Authors", 100)


def test_what_is_known_is_left_out_as_often_as_it_is_known() -> None:
    assert _beyond("a b a\nc a b", "b a a") == "c a b"
    assert _beyond("a", "a") == ""


def test_layers_are_named_and_hidden_ones_marked(tmp_path: Path) -> None:
    content = (
        "/OC /A BDC BT /F 12 Tf 72 700 Td (Shown) Tj ET EMC /OC /B BDC BT /F 12 Tf 72 600 Td (Not shown) Tj ET EMC"
    )
    groups = ("<< /Type /OCG /Name (First) >>", "<< /Type /OCG /Name (Second) >>")
    layers = "/OCProperties << /OCGs [6 0 R 7 0 R] /D << {} >> >>"
    for settings, told in (
        ("/ON [6 0 R] /OFF [7 0 R]", "First; Second (hidden)"),
        ("/BaseState /OFF /ON [6 0 R]", "First; Second (hidden)"),
        ("", "First; Second"),
    ):
        path = made(
            tmp_path / "a.pdf", *groups, content=content, catalog=layers.format(settings),
            names="/Properties << /A 6 0 R /B 7 0 R >>",
        )  # fmt: skip
        assert EXTRACTOR.plan(Source(path, PDF)).metadata["layers"] == told
        assert page(path).text == "Shown\nNot shown"
    broken = made(tmp_path / "b.pdf", catalog="/OCProperties << /OCGs 17 >>")
    assert EXTRACTOR.plan(Source(broken, PDF)).metadata["layers"] == "unreadable"


def test_files_of_a_portfolio_have_their_own_names_and_descriptions(tmp_path: Path) -> None:
    columns = "/Schema << /Type /CollectionSchema /subject << /Subtype /S /N (Subject) >> >>"
    path = made(
        tmp_path / "a.pdf",
        "<< /Type /Filespec /F (letter.txt) /Desc (A letter) /EF << /F 7 0 R >> /CI << /subject (Paper) >> >>",
        _stream("/Type /EmbeddedFile", "hello"),
        "<< /Type /Filespec /F (sub/b.txt) /EF << /F 9 0 R >> >>",
        _stream("/Type /EmbeddedFile", "second"),
        catalog=f"/Collection << /Type /Collection {columns} >> "
        "/Names << /EmbeddedFiles << /Names [(<1>letter.txt) 6 0 R (key) 8 0 R] >> >>",
    )
    metadata = EXTRACTOR.plan(Source(path, PDF)).metadata
    assert (metadata["portfolio"], metadata["attachments_described"]) == ("yes", "letter.txt: A letter; Paper")
    children = [item for item in read(path) if isinstance(item, ChildRead)]
    assert [(child.name, child.path, (tmp_path / child.file).read_bytes()) for child in children] == [
        ("letter.txt", "<1>letter.txt", b"hello"), ("b.txt", "key", b"second"),
    ]  # fmt: skip


def test_files_that_belong_to_document_or_page_without_standing_in_the_list(tmp_path: Path) -> None:
    def file(name: str, number: int) -> tuple[str, str]:
        specification = f"<< /Type /Filespec /F ({name}) /AFRelationship /Data /EF << /F {number} 0 R >> >>"
        return specification, _stream("/Type /EmbeddedFile", f"data of {name}")

    path = made(
        tmp_path / "a.pdf", *file("whole.xml", 7), *file("page.txt", 9), catalog="/AF [6 0 R]", page="/AF 8 0 R"
    )
    assert EXTRACTOR.plan(Source(path, PDF)).units == (UnitRun("page", 1), UnitRun("attachment", 2))
    children = [item for item in read(path) if isinstance(item, ChildRead)]
    assert [(child.name, (tmp_path / child.file).read_bytes()) for child in children] == [
        ("whole.xml", b"data of whole.xml"), ("page.txt", b"data of page.txt"),
    ]  # fmt: skip


@pytest.mark.parametrize(("pinned", "rest"), [(2, UnitRead(4, "rest", "", "none")), (40, None)])
def test_files_pinned_beyond_what_is_looked_at_are_missing_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pinned: int, rest: UnitRead | None
) -> None:
    # Links, and after some of them two files: the second may lie beyond what a plan looks at.
    note = f"<< {RECT} /Subtype /FileAttachment /FS 7 0 R >>"
    link = f"<< {RECT} /Subtype /Link >>"
    files = [
        one
        for number in (7, 9)
        for one in (f"<< /Type /Filespec /F ({number}.txt) /EF << /F {number + 1} 0 R >> >>", _stream("", "data"))
    ]
    second = f"<< {RECT} /Subtype /FileAttachment /FS 9 0 R >>"
    annotations = [link] * 60
    annotations[pinned] = second
    numbers = " ".join(f"{number} 0 R" for number in (6, *range(11, 71)))
    path = made(tmp_path / "a.pdf", note, *files, *annotations, page=f"/Annots [{numbers}]")
    assert EXTRACTOR.plan(Source(path, PDF)).units == (UnitRun("page", 1), UnitRun("attachment", 2))
    monkeypatch.setattr(pdf_structure, "LOOKED_AT", 20)
    monkeypatch.setattr(pdf_structure, "STEPS", 10)
    pdf_structure._look.cache_clear()
    found = 2 if rest else 1
    assert EXTRACTOR.plan(Source(path, PDF)).units == (
        UnitRun("page", 1), UnitRun("attachment", found), UnitRun("rest", 1)
    )  # fmt: skip
    items = list(EXTRACTOR.read(Source(path, PDF), 1, 2 + found, tmp_path))
    assert items[-1] == (rest or UnitFailed(3, "attachments-missing"))
    assert items.count(None) > 1, "says that it is still at work"
    pdf_structure._look.cache_clear()


def test_files_are_found_whatever_number_of_pages_is_declared(tmp_path: Path) -> None:
    pages = " ".join(["4 0 R"] * 50)
    path = made(
        tmp_path / "a.pdf",
        f"<< {RECT} /Subtype /FileAttachment /FS 7 0 R >>",
        "<< /Type /Filespec /F (a.txt) /EF << /F 8 0 R >> >>",
        _stream("", "data"),
        page="/Annots [6 0 R]",
    )
    data = path.read_bytes().replace(b"/Count 1 /Kids [4 0 R]", b"/Count 25000 /Kids [%s]" % pages.encode())
    path.write_bytes(data)
    plan = EXTRACTOR.plan(Source(path, PDF))
    assert UnitRun("attachment", 1) in plan.units
    assert all(run.kind != "rest" for run in plan.units)


TEMPLATE = (
    '<template xmlns="http://www.xfa.org/schema/xfa-template/3.3/"><subform>'
    "<draw><value><text>Surname</text></value></draw><field><caption><value><exData>"
    "<body xmlns='http://www.w3.org/1999/xhtml'><p>In <b>full</b></p></body>"
    "</exData></value></caption></field></subform></template>"
)
DATA = (
    '<d:datasets xmlns:d="http://www.xfa.org/schema/xfa-data/1.0/">'
    "<d:data><f><name>Ana Paz</name></f></d:data></d:datasets>"
)


@pytest.mark.parametrize("divided", [True, False])
def test_a_form_that_a_program_draws_is_read_from_that(tmp_path: Path, divided: bool) -> None:
    whole = f'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/">{TEMPLATE}{DATA}</xdp:xdp>'
    parts = [TEMPLATE, DATA] if divided else [whole]
    packed = "[(template) 6 0 R (datasets) 7 0 R]" if divided else "6 0 R"
    path = made(
        tmp_path / "a.pdf", *(_stream("", one) for one in parts),
        catalog=f"/NeedsRendering true /AcroForm << /XFA {packed} /Fields [] >>",
    )  # fmt: skip
    assert EXTRACTOR.plan(Source(path, PDF)).units == (UnitRun("page", 1), UnitRun("form", 1))
    _, drawn = read(path)
    assert isinstance(drawn, UnitRead)
    assert (drawn.kind, drawn.text) == ("form", "Surname\nIn full\nname: Ana Paz")


def test_a_form_whose_program_is_broken_is_not_whole(tmp_path: Path) -> None:
    catalog = "/NeedsRendering true /AcroForm << /XFA 6 0 R /Fields [] >>"
    whole = made(tmp_path / "a.pdf", _stream("", TEMPLATE[:90]), catalog=catalog).read_bytes()
    assert read(tmp_path / "a.pdf")[1] == UnitFailed(2, "damaged")
    (tmp_path / "a.pdf").write_bytes(whole[: whole.index(b"startxref")])  # a file that pypdf cannot open
    assert read(tmp_path / "a.pdf")[-1] == UnitFailed(2, "damaged")
    fields = "/AcroForm << /XFA 6 0 R /Fields [7 0 R] >>"
    filled = f"<< {RECT} /Subtype /Widget /FT /Tx /T (name) /V (Ana Paz) >>"
    both = made(tmp_path / "b.pdf", _stream("", TEMPLATE), filled, catalog=fields, page="/Annots [7 0 R]")
    assert EXTRACTOR.plan(Source(both, PDF)).units == (UnitRun("page", 1),)  # its pages have all of it


def test_a_page_of_many_fields_is_read_whole(tmp_path: Path) -> None:
    read = form(
        tmp_path / "a.pdf",
        *(f"<< {RECT} /Subtype /Widget /FT /Tx /T (f{number}) /V (value {number}) >>" for number in range(1_200)),
    )
    assert read.text.split("\n") == ["Words of the page", *(f"value {number}" for number in range(1_200))]
    lines = "".join(f"(line {number})" for number in range(700))
    box = form(tmp_path / "b.pdf", f"<< {RECT} /Subtype /Widget /FT /Ch /T (list) /Opt [{lines}] >>")
    assert box.text.endswith("line 699")
    chosen = f"/Ff 131072 /T (combo) /V (line 650) /Opt [{lines}]"
    assert form(tmp_path / "c.pdf", f"<< {RECT} /Subtype /Widget /FT /Ch {chosen} >>").text.endswith("\nline 650")


@pytest.mark.parametrize(("bound", "most"), [("ANNOTATIONS", 3), ("CHARACTERS", 90)])
def test_more_than_may_be_kept_of_a_page_is_known_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    fields = [f"<< {RECT} /Subtype /Widget /FT /Tx /T (f{number}) /V ({number * 20}) >>" for number in range(5)]
    box = f"<< {RECT} /Subtype /Widget /FT /Ch /T (list) /Opt [{'(some line)' * 20}] >>"
    assert not lacks(form(tmp_path / "a.pdf", *fields, box))
    monkeypatch.setattr(pdf_annotations, bound, most)
    read = form(tmp_path / "b.pdf", *fields, box)
    assert read.text.startswith("Words of the page\n0\n")
    assert "some line" not in read.text
    assert lacks(read)


@pytest.mark.parametrize("xfa", ["", "/XFA 9 0 R"])
def test_the_value_of_a_field_may_stand_on_its_parent(tmp_path: Path, xfa: str) -> None:
    path = made(
        tmp_path / "a.pdf",
        "<< /FT /Tx /T (name) /V (Ana Paz) /Kids [7 0 R] >>",
        f"<< {RECT} /Subtype /Widget /Parent 6 0 R >>",
        f"<< {RECT} /Subtype /Widget /FT /Tx /Ff 8192 /T (password) /V (secret) >>",
        _stream("", TEMPLATE),
        page="/Annots [7 0 R 8 0 R]",
        catalog=f"/AcroForm << {xfa} /Fields [6 0 R 8 0 R] >>",
    )
    assert page(path).text == "Words of the page\nAna Paz"


def test_a_field_without_a_form_is_read_unless_it_is_a_password(tmp_path: Path) -> None:
    fields = [
        f"<< {RECT} /Subtype /Widget /FT /Tx {flags} /T (one) /V ({value}) >>"
        for flags, value in (("/Ff 8192", "secret"), ("/Ff 4096", "Captain: Ana Paz"))
    ]
    path = made(tmp_path / "a.pdf", *fields, page="/Annots [6 0 R 7 0 R]")
    assert page(path).text == "Words of the page\nCaptain: Ana Paz"
