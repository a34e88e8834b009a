# SPDX-License-Identifier: Apache-2.0
"""LibreOffice lays out workbooks and presentations of every kind, and WordPerfect: known words stand on their pages.

The office files are stored by LibreOffice from OpenDocument files that are written here, in one go.
"""

import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from ream_contracts import identity, layout
from ream_contracts.artifacts import SegmentRecord, SegmentText, UnitText
from ream_contracts.messages import Allowance, DocumentIngested
from ream_kit import Store
from ream_kit.store_memory import MemoryBlobs
from ream_pages import office as office_module
from ream_pages.images import PageImages, open_images
from ream_pages.kinds import OFFICE, SLIDES
from ream_pages.office import Office

pytestmark = [pytest.mark.programs, pytest.mark.timeout(180)]

MORE_FILTERS = {
    ".xls": "MS Excel 97", ".xlsx": "Calc MS Excel 2007 XML", ".ods": "calc8",
    ".ppt": "MS PowerPoint 97", ".pptx": "Impress MS PowerPoint 2007 XML", ".odp": "impress8",
}  # fmt: skip
"""What Ream itself never stores, and this test must."""
NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{what}:1.0"'
    for name, what in {
        "office": "office", "text": "text", "table": "table", "draw": "drawing", "style": "style",
        "svg": "svg-compatible", "presentation": "presentation",
    }.items()
)  # fmt: skip
PRICES, PEOPLE = "Pears Apples Quinces Medlars", "Anna Boris Chiara Dilip"
SLIDE_TEXTS = ("Rivers", "Kept from the audience", "Thank you all")
"""The first has fewer words than runs are compared by; the second is hidden."""
HIDDEN = (
    '<style:style style:name="hidden" style:family="drawing-page">'
    '<style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
)


def package(path: Path, kind: str, styles: str, body: str) -> None:
    """Writes an OpenDocument file."""
    media_type = f"application/vnd.oasis.opendocument.{kind}"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("mimetype", media_type)
        made.writestr(
            "META-INF/manifest.xml",
            f'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" m:version="1.2">'
            f'<m:file-entry m:full-path="/" m:media-type="{media_type}"/>'
            f'<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>',
        )
        made.writestr(
            "content.xml",
            f'<office:document-content {NAMES} office:version="1.2">'
            f"<office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        )


def sheet(name: str, words: str) -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{word}</text:p></table:table-cell>'
        for word in words.split()
    )
    return f'<table:table table:name="{name}"><table:table-row>{cells}</table:table-row></table:table>'


