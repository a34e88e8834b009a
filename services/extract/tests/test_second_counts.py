# SPDX-License-Identifier: Apache-2.0
"""Counts that know nothing of the readers: what they count is there, and what a reader leaves out shows."""

import io
import struct
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ream_contracts.artifacts import Manifest, UnitKind
from ream_contracts.whole import letters
from ream_extract import html_text, wire
from ream_extract.extractors import archive, html, image, pdf, text
from ream_extract.flow import Block, apportion
from ream_extract.html_letters import shown_letters
from ream_extract.planning import covers_all, lay_out
from ream_extract.reading import ChildRead, Source, UnitFailed, UnitRead, UnitRun, UnitScanned
from ream_extract.segments import RunNote, Scanned
from ream_extract.testing import pdf as made_pdf
from ream_extract.tiff_chain import directories
from ream_extract.zip_check import counted

WORDS = "Words that people see. " * 20


class TestHtml:
    @pytest.mark.parametrize(
        ("page", "shown"),
        [
            ("<p title='not this'>a<b>b</b>&nbsp;&amp;&eacute;</p>", 3),
            ("a<!-- <p>not this</p> -->b<!-- nor this", 2),
            ("a<script>x</script><style>y</style><SVG><text>z</text></SVG>b<script>never closed", 2),
            ("1 < 2 <br>a", 3),
            ("a<p", 1),
        ],
    )
    def test_letters_outside_of_tags_are_counted(self, page: str, shown: int) -> None:
        assert shown_letters(page) == shown

    @pytest.mark.parametrize("piece", ["<!--", "<script>", "<a ", "<", "</", "<!--<script>"])
    def test_counting_takes_linear_time(self, piece: str) -> None:
        started = time.process_time()
        shown_letters(piece * 300_000)
        assert time.process_time() - started < 5

    def test_a_paragraph_that_a_reader_leaves_out_is_missed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "a.html"
        path.write_text(f"<p>{WORDS}</p><aside>{WORDS}</aside>")
        source = Source(path, "text/html")
        (whole,) = html.EXTRACTOR.read(source, 1, 1, tmp_path)
        monkeypatch.setattr(html_text, "UNREAD", html_text.UNREAD | {"aside"})
        (less,) = html.EXTRACTOR.read(source, 1, 1, tmp_path)
        assert isinstance(whole, UnitRead)
        assert isinstance(less, UnitRead)
        assert letters(whole.text) == whole.counted == less.counted == 2 * letters(less.text)


class TestPdf:
    def test_every_page_says_how_many_letters_it_has(self, tmp_path: Path) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(made_pdf("tb"))
        first, blank = filter(None, pdf.EXTRACTOR.read(Source(path, "application/pdf"), 1, 2, tmp_path))
        assert isinstance(first, UnitRead)
        assert isinstance(blank, UnitRead)
        assert first.counted == letters(first.text) > 20
        assert blank.counted == 0

    def test_a_line_that_is_lost_while_text_is_tidied_shows(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(made_pdf("t"))
        monkeypatch.setattr("ream_extract.pdf_page.tidy", lambda text: text[:9])
        (only,) = pdf.EXTRACTOR.read(Source(path, "application/pdf", ocr="never"), 1, 1, tmp_path)
        assert isinstance(only, UnitRead)
        assert only.counted is not None
        assert letters(only.text) < only.counted


class TestText:
    @pytest.mark.parametrize(
        ("encoding", "line", "share"),
        [
            ("utf-8", "Größe 12, Straße\n", 0.7),
            ("utf-8", "Приказ о приёме\n", 1.0),
            ("utf-8", "昨日の夜町へ\n", 0.4),
            ("utf-16-le", "Size 12, 昨日 here\n", 0.7),
            ("utf-16-be", "Size 12, 昨日 here\n", 0.7),
            ("cp1252", "Größe 12, Straße\n", 0.7),
        ],
    )
    def test_bytes_that_must_be_letters_are_counted(self, encoding: str, line: str, share: float) -> None:
        found = text.letters_in(line.encode(encoding), encoding)
        assert found is not None
        assert share * letters(line) <= found <= letters(line)

    @given(st.text(), st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]))
    def test_no_more_letters_are_counted_than_there_are(self, line: str, encoding: str) -> None:
        found = text.letters_in(line.encode(encoding, "ignore"), encoding)
        assert found is not None
        assert found <= letters(line)

    @pytest.mark.parametrize("encoding", ["shift_jis", "cp932", "gb18030", "euc_jp", "iso2022_jp", "utf-32-le"])
    def test_where_bytes_do_not_tell_nothing_is_said(self, encoding: str) -> None:
        assert text.letters_in(b"abc", encoding) is None


