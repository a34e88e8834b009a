# SPDX-License-Identifier: Apache-2.0
"""A dead letter fits the broker and gives its record back, whatever the record was."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts import codec
from ream_contracts.messages import DeadLetter
from ream_kit import dead_letters
from ream_kit.bus_contract import DOCUMENT, IN, message
from ream_kit.dead_letters import INLINE_BYTES, GivenUp
from ream_kit.records import Origin, Record
from ream_kit.testing import memory_store

MEGABYTE = 1_000_000


def record(key: bytes | None, value: bytes | None, headers: dict[str, str] | None = None) -> Record:
    return Record(IN, Origin(IN.name, 1, 42, key, headers or {}), value)


@given(
    key=st.none() | st.binary(max_size=200),
    value=st.none() | st.binary(max_size=200),
    headers=st.dictionaries(st.text(max_size=30), st.text(max_size=30), max_size=5),
    cause=st.text(max_size=100),
)
def test_gives_any_record_back(key: bytes | None, value: bytes | None, headers: dict[str, str], cause: str) -> None:
    store = memory_store()
    letter = dead_letters.build(record(key, value, headers), GivenUp(cause, "why\ud800", 2), "probe", "1", store)
    read = codec.loads(DeadLetter, dead_letters.encode(letter))
    assert dead_letters.restore(read, store) == (key, value)
    assert (read.topic, read.partition, read.offset, read.stage, read.attempts) == (IN.name, 1, 42, "probe", 2)
    assert store.get(read.detail or "") == b"why?"


@pytest.mark.parametrize(
    ("key", "value"), [(b"\x00" * 900_000, None), (None, b"\xff" * MEGABYTE), (b"k" * 500_000, b"v" * 500_000)]
)
def test_a_long_record_lies_in_the_store(key: bytes | None, value: bytes | None) -> None:
    store = memory_store()
    long = record(key, value, {f"name-{n}": "\x00" * 4_000 for n in range(200)})
    letter = dead_letters.build(long, GivenUp("c", "", 1), "probe", "1", store)
    assert len(dead_letters.encode(letter)) < 200_000
    assert int(letter.headers["ream_headers_dropped"]) > 190
    assert letter.detail is None
    assert dead_letters.restore(letter, store) == (key, value)
    assert dead_letters.record_key(letter) is None


def test_the_longest_record_that_stays_fits_the_broker() -> None:
    headers = {f"name-{n}": "\x01" * 4_000 for n in range(200)}
    longest = record(b"", b"\xff" * INLINE_BYTES, headers)
    letter = dead_letters.build(longest, GivenUp("c", "", 1), "probe", "1", memory_store())
    assert letter.object is None
    assert len(dead_letters.encode(letter)) < MEGABYTE


def test_a_long_traceback_keeps_its_end() -> None:
    store = memory_store()
    given_up = GivenUp("c", "start" + "x" * 500_000 + "the end", 3)
    letter = dead_letters.build(record(None, b""), given_up, "probe", "1", store)
    kept = store.get(letter.detail or "")
    assert len(kept) < 70_000
    assert kept.startswith(b"[shortened]")
    assert kept.endswith(b"the end")


def test_names_the_document_by_its_message_else_by_its_key() -> None:
    assert dead_letters.document_of(record(b"x", b""), message(1)) == DOCUMENT
    assert dead_letters.document_of(record(DOCUMENT.encode(), b"{")) == DOCUMENT
    assert dead_letters.document_of(record(b"\xff" * 32, b"{")) is None
    assert dead_letters.document_of(record(None, b"{")) is None


class CellDied(Exception):
    cause = "crashed-signal-11"


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ZeroDivisionError(), "zero-division-error"),
        (CellDied(), "crashed-signal-11"),
        (OSError(), "os-error"),
        (type("HTTPError9", (Exception,), {})(), "http-error9"),
        (type("É" * 100, (Exception,), {})(), "unknown"),
    ],
)
def test_an_error_has_a_code(error: Exception, cause: str) -> None:
    assert dead_letters.cause_of(error) == cause


@given(st.text())
def test_any_text_becomes_a_code_that_the_schema_takes(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", dead_letters.code(text))
    assert len(dead_letters.code(text)) <= 60


def test_the_topic_of_dead_letters_may_be_read() -> None:
    graves = dead_letters.topic_of(IN)
    assert (graves.name, graves.messages, graves.partitions) == ("kit.in.dlq", (DeadLetter,), IN.partitions)
    assert dead_letters.is_buried(graves)
    assert not dead_letters.is_buried(IN)
