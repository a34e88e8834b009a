# SPDX-License-Identifier: Apache-2.0
"""What a run redoes: the last wish holds for each unit, and none is lost by the next."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts import redo, units
from ream_contracts.messages import Redo


@pytest.mark.parametrize(
    ("stage", "parameters"),
    [
        ("ocr", {"dpi": 400, "languages": "deu+chi_sim"}),
        ("ocr", {"languages": ["deu", "eng"]}),
        ("ocr", {}),
        ("extract", {"ocr": "always", "pictures": False}),
        ("classify", {"findings": 0}),
    ],
)
def test_what_a_stage_takes_is_accepted(stage: str, parameters: dict[str, Any]) -> None:
    redo.check(stage, parameters)


@pytest.mark.parametrize(
    ("stage", "parameters", "sentence"),
    [
        ("ocr", {"dpi": 5}, "dpi of ocr must be a whole number from 50 to 600"),
        ("ocr", {"dpi": True}, "dpi of ocr must be"),
        ("ocr", {"dpi": "high"}, "dpi of ocr must be"),
        ("ocr", {"languages": []}, "languages of ocr must be names"),
        ("ocr", {"languages": "../eng"}, "languages of ocr must be names"),
        ("ocr", {"languages": ["eng", 5]}, "languages of ocr must be names"),
        ("ocr", {"speed": 1}, r"ocr has no such parameter: it can be run again with dpi \(.*\) and languages"),
        ("extract", {"ocr": "soon"}, "ocr of extract must be auto, always or never"),
        ("extract", {"pictures": 1}, "pictures of extract must be true or false"),
        ("classify", {"findings": -1}, "findings of classify must be"),
        ("index", {}, "no stage of this name to run again: extract, ocr, classify are"),
    ],
)
def test_what_it_does_not_take_is_refused_with_a_sentence(
    stage: str, parameters: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        redo.check(stage, parameters)


def test_the_last_wish_that_names_a_unit_holds_for_it() -> None:
    whole, some = Redo("ocr", {"dpi": 300}, 2), Redo("ocr", {"dpi": 400}, 3, ((4, 6),))
    both = (whole, some, Redo("classify", {}, 4))
    assert redo.applying(both, "ocr", ((5, 5),)) == some
    assert redo.applying(both, "ocr", ((7, 9),)) == whole
    assert redo.applying(both, "extract", ((5, 5),)) is None
    assert redo.applying((some,), "ocr", ((1, 3),)) is None


def test_a_wish_for_the_whole_document_replaces_all_earlier_ones_of_its_stage() -> None:
    before = (Redo("ocr", {}, 2), Redo("ocr", {}, 3, ((1, 2),)), Redo("classify", {}, 4))
    assert redo.together(before, Redo("ocr", {}, 5)) == (before[2], Redo("ocr", {}, 5))


RANGES = st.sets(st.integers(1, 400), max_size=150).map(units.of)


@given(st.lists(st.tuples(st.sampled_from(["ocr", "classify"]), RANGES), max_size=8))
def test_wishes_are_kept_as_long_as_a_unit_needs_them(wishes: list[tuple[str, units.Ranges]]) -> None:
    asked: list[Redo] = []
    kept: tuple[Redo, ...] = ()
    for run, (stage, ranges) in enumerate(wishes, 2):
        asked.append(Redo(stage, {}, run, ranges))
        kept = redo.together(kept, asked[-1])
    for unit in range(1, 400, 7):
        for stage in ("ocr", "classify"):
            wanted, found = (redo.applying(each, stage, ((unit, unit),)) for each in (asked, kept))
            assert (wanted and wanted.run) == (found and found.run)


@given(RANGES, st.integers(1, 20))
def test_few_ranges_hold_all_that_many_did(ranges: units.Ranges, most: int) -> None:
    fewer = redo.narrow(ranges, most)
    assert len(fewer) <= max(1, most)
    assert units.minus(ranges, fewer) == ()
    assert units.normal(fewer) == fewer
    if len(ranges) <= most:
        assert fewer == ranges