class TestTiff:
    @pytest.mark.parametrize("big", [False, True])
    def test_directories_are_the_frames(self, tmp_path: Path, big: bool) -> None:
        path = tmp_path / "a.tiff"
        first, *rest = [Image.new("L", (8, 8)) for _ in range(3)]
        first.save(path, save_all=True, append_images=rest, big_tiff=big)
        assert directories(path) == 3

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"II*\0",
            b"\x89PNG",
            b"II*\0" + struct.pack("<I", 8),
            b"II*\0" + struct.pack("<IHI", 8, 0, 8),
            b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 2**63) + b"\0" * 9,
        ],
    )
    def test_what_is_cut_off_or_goes_in_a_circle_ends(self, tmp_path: Path, data: bytes) -> None:
        path = tmp_path / "a.tiff"
        path.write_bytes(data)
        assert directories(path) <= 1

    def test_a_page_that_the_library_does_not_reach_is_a_unit_that_fails(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "a.tiff"
        Image.new("L", (8, 8)).save(path)
        monkeypatch.setitem(image._PAGED, "TIFF", lambda path: 2)
        source = Source(path, "image/tiff")
        assert image.EXTRACTOR.plan(source).units == (UnitRun("image", 2),)
        assert list(image.EXTRACTOR.read(source, 1, 2, tmp_path)) == [
            UnitScanned(1, "picture"), UnitFailed(2, "damaged"),
        ]  # fmt: skip


class TestArchive:
    def test_an_entry_that_only_the_end_of_the_file_counts_is_a_unit_that_fails(self, tmp_path: Path) -> None:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as made:
            made.writestr("a.txt", "hello")
        data = bytearray(held.getvalue())
        struct.pack_into("<HH", data, data.rfind(b"PK\x05\x06") + 8, 2, 2)
        path = tmp_path / "a.zip"
        path.write_bytes(data)
        source = Source(path, "application/zip")
        assert counted(path) == 2
        assert archive.EXTRACTOR.plan(source).units == (UnitRun("member", 2),)
        first, second = archive.EXTRACTOR.read(source, 1, 2, tmp_path)
        assert isinstance(first, ChildRead)
        assert second == UnitFailed(2, "damaged")


class TestBodies:
    @given(st.lists(st.lists(st.text("ab ", max_size=9), max_size=3), min_size=1, max_size=4), st.integers(0, 999))
    def test_a_count_is_divided_as_what_came_out(self, texts: list[list[str]], count: int) -> None:
        parts = [[Block(one) for one in part] for part in texts]
        shares = apportion(count, parts)
        came = [sum(letters(one) for one in part) for part in texts]
        assert len(shares) == len(parts)
        assert count - len(parts) < sum(shares) <= count
        if count == sum(came):
            assert shares == came


def manifest(kinds: tuple[UnitKind, ...], segments: tuple[tuple[int, int], ...], units: int) -> Manifest:
    return Manifest("a" * 32, 1, "a/b", "page", kinds, units, segments, 0, None, None, None, {}, "x", "1")


@given(st.lists(st.builds(UnitRun, st.sampled_from("ab"), st.integers(0, 40), st.integers(1, 16)), max_size=4))
def test_what_is_laid_out_covers_every_unit(runs: list[UnitRun]) -> None:
    laid = lay_out(tuple(runs), 100)
    assert covers_all(manifest(laid.kinds, laid.segments, laid.units))
    if laid.segments:
        assert not covers_all(manifest(laid.kinds, laid.segments[:-1], laid.units))
        assert not covers_all(manifest(laid.kinds[1:], laid.segments, laid.units))
        assert not covers_all(manifest(laid.kinds, laid.segments, laid.units + 1))


def test_a_note_answers_every_unit_once() -> None:
    note = RunNote("t", (1, 2), scanned=(Scanned(3, "picture", None),), failed=(UnitFailed(4, "damaged"),))
    assert note.answers(range(1, 5))
    assert not note.answers(range(1, 6))
    assert not note.answers(range(1, 4))


def test_an_item_that_lost_something_between_cell_and_service_is_none() -> None:
    packed = wire.pack(UnitRead(1, "page", "some text", "text-layer"))
    assert isinstance(wire.unpack(packed), UnitRead)
    kept = wire.pack(UnitScanned(1, "broken-text", UnitRead(1, "page", "some text", "text-layer")))
    assert isinstance(wire.unpack(kept), UnitScanned)
    for broken in (packed | {"text": "some"}, kept | {"kept": kept["kept"] | {"text": ""}}):
        with pytest.raises(TypeError):
            wire.unpack(broken)
