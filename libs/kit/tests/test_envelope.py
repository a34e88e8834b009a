# SPDX-License-Identifier: Apache-2.0
"""Metadata travels as CloudEvents in binary mode; a trace goes on, and an unusable one is not passed on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_kit import envelope

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


def test_has_every_header_that_cloudevents_wants() -> None:
    made = envelope.as_text(
        envelope.headers(event_id="1", schema="segment-read", source="ocr", moment=MOMENT, traceparent=TRACE)
    )
    traceparent = made.pop("traceparent")
    assert made == {
        "ce_id": "1",
        "ce_type": "ream.segment-read.v1",
        "ce_source": "ream/ocr",
        "ce_time": "2026-01-02T03:04:05.678Z",
        "ce_specversion": "1.0",
        "content-type": "application/json",
    }
    assert traceparent.startswith("00-" + "a" * 32)
    assert traceparent != TRACE
    assert envelope.trace_id({"traceparent": traceparent}) == "a" * 32


@pytest.mark.parametrize("unusable", [None, "", "x", "00-" + "0" * 32 + "-" + "b" * 16 + "-01", TRACE + "-more"])
def test_an_unusable_trace_begins_anew(unusable: str | None) -> None:
    first, second = envelope.continued(unusable), envelope.continued(unusable)
    assert first[3:35] != second[3:35]
    assert envelope.trace_id({"traceparent": first}) == first[3:35]
    assert envelope.trace_id({"traceparent": unusable or ""}) is None


@given(st.lists(st.tuples(st.text(max_size=5), st.binary(max_size=10) | st.text(max_size=5) | st.none())))
def test_any_headers_are_read_as_text(raw: list[tuple[str, bytes | str | None]]) -> None:
    read = envelope.as_text(raw)
    assert set(read) == {name for name, _ in raw}
    assert all(isinstance(value, str) for value in read.values())
    assert envelope.as_text(None) == {}
    assert envelope.as_text(dict(raw)) == read
