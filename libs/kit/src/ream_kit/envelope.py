# SPDX-License-Identifier: Apache-2.0
"""Decides what metadata travels with a message: CloudEvents in binary mode, and the W3C trace it belongs to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from ream_kit.clock import timestamp

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})")

RawHeaders = Iterable[tuple[str, bytes | str | None]] | Mapping[str, bytes | str | None]


def headers(
    *, event_id: str, schema: str, source: str, moment: datetime, traceparent: str | None
) -> tuple[tuple[str, bytes], ...]:
    """Returns the headers of a message that is to be written.

    Args:
        event_id: the same when the same message is sent again.
        schema: file stem of the schema of its value.
        source: the stage or program that writes it.
        moment: when it is written.
        traceparent: header of the message that led to this one; without a usable one a new trace begins.
    """
    return (
        ("ce_id", event_id.encode()),
        ("ce_type", f"ream.{schema}.v1".encode()),
        ("ce_source", f"ream/{source}".encode()),
        ("ce_time", timestamp(moment).encode()),
        ("ce_specversion", b"1.0"),
        ("content-type", b"application/json"),
        ("traceparent", continued(traceparent).encode()),
    )


def continued(traceparent: str | None) -> str:
    """Returns the same trace with a new span in it, or a new trace where the header is absent or unusable."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    trace, flags = found.groups() if found else (os.urandom(16).hex(), "01")
    return f"00-{trace}-{os.urandom(8).hex()}-{flags}"


def trace_id(headers: Mapping[str, str]) -> str | None:
    """Returns the id of the trace that a message belongs to, where its header is usable."""
    found = _TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    return found.group(1) if found else None


def as_text(raw: RawHeaders | None) -> dict[str, str]:
    """Reads headers as text; of a name that comes twice the last one counts, what is not UTF-8 is replaced."""
    read: dict[str, str] = {}
    for name, value in raw.items() if isinstance(raw, Mapping) else raw or ():
        read[name] = value.decode("utf-8", "replace") if isinstance(value, bytes) else value or ""
    return read
