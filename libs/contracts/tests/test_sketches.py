# SPDX-License-Identifier: Apache-2.0
"""Sketches are as alike as the texts are, and those of parts make that of the whole in any order."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts.sketches import BANDS, MOST_WORDS, Part, Sketch, bands, runs, sketch, words


def prose(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    return [chance.choice(("harbour", "quay", "vessel", "crane")) + str(chance.randrange(400)) for _ in range(count)]


def edited(text: list[str], share: float) -> list[str]:
    chance = random.Random(9)
    return [f"other{number}" if chance.random() < share else word for number, word in enumerate(text)]


def of(text: list[str]) -> Sketch:
    return sketch([" ".join(text)])


@given(st.lists(st.text(max_size=60), max_size=6), st.randoms())
def test_parts_in_any_order_make_the_whole(texts: list[str], chance: random.Random) -> None:
    parts = [sketch([text]) for text in texts]
    chance.shuffle(parts)
    made = Sketch()
    for part in parts:
        made = made.with_(part)
    assert made == sketch(texts)
    assert Sketch.loads(made.dumps()) == made


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.4])
def test_an_estimate_is_near_what_two_texts_share(share: float) -> None:
    one, other = prose(1, 3000), edited(prose(1, 3000), share)
    ours, theirs = set(runs(one, 3)), set(runs(other, 3))
    true = len(ours & theirs) / len(ours | theirs)
    assert of(one).words.resemblance(of(other).words) == pytest.approx(true, abs=0.1)
    assert of(one).words.containment(of(other).words) == pytest.approx(len(ours & theirs) / len(ours), abs=0.1)


def test_a_text_is_contained_in_a_longer_one() -> None:
    one, longer = prose(1, 1500), prose(1, 1500) + prose(2, 2500)
    assert of(one).words.containment(of(longer).words) > 0.85
    assert 0.2 < of(one).words.resemblance(of(longer).words) < 0.55


def test_texts_that_share_half_have_bands_in_common_and_others_hardly() -> None:
    one = prose(1, 3000)
    ours = bands(of(one).words)
    assert len(ours) == BANDS
    assert set(ours) & set(bands(of(edited(one, 0.15)).words))
    strangers = [len(set(ours) & set(bands(of(prose(seed, 3000)).words))) for seed in range(20, 40)]
    assert sum(strangers) <= 1


def test_a_short_text_has_bands_too_and_an_empty_one_none() -> None:
    short = of(prose(1, 20))
    assert set(bands(short.words)) & set(bands(of([*prose(1, 20), "once", "more"]).words))
    assert bands(Part()) == []


def test_case_punctuation_and_form_of_letters_are_no_difference() -> None:
    assert sketch(["The ﬁnal, Report: 7 pages"]) == sketch(["the final report\n7 PAGES!"])
    assert words("東京都 office") == ["東", "京", "都", "office"]


def test_figures_are_sketched_apart() -> None:
    one, other = (sketch([f"total of the year was {n} in our books of account"]) for n in (4711, 4712))
    assert one.figures.runs == other.figures.runs == 2
    assert one.figures.resemblance(other.figures) == 0 < one.words.resemblance(other.words)


def test_whatever_a_unit_holds_is_looked_at_up_to_a_limit() -> None:
    assert len(words("a " * (MOST_WORDS + 5))) == MOST_WORDS
    assert words("1" * 5_000_000) == ["1" * 64]


def test_a_sketch_of_another_version_is_none_and_a_damaged_one_is_said() -> None:
    line = sketch(["one two three four"]).dumps()
    assert Sketch.loads(f"2{line[1:]}") is None
    with pytest.raises(ValueError, match="damaged"):
        Sketch.loads(line[:-400])
