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
        envelope.headers(
            event_id="1", schema="segment-read", source="ocr", moment=MOMENT, parent={"traceparent": TRACE}
        )
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


def sent_on(**parent: str) -> dict[str, str]:
    return envelope.as_text(
        envelope.headers(event_id="1", schema="segment-read", source="ocr", moment=MOMENT, parent=parent)
    )


def test_a_later_version_of_the_header_is_understood_and_ours_is_written() -> None:
    later = "cc" + TRACE[2:] + "-what-nobody-knows-yet"
    assert sent_on(traceparent=later)["traceparent"].startswith("00-" + "a" * 32)
    assert envelope.trace_id({"traceparent": "ff" + TRACE[2:]}) is None


def test_flags_that_nobody_knows_are_not_passed_on() -> None:
    assert sent_on(traceparent=TRACE[:-2] + "fd")["traceparent"][-2:] == "01"
    assert sent_on(traceparent=TRACE[:-2] + "00")["traceparent"][-2:] == "00", "what is not sampled stays so"


def test_the_state_of_a_trace_goes_with_it_and_with_nothing_else() -> None:
    assert sent_on(traceparent=TRACE, tracestate="vendor=1,other=2")["tracestate"] == "vendor=1,other=2"
    assert "tracestate" not in sent_on(tracestate="vendor=1")
    for unusable in ("x" * 513, "Größe=1", "a=1\nb=2"):
        assert "tracestate" not in sent_on(traceparent=TRACE, tracestate=unusable)


@given(st.text(max_size=80))
def test_whatever_comes_a_usable_header_goes_on(text: str) -> None:
    made = sent_on(traceparent=text)["traceparent"]
    assert envelope.trace_id({"traceparent": made}) is not None


@given(st.lists(st.tuples(st.text(max_size=5), st.binary(max_size=10) | st.text(max_size=5) | st.none())))
def test_any_headers_are_read_as_text(raw: list[tuple[str, bytes | str | None]]) -> None:
    read = envelope.as_text(raw)
    assert set(read) == {name for name, _ in raw}
    assert all(isinstance(value, str) for value in read.values())
    assert envelope.as_text(None) == {}
    assert envelope.as_text(dict(raw)) == read
