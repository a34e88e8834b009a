# SPDX-License-Identifier: Apache-2.0
import hashlib
from collections import Counter
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from PIL import Image

from ream_bench import inputs, papers
from ream_bench.inputs import MIX, Wanted, mixed
from ream_bench.plan import FULL, QUICK
from ream_bench.plan import papers as planned


def test_the_mix_of_a_hundred_is_as_it_is_said() -> None:
    assert sum(MIX.values()) == 100
    assert Counter(one.kind for one in mixed("a", 100)) == MIX


def test_a_large_scan_is_not_what_all_wait_for() -> None:
    kinds = [one.kind for one in mixed("a", 200)]
    places = [number for number, kind in enumerate(kinds) if kind == "large-scan"]
    assert len(places) == 2
    assert max(places) < 100


@pytest.mark.parametrize("plan", [FULL, QUICK])
def test_no_document_is_made_twice(plan: object) -> None:
    wanted = planned(plan)  # type: ignore[arg-type]
    groups = (wanted.warm_up, wanted.text, wanted.scans, wanted.mix, wanted.arrivals, wanted.long, wanted.heavy)
    names = [one.name for group in (*groups, *wanted.options.values()) for one in group]
    assert len(names) == len(set(names))


def test_a_plan_is_the_same_every_time() -> None:
    assert planned(QUICK) == planned(QUICK)


@pytest.mark.slow
@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("text-pdf", "a", 3), Wanted("scan", "b", 1), Wanted("docx", "c"), Wanted("txt", "d"),
        Wanted("doc", "e"), Wanted("heavy-pdf", "f", 2),
    ],
    ids=lambda wanted: wanted.kind,
)  # fmt: skip
def test_the_same_name_gives_the_same_bytes_and_another_gives_others(wanted: Wanted, tmp_path: Path) -> None:
    other = Wanted(wanted.kind, "other", wanted.pages)
    made = [next(inputs.make([one], tmp_path / str(n))).path for n, one in enumerate((wanted, wanted, other))]
    first, again, different = (hashlib.sha256(path.read_bytes()).digest() for path in made)
    assert first == again
    assert first != different


def test_a_text_pdf_has_text_and_a_scan_has_none(tmp_path: Path) -> None:
    papers.text_pdf(tmp_path / "t.pdf", "t", 2)
    papers.scanned_pdf(tmp_path / "s.pdf", "s", 1)
    with pypdfium2.PdfDocument(tmp_path / "t.pdf") as text:
        assert len(text) == 2
        assert 2_500 < len(text[1].get_textpage().get_text_range()) < 4_500
    with pypdfium2.PdfDocument(tmp_path / "s.pdf") as scan:
        assert len(scan) == 1
        assert scan[0].get_textpage().get_text_range() == ""
    assert (tmp_path / "s.pdf").stat().st_size < 500_000


def test_a_heavy_page_has_the_size_that_is_reckoned_with(tmp_path: Path) -> None:
    heavy = inputs.heavy("h", 990_000)
    assert heavy.pages == 10
    paper = next(inputs.make([heavy], tmp_path))
    assert paper.size >= 990_000
    assert paper.size < 1_100_000


def test_a_docx_has_headings_and_a_table(tmp_path: Path) -> None:
    papers.docx(tmp_path / "d.docx", "d")
    document = Document(str(tmp_path / "d.docx"))
    assert len(document.tables) == 1
    assert any((one.style.name or "").startswith("Heading") for one in document.paragraphs if one.style)


def test_letters_of_a_scan_are_dark_on_light(tmp_path: Path) -> None:
    papers.scanned_pdf(tmp_path / "s.pdf", "s", 1)
    with pypdfium2.PdfDocument(tmp_path / "s.pdf") as scan:
        page: Image.Image = scan[0].render(scale=2).to_pil().convert("L")
    shades = page.histogram()
    dark, light = sum(shades[:128]), sum(shades[200:])
    assert 0.01 < dark / (page.width * page.height) < 0.2
    assert light > 0.6 * page.width * page.height
