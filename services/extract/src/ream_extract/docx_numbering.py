# SPDX-License-Identifier: Apache-2.0
"""Decides which number a paragraph of a Word document has: lists count by the definitions that paragraphs name."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ream_extract.docx_styles import Styles, W
from ream_extract.numerals import east_asian, letter, on_one_line, ordinal, roman
from ream_extract.opc import Package
from ream_extract.reading import Unreadable

LEVELS = 9
_PLACE = re.compile(r"%([1-9])")
_FORMATS: dict[str, Callable[[int], str]] = {
    "lowerLetter": letter,
    "upperLetter": lambda number: letter(number).upper(),
    "lowerRoman": roman,
    "upperRoman": lambda number: roman(number).upper(),
    "decimalZero": lambda number: f"{number:02}",
    "ordinal": ordinal,
    **dict.fromkeys(
        ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCountingThousand"), east_asian
    ),
}
_UNSEEN = frozenset({"bullet", "none"})


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    restarts: bool = True
    digits: bool = False
    """Whether all numbers in it are written in digits."""
    gap: str = " "


@dataclass(slots=True)
class _List:
    """A list as its definition says, and how far it has counted."""

    levels: dict[int, _Level] = field(default_factory=dict)
    styled: dict[str, int] = field(default_factory=dict)
    """Level by the style of paragraphs that stand for it."""
    counts: dict[int, int] = field(default_factory=dict)
    linked: str = ""


class Numbering:
    """Counts the items of lists; paragraphs are asked for in their order, each once."""

    def __init__(self, package: Package, main: str, styles: Styles) -> None:
        self._styles = styles
        self._lists: dict[str, _List] = {}
        self._of: dict[str, str] = {}
        self._begins: dict[str, dict[int, int]] = {}
        for part in package.of_kind(main, "numbering"):
            try:
                root = package.xml(part)
            except Unreadable:
                continue  # the words are there, only nobody can say their numbers
            for element in root if root is not None else ():
                if element.tag == f"{W}abstractNum":
                    self._lists[element.get(f"{W}abstractNumId", "")] = _defined(element)
                elif element.tag == f"{W}num":
                    self._named(element)

    def _named(self, element: Any) -> None:
        name = element.get(f"{W}numId", "")
        base = _said(element, "abstractNumId")
        self._of[name] = base
        for change in element.iterfind(f"{W}lvlOverride"):
            level = _number(change.get(f"{W}ilvl"), 0)
            begin = change.find(f"{W}startOverride")
            if begin is not None:
                self._begins.setdefault(name, {})[level] = _number(begin.get(f"{W}val"), 1)
            own = change.find(f"{W}lvl")
            if own is not None and base in self._lists:
                # A list with a level of its own counts for itself.
                copy = self._lists[base]
                self._lists[f"{base}/{name}"] = made = _List(dict(copy.levels), dict(copy.styled), {}, copy.linked)
                made.levels[level] = _level(own)
                self._of[name] = base = f"{base}/{name}"

    def label(self, paragraph: Any) -> str:
        """Counts a paragraph; returns its number as a person sees it, with the gap behind, empty where it has none."""
        name, level, style = self._styles.numbering(paragraph)
        found = self._found(name)
        if found is None or name == "0":
            return ""
        level = found.styled.get(style, 0) if level is None else level
        rule = found.levels.get(level)
        if rule is None or not 0 <= level < LEVELS:
            return ""
        begin = self._begins.get(name, {}).pop(level, None)
        before = found.counts.get(level)
        found.counts[level] = begin if begin is not None else rule.start if before is None else before + 1
        for deeper in range(level + 1, LEVELS):
            if found.levels.get(deeper, _Level()).restarts:
                found.counts.pop(deeper, None)
        if rule.form in _UNSEEN:
            return ""
        text = _PLACE.sub(lambda place: self._one(found, int(place[1]) - 1, rule), rule.text)
        text = on_one_line(text)
        return text + rule.gap if text else ""

    def _one(self, found: _List, level: int, rule: _Level) -> str:
        own = found.levels.get(level, _Level())
        number = found.counts.setdefault(level, own.start)
        if own.form in _UNSEEN:
            return ""
        return str(number) if rule.digits else _FORMATS.get(own.form, str)(number)

    def _found(self, name: str) -> _List | None:
        found = self._lists.get(self._of.get(name, ""))
        if found is not None and found.linked and not found.levels:
            other = self._styles.numbered(found.linked)
            found = self._lists.get(self._of.get(other, "")) or found
        return found


def _defined(element: Any) -> _List:
    made = _List(linked=_said(element, "numStyleLink"))
    for level in element.iterfind(f"{W}lvl"):
        number = _number(level.get(f"{W}ilvl"), 0)
        made.levels[number] = _level(level)
        style = _said(level, "pStyle")
        if style:
            made.styled[style] = number
    return made


def _level(element: Any) -> _Level:
    digits = element.find(f"{W}isLgl")
    return _Level(
        _number(_said(element, "start"), 0 if element.find(f"{W}start") is None else 1),
        _said(element, "numFmt") or "decimal",
        _said(element, "lvlText"),
        _said(element, "lvlRestart") != "0",
        digits is not None and digits.get(f"{W}val", "1") not in ("0", "false"),
        "" if _said(element, "suff") == "nothing" else " ",
    )


def _said(element: Any, name: str) -> str:
    found = element.find(f"{W}{name}")
    return str(found.get(f"{W}val", "")) if found is not None else ""


def _number(value: str | None, otherwise: int) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 10 else otherwise
