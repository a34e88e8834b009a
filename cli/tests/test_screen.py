# SPDX-License-Identifier: Apache-2.0
"""Nothing of a stranger's text is obeyed by a terminal, and numbers are readable."""

from __future__ import annotations

import io
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from ream_cli import screen


@given(st.text())
def test_safe_text_is_one_printable_line(text: str) -> None:
    shown = screen.safe(text)
    assert shown.isprintable()
    shown.encode("utf-8")


@given(st.binary(max_size=50))
def test_any_file_name_can_be_shown(name: bytes) -> None:
    screen.safe(os.fsdecode(name)).encode("utf-8")


def test_what_is_escaped_can_be_told_apart() -> None:
    assert screen.safe("a\nb\x1b[31m\udcff\u202e") == "a\\nb\\x1b[31m\\xff\\u202e"
    assert screen.safe("Übergabe 文書") == "Übergabe 文書"


def test_markup_of_strangers_is_text() -> None:
    out = io.StringIO()
    table = screen.table("name")
    table.add_row(screen.cell("[bold]x[/bold] :smile:"))
    Console(file=out, width=80).print(table)
    assert "[bold]x[/bold] :smile:" in out.getvalue()


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (123_456, "123 kB"), (5 * 10**12, "5.0 TB")]
)
def test_sizes(count: int, text: str) -> None:
    assert screen.size(count) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (125, "2 min 5 s"), (11520, "3 h 12 min")])
def test_durations(seconds: float, text: str) -> None:
    assert screen.duration(seconds) == text


def test_json_goes_to_the_standard_output_alone(capsys: pytest.CaptureFixture[str]) -> None:
    screen.print_json({"name": "\udcff"})
    out, err = capsys.readouterr()
    assert json.loads(out) == {"name": "\udcff"}
    assert out.isascii()
    assert err == ""
