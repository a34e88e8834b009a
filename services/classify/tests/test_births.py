# SPDX-License-Identifier: Apache-2.0
"""Holds which dates are a person's birth: the place may stand before them, and companies are not born."""

import time

import pytest

from ream_classify import personal_data
from ream_classify.scan import Scan


def births(text: str) -> list[str]:
    hits = personal_data.find(Scan(text))
    return [text[hit.start : hit.end] for hit in hits if hit.score == "personal:birth-date"]


PLACES = [
    ("born in {} on", "12 May 1980"), ("Born: {},", "May 12, 1980"), ("born at {}, on", "3 March 1975"),
    ("nato a {} il", "12/05/1980"), ("nata a {} (NA) il", "3 marzo 1975"), ("nacido en {} el", "12 de mayo de 1980"),
    ("né à {} le", "12 mai 1980"), ("née à {} (Loire) le", "1er août 1980"), ("geboren in {} am", "12.05.1980"),
    ("geb. in {} am", "12. Mai 1980"), ("geboren te {} op", "12 mei 1980"), ("nascida em {} em", "12 de maio de 1980"),
    ("ur. w {} dnia", "12.05.1980"), ("född i {} den", "12 maj 1980"), ("født i {} den", "12. maj 1980"),
    ("narozen v {} dne", "12.05.1980"), ("родился в {}", "12 мая 1980"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "date"), PLACES)
def test_a_place_may_stand_before_the_date(words: str, date: str) -> None:
    for place in ("London", "Frankfurt am Main", "Saint-Étienne", "San Lorenzo de El Escorial"):
        assert births(f"Anna Example, {words.format(place)} {date}, lives here.") == [date]


@pytest.mark.parametrize(("words", "date"), PLACES)
def test_what_is_no_place_or_no_date_is_passed_over(words: str, date: str) -> None:
    for place in ("town and moved away", "London and died", "London, verheiratet", "X" * 60, "1970"):
        assert births(f"Anna Example, {words.format(place)} {date}.") == []
    assert births(f"{words.format('London')} 32.13.1980") == []


@pytest.mark.parametrize(
    ("word", "date"),
    [("ur.", "12.05.1980"), ("född", "12 maj 1980"), ("född den", "1980-05-12"), ("født", "12. maj 1980"),
     ("narozen", "12. května 1980"), ("syntynyt", "12.5.1980"), ("doğum tarihi:", "12.05.1980"),
     ("született:", "1980-05-12"), ("data nașterii:", "12.05.1980"), ("родился", "12 мая 1980"),
     ("дата народження:", "12.05.1980"), ("ημερομηνία γέννησης:", "12/05/1980"), ("생년월일:", "1980-05-12"),
     ("urodzony dnia", "12 maja 1980")],
)  # fmt: skip
def test_more_languages_say_when_somebody_was_born(word: str, date: str) -> None:
    assert births(f"Anna Example, {word} {date}") == [date]


@pytest.mark.parametrize(
    "text",
    [
        "The company was born on 12 May 1990 of a merger",
        "Company born on 01.01.1990",
        "The euro was born on 1 January 1999",
        "The idea was born in Paris on 12 May 1990",
        "La société est née le 12 mai 1980",
        "Our brand, born on 12 May 1990",
        "Die Marke wurde geboren am 12.05.1990",
        "Nata Ltd, on 12 May 1980",
        "Natal, 12.05.1990",
        "Born to Run 1975-08-25",
    ],
)
def test_companies_and_ideas_have_no_birthday(text: str) -> None:
    assert births(text) == []


def test_the_subject_of_another_sentence_does_not_matter() -> None:
    assert births("She left the company. Born on 12 May 1980, she lives here.") == ["12 May 1980"]
    assert births("He founded the company of his brother, who was born on 12 May 1980") == ["12 May 1980"]


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["born in ", "born in London on ", "né ", "geboren in Berlin ", "geb. "])
def test_time_is_linear_in_the_text(piece: str) -> None:
    def cpu(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        births(text)
        return time.process_time() - start

    cpu(1_000)
    assert cpu(160_000) < 8 * 4 * max(cpu(20_000), 0.005)
