# SPDX-License-Identifier: Apache-2.0
"""Decides what may be asked of a stage that runs again, what a run keeps of earlier ones, and what holds for a unit.

A run redoes what it was asked for, and what runs before it were asked for: else a page read better by one replay would
fall back with the next. Of two wishes for the same unit the later holds, as a whole.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ream_contracts import units
from ream_contracts.messages import Redo

MOST_RANGES = 64
"""Ranges of units that one wish names: it travels with every segment of its document."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that can be asked of a stage.

    Attributes:
        values: what it may be, in words for people.
        pattern: what a text must match; None where no text will do.
        least: smallest number, and `most` the largest; None where no number will do.
        truth: whether it is true or false.
    """

    values: str
    pattern: str | None = None
    least: int | None = None
    most: int = 0
    truth: bool = False

    def takes(self, value: Any) -> bool:
        """Says whether this value can be used."""
        if isinstance(value, bool):
            return self.truth
        if isinstance(value, int):
            return self.least is not None and self.least <= value <= self.most
        if isinstance(value, list | tuple):
            return (
                self.pattern is not None
                and bool(value)
                and all(isinstance(one, str) for one in value)
                and self.takes("+".join(value))
            )
        return isinstance(value, str) and self.pattern is not None and re.fullmatch(self.pattern, value) is not None


REFERENCE = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
"""What names a password; the schemas of messages say the same. Nothing in it leads out of a folder."""

PARAMETERS: Mapping[str, Mapping[str, Parameter]] = {
    "extract": {
        "ocr": Parameter("auto, always or never", pattern="auto|always|never"),
        "pictures": Parameter("true or false", truth=True),
        "password_ref": Parameter("names of passwords, like bank+payroll", pattern=rf"{REFERENCE}(\+{REFERENCE})*"),
    },
    "ocr": {
        "dpi": Parameter("a whole number from 50 to 600", least=50, most=600),
        "languages": Parameter("names of language packs, like deu+eng", pattern=r"[A-Za-z]\w*(\+[A-Za-z]\w*)*"),
    },
    "classify": {
        "findings": Parameter("a whole number from 0 to 100000", least=0, most=100_000),
    },
}
"""By stage that can be run again."""
BY_UNIT = ("ocr", "classify")
"""Stages that can be run again for some units of a document: ocr page by page, classify segment by segment."""


def check(stage: str, parameters: Mapping[str, Any]) -> None:
    """Refuses what a stage cannot use.

    Raises:
        ValueError: a parameter is not known, or has a value that cannot be used; the text says what would do.
    """
    known = PARAMETERS.get(stage)
    if known is None:
        raise ValueError(f"there is no stage of this name to run again: {', '.join(PARAMETERS)} are")
    for name, value in parameters.items():
        if name not in known:
            offered = " and ".join(f"{one} ({parameter.values})" for one, parameter in known.items())
            raise ValueError(f"{stage} has no such parameter: it can be run again with {offered}")
        if not known[name].takes(value):
            raise ValueError(f"{name} of {stage} must be {known[name].values}")


def applying(redo: Iterable[Redo], stage: str, of_units: units.Ranges = ()) -> Redo | None:
    """Returns what holds for some units of a stage; without units, for the document.

    Args:
        redo: what the run redoes, oldest first.
        stage: which stage.
        of_units: a wish for units holds where it names one of these.
    """
    found = None
    for one in redo:
        if one.stage == stage and (not one.units or not of_units or _touch(one.units, of_units)):
            found = one
    return found


def together(before: Iterable[Redo], wish: Redo) -> tuple[Redo, ...]:
    """Adds a wish to those of earlier runs, and leaves out what it replaces."""
    kept = []
    for one in before:
        if one.stage != wish.stage or (wish.units and not one.units):
            kept.append(one)
        elif wish.units and (left := units.minus(one.units, wish.units)):
            kept.append(replace(one, units=left))
    return (*kept, wish)


def narrow(ranges: units.Ranges, most: int = MOST_RANGES) -> units.Ranges:
    """Makes at most so many ranges of any number, by taking in what lies between those that are nearest."""
    if len(ranges) <= most:
        return ranges
    gaps = sorted(range(1, len(ranges)), key=lambda at: ranges[at][0] - ranges[at - 1][1])
    closed = set(gaps[: len(ranges) - most])
    joined: list[units.Range] = []
    for at, (first, last) in enumerate(ranges):
        if at in closed:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return tuple(joined)


def _touch(one: units.Ranges, other: units.Ranges) -> bool:
    return any(first <= high and low <= last for first, last in one for low, high in other)
