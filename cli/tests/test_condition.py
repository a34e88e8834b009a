# SPDX-License-Identifier: Apache-2.0
"""Conditions mean what they say, and what can't be understood is refused at its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_cli.condition import ConditionError, Field, parse

FIELDS = {
    "type": Field("text", "kind"),
    "language": Field("text", "languages"),
    "outcome": Field("text", "outcome", among=("complete", "partial")),
    "confidence": Field("number", "confidence", of_unit=True),
    "size": Field("number", "bytes"),
    "completed": Field("time", "when"),
    "ocr.version": Field("version", "version", of_unit=True),
    "name": Field("text", "name"),
}
ONE: dict[str, list[Any]] = {
    "type": ["invoice"],
    "language": ["de", "fr"],
    "outcome": ["partial"],
    "confidence": [59],
    "size": [12_000_000],
    "completed": ["2026-11-30T13:30:00.5Z"],
    "ocr.version": ["1.10"],
    "name": ["Rechnung [3] 2026.PDF"],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("confidence < 60", True),
        ("confidence<59", False),
        ("confidence <= 59 and confidence >= 59", True),
        ("confidence = 59.0", True),
        ("type = invoice", True),
        ("type = Invoice", False),
        ("type != letter", True),
        ("type in (letter, invoice)", True),
        ("not type in (letter, invoice)", False),
        ("type = letter or type = invoice and confidence > 60", False),
        ("(type = letter or type = invoice) and confidence < 60", True),
        ("not type = letter and not not outcome = partial", True),
        ("language = fr", True),
        ("language != fr", False),
        ("language = none", False),
        ("type = none or NOT (language = none)", True),
        ("size > 11.9MB and size < 12_000_001", True),
        ("size > 12k and size > 1GB", False),
        ("completed = 2026-11-30", True),
        ("completed < 2026-11-30", False),
        ("completed <= 2026-11-30", True),
        ("completed > 2026-11-30", False),
        ("completed > 2026-11-29", True),
        ("completed >= 2026-11-30T13:30 and completed < '2026-11-30T13:31:00'", True),
        ("completed < 2026-11-30T14:00+01:00", False),
        ("ocr.version > 1.9", True),
        ("ocr.version = 1.10", True),
        ("ocr.version ~ '1.*'", True),
        ("ocr.version < 2", True),
        ("name ~ *.pdf", True),
        ("name ~ 'rechnung [3]'", True),
        ('name = "Rechnung [3] 2026.PDF"', True),
        (r"name = 'it\'s'", False),
        ("name ~ brief", False),
    ],
)
def test_it_means_what_it_says(text: str, expected: bool) -> None:
    assert parse(text, FIELDS).holds(ONE) is expected


@pytest.mark.parametrize(
    "text", ["confidence < 60", "confidence >= 0", "type = invoice", "name ~ '*'", "completed > 2000-01-01"]
)
def test_what_has_no_value_fits_no_comparison(text: str) -> None:
    assert not parse(text, FIELDS).holds({})
    assert parse(f"not {text}", FIELDS).holds({})


def test_the_fields_that_it_speaks_of_are_known() -> None:
    assert parse("type = a and (confidence < 3 or not type = b)", FIELDS).fields == {"type", "confidence"}


@pytest.mark.parametrize(
    ("text", "at", "sentence"),
    [
        ("", 1, "expected the name of a field"),
        ("confidance < 60", 1, "there is no field 'confidance'; did you mean confidence? Fields: type, language"),
        ("type = invoice confidence < 60", 16, "expected 'and', 'or' or the end, not 'confidence'"),
        ("type invoice", 6, "expected one of = != < <= > >= ~ or 'in' after type, not 'invoice'"),
        ("type < invoice", 6, "type is text: compare it with =, !=, ~ or in"),
        ("confidence ~ 6", 12, "confidence is a number: compare it with =, !=, <, <=, >, >= or in"),
        ("confidence < sixty", 14, "'sixty' is no number, like 60 or 10MB"),
        ("completed > yesterday", 13, "'yesterday' is no day or moment, like 2026-11-30"),
        ("completed > 2026-13-01", 13, "'2026-13-01' is no day or moment"),
        ("outcome = completed", 11, "'completed' is none of complete, partial"),
        ("(type = a", 10, "expected ')'"),
        ("type = a)", 9, "expected 'and', 'or' or the end, not ')'"),
        ("type = 'a", 8, "the text in quotes has no end"),
        ("type ! a", 6, "'!' means nothing here"),
        ("type in a", 9, "expected '(' after in, not 'a'"),
        ("type in (a b)", 12, "expected ',' or ')', not 'b'"),
        ("type =", 7, "expected a value"),
        ("type = a and", 13, "expected the name of a field"),
        ("(" * 60 + "type = a", 52, "more than 50 parentheses"),
    ],
)
def test_what_cannot_be_understood_is_refused_at_its_place(text: str, at: int, sentence: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text, FIELDS)
    assert caught.value.position + 1 == at
    assert sentence in str(caught.value)
    shown = str(caught.value).splitlines()
    assert shown[-1].index("^") == at + 1
    assert shown[-2].strip() == text.strip()


WORDS = [
    "type",
    "confidence",
    "and",
    "or",
    "not",
    "in",
    "(",
    ")",
    "=",
    "<",
    "~",
    ",",
    "'a b'",
    "60",
    "none",
    " ",
    "\n",
    "é",
    "'",
]


@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join) | st.text(max_size=60))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        position = int(parse(text, FIELDS).holds(ONE)) and 0
    except ConditionError as error:
        position = error.position
    assert 0 <= position <= len(text)


TREES = st.recursive(
    st.sampled_from(
        [("type = invoice", True), ("type = letter", False), ("confidence < 60", True), ("size < 1k", False)]
    ),
    lambda inner: st.one_of(
        inner.map(lambda one: (f"not ({one[0]})", not one[1])),
        st.tuples(inner, inner).map(lambda both: (f"({both[0][0]}) and ({both[1][0]})", both[0][1] and both[1][1])),
        st.tuples(inner, inner).map(lambda both: (f"({both[0][0]}) or ({both[1][0]})", both[0][1] or both[1][1])),
    ),
    max_leaves=12,
)


@given(TREES)
def test_and_or_not_are_those_of_logic(tree: tuple[str, bool]) -> None:
    assert parse(tree[0], FIELDS).holds(ONE) is tree[1]
