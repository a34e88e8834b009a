# SPDX-License-Identifier: Apache-2.0
"""Decides how much a unit is like the short texts that a taxonomy gives as examples of a label, by their words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ream_classify.word_lists import word_lists

FEWEST_WORDS = 5
"""An example with fewer words of its own is like too much."""
MOST_POINTS = 16
"""Of a unit that has every word of an example."""
_LEAST_SHARE = 50
_SHOWN = 60
_WORD = re.compile(r"[^\W\d_]{3,40}")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What of a unit speaks for a label: the example that it is most like, as evidence names it, and the points."""

    label: str
    example: str
    points: int


class Examples:
    """The examples of all labels. A word that stands in examples of two labels tells neither of them."""

    def __init__(self, by_label: Mapping[str, tuple[str, ...]]) -> None:
        labels_with: dict[str, set[str]] = {}
        for label, texts in by_label.items():
            for word in frozenset().union(*map(words_of, texts)):
                labels_with.setdefault(word, set()).add(label)
        shared = {word for word, labels in labels_with.items() if len(labels) > 1}
        self._texts = [
            (label, text, words)
            for label, texts in by_label.items()
            for text in texts
            if len(words := words_of(text) - shared) >= FEWEST_WORDS
        ]

    def like(self, folded: str) -> Iterator[Likeness]:
        """Yields the labels of which the unit has half or more of the words of an example: of each the nearest one."""
        if not self._texts:
            return
        here = frozenset(_WORD.findall(folded))
        best: dict[str, Likeness] = {}
        for label, text, words in self._texts:
            share = 100 * len(words & here) // len(words)
            points = MOST_POINTS * share // 100
            if share >= _LEAST_SHARE and (label not in best or points > best[label].points):
                best[label] = Likeness(label, text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}\u2026", points)
        yield from best.values()


def words_of(text: str) -> frozenset[str]:
    """The words of a text that name something: of three letters or more, without those that hold sentences together."""
    found = frozenset(_WORD.findall(text.lower().replace("\u2019", "'")))
    return found.difference(*word_lists("stopwords.yaml").values())
