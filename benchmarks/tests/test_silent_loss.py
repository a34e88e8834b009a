# SPDX-License-Identifier: Apache-2.0
"""A loss that nobody named is counted, and nothing else is."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_contracts import identity, layout
from ream_contracts.artifacts import DocumentRecord, SegmentRecord, SegmentText, UnitText, Way
from ream_contracts.receipts import Line, pack
from ream_kit.testing import memory_store
from ream_quality.second_readers import asked
from ream_quality.silent_loss import Loss, Ours, OurUnit, Theirs, loss, ours
from ream_quality.words import recall, words

TEXT = "The committee met on the third Tuesday of the month to review what had been promised and what was delivered."


def document(*pages: str, outcome: str = "complete", method: str = "text-layer") -> Ours:
    return Ours(outcome, {number: OurUnit("page", "read", method, text) for number, text in enumerate(pages, 1)})


class TestWords:
    def test_order_case_ligatures_and_divided_lines_make_no_difference(self) -> None:
        assert words("The \ufb01rst com-\nmittee, WHAT") == words("what: first The committee")

    def test_labels_of_lists_are_no_words(self) -> None:
        assert words("1. one\n  b) two\niv. three\n2.1. four\n1984 was") == words("one two three four 1984 was")

    def test_scripts_without_spaces_are_compared_by_letters(self) -> None:
        assert words("昨日の夜") == words("昨日 の\n夜")

    def test_words_count_as_often_as_they_stand(self) -> None:
        assert recall(words("one two"), words("one one two two")) == 0.5

    def test_a_word_that_only_one_reading_divides_is_no_loss(self) -> None:
        assert recall(words("in voice num ber"), words("invoice number")) == 1.0
        assert recall(words("in voice"), words("invoice number")) == 0.5

    @given(st.text("abc -\n", max_size=60))
    def test_every_text_has_all_of_its_own_words(self, text: str) -> None:
        assert recall(words(text), words(text)) == 1.0


class TestLoss:
    def test_the_same_words_are_no_loss(self) -> None:
        assert loss(document(TEXT), [Theirs("x", text=TEXT.upper())]) is None

    def test_a_missing_tenth_is_one(self) -> None:
        less = " ".join(TEXT.split()[:18])
        assert loss(document(less), [Theirs("x", text=TEXT)]) == Loss("x", "90.0% of 20 words")

    @pytest.mark.parametrize("outcome", ["partial", "failed", "rejected", "unsupported"])
    def test_a_document_that_says_so_itself_lost_nothing_silently(self, outcome: str) -> None:
        assert loss(document(outcome=outcome), [Theirs("x", "page", 3, text=TEXT)]) is None

    def test_a_document_called_empty_in_which_others_read_is_one(self) -> None:
        assert loss(document("", outcome="empty"), [Theirs("x", text=TEXT)]) is not None

    def test_a_unit_that_has_no_line_is_one(self) -> None:
        assert loss(document(TEXT), [Theirs("qpdf", "page", 2)]) == Loss("qpdf", "1 of 2 units of kind page")
        assert loss(document(TEXT, ""), [Theirs("qpdf", "page", 2)]) is None

    def test_pages_are_compared_one_by_one_and_errors_of_ocr_do_not_count(self) -> None:
        mixed = Ours(
            "complete", {1: OurUnit("page", "read", "text-layer", TEXT), 2: OurUnit("page", "read", "ocr", "x")}
        )
        assert loss(mixed, [Theirs("x", pages=(TEXT, TEXT))]) is None
        assert loss(document("", TEXT), [Theirs("x", pages=(TEXT, TEXT))]) is not None
        assert loss(document("x", method="ocr"), [Theirs("x", text=TEXT)]) is None

    def test_a_few_words_and_a_reader_of_something_else_are_no_witness(self) -> None:
        assert loss(document(""), [Theirs("x", text="Page 1 of 3")]) is None
        other = " ".join(f"0x{number:x}" for number in range(100))
        assert loss(document(TEXT), [Theirs("x", text=other)]) is None


def test_what_lies_in_the_store_is_compared() -> None:
    store, own = memory_store(), ("a" * 32, 1)
    text, way = layout.text(*own, 1, "extract", "m" * 12), Way("page", "read", "ocr", None)
    units = tuple(UnitText(n, "page", f"page {n}", "ocr", 90, None, 0, 0, 0, (), (), (), ()) for n in (1, 2))
    store.put_artifact(text, SegmentText(*own, 1, "extract", "1", units, ()))
    record = SegmentRecord(*own, 1, 1, ((1, 1),), ((2, 2),), text, "c", "ocr", 90, 12, ())
    store.put_artifact(layout.segment_record(*own, 1, 1), record)
    receipt = pack([Line(1, way, 6, 90), Line(2, Way("page", "not-applicable", "none", None))])
    found = ours(store, DocumentRecord(own[0], 1, 1, identity.version(1, 1, 8), "complete", {}, receipt, (), ()))
    assert found == Ours(
        "complete", {1: OurUnit("page", "read", "ocr", "page 1"), 2: OurUnit("page", "not-applicable", "none", "")}
    )


class TestSecondReaders:
    @pytest.mark.programs
    def test_of_a_pdf(self, tmp_path: Path) -> None:
        canvas = Canvas(str(tmp_path / "a.pdf"))
        for page in ("first", "second"):
            canvas.drawString(72, 700, f"Words of the {page} page")
            canvas.showPage()
        canvas.save()
        counted, read = asked(tmp_path / "a.pdf", "application/pdf")
        assert (counted.kind, counted.units) == ("page", 2)
        assert [page.strip() for page in read.pages] == ["Words of the first page", "Words of the second page"]

    @pytest.mark.programs
    def test_of_a_zip(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
            for name in ("a.txt", "folder/", "folder/b.txt"):
                made.writestr(name, "")
        (theirs,) = asked(tmp_path / "a.zip", "application/zip")
        assert (theirs.kind, theirs.units) == ("member", 2)

    def test_of_a_page(self, tmp_path: Path) -> None:
        (tmp_path / "a.html").write_text("<p>One<br>two</p><script>not</script><svg>nor</svg><b>three</b>", "utf-8")
        (theirs,) = asked(tmp_path / "a.html", "text/html")
        assert (theirs.text or "").split() == ["One", "two", "three"]

    def test_what_no_program_knows_has_no_second_reader(self, tmp_path: Path) -> None:
        assert asked(tmp_path / "a.bin", "application/octet-stream") == []
