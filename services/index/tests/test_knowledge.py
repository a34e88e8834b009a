# SPDX-License-Identifier: Apache-2.0
"""What segments say together is the same whatever their order, bounded, and names each thing once."""

from collections.abc import Iterable
from itertools import permutations
from typing import Any

from ream_contracts.artifacts import Entity, Finding, KeyField, Keyphrase, SegmentClasses
from ream_index.knowledge import LONGEST, MOST_NAMES, MOST_VALUES, Knowledge

ID = "a" * 32


def entity(kind: str, text: str, normal: str | None = None) -> Entity:
    return Entity(kind, text, normal, 1, 0, len(text), 80, "test")


def classes(
    *entities: Entity,
    phrases: Iterable[tuple[str, int]] = (),
    findings: tuple[Finding, ...] = (),
    truncated: bool = False,
    **more: Any,
) -> SegmentClasses:
    listed = tuple(Keyphrase(text, score, 1, 1, 0, len(text)) for text, score in phrases)
    head = (ID, 1, 1, "4.x", (), findings, truncated)
    return SegmentClasses(*head, {}, {}, keyphrases=listed, entities=entities, **more)


SEGMENTS = (
    classes(entity("person", "Ann Lee"), entity("date", "3 May 2025", "2025-05-03"), phrases=[("tidal power", 90)]),
    classes(entity("person", "Ann Lee"), entity("organisation", "Acme Ltd"), phrases=[("mud flats", 100)]),
    classes(entity("amount", "$5", "USD 5"), entity("date", "on the day"), phrases=[("tidal power", 20)]),
)


def fields(*segments: SegmentClasses) -> dict[str, Any]:
    knowledge = Knowledge()
    for segment in segments:
        knowledge.add(segment)
    return knowledge.fields("contract")


def test_order_of_segments_makes_no_difference() -> None:
    said = fields(*SEGMENTS)
    assert said["people"] == ["Ann Lee"]
    assert (said["dates"], said["amounts"], said["organisations"]) == (["2025-05-03"], ["USD 5"], ["Acme Ltd"])
    assert said["keyphrases"] == ["tidal power", "mud flats"]
    assert all(fields(*order) == said for order in permutations(SEGMENTS))


def test_one_name_in_two_cases_is_one() -> None:
    assert fields(classes(entity("place", "Oslo")), classes(entity("place", "OSLO")))["places"] == ["Oslo"]


def test_what_is_too_much_is_cut_and_said_so() -> None:
    many = classes(*(entity("place", f"Town {number:04}") for number in range(MOST_NAMES + 1)))
    said = fields(many, classes(entity("person", "x" * 1_000)))
    assert len(said["places"]) == MOST_NAMES
    assert said["names_truncated"] is True
    assert len(said["people"][0]) == LONGEST
    assert fields(classes(cut=("entities",)))["names_truncated"] is True
    assert fields(*SEGMENTS)["names_truncated"] is False


def test_versions_of_all_segments_are_named() -> None:
    said = fields(classes(versions={"topics": "1", "faker": "40"}), classes(versions={"topics": "2"}), classes())
    assert said["classified_by"] == ["faker 40", "topics 1", "topics 2"]


def field(name: str, normal: str, confidence: int, document: str = "contract") -> KeyField:
    return KeyField(document, name, normal, normal, 1, 0, len(normal), confidence)


def test_key_fields_are_the_surest_of_the_decided_type_and_all_parties() -> None:
    segments = (
        classes(
            fields=(field("party", "Acme Ltd", 65), field("term", "1 years", 65), field("total", "5.00", 99, "invoice"))
        ),
        classes(fields=(field("party", "Ann Lee", 85), field("party", "ACME LTD", 60), field("term", "2 years", 85))),
    )
    for order in permutations(segments):
        assert fields(*order)["key_fields"] == {"party": ["Ann Lee", "Acme Ltd"], "term": ["2 years"]}


def test_kinds_that_nobody_knows_yet_are_left_out() -> None:
    assert "star" not in str(fields(classes(entity("star", "Vega"))))


def finding(kind: str, value: str, unit: int = 1, start: int = 0) -> Finding:
    return Finding(kind, unit, start, start + len(value), value, 90)


def test_values_of_personal_data_are_listed_by_kind_once_each_and_no_secrets_or_marks() -> None:
    found = (
        finding("personal:email", "b@x.org", 2),
        finding("personal:email", "a@x.org", 1, 5),
        finding("personal:iban", "DE89370400440532013000"),
        finding("secret:token", "ghp_123"),
        finding("mark:restricted", "strictly confidential"),
        finding("personal:email", "b@x.org", 3),
    )
    expected = {"email": ["a@x.org", "b@x.org"], "iban": ["DE89370400440532013000"]}
    for order in permutations(found, len(found)):
        said = fields(*(classes(findings=(one,)) for one in order))
        assert said["personal_values"] == expected
        assert said["personal_values_truncated"] is False


def test_of_too_many_values_the_first_in_the_document_are_kept_and_it_is_said() -> None:
    values = [f"10.0.{number // 256}.{number % 256}" for number in range(3 * MOST_VALUES)]
    many = [classes(findings=(finding("personal:ip", value, unit),)) for unit, value in enumerate(values)]
    for order in (many, many[::-1]):
        said = fields(*order)
        assert said["personal_values"]["ip"] == values[:MOST_VALUES]
        assert said["personal_values_truncated"] is True
    assert fields(classes(truncated=True))["personal_values_truncated"] is True


def test_what_tells_two_papers_apart_is_said_without_saying_it() -> None:
    def paper(number: str, confidence: int = 90) -> list[str]:
        field = KeyField("invoice", "number", number, number, 1, 0, 4, confidence)
        total = KeyField("invoice", "total", "5.00", "5.00", 1, 9, 13, 90)
        knowledge = Knowledge()
        knowledge.add(classes(fields=(field, total)))
        return knowledge.fields("invoice")["told_apart_by"]

    assert len(paper("2024-101")) == 2
    assert len(set(paper("2024-101")) & set(paper("2024-102"))) == 1
    assert paper("2024-101", confidence=40) == [one for one in paper("x") if one.startswith("total:")]
    assert not any("2024" in one for one in paper("2024-101"))
