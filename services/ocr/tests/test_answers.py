# SPDX-License-Identifier: Apache-2.0
"""Of a text layer and what OCR read one is kept, never both, and what failed is said by cause."""

from dataclasses import replace
from typing import Any

import pytest

from ream_contracts.artifacts import Annotation, Heading, Table, UnitText
from ream_contracts.whole import NotWhole
from ream_contracts.words import of_unit, packed
from ream_ocr.answers import Answers, Failure, collect, confidence
from ream_ocr.judging import Keep, agreement, judge, together

SEEN = "Invoice number 4711 is due on the third Tuesday of March"


def answer(unit: int, text: str = SEEN, confidence: int = 95) -> dict[str, Any]:
    return {
        "unit": unit,
        "kind": "page",
        "text": text,
        "characters": len(text),
        "tables": [],
        "cells": 0,
        "words": packed(((0.5, 0.5, 1, 1), 90) for _ in text.split()),
        "confidence": confidence,
        "label": None,
        "width": 595.0,
        "height": 842.0,
        "rotation": 180,
        "looks": 2,
    }


def layer(unit: int, text: str, confidence: int = 40) -> UnitText:
    notes = (Annotation("note", "seen by us", "A. Person"),)
    headings = (Heading(0, 1, "Invoice"),)
    return UnitText(unit, "page", text, "text-layer", confidence, "iv", 595, 842, 0, headings, (), (), notes)


class TestJudging:
    def test_a_layer_that_says_what_is_seen_is_kept(self) -> None:
        assert judge(SEEN.upper() + " and more", 10, SEEN, 96) is Keep.LAYER

    def test_a_broken_layer_is_not(self) -> None:
        assert judge("!nvo(ce nvm8er due on tbe tbird of xx", 90, SEEN, 96, broken=True) is Keep.SEEN

    def test_a_layer_of_a_part_of_the_page_is_added(self) -> None:
        assert judge("Envelope ID 0815-4711", 100, SEEN, 96) is Keep.BOTH

    def test_without_sure_sight_the_surer_of_two_like_ones_is_kept(self) -> None:
        other = "some words that are others, and as many of them as are there"
        assert judge(other, 60, SEEN, 55) is Keep.LAYER
        assert judge(other, 40, SEEN, 55) is Keep.BOTH
        assert judge(other, 40, SEEN, 55, broken=True) is Keep.SEEN

    def test_a_noisy_page_is_not_dropped_for_its_page_number(self) -> None:
        for broken, kept in ((False, Keep.BOTH), (True, Keep.SEEN)):
            assert judge("Page 3", 50, SEEN, 45, broken=broken) is kept

    def test_a_page_of_small_numbers_is_not_dropped_for_a_stamp(self) -> None:
        assert judge("Page 3", 50, "12 14 15\n16 17 18\n22 23 24", 90) is Keep.BOTH

    @pytest.mark.parametrize(("text", "kept"), [("", Keep.SEEN), (" \n", Keep.SEEN), ("words", Keep.LAYER)])
    def test_a_page_on_which_nothing_is_seen(self, text: str, kept: Keep) -> None:
        assert judge(text, 50, "", 100) is kept

    def test_lines_that_were_seen_are_not_said_twice(self) -> None:
        seen = f"{SEEN}\nReceived by the registry, 3 May"
        assert together("Received by the registry, 3 May", seen) == seen
        misread = seen.replace("registry", "reglstry")
        assert together("Received by the Registry", misread) == misread
        assert together("Page 3 of 40\n--\n" + SEEN, seen) == f"{seen}\nPage 3 of 40"

    def test_a_layer_of_strange_words_is_compared_in_bounded_time(self) -> None:
        seen = " ".join(f"word{number}" for number in range(3_000))
        layer = "\n".join(" ".join(f"strange{'abcdefgh'[k]}{number}" for k in range(8)) for number in range(2_000))
        assert together(layer, seen).endswith("strangeh1999")

    def test_agreement_is_over_words_whatever_their_case_and_number(self) -> None:
        assert agreement("the THIRD march", "Third Third March April") == pytest.approx(2 / 3)
        assert agreement("anything", "1 - 2 of") == 1.0