def slide(number: int, text: str) -> str:
    frame = '<draw:frame svg:x="2cm" svg:y="2cm" svg:width="20cm" svg:height="3cm">'
    hidden = ' draw:style-name="hidden"' if number == 2 else ""
    return (
        f'<draw:page draw:name="s{number}"{hidden}>{frame}<draw:text-box><text:p>{text}</text:p></draw:text-box>'
        "</draw:frame></draw:page>"
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workbook of two sheets and a presentation of three slides, in three formats each."""
    folder = tmp_path_factory.mktemp("files")
    package(folder / "sheets.ods", "spreadsheet", "", sheet("Prices", PRICES) + sheet("People", PEOPLE))
    package(folder / "show.odp", "presentation", HIDDEN, "".join(map(slide, range(1, 4), SLIDE_TEXTS)))
    worker = folder / "worker.py"
    place = str(office_module.WORKER.parent)
    worker.write_text(
        f"import sys; sys.path.insert(0, {place!r}); import office_worker\n"
        f"office_worker.FILTERS.update({MORE_FILTERS!r}); raise SystemExit(office_worker.main())\n"
    )
    with pytest.MonkeyPatch.context() as patched, Office() as office:
        patched.setattr(office_module, "WORKER", worker)
        for ending in MORE_FILTERS:
            given = "sheets.ods" if ending in (".xls", ".xlsx", ".ods") else "show.odp"
            office.convert(folder / given, folder / f"made{ending}")
    return folder


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(MemoryBlobs())


@pytest.fixture(scope="module")
def images(store: Store) -> Iterator[PageImages]:
    with open_images(store, {}) as opened:
        yield opened


def keep(store: Store, path: Path, texts: tuple[str, ...]) -> tuple[str, int]:
    """Puts a document into the store as the services leave it; returns its id and generation."""
    one = identity.document_id("test", path.suffix)
    name = layout.original(one, 1)
    media_type = next(kind for kind, ending in OFFICE.items() if ending == path.suffix[1:])
    store.put(name, path)
    store.put_artifact(
        layout.ingested(one, 1),
        DocumentIngested(
            document_id=one, generation=1, run=1, root_id=one, parent_id=None, depth=0, object=name,
            size=path.stat().st_size, sha256="0" * 64, media_type=media_type, duplicate_of=None, refused=None,
            allowance=Allowance(1, 1), redo=(),
        ),
    )  # fmt: skip
    kind = "slide" if media_type in SLIDES else "sheet"
    units = tuple(
        UnitText(number, kind, text, "markup", 100, None, 0, 0, 0, (), (), (), ())
        for number, text in enumerate(texts, 1)
    )
    text = layout.text(one, 1, 1, "extract", "a" * 12)
    store.put_artifact(text, SegmentText(one, 1, 1, "extract", "1", units, ()))
    record = SegmentRecord(
        document_id=one, generation=1, run=1, segment=1, text=text, classes=layout.classes(one, 1, 1, "a" * 12),
        read=((1, len(texts)),), not_applicable=(), method="markup", confidence=100, characters=1, children=(),
    )  # fmt: skip
    store.put_artifact(layout.segment_record(one, 1, 1, 1), record)
    return one, 1


def drawn(store: Store, name: str) -> tuple[str | None, int]:
    """The format of a picture, and how many shades it has: a blank page has one."""
    with Image.open(io.BytesIO(store.get(name))) as picture:
        return picture.format, len(picture.convert("L").getcolors() or ())


@pytest.mark.parametrize("ending", [".xls", ".xlsx", ".ods"])
def test_sheets_have_pages(files: Path, store: Store, images: PageImages, ending: str) -> None:
    document = keep(store, files / f"made{ending}", (PRICES.replace(" ", "\t"), PEOPLE.replace(" ", "\t")))
    numbers = images.numbers(*document)
    assert numbers is not None
    assert [(page.unit, page.offset) for page in numbers.pages] == [(1, 0), (2, 0)]
    assert images.text(*document, 2).split() == PEOPLE.split()
    for name, kind in ((images.page(*document, 2, 75), "PNG"), (images.thumbnail(*document), "JPEG")):
        found, shades = drawn(store, name)
        assert found == kind
        assert shades > 1


@pytest.mark.parametrize("ending", [".ppt", ".pptx", ".odp"])
def test_slides_are_pages_hidden_or_not(files: Path, store: Store, images: PageImages, ending: str) -> None:
    document = keep(store, files / f"made{ending}", SLIDE_TEXTS)
    numbers = images.numbers(*document)
    assert numbers is not None
    assert [(page.unit, page.offset) for page in numbers.pages] == [(1, 0), (2, 0), (3, 0)]
    assert all(page.width > page.height > 0 for page in numbers.pages)
    assert [images.text(*document, number) for number in (1, 2, 3)] == list(SLIDE_TEXTS)
    words = [one["text"].strip() for one in images._answers(images._shown(*document), {"do": "words"})]
    assert words == list(SLIDE_TEXTS)
    for name, kind in ((images.page(*document, 2, 75), "PNG"), (images.thumbnail(*document), "JPEG")):
        found, shades = drawn(store, name)
        assert found == kind
        assert shades > 1


def test_wordperfect_has_pages(tmp_path: Path, store: Store, images: PageImages) -> None:
    words = "Minutes of the orchard society"
    (tmp_path / "made.wpd").write_bytes(
        b"\xffWPC" + struct.pack("<I4B2H", 16, 1, 10, 0, 1, 0, 0) + words.encode() + b"\n"
    )
    document = keep(store, tmp_path / "made.wpd", (words,))
    assert images.text(*document, 1) == words
    assert drawn(store, images.page(*document, 1, 75))[1] > 1
