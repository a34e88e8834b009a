# SPDX-License-Identifier: Apache-2.0
"""Decides what a unit is about: reads the topics with their words, and counts what speaks for each."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ream_classify.learnt import Model, words_of
from ream_classify.scan import whole
from ream_classify.yaml_lines import Node, parse

_LABEL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_LABEL = 40
_LANGUAGE = re.compile(r"[a-z]{2}")
_HEAVIEST = 20
_MOST_TOPICS = 200
_MOST_CHARACTERS = 50_000
_MOST_COUNTED = 3
_TOKEN = re.compile(r"[^\W_](?:[\w]|[.'-](?=\w)){0,60}")
_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "en": ("s", "es", "'s"),
    "de": ("e", "en", "er", "es", "n", "s", "innen"),
    "fr": ("s", "x", "es"),
    "es": ("s", "es", "a", "as"),
    "it": (),
    "nl": ("en", "s", "n"),
    "pt": ("s", "es"),
}


@dataclass(frozen=True, slots=True)
class TopicWord:
    """What gave a topic points in a unit: which word, how often it was counted, and the points.

    One that was learnt from examples may speak against a topic: its points are below 0.
    """

    unit: int
    name: str
    count: int
    points: int


@dataclass(frozen=True, slots=True)
class Topics:
    """All topics: for each form of a word what it speaks for, as (label, word, weight); phrases by their first word."""

    labels: tuple[str, ...]
    descriptions: Mapping[str, str]
    forms: Mapping[str, tuple[tuple[str, str, int], ...]]
    phrases: Mapping[str, tuple[tuple[str, str, int], ...]]
    unit_minimum: int

    def score(self, number: int, text: str, model: Model | None = None) -> dict[str, list[TopicWord]]:
        """Returns for each topic that reached the minimum in this unit what speaks for it."""
        found = self._described(number, text)
        for label, words in (model.evidence(words_of(text)) if model else {}).items():
            if label in self.descriptions:
                learnt = (TopicWord(number, one.name, one.count, one.points) for one in words)
                found.setdefault(label, []).extend(learnt)
        return {label: words for label, words in sorted(found.items()) if points_of(words) >= self.unit_minimum}

    def described(self, text: str) -> dict[str, int]:
        """Returns the points of each topic from its description alone, before the minimum is asked for."""
        return {label: points_of(words) for label, words in self._described(1, text).items()}

    def _described(self, number: int, text: str) -> dict[str, list[TopicWord]]:
        folded = text[:_MOST_CHARACTERS].lower().replace("\u2019", "'")
        tokens = Counter(_TOKEN.findall(folded))
        found: dict[str, dict[str, tuple[int, int]]] = {}
        for label, word, weight, count in self._spoken(tokens, folded):
            before, _ = found.setdefault(label, {}).get(word, (0, 0))
            found[label][word] = (before + count, weight)
        scored: dict[str, list[TopicWord]] = {}
        for label, words in sorted(found.items()):
            counted = [(word, min(count, _MOST_COUNTED), weight) for word, (count, weight) in sorted(words.items())]
            scored[label] = [TopicWord(number, word, count, count * weight) for word, count, weight in counted]
        return scored

    def _spoken(self, tokens: Counter[str], folded: str) -> Iterator[tuple[str, str, int, int]]:
        for token in tokens.keys() & self.forms.keys():
            for label, word, weight in self.forms[token]:
                yield label, word, weight, tokens[token]
        for token in tokens.keys() & self.phrases.keys():
            for label, phrase, weight in self.phrases[token]:
                if count := sum(1 for _, _ in zip(whole(folded, phrase), range(_MOST_COUNTED), strict=False)):
                    yield label, phrase, weight, count


def points_of(words: Iterable[TopicWord]) -> int:
    """Sums points."""
    return sum(one.points for one in words)


def load(text: str, file: str) -> Topics:
    """Reads the file of topics.

    Raises:
        RuleError: with file, line and reason.
    """
    top = parse(text, file)
    minimum = 1
    labels: list[tuple[str, str, list[tuple[str, str, int]]]] = []
    for key, name, value in top.items("a file of topics"):
        if name == "unit_minimum":
            minimum = value.integer(name, 1, 100)
        elif name == "labels":
            labels = [_label(*item) for item in value.items("labels")]
        else:
            raise key.error(f"{name!r} is no part of a file of topics; there are unit_minimum, labels")
    if not 0 < len(labels) <= _MOST_TOPICS:
        raise top.error(f"a file of topics needs 1 to {_MOST_TOPICS} labels under `labels`")
    forms: dict[str, dict[tuple[str, str], int]] = {}
    phrases: dict[str, dict[tuple[str, str], int]] = {}
    for label, _, words in labels:
        for language, word, weight in words:
            for table, form in _forms(language, word, forms, phrases):
                spoken = table.setdefault(form, {})
                spoken[label, word] = max(weight, spoken.get((label, word), 0))
    descriptions = {label: description for label, description, _ in labels}
    return Topics(tuple(descriptions), descriptions, _frozen(forms), _frozen(phrases), minimum)


Table = dict[str, dict[tuple[str, str], int]]


def _forms(language: str, word: str, forms: Table, phrases: Table) -> Iterator[tuple[Table, str]]:
    """Yields where a word is looked up: each of its forms, or a phrase by its first word."""
    tokens = _TOKEN.findall(word)
    if tokens == [word]:
        for ending in ("", *_ENDINGS.get(language, ())):
            yield forms, word + ending
        if language == "en" and word.endswith("y"):
            yield forms, word[:-1] + "ies"
    elif tokens:
        yield phrases, tokens[0]


def _frozen(table: Table) -> dict[str, tuple[tuple[str, str, int], ...]]:
    return {
        form: tuple((label, word, weight) for (label, word), weight in sorted(spoken.items()))
        for form, spoken in table.items()
    }


def _label(key: Node, name: str, value: Node) -> tuple[str, str, list[tuple[str, str, int]]]:
    if not _LABEL.fullmatch(name) or len(name) > _LONGEST_LABEL:
        raise key.error(f"{name!r} is no label: lower-case letters and digits with dashes, at most 40")
    description, words, by_examples = "", [], 0
    for part_key, part, content in value.items(f"label {name}"):
        if part == "description":
            description = content.text(f"description of label {name}")
        elif part == "words":
            words = list(_words(content, f"words of label {name}"))
        elif part == "by_examples":
            by_examples = content.integer(f"by_examples of label {name}", 0, 1)
        else:
            raise part_key.error(f"{part!r} is no part of a label; there are description, words, by_examples")
    if not description or not (words or by_examples):
        raise key.error(
            f"label {name} needs a description and words, or by_examples: 1 where `ream classify train` is to learn it"
        )
    return name, description, words


def _words(value: Node, what: str) -> Iterator[tuple[str, str, int]]:
    for key, language, weights in value.items(what):
        if not _LANGUAGE.fullmatch(language):
            raise key.error(f"{language!r} in {what} is no language: two letters as in ISO 639-1")
        for weight_key, _, listed in weights.items(f"{what}, {language}"):
            weight = weight_key.integer(f"a weight in {what}", 1, _HEAVIEST)
            for word in listed.each(f"{what}, {language}, {weight}"):
                folded = word.text(what).lower()
                if not _TOKEN.search(folded):
                    raise word.error(f"{folded!r} in {what} holds no word")
                yield language, folded, weight