class TestCollect:
    def test_what_was_read(self) -> None:
        (unit,) = collect([answer(3)], ((3, 3),), {}).read
        assert (unit.unit, unit.text, unit.method, unit.confidence, unit.rotation) == (3, SEEN, "ocr", 95, 180)

    def test_a_good_layer_is_kept_whole(self) -> None:
        kept = layer(3, SEEN)
        assert collect([answer(3)], ((3, 3),), {3: kept}).read == (kept,)

    def test_a_broken_layer_goes_with_its_headings_and_its_notes_stay(self) -> None:
        (unit,) = collect([answer(3)], ((3, 3),), {3: layer(3, "xxx")}, broken=True).read
        assert (unit.text, unit.method, unit.headings, unit.label) == (SEEN, "ocr", (), "iv")
        assert unit.annotations == layer(3, "").annotations

    @pytest.mark.parametrize(
        ("kind", "note", "added"),
        [
            ("note", "Please ask Ana about this", "\nPlease ask Ana about this"),
            ("highlight", "Invoice is due", "\nInvoice is due"),  # each word stands somewhere, not the comment
            ("note", "third Tuesday of March", ""),
            ("text", "third Tvesday of March", ""),  # drawn, and read as it should be
            ("field", "date: 3 May, at noon", "\n3 May, at noon"),
            ("field", "day: of the week: Tuesday", ""),
            ("link", "https://example.org", ""),
        ],
    )
    def test_comments_on_a_page_with_a_broken_layer_are_not_lost(self, kind: str, note: str, added: str) -> None:
        said = note.rpartition(": ")[2]
        broken = replace(layer(3, f"!nvo(ce nvm8er\n{said}"), annotations=(Annotation(kind, note, None),))
        (unit,) = collect([answer(3)], ((3, 3),), {3: broken}, broken=True).read
        assert unit.text == SEEN + added

    def test_what_is_no_line_of_the_layer_is_not_added(self) -> None:
        notes = (Annotation("field", "agreed: Yes", None), Annotation("pictures", "1 picture left out: 1 x.", None))
        broken = replace(layer(3, "!nvo(ce nvm8er Yes"), annotations=notes)
        (unit,) = collect([answer(3)], ((3, 3),), {3: broken}, broken=True).read
        assert unit.text == SEEN

    def test_a_comment_is_added_to_what_stays_of_both_texts_once(self) -> None:
        for note in ("Please ask Ana about this", "Invoice is due"):
            both = replace(layer(3, f"Page 3\n{note}", 50), annotations=(Annotation("note", note, None),))
            (unit,) = collect([answer(3)], ((3, 3),), {3: both}).read
            assert unit.text == f"{SEEN}\nPage 3\n{note}"

    def test_a_stamp_stays_below_the_page_that_was_read(self) -> None:
        (unit,) = collect([answer(3, confidence=45)], ((3, 3),), {3: layer(3, "Page 3", 50)}).read
        assert (unit.text, unit.method, unit.confidence, unit.headings) == (f"{SEEN}\nPage 3", "ocr", 45, ())

    def test_failures_are_gathered_by_cause(self) -> None:
        answers = [{"unit": n, "cause": "damaged", "reason": "-"} for n in (1, 2, 4)]
        answers.append({"unit": 5, "cause": "too-large", "reason": "-"})
        result = collect([*answers, answer(3)], ((1, 5),), {})
        assert result.failed == (Failure("damaged", ((1, 2), (4, 4))), Failure("too-large", ((5, 5),)))
        assert result.units == ((3, 3),)

    def test_a_page_that_cannot_be_drawn_keeps_its_layer(self) -> None:
        kept = layer(1, "words", 80)
        broken = {"unit": 1, "cause": "damaged", "reason": "-"}
        assert collect([broken], ((1, 1),), {1: kept}) == Answers((kept,), ())
        for little in (layer(1, ""), layer(1, "Page 1", 50)):
            assert collect([broken], ((1, 1),), {1: little}).failed == (Failure("damaged", ((1, 1),)),)

    def test_a_unit_that_nobody_answered_is_not_passed_over(self) -> None:
        with pytest.raises(NotWhole, match=r"\(\(4, 4\),\)"):
            collect([answer(3)], ((3, 4),), {})

    def test_a_unit_that_was_answered_twice_or_unasked_is_not_believed(self) -> None:
        for answers, asked in (([answer(3), answer(3)], ((3, 3),)), ([answer(3)], ())):
            with pytest.raises(NotWhole):
                collect(answers, asked, {})

    def test_a_text_that_is_not_as_long_as_the_cell_said_is_not_believed(self) -> None:
        with pytest.raises(NotWhole):
            collect([answer(3) | {"text": SEEN[:-1]}], ((3, 3),), {})

    def test_words_that_were_seen_have_places_and_those_of_a_layer_do_not(self) -> None:
        stamped = layer(3, "Page 3 of the file", 50)
        (unit,) = collect([answer(3, confidence=45)], ((3, 3),), {3: stamped}).read
        assert unit.text == f"{SEEN}\nPage 3 of the file"
        assert [word.text for word in of_unit(unit)] == SEEN.split()
        assert collect([answer(3)], ((3, 3),), {3: layer(3, SEEN)}).read[0].words is None

    def test_tables_that_were_seen_stay_whichever_text_does(self) -> None:
        table = {"rows": [["Town", "Men"], ["Carrow", "87"]], "box": [1, 2, 3, 4], "spans": [], "header_rows": 1}
        seen = answer(3) | {"tables": [table], "cells": 4}
        wanted = Table((("Town", "Men"), ("Carrow", "87")), (1, 2, 3, 4), (), 1)
        for layers in ({}, {3: layer(3, SEEN)}, {3: layer(3, "Page 3 of the file", 50)}):
            (unit,) = collect([seen], ((3, 3),), layers).read
            assert unit.tables == (wanted,)
        ours = replace(wanted, rows=(("a",),))
        assert collect([seen], ((3, 3),), {3: replace(layer(3, SEEN), tables=(ours,))}).read[0].tables == (ours,)

    def test_tables_of_fewer_cells_than_the_cell_said_are_not_believed(self) -> None:
        with pytest.raises(NotWhole, match="cells"):
            collect([answer(3) | {"cells": 1}], ((3, 3),), {})

    def test_places_of_fewer_words_than_there_are_are_not_believed(self) -> None:
        with pytest.raises(NotWhole, match="places"):
            collect([answer(3) | {"words": packed([((0, 0, 1, 1), 9)])}], ((3, 3),), {})


