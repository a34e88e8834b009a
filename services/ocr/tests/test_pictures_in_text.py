# SPDX-License-Identifier: Apache-2.0
"""What pictures in a unit say stands below its own text, once; what was not read of them is named."""

from dataclasses import replace
from typing import Any

import pytest

from ream_contracts import words
from ream_contracts.artifacts import LayoutBlock, Picture, Table, UnitText
from ream_contracts.whole import NotWhole, letters
from ream_ocr.judging import unsaid
from ream_ocr.pictures_in_text import with_pictures

PROSE = "The harbour office counted the ships of the quarter\nand sent the invoices to their owners in spring."
BOX = (60.0, 400.0, 300.0, 500.0)


def unit(text: str = PROSE, **how: Any) -> UnitText:
    picture = Picture("documents/d/1/pictures/3/a.png", "image/png", 600, 200, BOX, 9, True)
    blocks = (LayoutBlock("paragraph", 0, len(text), None, None, None),) if text else ()
    values: dict[str, Any] = {
        "pictures": (picture,),
        "blocks": blocks,
        "counted": letters(text),
        "method": "text-layer",
    }
    values |= {"headings": (), "tables": (), "annotations": (), "confidence": 100} | how
    return UnitText(3, "page", text, label="3", width=595.0, height=842.0, rotation=0, **values)


def answer(text: str, *tables: dict[str, Any], confidence: int = 80) -> dict[str, Any]:
    cells = sum(len(row) for table in tables for row in table["rows"])
    said = {"unit": 1, "kind": "image", "text": text, "characters": len(text), "confidence": confidence, "label": None}
    places = words.packed(((0.1, 0.1, 0.2, 0.2), 90) for _ in text.split())
    return said | {"tables": list(tables), "cells": cells, "words": places, "width": 0, "height": 0, "rotation": 0}


@pytest.mark.parametrize(
    ("own", "seen", "left"),
    [
        (PROSE, "Invoice 4711\nTotal 12.50", "Invoice 4711\nTotal 12.50"),
        (PROSE, "THE HARBOUR OFFICE\ncounted the ships of the\nquarter and sent", ""),
        (PROSE, "the ships of the quarter\nare 14 in number", "are 14 in number"),
        (PROSE, "The harbour office counted the shlps of the quarter", ""),  # read badly
        (
            PROSE,
            "The harbour office counted the ships of the quarter: 14",
            "The harbour office counted the ships of the quarter: 14",
        ),
        (PROSE, "ll The harbour office counted the ships i", ""),  # specks
        (PROSE, "Invoices of the harbour to owners", "Invoices of the harbour to owners"),  # in another order
        (PROSE, "spring", ""),
        ("", "spring", "spring"),
        (PROSE, " \n", ""),
    ],
)
def test_what_the_text_around_a_picture_says_is_not_said_again(own: str, seen: str, left: str) -> None:
    assert unsaid(own, seen) == left


def test_a_pictures_text_is_a_block_with_its_box_below_the_units_own() -> None:
    table = {"rows": [["Grain", "14"]], "box": [0, 0, 9, 9]}
    made = with_pictures(unit(), {0: answer("Grain 14", table)})
    assert made.text == f"{PROSE}\nGrain 14"
    assert made.blocks[-1] == LayoutBlock("figure", len(PROSE) + 1, len(made.text), None, 0, BOX)
    assert made.tables == (Table((("Grain", "14"),), BOX),)
    assert (made.method, made.counted) == ("text-layer", letters(made.text))
    assert 80 < made.confidence < 100


def test_a_text_that_lost_letters_before_lacks_them_still() -> None:
    made = with_pictures(unit(counted=1000), {0: answer("Grain 14")})
    assert made.counted == 1000 + letters("Grain 14")


def test_a_unit_without_text_says_what_its_picture_says() -> None:
    made = with_pictures(unit("", method="none", confidence=0), {0: answer("Grain 14")})
    assert (made.text, made.method, made.confidence) == ("Grain 14", "ocr", 80)
    assert made.blocks == (LayoutBlock("figure", 0, 8, None, 0, BOX),)


def test_no_block_is_made_where_nobody_says_of_what_the_text_is_made() -> None:
    assert with_pictures(unit(blocks=()), {0: answer("Grain 14")}).blocks == ()


def test_a_picture_that_says_nothing_else_changes_nothing() -> None:
    table = {"rows": [["the", "ships"]], "box": None}
    assert with_pictures(unit(), {0: answer("counted the ships of the quarter", table)}) == unit()


def test_a_picture_without_a_word_is_named_and_nothing_is_said_to_lack() -> None:
    made = with_pictures(unit(), {0: answer("")})
    assert [one.text for one in made.annotations] == ["1 picture in which no word was recognised."]
    assert replace(made, annotations=()) == unit()


def test_pictures_that_were_not_read_are_named_and_the_unit_is_short_of_letters() -> None:
    pictures = unit().pictures * 3
    answers = {0: {"unit": 1, "cause": "unreadable"}, 1: answer("Grain 14"), 2: {"unit": 1, "cause": "damaged"}}
    made = with_pictures(unit(pictures=pictures), answers)
    assert made.text == f"{PROSE}\nGrain 14"
    assert [one.text for one in made.annotations] == ["2 pictures with writing not read: 1 damaged, 1 unreadable."]
    assert made.counted is not None
    assert letters(made.text) < 0.95 * made.counted


def test_an_answer_with_less_than_was_said_is_refused() -> None:
    with pytest.raises(NotWhole):
        with_pictures(unit(), {0: answer("Grain 14") | {"characters": 9}})
