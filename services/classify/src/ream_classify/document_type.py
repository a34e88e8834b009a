# SPDX-License-Identifier: Apache-2.0
"""Decides how strongly a unit's words and layout speak for each kind of document, and keeps what spoke."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ream_classify.alike import Examples
from ream_classify.layout_signals import SIGNALS
from ream_classify.learnt import Model, words_of
from ream_classify.page import Page, page_of
from ream_classify.scan import whole
from ream_classify.taxonomy import Label, Taxonomy
from ream_contracts.artifacts import UnitText
from ream_contracts.sensitivity import asked_by_type

_WORD = re.compile(r"\w+")
_BESIDE = 35
_NUMBERED = re.compile(
    r"[^\w\n]{0,5}(?:(?:no|nr|n|num|number|nummer|numero|número|numéro|numer|id|ref)\b[^\w\n]{0,5})?"
    r"[a-z]{0,4}[-/ ]{0,2}(?!(?:19|20)[0-9]{2}\b(?![-/.][0-9]))[0-9]"
)
_TITLE_EDGES = " \t:.-\u2013*#=|_"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What gave a label points in a unit: `title`, `word`, `signal`, `example` or `learnt` (a word), and points."""

    unit: int
    source: str
    name: str
    points: int


class Scorer:
    """Weighs units by one taxonomy. Words are looked up by their first piece, so most cost nothing."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._labels = frozenset(label.name for label in taxonomy.labels)
        self._asking = {label.name: label.sensitivity for label in taxonomy.labels if label.sensitivity}
        self._examples = Examples({label.name: label.examples for label in taxonomy.labels})
        self._words: dict[str, list[tuple[str, Label, int]]] = {}
        self._wanted_signals = sorted({signal for label in taxonomy.labels for signal in label.signals})
        for label in taxonomy.labels:
            for word, weight in label.words.items():
                first = _WORD.search(word)
                self._words.setdefault(first.group() if first else word, []).append((word, label, weight))

    def asked(self, labels: Iterable[str]) -> Iterator[str]:
        """Names the scores that say which of these labels ask for a level of sensitivity."""
        for label in labels:
            if (level := self._asking.get(label)) is not None:
                yield f"{asked_by_type(level)}:{label}"

    def score(self, unit: UnitText, model: Model | None = None) -> dict[str, list[Evidence]]:
        """Returns for each label that reached the minimum in this unit what speaks for it.

        What was learnt from examples is added to what the descriptions give, and may be below 0.

        The points of a label in a unit are the sum over its evidence; sums over units are comparable between labels.
        """
        page = page_of(unit)
        if not page.folded.strip():
            return {}
        factor = self._factor(unit)
        found: dict[str, list[Evidence]] = {}
        for label, source, name, points in self._found(page, factor):
            found.setdefault(label, []).append(Evidence(unit.unit, source, name, points))
        for label, words in (model.evidence(words_of(unit.text), factor) if model else {}).items():
            if label in self._labels:
                found.setdefault(label, []).extend(Evidence(unit.unit, "learnt", one.name, one.points) for one in words)
        least = self._taxonomy.unit_minimum
        return {label: evidence for label, evidence in found.items() if points_of(evidence) >= least}

    def described(self, unit: UnitText) -> dict[str, int]:
        """Returns the points of each label from descriptions alone, before the minimum is asked for."""
        points: Counter[str] = Counter()
        page = page_of(unit)
        if page.folded.strip():
            for label, _, _, one in self._found(page, self._factor(unit)):
                points[label] += one
        return dict(points)

    def _factor(self, unit: UnitText) -> int:
        return self._taxonomy.first_unit_factor if unit.unit == 1 else 1

    def _found(self, page: Page, factor: int) -> Iterator[tuple[str, str, str, int]]:
        for word, label, weight in self._words_in(page.folded):
            yield label.name, "word", word, weight * factor
        if page.unit.unit == 1:
            yield from self._titles(page, factor)
        shown = {signal for signal in self._wanted_signals if SIGNALS[signal](page)}
        for label in self._taxonomy.labels:
            for signal, weight in label.signals.items():
                if signal in shown:
                    yield label.name, "signal", signal, weight * factor
        for one in self._examples.like(page.folded):
            yield one.label, "example", one.example, one.points * factor

    def _words_in(self, folded: str) -> Iterator[tuple[str, Label, int]]:
        for piece in sorted(self._words.keys() & set(_WORD.findall(folded))):
            for word, label, weight in self._words[piece]:
                if word == piece or next(whole(folded, word), None) is not None:
                    yield word, label, weight

    def _titles(self, page: Page, factor: int) -> Iterator[tuple[str, str, str, int]]:
        """Yields for each label its longest title that stands near the top.

        Below the title of one kind of paper a line with another kind and a number is what it refers to.
        """
        lines = [line.strip(_TITLE_EDGES) for line in page.title_lines]
        together = "\n".join(lines)
        possible = [
            (label, title)
            for label in self._taxonomy.labels
            for title in label.titles
            if title.removeprefix("*") in together
        ]
        found: dict[str, str] = {}
        for line in lines:
            titled = dict(found)
            for label, title in possible:
                if _is_title(line, title) and (label.name in titled or not titled or not _is_reference(line, title)):
                    found[label.name] = max(found.get(label.name, ""), title, key=lambda one: (len(one), one))
        for label in self._taxonomy.labels:
            if label.name in found:
                yield label.name, "title", found[label.name], label.title_weight * factor


def _is_title(line: str, title: str) -> bool:
    """Says whether a short line is the title, alone or with a few other words; `*` stands for the begin of a word."""
    if title.startswith("*"):
        return any(word.endswith(title[1:]) and len(word) >= len(title) for word in _WORD.findall(line))
    return len(line) <= len(title) + _BESIDE and next(whole(line, title), None) is not None


def _is_reference(line: str, title: str) -> bool:
    """Says whether a line names one paper by its number: `Delivery note: D-8812`; a year is none."""
    return _NUMBERED.match(line.partition(title.removeprefix("*"))[2]) is not None


def points_of(evidence: Iterable[Evidence]) -> int:
    """Sums points."""
    return sum(one.points for one in evidence)
