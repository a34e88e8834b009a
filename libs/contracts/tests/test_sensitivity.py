# SPDX-License-Identifier: Apache-2.0
"""What one segment shows while its document is under way is never less strict than what is decided in the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts.sensitivity import LEVELS, MANY_TELLING, reasons, sensitivity, until_decided

NAMES = ("personal:card", "personal:iban", "personal:email", "personal:url", "personal:birth-date", "secret:key")
TYPES = (
    "type:payslip",
    "type:letter",
    "stated-type:letter",
    "type-asks-confidential:payslip",
    "type-asks-restricted:letter",
)
MARKS = ("mark:public", "mark:internal", "mark:confidential", "mark:restricted")
SCORES = st.dictionaries(st.sampled_from(NAMES + MARKS + TYPES), st.integers(0, 30))


@pytest.mark.parametrize(
    ("scores", "level"),
    [
        ({}, "internal"),
        ({"mark:public": 1}, "internal"),
        ({"personal:email": 2}, "internal"),
        ({"personal:url": 3}, "internal"),
        ({"personal:card": 1}, "restricted"),
        ({"personal:iban": 1}, "restricted"),
        ({"personal:iban": 0}, "internal"),
        ({"mark:confidential": 1}, "confidential"),
        ({"mark:confidential": 1, "secret:key": 1}, "restricted"),
        ({"type:payslip": 1, "type:letter": 90, "type-asks-confidential:payslip": 1}, "confidential"),
        ({"type-asks-restricted:letter": 1}, "restricted"),
    ],
)
def test_until_it_is_decided(scores: dict[str, int], level: str) -> None:
    assert until_decided(scores) == level


@given(SCORES)
def test_one_segment_is_never_shown_to_more_people_than_it_would_be_alone(scores: dict[str, int]) -> None:
    assert LEVELS.index(until_decided(scores)) >= LEVELS.index(sensitivity(scores))


@given(st.lists(SCORES.filter(lambda one: sum(one.values()) < MANY_TELLING), min_size=1, max_size=5))
def test_a_list_of_people_is_kept_back_from_its_first_page_on(pages: list[dict[str, int]]) -> None:
    """Each page has a few; together they are many."""
    whole: dict[str, int] = {}
    for page in pages:
        for name, hits in page.items():
            whole[name] = whole.get(name, 0) + hits
    if sensitivity(whole) == "restricted":
        telling = [
            page
            for page in pages
            if any(n and name.startswith(("personal:iban", "personal:b")) for name, n in page.items())
        ]
        assert all(until_decided(page) == "restricted" for page in telling)


@pytest.mark.parametrize(
    ("scores", "found"),
    [
        ({}, ("nothing-said",)),
        ({"mark:public": 1}, ("mark:public",)),
        ({"mark:public": 1, "personal:email": 1}, ("personal:email",)),
        ({"personal:iban": 1, "personal:email": 9, "mark:internal": 1}, ("personal:iban",)),
        ({"mark:confidential": 1, "personal:iban": 2}, ("personal:iban", "mark:confidential")),
        ({"secret:password": 1, "personal:iban": 2}, ("secret:password",)),
        ({"personal:iban": MANY_TELLING, "personal:email": 1}, ("personal:iban",)),
        ({"type:payslip": 60, "type-asks-confidential:payslip": 1}, ("type:payslip",)),
        (
            {"type:payslip": 60, "type-asks-confidential:payslip": 1, "personal:iban": 1},
            ("personal:iban", "type:payslip"),
        ),
    ],
)
def test_the_reason_is_always_given(scores: dict[str, int], found: tuple[str, ...]) -> None:
    assert reasons(scores) == found


@pytest.mark.parametrize(
    ("scores", "level"),
    [
        ({"type:payslip": 60, "type-asks-confidential:payslip": 3}, "confidential"),
        ({"type:payslip": 60, "type-asks-confidential:payslip": 1, "mark:public": 1}, "confidential"),
        ({"type:letter": 60, "type-asks-internal:letter": 1, "mark:public": 1}, "internal"),
        ({"type:letter": 60, "mark:public": 1}, "public"),
        ({"type:payslip": 24, "type-asks-confidential:payslip": 1}, "internal"),
        ({"type:payslip": 60, "type:letter": 90, "type-asks-confidential:payslip": 1}, "internal"),
        ({"stated-type:payslip": 1, "type:letter": 90, "type-asks-confidential:payslip": 1}, "confidential"),
        ({"stated-type:letter": 1, "type:payslip": 90, "type-asks-confidential:payslip": 1}, "internal"),
        ({"type:payslip": 60, "type-asks-confidential:payslip": 1, "type-asks-restricted:payslip": 1}, "restricted"),
        ({"type:payslip": 60, "type-asks-confidential:payslip": 1, "personal:card": 1}, "restricted"),
    ],
)
def test_the_type_of_the_document_asks_for_a_level(scores: dict[str, int], level: str) -> None:
    assert sensitivity(scores) == level


@given(SCORES)
def test_a_reason_alone_never_asks_for_more(scores: dict[str, int]) -> None:
    given = {name: n for name, n in scores.items() if name in reasons(scores) or name.startswith(("type", "stated"))}
    assert reasons(scores)
    assert LEVELS.index(sensitivity(given)) <= LEVELS.index(sensitivity(scores))
