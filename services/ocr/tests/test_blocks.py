# SPDX-License-Identifier: Apache-2.0
"""The text of a page that OCR read is parted into blocks that hold all of it, each with its place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts.artifacts import Table, UnitText
from ream_contracts.words import packed
from ream_ocr.blocks import blocks_of

WIDE, HIGH = 600.0, 800.0


def unit(*lines: tuple[str, float], more: str = "", confidence: int = 95) -> UnitText:
    """A page of lines, each with the height of its words in points; an empty one parts paragraphs."""
    places, top = [], 50.0
    for text, height in lines:
        for number, _ in enumerate(text.split()):
            left = 60.0 + 50 * number
            box = (left / WIDE, top / HIGH, (left + 45) / WIDE, (top + height) / HIGH)
            places.append((box, confidence))
        top += 25
    text = "\n".join([*(line for line, _ in lines), *([more] if more else [])])
    return UnitText(
        1, "page", text, "ocr", confidence, None, WIDE, HIGH, 0, (), (), (), (), words=packed(places) or None
    )  # fmt: skip


def told(page: UnitText) -> list[tuple[str, int | None, str]]:
    return [(one.kind, one.level, page.text[one.start : one.end]) for one in blocks_of(page)]


BODY = [("The rent is due on the third day of each month", 10.0), ("and is paid to the owner of the house", 10.0)]


def test_headings_stand_out_by_the_height_of_their_words() -> None:
    page = unit(("Lease of a warehouse", 22.0), *BODY, ("Payment terms", 14.5), *BODY, ("Nothing larger", 12.0))
    assert [(kind, level) for kind, level, _ in told(page)] == [
        ("heading", 1), ("paragraph", None), ("heading", 3), ("paragraph", None),
    ]  # fmt: skip
    assert told(page)[3][2].endswith("Nothing larger")


@pytest.mark.parametrize("changed", [{"confidence": 40}, {"words": None}, {"width": 0.0}])
def test_what_is_not_sure_or_has_no_place_is_no_heading(changed: dict[str, object]) -> None:
    lines = [("Lease of a warehouse", 22.0), *BODY]
    page = unit(*lines, confidence=40) if "confidence" in changed else replace(unit(*lines), **changed)
    assert {kind for kind, _, _ in told(page)} == {"paragraph"}


def test_empty_lines_and_signs_of_lists_part_blocks() -> None:
    page = unit(*BODY, ("", 0), ("1. a first thing that is", 10), ("said on two lines", 10), ("- a second", 10))
    assert [(kind, text) for kind, _, text in told(page)][1:] == [
        ("list-item", "1. a first thing that is\nsaid on two lines"), ("list-item", "- a second"),
    ]  # fmt: skip


def test_a_block_has_the_box_of_its_words_and_what_was_added_has_none() -> None:
    page = unit(("Two words", 10.0), ("and three more", 12.0), more="Stamped by hand")
    first, added = blocks_of(page)
    assert first.box == (60.0, 50.0, 205.0, 87.0)
    assert (added.box, page.text[added.start : added.end]) == (None, "Stamped by hand")


def test_lines_within_the_box_of_a_table_are_of_it() -> None:
    page = unit(*BODY, ("Anvil 12.50 each", 10.0), ("Rope 3.00 each", 10.0), *BODY)
    table = Table((("Anvil", "12.50"), ("Rope", "3.00")), (50.0, 95.0, 400.0, 140.0), ())
    blocks = blocks_of(replace(page, tables=(table,)))
    assert [(one.kind, one.number) for one in blocks] == [("paragraph", None), ("table", 0), ("paragraph", None)]


TEXTS = st.text("ab .\n-1•\t\N{NO-BREAK SPACE}é", max_size=80)


@given(TEXTS, st.integers(0, 12))
def test_blocks_hold_all_of_any_text_and_never_overlap(text: str, places: int) -> None:
    few = min(places, len(text.split()))
    words = packed((((0.1, 0.1, 0.2, 0.2), 90),) * few) or None
    page = replace(unit(), text=text, words=words)
    at = 0
    for one in blocks_of(page):
        assert one.start < one.end
        assert not page.text[at : one.start].strip()
        at = one.end
    assert not page.text[at:].strip()
