# SPDX-License-Identifier: Apache-2.0
"""What everybody may read of a document says nobody's name, birthday or number in other words."""

from collections.abc import Iterable

import pytest

from ream_contracts.artifacts import Entity, Finding, Keyphrase, SegmentClasses
from ream_index.knowledge import Knowledge
from ream_index.revealing import Revealed, open_names

TEXT = "Anna Schmidt, geboren am 12. Mai 1980, Kontonummer DE89 3704 0044 0532 0130 00, anna.schmidt@example.org"


def finding(kind: str, value: str) -> Finding:
    start = TEXT.index(value)
    return Finding(kind, 1, start, start + len(value), value, 90)


def entity(kind: str, text: str, normal: str | None = None) -> Entity:
    start = TEXT.index(text)
    return Entity(kind, text, normal, 1, start, start + len(text), 80, "test")


FINDINGS = (
    finding("personal:birth-date", "12. Mai 1980"),
    finding("personal:iban", "DE89 3704 0044 0532 0130 00"),
    finding("personal:email", "anna.schmidt@example.org"),
)
ENTITIES = (
    entity("person", "Anna Schmidt"),
    entity("date", "12. Mai 1980", "1980-05-12"),
    entity("product", "Kontonummer DE89"),
)


def said(phrases: Iterable[str], *segments: tuple[tuple[Entity, ...], tuple[Finding, ...]]) -> dict[str, list[str]]:
    knowledge = Knowledge()
    for entities, findings in segments:
        listed = tuple(Keyphrase(text, 50, 1, 1, 0, 1) for text in phrases)
        classes = SegmentClasses(
            "a" * 32, 1, 1, "4.x", (), findings, False, {}, {}, keyphrases=listed, entities=entities
        )
        knowledge.add(classes)
    return knowledge.fields("letter")


def test_a_letter_says_nobody_in_its_phrases_dates_and_products() -> None:
    fields = said(["Anna Schmidt", "anna.schmidt", "Kontonummer DE89", "Schmidt", "quay wall"], (ENTITIES, FINDINGS))
    assert fields["keyphrases"] == ["quay wall"]
    assert (fields["dates"], fields["products"]) == ([], [])
    assert fields["people"] == ["Anna Schmidt"], "the privileged role reads it"


def test_who_is_named_on_one_page_is_not_said_by_another() -> None:
    fields = said(["Schmidt Anna", "letter of Anna Schmidt"], ((), ()), (ENTITIES, FINDINGS))
    assert fields["keyphrases"] == []


@pytest.mark.parametrize("phrase", ["smith forge", "anna valley", "lot 12", "de 12"])
def test_other_words_stay(phrase: str) -> None:
    assert not Revealed(["Anna Schmidt", "John Smith"], ["DE89 3704 0044", "12.05.1980"]).by(phrase)


def test_a_date_elsewhere_stays_and_an_address_keeps_its_town() -> None:
    elsewhere = Entity("date", "3 May 2025", "2025-05-03", 2, 40, 50, 80, "test")
    town = Entity("place", "Berlin", None, 1, 30, 36, 80, "test")
    assert list(open_names([elsewhere, town, *ENTITIES], FINDINGS)) == [elsewhere, town, ENTITIES[0]]


@pytest.mark.slow
def test_many_findings_take_linear_time() -> None:
    findings = [Finding("personal:email", 1, at, at + 3, "a@b", 90) for at in range(0, 200_000, 4)]
    entities = [Entity("date", "x", "2025-01-01", 1, at, at + 1, 80, "test") for at in range(3, 200_000, 4)]
    assert len(list(open_names(entities, findings))) == len(entities)