def test_confidence_is_a_mean_over_characters() -> None:
    assert confidence([layer(1, "a" * 90, 100), layer(2, "b" * 10, 0)]) == 90
    assert confidence([layer(1, "", 100), layer(2, "", 50)]) == 75
    assert confidence([]) == 0


@pytest.mark.parametrize("said", [SEEN, "", "Envelope ID 0815-4711"])
def test_what_is_damaged_in_the_file_is_not_whole_whichever_text_is_kept(said: str) -> None:
    kept = replace(layer(1, said, confidence=90), lacking="damaged-content")
    (unit,) = collect([answer(1)], ((1, 1),), {1: kept}).read
    assert SEEN in unit.text
    assert unit.lacking == "damaged-content"


def test_a_damaged_page_on_which_nothing_is_seen_is_not_surely_blank() -> None:
    kept = replace(layer(1, ""), annotations=(), lacking="damaged-image")
    (unit,) = collect([answer(1, "", confidence=100)], ((1, 1),), {1: kept}).read
    assert (unit.text, unit.confidence, unit.lacking) == ("", 0, "damaged-image")


def test_a_layer_without_meaning_on_a_page_that_shows_nothing_is_said_to_be_broken() -> None:
    for words, lacking in (("鋑䠫䇴㺲社论", "broken-text"), ("7", None)):
        kept = {1: replace(layer(1, words, confidence=5), annotations=())}
        (unit,) = collect([answer(1, "", confidence=100)], ((1, 1),), kept, broken=True).read
        assert (unit.text, unit.lacking) == (words, lacking)


def test_a_page_in_letters_without_a_pack_is_not_whole() -> None:
    read = collect([answer(1) | {"script": "Cyrillic"}, answer(2) | {"script": None}], ((1, 2),), {}).read
    assert [unit.lacking for unit in read] == ["no-pack-for-cyrillic", None]
