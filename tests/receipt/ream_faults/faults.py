# SPDX-License-Identifier: Apache-2.0
"""Decides what can be lost of a value that passes a seam: the whole of it, what is in its lists, half of its text."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

COUNTS = frozenset({"units", "characters", "children", "size"})
"""Numbers that say how much there is."""
_TEXT = frozenset({"text", "rows"})

Path = tuple[str, ...]
"""Keys down to a value; `*` stands for any place in a list."""


@dataclass(frozen=True, order=True)
class Fault:
    """One loss at one seam.

    Attributes:
        seam: what passes there: a message, an artifact, an object of the store, an item of a cell.
        path: the value in it that is damaged; empty for the whole.
        how: drop (the last of a list, or the whole), cut (half of a text, or of an object's bytes), less (one from a
            number).
    """

    seam: str
    path: Path
    how: str

    def __str__(self) -> str:
        return f"{self.seam} {'.'.join(self.path)} {self.how}".replace("  ", " ")


def faults_of(seam: str, value: Any) -> Iterator[Fault]:
    """Yields every loss that is possible in a value, each once for all places in a list."""
    yield Fault(seam, (), "drop")
    yield from sorted({Fault(seam, path, how) for path, how in _walk(value, ())})


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(inner, (*path, key))
    elif isinstance(value, list):
        if value:
            yield path, "drop"
        if not _is_range(value):
            for inner in value:
                if not _is_range(inner):
                    yield from _walk(inner, (*path, "*"))
    elif isinstance(value, str):
        if len(value) > 1 and _TEXT & set(path):
            yield path, "cut"
    elif type(value) is int and value > 0 and path[-1] in COUNTS:
        yield path, "less"


def _is_range(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(one) is int for one in value)


def damaged(value: Any, fault: Fault) -> Any | None:
    """Returns the value with the loss in the first place where it can be; None where it cannot."""
    made = copy.deepcopy(value)
    return made if _damage(made, fault.path, fault.how) else None


def _damage(value: Any, path: Path, how: str) -> bool:
    key, rest = path[0], path[1:]
    if key == "*":
        places: list[Any] = list(range(len(value))) if isinstance(value, list) else []
    else:
        places = [key] if isinstance(value, dict) and key in value else []
    for place in places:
        if rest:
            if _damage(value[place], rest, how):
                return True
        elif (lost := _lost(value[place], how)) is not None:
            value[place] = lost
            return True
    return False


def _lost(value: Any, how: str) -> Any | None:
    if how == "drop" and isinstance(value, list) and value:
        last = value[-1]
        if _is_range(last) and last[1] > last[0]:
            return [*value[:-1], [last[0], last[1] - 1]]
        return value[:-1]
    if how == "cut" and isinstance(value, str) and len(value) > 1:
        return value[: len(value) // 2]
    if how == "less" and type(value) is int and value > 0:
        return value - 1
    return None
