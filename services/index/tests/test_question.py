# SPDX-License-Identifier: Apache-2.0
"""A query is read as people write it, or refused with a sentence."""

from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts.messages import DocumentCompleted
from ream_contracts.outcomes import Outcome
from ream_index.languages import ANALYZERS, fields_for
from ream_index.migrate import templates
from ream_index.question import CLOSED, FIELDS, LONGEST, MOST_WORDS, Phrase, QueryError, read
from ream_index.requests import documents_body, facet_bodies, named_body, passages_query


def test_words_phrases_and_fields_are_told_apart() -> None:
    query = read('water "quay wall"~2 type:invoice,receipt -source:mail name:"annual report" page:3-7 -draft')
    assert query.words == "water -draft"
    assert query.phrases == (Phrase("quay wall", 2),)
    assert [(one.passages, one.excluded) for one in query.conditions] == [
        ({"terms": {"type": ["invoice", "receipt"]}}, False),
        ({"terms": {"namespace": ["mail"]}}, True),
        (
            {"multi_match": {"query": "annual report", "type": "phrase", "operator": "and", "lenient": True,
                             "fields": ["name"]}},
            False,
        ),
        ({"range": {"unit": {"gte": 3, "lte": 7}}}, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("date:2024", {"gte": "2024-01-01", "lt": "2025-01-01"}),
        ("date:2023-12", {"gte": "2023-12-01", "lt": "2024-01-01"}),
        ("date:2024-02-29", {"gte": "2024-02-29", "lt": "2024-03-01"}),
        ("after:2024-05", {"gte": "2024-06-01"}),
        ("before:2024-05-03", {"lt": "2024-05-03"}),
    ],
)
def test_a_date_is_a_year_a_month_or_a_day(written: str, asked: dict[str, str]) -> None:
    assert read(written).conditions[0].passages == {"range": {"submitted": asked}}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('"unclosed', "A quotation mark is not closed"),
        ("colour:red", "There is no field 'colour'; those that there are: type, "),
        ("date:yesterday", "'yesterday' is no date: write date:2024"),
        ("before:2023-02-30", "'2023-02-30' is no date"),
        ("after:9999", "'9999' is no date"),
        ("page:first", "'first' is no page"),
        ("page:7-3", "Page 3 is not after page 7: write page:3-7"),
        ("type:lease OR quay", "`OR` cannot join fields"),
        ("\u201cunclosed", "A quotation mark is not closed"),
        ("outcome:complete | outcome:failed", "`\\|` cannot join fields"),
        ("(outcome:complete | outcome:failed)", "`\\|` cannot join fields"),
        ("outcome:complete|outcome:failed", "`\\|` cannot join fields"),
        ("quay | type:invoice", "`\\|` cannot join fields"),
        ("name:quay OR name:wall", "`OR` cannot join fields"),
        ("outcome:bogus", "There is no outcome 'bogus'; there are: complete, empty, "),
        ("-sensitivity:public,secret", "There is no sensitivity 'secret'; there are: public, internal, "),
        ("sentiment:glad", "There is no sentiment 'glad'; there are: positive, negative, neutral, mixed"),
        ('type:""', "After type: a value is missing"),
        ("x" * (LONGEST + 1), f"{LONGEST} are the most"),
        ("ab " * (MOST_WORDS + 1), f"{MOST_WORDS} are the most"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(written: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        read(written)


@pytest.mark.parametrize(
    "written", ["http://a.example/b", "10:30", "Re: water", "C:\\x", "a|b", '("a b" | c)', "note:"]
)
def test_what_only_looks_like_a_field_stays_words(written: str) -> None:
    query = read(written)
    assert (query.words, query.conditions) == (written, ())


@pytest.mark.parametrize(
    "written", ["\u201cquay wall\u201d", "\u201equay wall\u201c", "\u00abquay wall\u00bb", "\u201dquay wall\u201d"]
)
def test_typographic_quotation_marks_hold_a_phrase(written: str) -> None:
    assert read(written).phrases == (Phrase("quay wall"),)
    assert read("don\u2019t").words == "don\u2019t"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("quay OR wall", "quay | wall"),
        ('"a b" OR c', '"a b" | c'),
        ("lease NOT rent", "lease -rent"),
        ('lease NOT "the rent"', 'lease -"the rent"'),
        ("lease AND rent", "lease rent"),
        ("OR gate", "OR gate"),
        ("to or not and so", "to or not and so"),
        ("NOTE ORDER ANDES", "NOTE ORDER ANDES"),
        ("rent NOT", "rent NOT"),
    ],
)
def test_words_in_capitals_are_signs(written: str, words: str) -> None:
    assert read(written).words == words


def test_signs_in_words_hold_for_fields_and_not_in_phrases() -> None:
    (excluded,) = read("lease NOT type:invoice").conditions
    assert excluded.excluded
    assert read('"this OR that AND NOT these"').phrases == (Phrase("this OR that AND NOT these"),)


def test_types_and_languages_are_asked_in_any_case() -> None:
    query = read("type:Invoice,RECEIPT language:EN topic:Law sentiment:NEGATIVE")
    assert [one.passages for one in query.conditions] == [
        {"terms": {"type": ["invoice", "receipt"]}},
        {"terms": {"language": ["en"]}},
        {"terms": {"topics": ["law"]}},
        {"terms": {"sentiment": ["negative"]}},
    ]
    assert [one.documents for one in query.conditions[2:]] == [one.passages for one in query.conditions[2:]]
    assert (query.types, query.languages) == (("invoice", "receipt"), ("en",))


