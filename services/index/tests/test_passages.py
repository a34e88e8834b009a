# SPDX-License-Identifier: Apache-2.0
"""Passages hold all the text of their page, cut where people would cut it."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts.artifacts import Heading
from ream_index.layout import LONGEST_HEADING, Trail
from ream_index.passages import cut


@given(st.text(alphabet="ab. \n", max_size=300), st.integers(5, 60))
def test_cutting_loses_only_white_space(text: str, limit: int) -> None:
    pieces = list(cut(text, limit))
    assert "".join("".join(piece.split()) for _, piece in pieces) == "".join(text.split())
    assert all(len(piece) <= limit for _, piece in pieces)
    assert all(text[start : start + len(piece)] == piece for start, piece in pieces)


def test_a_page_is_cut_between_paragraphs() -> None:
    first, second = "First paragraph. " * 5, "Second paragraph. " * 5
    assert [piece for _, piece in cut(f"{first}\n\n{second}", 120)] == [first.strip(), second.strip()]


def test_a_long_word_is_cut_anywhere() -> None:
    assert [len(piece) for _, piece in cut("x" * 250, 100)] == [100, 100, 50]


def test_the_heading_of_a_place_is_the_path_above_it() -> None:
    text = "One\nbody\nTwo\nbody\nThree\nbody"
    headings = tuple(
        Heading(m.start(), level, m.group()) for m, level in zip(re.finditer("[OT]\\w+", text), (1, 2, 1), strict=True)
    )
    trail = Trail(headings)
    assert [trail.at(end) for end in (0, 8, 17, len(text))] == [None, "One", "One > Two", "Three"]


def test_a_heading_is_cut_since_every_passage_below_repeats_it() -> None:
    trail = Trail([Heading(0, level, "x" * 100_000) for level in range(1, 9)])
    assert len(trail.at(1) or "") == 4 * LONGEST_HEADING


@pytest.mark.slow
def test_many_headings_take_linear_time() -> None:
    trail = Trail([Heading(place, 1 + place % 6, "h") for place in range(100_000)])
    started = time.process_time()
    assert sum(trail.at(place) is not None for place in range(1, 100_000, 50)) == 2_000
    assert time.process_time() - started < 2
