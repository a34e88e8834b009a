# SPDX-License-Identifier: Apache-2.0
"""Scorers of reading count every wrong letter, word and cell once, and a part of a corpus that is missing is said."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
import quality
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_contracts.artifacts import Table, UnitText
from ream_quality import breadth, edits, figures_page, made, ocr_pages, receipts, tables, tables_given, tables_scanned
from ream_quality.corpus import FOLDERS
from ream_quality.corpus import given as documents_given
from ream_quality.library import Library, Reading
from ream_quality.measures import AIMS, measure
from ream_quality.report import missing, page
from ream_quality.searching import answered
from ream_quality.silent_loss import Ours

words = st.lists(st.text("abcde", min_size=3, max_size=8), max_size=12)


def read(text: str, *rows: Sequence[Sequence[str]], outcome: str = "complete") -> Reading:
    found = tuple(Table(tuple(tuple(row) for row in table), None) for table in rows)
    unit = UnitText(1, "page", text, "ocr", 90, None, 0, 0, 0, (), (), found, ())
    return Reading({"media_type": "x/y", "type": "unknown", "cause": None}, (unit,), (), Ours(outcome, {}))


def truth(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


class TestEdits:
    @given(words)
    def test_the_same_text_has_no_wrong_letter_whatever_its_white_space(self, some: list[str]) -> None:
        assert edits.in_order("\n ".join(some), " ".join(some)) == 0
        assert edits.in_any_order("  ".join(some), " ".join(some)) == 0

    def test_a_letter_put_in_left_out_or_changed_counts_once(self) -> None:
        assert [
            edits.in_order(found, "ream of paper") for found in ("ream of paperx", "ream f paper", "rean of paper")
        ] == [1, 1, 1]

    def test_blocks_may_come_in_any_order(self) -> None:
        blocks = ["The first block of the page is here.", "Here is another one, with other words.", "1984"]
        assert edits.in_any_order("\n".join(reversed(blocks)), "\n\n".join(blocks)) == 0
        assert edits.in_order("\n".join(reversed(blocks)), "\n\n".join(blocks)) > 30

    def test_blocks_that_are_missing_or_too_much_count_whole(self) -> None:
        assert edits.in_any_order("", "0123456789") == 10
        assert edits.in_any_order("The first block of the page. zzzz", "The first block of the page.") == 4

    def test_quotes_are_folded_and_unknown_letters_dropped(self) -> None:
        assert edits.in_any_order("\u201cyes\u201d, it\u2019s", '"yes", ~it\'s') == 0


class TestPages:
    def test_forms_of_a_page_have_its_truth_and_unlv_pages_are_scored_apart(self, tmp_path: Path) -> None:
        truth(tmp_path, "ocr-pages/photo.txt", "one two")
        truth(tmp_path, "ocr-pages/8071_093.3B.txt", "first line\n\nsecond line")
        found = {
            "photo.tif": "one two", "photo-rotated-180.png": "one twa", "photorot.tif": "one two",
            "photo_2.tif": "one two", "other.png": "nobody knows", "8071_093.3B.tif": "second line first line",
        }  # fmt: skip
        library = Library(tmp_path, {f"ocr-pages/{name}": read(text) for name, text in found.items()})
        assert len(list(ocr_pages.scored(library))) == 5
        assert ocr_pages.measure(library) == {"ocr_pages_cer": pytest.approx(1 / 28), "ocr_unlv_cer": 0.0}

    def test_words_of_a_receipt_count_as_often_as_they_stand(self, tmp_path: Path) -> None:
        truth(tmp_path, "receipts/box/1.csv", "1,1,9,1,9,5,1,5,TOTAL, RM 12.50\n1,6,9,6,9,9,1,9,Total\n")
        library = Library(tmp_path, {"receipts/img/1.jpg": read("total rm 12 60"), "receipts/img/2.jpg": read("x")})
        assert receipts.runs("Total, RM12.50_a") == Counter(["TOTAL", "RM12", "50", "A"])
        assert receipts.measure(library) == {"receipts_word_recall": 3 / 5, "receipts_word_precision": 3 / 4}


class TestTables:
    XML = """<document><table id="1"><region id="1" page="1">
        <cell start-row="0" start-col="0" end-col="1"><content>over both</content></cell>
        <cell start-row="1" start-col="0"><content>a</content></cell>
        <cell start-row="1" start-col="1"><content> </content></cell>
        <cell start-row="1" start-col="2"><content>b c</content></cell>
        </region></table></document>"""

    def test_neighbours_skip_blank_cells_and_count_once_over_spans(self, tmp_path: Path) -> None:
        truth(tmp_path, "1-str.xml", self.XML)
        assert tables.wanted_pairs(tmp_path / "1-str.xml") == {("overboth", "a", "below"): 1, ("a", "bc", "right"): 1}

    def test_the_mean_over_documents_is_scored(self, tmp_path: Path) -> None:
        for name in ("1", "2"):
            truth(tmp_path, f"tables/{name}-str.xml", self.XML)
        right = [["over both", "", ""], ["a", "", "b c"]]
        library = Library(
            tmp_path, {"tables/1.pdf": read("", right), "tables/2.pdf": read("no table"), "tables/3.pdf": read("")}
        )
        assert tables.measure(library) == {"tables_cell_f1": 0.5}
        assert tables.found_pairs(read("", right, right))["a", "bc", "right"] == 2

    def test_a_found_cell_over_several_columns_has_each_of_its_neighbours(self) -> None:
        found = read("", [["over both", ""], ["a", "b c"]])
        (unit,) = found.units
        spanned = replace(unit, tables=(replace(unit.tables[0], spans=((0, 0, 1, 2),)),))
        below = {("overboth", "a", "below"), ("overboth", "bc", "below")}
        assert set(tables.found_pairs(replace(found, units=(spanned,)))) == {*below, ("a", "bc", "right")}


class TestTablesGiven:
    def test_the_reader_is_asked_where_the_truth_says(self, tmp_path: Path) -> None:
        cells = "".join(
            f'<cell start-row="{row}" start-col="{column}"><content>{text}</content></cell>'
            for row, texts in enumerate((("Town", "Men"), ("Aldbrook", "1,204")))
            for column, text in enumerate(texts)
        )
        truth(tmp_path, "tables/1-str.xml", f"<document><table><region>{cells}</region></table></document>")
        library = Library(tmp_path, {"tables/1.pdf": read("")})
        canvas = Canvas(str(tmp_path / "tables/1.pdf"), pagesize=(400, 400))
        for y, (left, right) in ((300, ("Town", "Men")), (280, ("Aldbrook", "1,204")), (200, ("Carrow", "87"))):
            canvas.drawString(50, y, left)
            canvas.drawString(200, y, right)
        canvas.save()
        assert tables_given.measure(library) == {}
        for box, f1 in (("50 270 300 320", 1.0), ("50 190 300 320", 8 / 11), ("50 20 300 60", 0.0)):
            sides = " ".join(f'{name}="{at}"' for name, at in zip(("x1", "y1", "x2", "y2"), box.split(), strict=True))
            region = f'<region page="1"><bounding-box {sides}/></region>'
            truth(tmp_path, "tables/1-reg.xml", f"<document><table>{region}</table></document>")
            assert tables_given.measure(library) == {"tables_cell_f1_regions_given": pytest.approx(f1)}


@pytest.mark.programs
@pytest.mark.slow
class TestTablesScanned:
    def test_the_page_is_seen_as_a_picture_and_asked_where_the_truth_says(self, tmp_path: Path) -> None:
        rows = (("Town", "Men", "Women"), ("Aldbrook", "1,204", "1,310"), ("Carrow", "87", "91"))
        cells = "".join(
            f'<cell start-row="{row}" start-col="{column}"><content>{text}</content></cell>'
            for row, texts in enumerate(rows)
            for column, text in enumerate(texts)
        )
        truth(tmp_path, "tables/1-str.xml", f"<document><table><region>{cells}</region></table></document>")
        region = '<region page="1"><bounding-box x1="45" y1="250" x2="350" y2="320"/></region>'
        library = Library(tmp_path, {"tables/1.pdf": read("")})
        canvas = Canvas(str(tmp_path / "tables/1.pdf"), pagesize=(400, 400))
        canvas.drawString(50, 360, "What was counted in the towns")
        for down, texts in enumerate(rows):
            for across, text in enumerate(texts):
                canvas.drawString(50 + 120 * across, 300 - 20 * down, text)
        canvas.save()
        assert tables_scanned.measure(library) == {}
        truth(tmp_path, "tables/1-reg.xml", f"<document><table>{region}</table></document>")
        assert tables_scanned.measure(library) == {"tables_scanned_cell_f1_regions_given": 1.0}


@pytest.mark.slow
class TestMade:
    def test_the_same_documents_are_made_each_time(self) -> None:
        one = made.in_order()
        made.in_order.cache_clear()
        assert [each.content for each in one] == [each.content for each in made.in_order()]
        assert len({each.name for each in made.every()}) == len(made.every())

    def test_what_reads_everything_has_no_errors(self, tmp_path: Path) -> None:
        library = Library(tmp_path, {one.name: read(one.text) for one in made.every()})
        best = {"ocr_degraded_cer": 0, "pdf_words_in_order": 1, "text_read_twice": 0, "picture_words": 1}
        assert made.measure(library) == best
        blind = Library(tmp_path, {one.name: read(one.text.replace(one.shown, "")) for one in made.every()})
        assert made.measure(blind) == best | {"picture_words": 0}
        doubled = Library(tmp_path, {one.name: read(f"{one.text}\n{one.text}") for one in made.every()})
        assert made.measure(doubled)["text_read_twice"] == len(list(made.twice()))
        mixed = Library(tmp_path, {one.name: read(" ".join(reversed(one.text.split()))) for one in made.every()})
        assert made.measure(mixed)["pdf_words_in_order"] < 0.5
        assert made.measure(mixed)["ocr_degraded_cer"] > 0.5


class TestBreadth:
    def test_what_nobody_excuses_counts_against_us(self, tmp_path: Path) -> None:
        for name in ("a", "b", "c"):
            truth(tmp_path, f"formats/{name}.txt", "Some words.")
        outcomes = {"a": "complete", "b": "failed", "c": "empty"}
        library = Library(tmp_path, {f"formats/{n}.txt": read("", outcome=outcome) for n, outcome in outcomes.items()})
        assert breadth.measure(library) == {"silent_loss": 0, "formats_complete": pytest.approx(2 / 3)}


def test_only_documents_are_given_and_not_the_truth_about_them(tmp_path: Path) -> None:
    for name in (
        "ocr-pages/1.png",
        "ocr-pages/1.txt",
        "tables/1.pdf",
        "tables/1-str.xml",
        "news/a/1.txt",
        "other/x.pdf",
    ):
        truth(tmp_path, name, "x")
    truth(tmp_path, "personal-data/s.json", json.dumps([{"full_text": "Call me."}]))
    assert [one.name for one in documents_given(tmp_path)] == [
        "news/a/1.txt", "ocr-pages/1.png", "tables/1.pdf", "personal-data/s.json#0",
    ]  # fmt: skip


def test_every_metric_is_measured_or_said_to_be_missing(tmp_path: Path) -> None:
    """A corpus that holds nothing has all of them missing, each with what it needs."""
    nothing = Library(tmp_path, {})
    assert measure(nothing) == {}
    assert [name for name, _ in missing({})] == list(AIMS)
    assert "the corpus has no documents with a truth for it (tables)" in page(nothing, {}, {}, {})
    assert set(FOLDERS) > {"reports", "receipts/img"}


def test_the_report_shows_the_last_time_and_small_pictures(tmp_path: Path) -> None:
    truth(tmp_path, "ocr-pages/p.txt", "one two")
    Image.new("L", (400, 300), 200).save(tmp_path / "ocr-pages" / "p.png")
    library = Library(tmp_path, {"ocr-pages/p.png": read("<b>one")})
    text = page(library, measure(library), {"ocr_pages_cer": 0.125}, {"bare": {"ocr_pages_cer": 0.25}})
    assert "0.125" in text
    assert "bare" in text
    assert "0.25<" in text
    assert "data:image/jpeg;base64," in text
    assert "missed" in text


def test_the_page_of_the_docs_says_what_was_reached_and_what_has_no_figure() -> None:
    text = figures_page.page(
        {"silent_loss": 1.0, "ocr_pages_cer": 0.002, "quiet_pages": 9.0},
        {"bare": {"ocr_pages_cer": 0.25}},
        12,
        date(2026, 12, 1),
    )
    for line in (
        "| `silent_loss` | 1 | \u2264 0 | not reached |  |",
        "| `ocr_pages_cer` | 0.002 | \u2264 0.01 | reached | bare 0.25 |",
        "| `quiet_pages` | 9 |  |  |  |",
        "- `type_f1_examples`: the corpus has no documents with a truth for it (folders of one kind)",
    ):  # fmt: skip
        assert line in text.splitlines()
    assert "2026-12-01" in text
    assert "12 documents" in text


def test_questions_without_their_reports_are_not_asked(tmp_path: Path) -> None:
    """No figure is said to be missed of what was left out."""
    truth(tmp_path, "reports/questions.jsonl", '{"question": "How much?", "evidence": []}')
    told: list[str] = []
    assert answered(cast(Any, None), Library(tmp_path, {}), told.append) == {}
    assert told == []


def test_figures_are_written_as_a_flat_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    quality.write(Library(tmp_path, {}), {"silent_loss": 1.0}, {}, tmp_path, told.append)
    assert json.loads((tmp_path / "quality.json").read_text()) == {"silent_loss": 1.0}
    assert "silent_loss                          1          wanted \u2264 0, missed" in capsys.readouterr().out


def test_a_folder_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REAM_CORPUS", raising=False)
    for arguments in ([str(tmp_path / "none")], []):
        assert quality.main(arguments) == 2
        assert "make quality CORPUS=DIR" in capsys.readouterr().err
