# SPDX-License-Identifier: Apache-2.0
"""Decides which numbers the items of lists and the headings of an OpenDocument text have, by their list styles."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ream_extract.numerals import letter, on_one_line, roman
from ream_extract.open_document import attribute, local

LEVELS = 10
_FORMATS: dict[str, Callable[[int], str]] = {
    "1": str,
    "a": letter,
    "A": lambda number: letter(number).upper(),
    "i": roman,
    "I": lambda number: roman(number).upper(),
}


@dataclass(frozen=True, slots=True)
class _Level:
    form: str = ""
    before: str = ""
    after: str = ""
    start: int = 1
    shown: int = 1


@dataclass(slots=True)
class _Count:
    """How far a list has counted, by level from 1."""

    levels: dict[int, _Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)

    def next(self, level: int, begin: int | None) -> str:
        """Counts an item; returns its number with what stands around it and a gap, empty where it has none."""
        rule = self.levels.get(level, _Level())
        before = self.counts.get(level)
        self.counts[level] = begin if begin is not None else rule.start if before is None else before + 1
        for deeper in [one for one in self.counts if one > level]:
            del self.counts[deeper]
        if rule.form not in _FORMATS:
            return ""
        first = max(1, level - rule.shown + 1)
        said = [self._one(one) for one in range(first, level + 1)]
        text = on_one_line(rule.before + ".".join(filter(None, said)) + rule.after)
        return f"{text} " if text else ""

    def _one(self, level: int) -> str:
        rule = self.levels.get(level, _Level())
        number = self.counts.setdefault(level, rule.start)
        return _FORMATS[rule.form](number) if rule.form in _FORMATS else ""


class ListNumbers:
    """Counts the items of lists and the headings; they are asked for in their order, each once."""

    def __init__(self, content: Any, styles: Any) -> None:
        self._styles: dict[str, dict[int, _Level]] = {}
        self._of_paragraphs: dict[str, str] = {}
        self._headings = _Count()
        for root in (styles, content):
            for element in root.iter("{*}list-style", "{*}outline-style", "{*}style") if root is not None else ():
                if local(element) == "outline-style":
                    self._headings = _Count(_levels(element))
                elif local(element) == "list-style":
                    self._styles[attribute(element, "name")] = _levels(element)
                elif name := attribute(element, "list-style-name"):
                    self._of_paragraphs[attribute(element, "name")] = name
        self._open: list[_Count] = []
        self._last: dict[str, _Count] = {}
        self._known: dict[str, _Count] = {}

    def begin(self, element: Any, depth: int) -> None:
        """Begins a list; one within another counts with it."""
        if depth > 1 and self._open:
            return
        style = attribute(element, "style-name") or self._style_within(element)
        before = self._known.get(attribute(element, "continue-list"))
        if before is None and attribute(element, "continue-numbering") == "true":
            before = self._last.get(style)
        count = before if before is not None else _Count(self._styles.get(style, {}))
        self._open = [count]
        self._last[style] = count
        if number := attribute(element, "id"):
            self._known[number] = count

    def _style_within(self, element: Any) -> str:
        paragraph = next(element.iter("{*}p", "{*}h"), None)
        return self._of_paragraphs.get(attribute(paragraph, "style-name"), "") if paragraph is not None else ""

    def item(self, element: Any, depth: int) -> str:
        """Counts an item of the list that was begun; one that only holds another list is none."""
        first = next((local(one) for one in element if local(one) not in ("", "number")), "")
        if not self._open or first not in ("p", "h"):
            return ""
        return self._open[0].next(min(depth, LEVELS), _number(attribute(element, "start-value")))

    def heading(self, element: Any) -> str:
        """Counts a heading; the number that a writer has put into its text is not written twice."""
        level = _number(attribute(element, "outline-level")) or 1
        if attribute(element, "is-list-header") == "true" or any(local(one) == "number" for one in element):
            return ""
        return self._headings.next(min(level, LEVELS), _number(attribute(element, "start-value")))


def _levels(style: Any) -> dict[int, _Level]:
    found: dict[int, _Level] = {}
    for element in style:
        if local(element) in ("list-level-style-number", "outline-level-style"):
            start = _number(attribute(element, "start-value"))
            found[_number(attribute(element, "level")) or 1] = _Level(
                attribute(element, "num-format"),
                attribute(element, "num-prefix"),
                attribute(element, "num-suffix"),
                1 if start is None else start,
                _number(attribute(element, "display-levels")) or 1,
            )
    return found


def _number(value: str) -> int | None:
    return int(value) if value.isdecimal() and len(value) < 8 else None
