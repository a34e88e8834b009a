# SPDX-License-Identifier: Apache-2.0
"""Decides which day and time a number of a spreadsheet is, and how the tokens of a format code write it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

LAST = 2_958_466
"""The first number that is no day: spreadsheets end with the year 9999."""
_MONTHS = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def moment(value: float, since_1904: bool) -> datetime | None:
    """Returns the day and time of a number; None when it is none.

    The count from 1900 holds a 29th of February that never was: numbers before it are one day later than their count.
    """
    if not 0 <= value < LAST:
        return None
    begin = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30 if value >= 60 else 31)  # noqa: DTZ001
    try:
        return begin + timedelta(milliseconds=round(value * 86_400_000))
    except OverflowError:
        return None


def iso(value: float, since_1904: bool) -> str:
    """Writes a number as ISO 8601: a time of day where it is less than one, the day alone at midnight."""
    when = moment(value, since_1904)
    if when is None:
        return ""
    when = (when + timedelta(milliseconds=500)).replace(microsecond=0)
    if value < 1:
        return when.time().isoformat()
    return when.isoformat(" ") if when.time().isoformat() != "00:00:00" else when.date().isoformat()


def written(tokens: Sequence[tuple[str, str]], value: float, when: datetime) -> str:
    """Writes a moment by tokens, each a kind and a text."""
    parts = [text.lower() if kind == "date" else "" for kind, text in tokens]
    fraction = _fraction(tokens)
    if not fraction and any("s" in part for part in parts):
        when = (when + timedelta(milliseconds=500)).replace(microsecond=0)
        value = round(value * 86_400) / 86_400
    half = any(part in ("am/pm", "a/p") for part in parts)
    out: list[str] = []
    skipped = 0
    for at, (kind, text) in enumerate(tokens):
        if skipped:
            skipped -= 1
        elif kind == "elapsed":
            out.append(_elapsed(text, value))
        elif kind == "date":
            out.append(_part(parts, tokens, at, when, half))
        elif kind == "sign" and text == "." and fraction:
            out.append(f".{when.microsecond // 1000:03}"[: fraction + 1])
            skipped = fraction
        elif kind in ("literal", "sign"):
            out.append("" if text in ("@", "#", "?") and kind == "sign" else text)
    return " ".join("".join(out).split())


def _fraction(tokens: Sequence[tuple[str, str]]) -> int:
    """Returns how many places of a second are written."""
    for at, (kind, text) in enumerate(tokens):
        if kind == "sign" and text == ".":
            count = 0
            while at + 1 + count < len(tokens) and tokens[at + 1 + count] == ("sign", "0"):
                count += 1
            return min(count, 3)
    return 0


def _elapsed(unit: str, value: float) -> str:
    seconds = round(value * 86_400, 3)
    whole = int(seconds // {"h": 3_600, "m": 60, "s": 1}[unit[0]])
    return str(whole).rjust(len(unit), "0")


def _part(parts: list[str], tokens: Sequence[tuple[str, str]], at: int, when: datetime, half: bool) -> str:
    part = parts[at]
    letter, length = part[0], len(part)
    if part in ("am/pm", "a/p"):
        name = "AM" if when.hour < 12 else "PM"
        return name if part == "am/pm" else name[0]
    if letter == "m" and _are_minutes(parts, tokens, at):
        return f"{when.minute:0{min(length, 2)}}"
    if letter == "m":
        name = _MONTHS[when.month - 1]
        return {1: str(when.month), 2: f"{when.month:02}", 3: name[:3], 5: name[0]}.get(length, name)
    if letter == "d":
        name = _DAYS[when.weekday()]
        return {1: str(when.day), 2: f"{when.day:02}", 3: name[:3]}.get(length, name)
    if letter in "ye":
        return f"{when.year % 100:02}" if letter == "y" and length < 3 else str(when.year)
    if letter == "h":
        hour = (when.hour % 12 or 12) if half else when.hour
        return f"{hour:0{min(length, 2)}}"
    return f"{when.second:0{min(length, 2)}}" if letter == "s" else ""


def _are_minutes(parts: list[str], tokens: Sequence[tuple[str, str]], at: int) -> bool:
    """Says whether an m stands for minutes: behind hours, or before seconds."""
    if len(parts[at]) > 2:
        return False
    units = [tokens[n][1][0].lower() if tokens[n][0] in ("date", "elapsed") else "" for n in range(len(tokens))]
    before = next((unit for unit in reversed(units[:at]) if unit and unit != "a"), "")
    after = next((unit for unit in units[at + 1 :] if unit), "")
    return before == "h" or after == "s"
