# SPDX-License-Identifier: Apache-2.0
"""Decides how commands speak: tables and colours on a terminal, plain lines elsewhere, one JSON object for programs."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ream_contracts.outcomes import Outcome

COLOURS = {
    Outcome.COMPLETE: "green",
    Outcome.EMPTY: "green",
    Outcome.PARTIAL: "yellow",
    Outcome.UNSUPPORTED: "yellow",
    Outcome.FAILED: "red",
    Outcome.REJECTED: "red",
    Outcome.SUPERSEDED: "dim",
    Outcome.ERASED: "dim",
}
_PIPE_COLUMNS = 160


def safe(text: str) -> str:
    """Makes a stranger's text fit for a terminal: one line, and nothing in it that a terminal obeys."""
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    if "\udc80" <= char <= "\udcff":  # a byte of a file name that is not UTF-8
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


def console(*, to_stderr: bool = False) -> Console:
    """A place to write to; wide where nobody looks at it directly, so that lines stay whole."""
    made = Console(stderr=to_stderr, highlight=False, emoji=False, soft_wrap=False)
    return made if made.is_terminal else Console(stderr=to_stderr, highlight=False, emoji=False, width=_PIPE_COLUMNS)


def table(*columns: str, right: tuple[str, ...] = ()) -> Table:
    """An empty table; columns named in `right` hold numbers."""
    made = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for name in columns:
        made.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return made


def cell(text: str | None, style: str = "") -> Text:
    """A stranger's text as it is, never read as markup."""
    return Text(safe(text or ""), style=style)


def outcome(name: str) -> Text:
    """An outcome in its colour."""
    style = COLOURS[Outcome(name)] if name in tuple(Outcome) else "cyan"
    return Text(name, style=style)


def number(value: int) -> str:
    """A number with its thousands apart."""
    return f"{value:,}"


def size(count: int) -> str:
    """Bytes for people: `312 B`, `4.1 MB`."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def duration(seconds: float) -> str:
    """A length of time for people: `8 s`, `2 min 5 s`, `3 h 12 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def print_json(value: Any) -> None:
    """Writes one JSON object, and nothing else, to the standard output; file names keep their odd bytes as escapes."""
    json.dump(value, sys.stdout, ensure_ascii=True)
    sys.stdout.write("\n")
