# SPDX-License-Identifier: Apache-2.0
"""The names that a passage lists: those that stand in it, each once, and no people."""

from ream_contracts.artifacts import Entity
from ream_index.names import MOST, names_of, names_within


def entity(text: str, start: int, kind: str = "organisation", unit: int = 1) -> Entity:
    return Entity(kind, text, None, unit, start, start + len(text), 80, "rule")


def test_a_passage_lists_the_names_that_begin_in_it() -> None:
    names = names_of([entity("Acme", 50), entity("Oslo", 10, "place"), entity("Bolt", 60, unit=2)], 1)
    assert names_within(names, 0, 50) == {"places": ["Oslo"]}
    assert names_within(names, 50, 100) == {"organisations": ["Acme"]}


def test_a_name_is_listed_once_as_it_is_written_first() -> None:
    names = names_of([entity("ACME", 9), entity("Acme", 1), entity("Zeta", 5)], 1)
    assert names_within(names, 0, 20) == {"organisations": ["Acme", "Zeta"]}


def test_people_dates_and_amounts_are_not_listed() -> None:
    kinds = ("person", "date", "amount")
    assert names_of([entity("Ada Byron", number, kind) for number, kind in enumerate(kinds)], 1) == []


def test_there_is_a_limit() -> None:
    names = names_of([entity(f"Acme {number}", number) for number in range(2 * MOST)], 1)
    assert [len(found) for found in names_within(names, 0, 2 * MOST).values()] == [MOST]
