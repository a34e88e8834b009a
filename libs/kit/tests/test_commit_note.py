# SPDX-License-Identifier: Apache-2.0
"""What a commit's metadata says comes back as it was written, always fits, and is never believed when it is damaged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_kit.commit_note import LIMIT, MOST_DEATHS, Note, decode, encode, runs

OFFSETS = st.integers(0, 2**50)


@st.composite
def notes(draw: st.DrawFn, most: int = 40) -> tuple[int, Note]:
    base = draw(OFFSETS)

    def ranges() -> tuple[range, ...]:
        steps = draw(st.lists(st.tuples(st.integers(1, 2000), st.integers(1, 400)), max_size=most))
        found, at = [], base
        for distance, length in steps:
            found.append(range(at + distance, at + distance + length))
            at = found[-1].stop
        return tuple(found)

    deaths = draw(st.dictionaries(st.integers(base, base + 9000), st.integers(2, 40), max_size=20))
    return base, Note(
        draw(st.text("abc019", max_size=8)), draw(st.booleans()), ranges(), deaths, ranges(), draw(st.integers(0, 5000))
    )


@given(notes())
def test_what_was_written_is_read(given: tuple[int, Note]) -> None:
    base, note = given
    text = encode(base, note)
    assert text.isascii()
    assert decode(base, text) == note


@given(notes(), st.data())
def test_a_damaged_text_and_one_of_another_offset_say_nothing(given: tuple[int, Note], data: st.DataObject) -> None:
    """What it knew is done again: nothing may be passed over because of it."""
    base, note = given
    text = encode(base, note)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("AB1:-_o~"))
    damaged = text[:place] + other + text[place + 1 :]
    assert damaged == text or decode(base, damaged) is None
    assert decode(base, text[:place]) is None
    assert decode(base + 1, text) is None


@pytest.mark.parametrize("text", [None, "", "committed by hand", "2:a:r::::AAAAAA", ":::::::", "é" * 50])
def test_the_text_of_somebody_else_says_nothing(text: str | None) -> None:
    assert decode(5, text) is None


def test_it_always_fits_and_forgets_what_is_least_needed() -> None:
    """Suspects grow to hold what lies between; the last finished ranges are left out; the most deaths are kept."""
    many = tuple(range(at, at + 1) for at in range(10, 12_000, 3))
    far = tuple(range(at, at + 40) for at in range(100, 60_000, 90))
    deaths = {at: 2 + at % 30 for at in range(10, 500, 3)}
    for suspects, finished in ((many, many), (far, far), (many, far), ((), many)):
        text = encode(10, Note("12345678", False, suspects, deaths, finished))
        assert len(text) <= LIMIT
        note = decode(10, text)
        assert note is not None
        assert {at for run in suspects for at in run} <= {at for run in note.suspects for at in run}
        assert note.finished == finished[: len(note.finished)]
        assert len(note.finished) > 200
        assert len(note.deaths) == MOST_DEATHS
        assert min(note.deaths.values()) >= max(deaths[at] for at in deaths.keys() - note.deaths.keys())


def test_offsets_are_gathered_into_ranges() -> None:
    assert runs([1, 2, 3, 5, 9, 10]) == (range(1, 4), range(5, 6), range(9, 11))
    assert runs([]) == ()
