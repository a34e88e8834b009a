# SPDX-License-Identifier: Apache-2.0
"""What goes in comes out, and what is not a message says why."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts import codec, topics
from ream_contracts.artifacts import Finding, SegmentClasses
from ream_contracts.messages import DocumentSubmitted, PartExpired, PartForget

DOCUMENT = "a" * 32


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (None, "empty-value"),
        (b"", "empty-value"),
        (b"{not json", "not-json"),
        (b"\xff\xfe", "not-json"),
        (b'{"source": NaN}', "not-json"),
        (b"[" * 100_000, "not-json"),
        (b'{"source": 9223372036854775808}', "not-json"),
        (b'{"source": -%s}' % (b"9" * 4_300), "not-json"),
        (b'{"source": %s}' % (b"9" * 10_000), "not-json"),
        (b'{"source": 1e999}', "not-json"),
        (b'{"source": 1E19}', "not-json"),
        (b"17", "wrong-schema"),
        (b'{"source": "a", "body": "QQ=="}', "wrong-schema"),
        (b"{}", "wrong-schema"),
        (rb'{"source": "store:a", "key": "\ud800"}', "not-unicode"),
        (rb'{"source": "store:a", "key": "\uDC80"}', "not-unicode"),
        (rb'{"source": "store:a", "tags": ["\ude00\ud83d"]}', "not-unicode"),
        (b'{"source": "store:a", "key": "\xed\xa0\x80"}', "not-unicode"),
        (rb'{"source": "store:a", "\ud800": 1}', "not-unicode"),
    ],
)
def test_what_is_no_message_is_malformed_with_a_cause(data: bytes | None, cause: str) -> None:
    with pytest.raises(codec.Malformed) as caught:
        codec.decode(topics.DOCUMENTS_SUBMITTED, data)
    assert caught.value.cause == cause


@pytest.mark.parametrize("number", ["9223372036854775807", "-9223372036854775807", "1e18", "0.5", "12e-3", "7"])
def test_numbers_that_an_index_holds_are_read(number: str) -> None:
    assert codec.parse(f'{{"a": {number}}}'.encode()) == {"a": json.loads(number)}


def test_digits_in_a_text_are_no_number() -> None:
    assert codec.parse(b'["%s", "1e999", ", 1e999"]' % (b"9" * 5_000)) == ["9" * 5_000, "1e999", ", 1e999"]


def test_an_integer_that_is_written_as_a_float_is_a_count() -> None:
    """For JSON Schema 4.0 is an integer; a stage that counted with it would fail on every try."""
    data = json.dumps({"part": "expired", "document_id": DOCUMENT, "generation": 1.0, "run": 2, "units": [[3.0, 4.0]]})
    part = codec.decode(topics.DOCUMENTS_PARTS, data.encode())
    assert repr(part) == repr(PartExpired(DOCUMENT, 1, 2, ((3, 4),)))


def test_the_reason_never_repeats_content() -> None:
    with pytest.raises(codec.Malformed) as caught:
        codec.decode(topics.DOCUMENTS_SUBMITTED, json.dumps({"source": {"secret": "hunter2"}}).encode())
    assert "hunter2" not in caught.value.reason


@pytest.mark.parametrize("data", [b'{"name": "x.pdf"}', b'{"source": "a", "body": "QQ=="}'])
def test_who_gives_neither_or_both_of_two_fields_is_told_which(data: bytes) -> None:
    with pytest.raises(codec.Malformed, match="the message must have exactly one of: source, body"):
        codec.decode(topics.DOCUMENTS_SUBMITTED, data)


def test_a_union_is_told_apart_by_its_part() -> None:
    parts = [PartForget(DOCUMENT, 1, 1), PartExpired(DOCUMENT, 1, 1, ((3, 4),))]
    assert [codec.decode(topics.DOCUMENTS_PARTS, codec.encode(part)) for part in parts] == parts


def test_unknown_fields_are_passed_over() -> None:
    message = codec.decode(topics.DOCUMENTS_SUBMITTED, b'{"source": "store:a", "colour": "green"}')
    assert message == DocumentSubmitted(source="store:a")


def test_a_message_that_breaks_its_schema_is_not_encoded() -> None:
    with pytest.raises(codec.Malformed, match="document_id"):
        codec.encode(PartForget("no id", 1, 1))


def test_whole_characters_may_be_escaped() -> None:
    message = codec.decode(topics.DOCUMENTS_SUBMITTED, rb'{"source": "store:a", "key": "\ud83d\ude00 \u00e4 \\ud800"}')
    assert message.key == "\N{GRINNING FACE} ä \\ud800"


@given(st.text(st.characters(), max_size=30))
def test_any_text_survives(value: str) -> None:
    classes = SegmentClasses(DOCUMENT, 1, 1, "1", (), (Finding("x", 1, 0, 1, value, 5),), False, {}, {})
    assert codec.loads(SegmentClasses, codec.dumps(classes)) == classes


def test_a_lone_surrogate_survives() -> None:
    classes = SegmentClasses(DOCUMENT, 1, 1, "1", (), (Finding("x", 1, 0, 1, "a\ud800b", 5),), False, {}, {})
    assert codec.loads(SegmentClasses, codec.dumps(classes)) == classes