def test_the_closed_values_are_those_that_a_document_can_have() -> None:
    assert set(get_args(get_type_hints(DocumentCompleted)["sensitivity"])) == set(CLOSED["sensitivity"])
    assert set(CLOSED["outcome"]) > set(Outcome)
    kinds = get_args(get_type_hints(DocumentCompleted)["sentiment"])
    assert {value for kind in kinds for value in get_args(kind)} == set(CLOSED["sentiment"])


def test_alternatives_of_words_stand_beside_fields() -> None:
    query = read('quay | wall type:invoice,receipt outcome:Failed name:"a | b"')
    assert (query.words, query.types) == ("quay | wall", ("invoice", "receipt"))
    assert query.conditions[1].passages == {"terms": {"outcome": ["failed"]}}
    assert read("-type:invoice").types == ()


def test_phrases_between_operators_stay_where_they_are() -> None:
    assert read('"a b" | c').words == '"a b" | c'
    assert read('-"a b" c').words == '-"a b" c'
    assert read('"a b" c').phrases == (Phrase("a b"),)


@given(st.text(max_size=60) | st.text(alphabet=':"-|()*~ typedafr21', max_size=60))
def test_any_text_is_read_or_refused_and_can_be_asked(text: str) -> None:
    try:
        query = read(text)
    except QueryError as error:
        assert str(error).endswith(".")  # noqa: PT017 (either way is right)
        return
    passages_query(query)
    passages_query(query, loose=True)
    named_body(query, 10, ())


def test_a_word_is_looked_for_in_the_languages_of_its_letters() -> None:
    assert fields_for("дом") == ["ru"]
    assert "de" in fields_for("Häuser")
    assert fields_for("Häuser 日本") == ["cjk", *fields_for("Häuser")]
    assert fields_for("2024") == []
    assert fields_for("houses", ("sv", "nb", "xx")) == ["no", "sv"]


def test_the_index_has_a_field_for_each_language() -> None:
    (passages,) = [body["mappings"]["properties"] for kind, _, body in templates() if kind == "passages"]
    assert {name: one["analyzer"] for name, one in passages["stems"]["properties"].items()} == ANALYZERS
    (documents,) = [body["mappings"]["properties"] for kind, _, body in templates() if kind == "documents"]
    for of_documents, fields in ((False, passages), (True, documents)):
        bodies = facet_bodies(of_documents=of_documents).values()
        assert {next(iter(one.values()))["field"] for one in bodies} <= set(fields)


def test_nearly_the_same_words_are_looked_for_in_what_ocr_has_read() -> None:
    def nearly(words: str, **how: bool) -> Any:
        (asked,) = passages_query(read(words), **how)["bool"]["must"]
        return asked.get("bool", {}).get("should", [None, None])[1]

    assert nearly("quay wall")["bool"]["filter"] == [{"term": {"method": "ocr"}}]
    assert nearly("quay wall", fuzzy=True)["bool"]["filter"] == []
    assert nearly("quay | wall") is None
    assert nearly("a b c d e f g h i") is None


def test_a_question_of_most_words_stays_within_the_clauses_of_a_query() -> None:
    (asked,) = passages_query(read("Wasser " * MOST_WORDS))["bool"]["must"]
    assert MOST_WORDS * len(asked["simple_query_string"]["fields"]) < 1024
    (asked,) = passages_query(read("Wasser " * MOST_WORDS), loose=True)["bool"]["must"]
    assert MOST_WORDS * len(asked["simple_query_string"]["fields"]) < 1024


def test_a_question_is_asked_without_its_signs_where_some_words_are_enough() -> None:
    query = read("How much (in USD) did A-B pay out? FY2019 - FY2020 -draft type:report")
    assert query.plain_words == "How much in USD did A-B pay out? FY2019 FY2020"
    assert query.said == "How much (in USD) did A-B pay out? FY2019 - FY2020 -draft"
    asked = passages_query(query, loose=True)["bool"]
    assert asked["must"][0]["simple_query_string"]["query"] == query.plain_words
    assert asked["must_not"] == [{"match": {"text": "draft"}}]
    body = documents_body(query, 5)
    assert body is not None
    assert body["query"]["bool"]["filter"] == [{"terms": {"type": ["report"]}}]
    assert documents_body(read("pay page:3"), 5) is None


def test_a_document_is_found_by_conditions_alone_where_documents_have_them() -> None:
    body = named_body(read("outcome:failed -type:letter"), 5, ("x",))
    assert body is not None
    asked = body["query"]["bool"]
    assert asked["filter"] == [{"terms": {"outcome": ["failed"]}}]
    assert asked["must_not"] == [{"terms": {"document_id": ["x"]}}, {"terms": {"type": ["letter"]}}]
    assert named_body(read("page:3"), 5, ()) is None
    assert named_body(read(""), 5, ()) is None
    assert set(FIELDS) >= {"type", "sensitivity", "language", "source", "outcome", "date", "page", "name"}
