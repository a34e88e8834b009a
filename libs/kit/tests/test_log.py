# SPDX-License-Identifier: Apache-2.0
"""A log line is one line, of known form, whatever is put into it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest

from ream_kit import log


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    log.configure("info", "plain", stream)
    yield stream
    log.configure()


def test_writes_plain_lines(lines: io.StringIO) -> None:
    log.logger("kit.test").info("started", workers=4, name="a b", nothing=None)
    (line,) = lines.getvalue().splitlines()
    assert line.split(" ", 1)[1] == 'info    kit.test started workers=4 name="a b" nothing=None'


def test_a_hostile_value_starts_no_line_of_its_own(lines: io.StringIO) -> None:
    log.logger("kit.test").warning("odd Event\n", value="x\n2026 error kit.runner forged=1\x1b[2J")
    assert len(lines.getvalue().splitlines()) == 1
    assert "odd_event_ value=" in lines.getvalue()
    assert "\x1b" not in lines.getvalue()


def test_long_values_are_cut(lines: io.StringIO) -> None:
    log.logger("kit.test").error("long", value="x" * 10_000)
    assert len(lines.getvalue()) < 500


def test_writes_json_lines_with_the_facts_around_them(lines: io.StringIO) -> None:
    log.configure("debug", "json", lines)
    with log.bound(document_id="abc"):
        with log.bound(trace_id="t"):
            log.logger("ocr").debug("page_read", page=3)
        log.logger("ocr").info("read")
    log.logger("ocr").info("idle")
    first, second, third = (json.loads(line) for line in lines.getvalue().splitlines())
    assert {k: first[k] for k in ("level", "logger", "event", "document_id", "trace_id", "page")} == {
        "level": "debug",
        "logger": "ocr",
        "event": "page_read",
        "document_id": "abc",
        "trace_id": "t",
        "page": 3,
    }
    assert "trace_id" not in second
    assert "document_id" not in third


def test_the_level_is_obeyed(lines: io.StringIO) -> None:
    log.configure("warning", "plain", lines)
    log.logger("kit.test").info("quiet")
    log.logger("kit.test").error("loud")
    assert [line.split()[3] for line in lines.getvalue().splitlines()] == ["loud"]


def test_an_error_is_named_by_type_and_place_and_never_by_its_text() -> None:
    try:
        raise ValueError("what the document says")
    except ValueError as error:
        told = log.where(error)
    assert told.startswith("ValueError in test_log.py:")
    assert "document" not in told
    assert log.where(KeyError("never raised")) == "KeyError"
