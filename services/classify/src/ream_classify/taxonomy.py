# SPDX-License-Identifier: Apache-2.0
"""Decides what a taxonomy may say, and reads one: labels of document types with what speaks for each."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ream_classify.alike import FEWEST_WORDS, words_of
from ream_classify.layout_signals import SIGNALS
from ream_classify.yaml_lines import Node, parse
from ream_contracts.sensitivity import Sensitivity

ASKABLE: tuple[Sensitivity, ...] = ("internal", "confidential", "restricted")
"""What a kind of paper may ask for: that one is public no kind of paper says."""
_LABEL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_LABEL = 40
_RESERVED = frozenset({"unknown"})
_LANGUAGE = re.compile(r"[a-z]{2}")
_HEAVIEST = 20
_LONGEST_EXAMPLE = 2_000
_MOST_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Label:
    """A kind of document: what speaks for it, in points. Words and titles are lower case.

    Attributes:
        examples: short texts as such documents say them.
        sensitivity: a document of this kind is at least so sensitive.
    """

    name: str
    description: str
    titles: frozenset[str] = frozenset()
    title_weight: int = 10
    words: Mapping[str, int] = field(default_factory=dict)
    signals: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[str, ...] = ()
    sensitivity: Sensitivity | None = None


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All labels, and how units are weighed."""

    labels: tuple[Label, ...]
    first_unit_factor: int
    unit_minimum: int


def load(text: str, file: str) -> Taxonomy:
    """Reads a taxonomy.

    Args:
        text: the YAML.
        file: what to call it in complaints.

    Raises:
        RuleError: with file, line and reason.
    """
    top = parse(text, file)
    factor = minimum = 1
    labels: tuple[Label, ...] = ()
    for key, name, value in top.items("a taxonomy"):
        if name == "first_unit_factor":
            factor = value.integer(name, 1, 10)
        elif name == "unit_minimum":
            minimum = value.integer(name, 1, 100)
        elif name == "labels":
            labels = tuple(_label(*item) for item in value.items("labels"))
        else:
            raise key.error(f"{name!r} is no part of a taxonomy; there are first_unit_factor, unit_minimum, labels")
    if not labels:
        raise top.error("a taxonomy needs at least one label under `labels`")
    return Taxonomy(labels, factor, minimum)


def _label(key: Node, name: str, value: Node) -> Label:
    if not _LABEL.fullmatch(name) or len(name) > _LONGEST_LABEL or name in _RESERVED:
        raise key.error(f"{name!r} is no label: lower-case letters and digits with dashes, at most 40, not `unknown`")
    fields: dict[str, Any] = {}
    for part_key, part, content in value.items(f"label {name}"):
        if part not in _READERS:
            raise part_key.error(f"{part!r} is no part of a label; there are {', '.join(_READERS)}")
        fields[part] = _READERS[part](content, f"{part} of label {name}")
    if "description" not in fields:
        raise key.error(f"label {name} needs a description")
    by_examples = fields.pop("by_examples", 0)
    if not by_examples and not any(fields.get(part) for part in ("titles", "words", "signals", "examples")):
        raise key.error(
            f"label {name} has nothing that speaks for it: give it titles, words, signals or examples, or "
            "by_examples: 1 where `ream classify train` is to learn it"
        )
    return Label(name=name, **fields)


def _weight(value: Node, what: str) -> int:
    return value.integer(what, 1, _HEAVIEST)


def _languages(value: Node, what: str) -> Iterator[Node]:
    for key, language, content in value.items(what):
        if not _LANGUAGE.fullmatch(language):
            raise key.error(f"{language!r} in {what} is no language: two letters as in ISO 639-1")
        yield content


def _titles(value: Node, what: str) -> frozenset[str]:
    titles = set()
    for listed in _languages(value, what):
        for title in listed.each(what):
            folded = title.text(what).lower()
            if not any(letter.isalnum() for letter in folded):
                raise title.error(
                    f"{folded!r} in {what} is no title: it needs a letter or digit, else every line has it"
                )
            titles.add(folded)
    return frozenset(titles)


def _words(value: Node, what: str) -> Mapping[str, int]:
    """Reads words of all languages; one that stands in several has its greatest weight."""
    words: dict[str, int] = {}
    for listed in _languages(value, what):
        here = set()
        for key, word, weight in listed.items(what):
            folded = word.lower()
            if not any(letter.isalnum() for letter in folded):
                raise key.error(f"{word!r} in {what} is no word: it needs a letter or digit")
            if folded in here:
                raise key.error(f"{word!r} comes twice in {what}; small and capital letters are alike")
            here.add(folded)
            words[folded] = max(words.get(folded, 0), _weight(weight, f"the weight of {word!r}"))
    return words


def _signals(value: Node, what: str) -> Mapping[str, int]:
    signals: dict[str, int] = {}
    for key, signal, weight in value.items(what):
        if signal not in SIGNALS:
            raise key.error(f"there is no signal {signal!r}; there are {', '.join(sorted(SIGNALS))}")
        signals[signal] = _weight(weight, f"the weight of {signal!r}")
    return signals


def _examples(value: Node, what: str) -> tuple[str, ...]:
    examples: list[str] = []
    for listed in value.each(what):
        text = listed.text(f"one of {what}")
        if len(text) > _LONGEST_EXAMPLE or len(words_of(text)) < FEWEST_WORDS:
            raise listed.error(
                f"one of {what} must be a short text: at least {FEWEST_WORDS} different words that name something, at "
                f"most {_LONGEST_EXAMPLE} characters; whole documents go to `ream classify train`"
            )
        if text in examples:
            raise listed.error(f"{text[:40]!r} comes twice in {what}")
        examples.append(text)
    if len(examples) > _MOST_EXAMPLES:
        raise value.error(f"{what} are at most {_MOST_EXAMPLES}; more go to `ream classify train`")
    return tuple(examples)


def _sensitivity(value: Node, what: str) -> Sensitivity:
    text = value.text(what)
    for level in ASKABLE:
        if text == level:
            return level
    raise value.error(f"{what} must be one of {', '.join(ASKABLE)}")


_READERS: Mapping[str, Callable[[Node, str], Any]] = {
    "description": lambda value, what: value.text(what),
    "title_weight": _weight,
    "titles": _titles,
    "words": _words,
    "signals": _signals,
    "examples": _examples,
    "sensitivity": _sensitivity,
    "by_examples": lambda value, what: value.integer(what, 0, 1),
}
