# SPDX-License-Identifier: Apache-2.0
"""Decides how a text speaks from words that judge: of VADER's list in English, of a list of our own in German.

Each judging word counts with its weight, turned around after a negation, more or less after a word that strengthens or
weakens. Weights add up over segments; nothing else is kept of the text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from ream_classify.word_lists import word_lists

_TOKEN = re.compile(r"[^\W\d_](?:\w|['\u2019-](?=\w)){0,40}|[.!?;:](?=\s|\Z)|\n\s*\n")
MOST_CHARACTERS = 50_000
_REACH = 3
_ENDINGS_DE = ("", "e", "en", "er", "es", "em", "n", "s", "t", "te", "ten", "st")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words that judge, in hundredths, and those that change how the next ones do."""

    words: Mapping[str, int]
    negations: frozenset[str]
    stronger: frozenset[str]
    weaker: frozenset[str]
    name: str


@dataclass(frozen=True, slots=True)
class Weights:
    """How much good and bad was said, in hundredths of a point, in how many words that judge."""

    positive: int = 0
    negative: int = 0
    words: int = 0


@cache
def lexicons() -> Mapping[str, Lexicon]:
    """By language; loaded once a process."""
    return {"en": _english(), "de": _german()}


def _english() -> Lexicon:
    """Reads the list that vaderSentiment (MIT) ships: word, mean weight of ten people."""
    lists = word_lists("sentiment-en.yaml")
    words = {}
    for line in files("vaderSentiment").joinpath("vader_lexicon.txt").read_text("utf-8").splitlines():
        word, _, rest = line.partition("\t")
        weight = float(rest.split("\t")[0])
        if word.isalpha() and word not in lists["nothing"] and abs(weight) >= 1:
            words[word] = round(100 * weight)
    return Lexicon(words, lists["negations"], lists["stronger"], lists["weaker"], "vader")


def _german() -> Lexicon:
    listed = yaml.safe_load(files("ream_classify").joinpath("sentiment-de.yaml").read_text("utf-8"))
    words: dict[str, int] = {}
    for weight, stems in listed.items():
        for stem in stems if isinstance(weight, int) else ():
            for ending in _ENDINGS_DE:
                words.setdefault(stem + ending, 100 * weight)
    for weight, stems in listed.items():
        words.update({stem: 100 * weight for stem in stems if isinstance(weight, int)})
    negations, stronger, weaker = (frozenset(listed[name]) for name in ("negations", "stronger", "weaker"))
    return Lexicon(words, negations, stronger, weaker, "ream-de")


def weigh(text: str, language: str) -> Weights | None:
    """Weighs the first 50,000 characters of a text; None where no lexicon knows its language."""
    lexicon = lexicons().get(language)
    if lexicon is None:
        return None
    positive = negative = words = 0
    turned = strengthened = weakened = 0
    for place, token in enumerate(_TOKEN.findall(text[:MOST_CHARACTERS].lower().replace("\u2019", "'"))):
        if not token[0].isalpha():
            turned = strengthened = weakened = 0
        elif token in lexicon.negations:
            turned = place + _REACH
        elif token in lexicon.stronger:
            strengthened = place + 1
        elif token in lexicon.weaker:
            weakened = place + 1
        elif weight := lexicon.words.get(token, 0):
            weight = weight * (130 if strengthened >= place > 0 else 70 if weakened >= place > 0 else 100) // 100
            weight = -weight * 3 // 4 if turned >= place > 0 else weight
            positive, negative, words = positive + max(weight, 0), negative + max(-weight, 0), words + 1
    return Weights(positive, negative, words)


def versions() -> Mapping[str, str]:
    """Names the lexicons for the record."""
    return {f"sentiment-{language}": lexicon.name for language, lexicon in lexicons().items()}
