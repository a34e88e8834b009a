# SPDX-License-Identifier: Apache-2.0
"""Decides what metadata travels with a message: CloudEvents in binary mode, and the W3C trace it belongs to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from ream_kit.clock import timestamp

_TRACEPARENT = re.compile(r"(00|(?!ff)[0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?")
_TRACESTATE = re.compile(r"[\x20-\x7e\t]{1,512}")
_KNOWN_FLAGS = 0x03

RawHeaders = Iterable[tuple[str, bytes | str | None]] | Mapping[str, bytes | str | None]


def headers(
    *, event_id: str, schema: str, source: str, moment: datetime, parent: Mapping[str, str] | None = None
) -> tuple[tuple[str, bytes], ...]:
    """Returns the headers of a message that is to be written.

    Args:
        event_id: the same when the same message is sent again.
        schema: file stem of the schema of its value.
        source: the stage or program that writes it.
        moment: when it is written.
        parent: headers of the message that led to this one: its trace goes on, with a new span. Without a usable
            `traceparent` in them a new trace begins.
    """
    parent = parent or {}
    state = parent.get("tracestate", "")
    goes_on = trace_id(parent) is not None and _TRACESTATE.fullmatch(state) is not None
    return (
        ("ce_id", event_id.encode()),
        ("ce_type", f"ream.{schema}.v1".encode()),
        ("ce_source", f"ream/{source}".encode()),
        ("ce_time", timestamp(moment).encode()),
        ("ce_specversion", b"1.0"),
        ("content-type", b"application/json"),
        ("traceparent", continued(parent.get("traceparent")).encode()),
        *((("tracestate", state.encode()),) if goes_on else ()),
    )


def continued(traceparent: str | None) -> str:
    """Returns the same trace with a new span in it, or a new trace where the header is absent or unusable."""
    found = _parsed(traceparent)
    trace, flags = found or (os.urandom(16).hex(), "01")
    return f"00-{trace}-{os.urandom(8).hex()}-{int(flags, 16) & _KNOWN_FLAGS:02x}"


def trace_id(headers: Mapping[str, str]) -> str | None:
    """Returns the id of the trace that a message belongs to, where its header is usable."""
    found = _parsed(headers.get("traceparent"))
    return found[0] if found else None


def _parsed(traceparent: str | None) -> tuple[str, str] | None:
    """Reads trace and flags; a later version may say more behind them, version 00 may not (W3C Trace Context)."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    if found is None or (found[1] == "00" and found[4]):
        return None
    return found[2], found[3]


def as_text(raw: RawHeaders | None) -> dict[str, str]:
    """Reads headers as text; of a name that comes twice the last one counts, what is not UTF-8 is replaced."""
    read: dict[str, str] = {}
    if not raw:
        return read
    for name, value in raw if isinstance(raw, list) else raw.items() if isinstance(raw, Mapping) else raw:
        read[name] = value.decode("utf-8", "replace") if isinstance(value, bytes) else value or ""
    return read
