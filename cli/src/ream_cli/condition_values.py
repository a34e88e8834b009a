# SPDX-License-Identifier: Apache-2.0
"""Decides what values of a condition mean, by the kind of the field that they are compared with."""

from __future__ import annotations

import fnmatch
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

Kind = Literal["text", "number", "time", "version"]
Test = Callable[[Any], bool]
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NUMBER = re.compile(r"(?P<number>-?[0-9][0-9_]*(?:\.[0-9]+)?)(?P<unit>|k|kB|MB|GB|TB)")
_FACTORS = {"": 1, "k": 10**3, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


class ValueProblem(ValueError):
    """A value is not what the field holds; the text says what would be."""


@dataclass(frozen=True, slots=True)
class Values:
    """What a kind of field can do.

    Attributes:
        called: for people.
        signs: what it can be compared with beside = and !=.
        test: makes of a sign and a written value what says whether a field's value fits.
    """

    called: str
    signs: tuple[str, ...]
    test: Callable[[str, str], Test]


def _text(sign: str, written: str) -> Test:
    if sign == "=":
        return lambda value: str(value) == written
    return _pattern(written)


def _pattern(written: str) -> Test:
    wild = any(character in written for character in "*?")
    fits = re.compile(fnmatch.translate(written.lower() if wild else f"*{_literal(written.lower())}*"))
    return lambda value: fits.match(str(value).lower()) is not None


def _literal(text: str) -> str:
    return re.sub(r"([\[*?])", r"[\1]", text)


def _number(sign: str, written: str) -> Test:
    found = _NUMBER.fullmatch(written)
    if found is None:
        raise ValueProblem(f"{written!r} is no number, like 60 or 10MB")
    wanted = float(found["number"].replace("_", "")) * _FACTORS[found["unit"]]
    compare = _ORDER[sign]
    return lambda value: compare(float(value), wanted)


def _time(sign: str, written: str) -> Test:
    first, after = _span(written)
    tests: dict[str, Callable[[datetime], bool]] = {
        "=": lambda moment: first <= moment < after,
        "<": lambda moment: moment < first,
        "<=": lambda moment: moment < after,
        ">": lambda moment: moment >= after,
        ">=": lambda moment: moment >= first,
    }
    fits = tests[sign]
    return lambda value: fits(_moment(str(value)))


def _span(written: str) -> tuple[datetime, datetime]:
    """A day lasts until the next, a moment a microsecond; both are in UTC where they say nothing else."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", written):
            day = date.fromisoformat(written)
            begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
            return begin, begin + timedelta(days=1)
        moment = _moment(written)
    except (ValueError, OverflowError):
        raise ValueProblem(f"{written!r} is no day or moment, like 2026-11-30 or 2026-11-30T12:00") from None
    return moment, moment + timedelta(microseconds=1)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _version(sign: str, written: str) -> Test:
    if sign == "~":
        return _pattern(written)
    compare, wanted = _ORDER[sign], _pieces(written)
    return lambda value: compare(_pieces(str(value)), wanted)


def _pieces(version: str) -> list[tuple[int, int, str]]:
    """Numbers in it compare as numbers: 1.10 is above 1.9."""
    return [
        (0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in re.split(r"[.\-+]", version) if piece
    ]


KINDS: dict[Kind, Values] = {
    "text": Values("text", ("~",), _text),
    "number": Values("a number", ("<", "<=", ">", ">="), _number),
    "time": Values("a time", ("<", "<=", ">", ">="), _time),
    "version": Values("a version", ("<", "<=", ">", ">=", "~"), _version),
}
"""By kind of field."""
