# SPDX-License-Identifier: Apache-2.0
"""Decides what a list of a form says, whose choice lies in a number beside its lines (legacy form fields of Word)."""

from collections.abc import Iterator
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def chosen(mark: Any) -> str:
    """Returns the line that is chosen in the list that begins with this mark of a field; empty where none does.

    Where the field's own result says it already, as some programs write it, it is not said again.
    """
    listed = mark.find(f"{_W}ffData/{_W}ddList")
    if listed is None or _has_result(mark):
        return ""
    lines = [entry.get(f"{_W}val", "") for entry in listed.findall(f"{_W}listEntry")]
    number = _number(listed, "result", _number(listed, "default", 0))
    return lines[number] if 0 <= number < len(lines) else ""


def _number(listed: Any, name: str, otherwise: int) -> int:
    found = listed.find(f"{_W}{name}")
    value = found.get(f"{_W}val", "") if found is not None else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else otherwise


def _has_result(mark: Any) -> bool:
    """Says whether words follow between the field's separator and its end, within its paragraph."""
    separated = False
    for element in _after(mark):
        kind = element.get(f"{_W}fldCharType")
        if kind in ("begin", "end"):
            return False
        if kind == "separate":
            separated = True
        elif separated and element.tag == f"{_W}t" and (element.text or "").strip():
            return True
    return False


def _after(mark: Any) -> Iterator[Any]:
    yield from mark.itersiblings()
    for run in mark.getparent().itersiblings():
        yield from run.iter(f"{_W}fldChar", f"{_W}t")
