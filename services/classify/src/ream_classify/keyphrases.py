# SPDX-License-Identifier: Apache-2.0
"""Decides which phrases a text is about: those of few words whose words come early, often and in many sentences.

The weights follow YAKE (Campos and others, 2020): of each word its case, place, frequency, neighbours and spread over
sentences; of a phrase its words and how often it stands there. Nothing is learned, so equal texts give equal phrases.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import mean, median, pstdev

from ream_classify.word_lists import word_lists

_WORD = re.compile(r"[^\W_](?:\w|[.'\u2019&-](?=[^\W_])){0,60}")
_BREAK = re.compile(r"[.!?;:,()\[\]{}\"\u201c\u201d\u201e\u00ab\u00bb\u2022|/\n\t\u2013\u2014]|\s{3,}")
_SENTENCE = re.compile(r"[.!?\u3002](?=\s)|\n[ \t]*\n")
_LONGEST = 3
_MOST_CHARACTERS = 40_000
_MOST_PHRASES = 20
_LEAST_LETTERS = 3
_RANGE = 1_000
_MANY_WORDS = 60
_ONCE = 5.0
"""In a text of many words a phrase that stands there once is worse by this factor: it may be any part of a sentence."""
_NUMBER = re.compile(r"[\d.,'%-]+(?:st|nd|rd|th|er|e)?")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase with the place where it stands first. A higher score is a better phrase (1 to 1,000)."""

    text: str
    score: int
    hits: int
    unit: int
    start: int
    end: int


@dataclass(slots=True)
class _Word:
    count: int = 0
    capital: int = 0
    sentences: list[int] = field(default_factory=list)
    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    folded: str
    names: bool
    """Whether it names something: no stop word, no number, no single letter."""
    start: int
    end: int
    sentence: int
    first: bool
    """Whether it begins a sentence: there a capital says nothing."""
    cut: bool
    """Whether no phrase goes on from the token before it."""


def stopwords() -> Mapping[str, frozenset[str]]:
    """By language the words that name nothing."""
    return word_lists("stopwords.yaml")


def keyphrases(units: Iterable[tuple[int, str, str]]) -> tuple[Phrase, ...]:
    """Returns the best phrases of these units (number, text, language), the best first.

    Only languages whose stop words are known are looked at, and 40,000 characters of the units together, as
    many of each.
    """
    words: dict[str, _Word] = {}
    candidates: dict[tuple[str, ...], list[tuple[int, int, int, str]]] = {}
    known = [(number, text, stopwords()[language]) for number, text, language in units if language in stopwords()]
    share, sentences = _MOST_CHARACTERS // max(1, len(known)), 0
    for number, text, empty in known:
        tokens = list(_tokens(text[:share], sentences, empty))
        if tokens:
            sentences = tokens[-1].sentence + 1
            _count(tokens, words)
            for key, place in _candidates(tokens, text):
                candidates.setdefault(key, []).append((number, *place))
    return tuple(_best(candidates, _weights(words, sentences)))


def _tokens(text: str, sentences: int, empty: frozenset[str]) -> Iterator[_Token]:
    before, sentence, first = 0, sentences, True
    for match in _WORD.finditer(text):
        between = text[before : match.start()]
        if _SENTENCE.search(between):
            sentence, first = sentence + 1, True
        cut = first or _BREAK.search(between) is not None
        word = match.group()
        folded = word.lower()
        yield _Token(word, folded, _names_something(folded, empty), *match.span(), sentence, first, cut)
        before, first = match.end(), False


def _names_something(word: str, empty: frozenset[str]) -> bool:
    if len(word) < _LEAST_LETTERS or word in empty:
        return False
    return not word[0].isdigit() or not _NUMBER.fullmatch(word)


def _count(tokens: list[_Token], words: dict[str, _Word]) -> None:
    previous = ""
    for token in tokens:
        folded = token.folded
        if not token.names:
            previous = "" if token.cut else folded
            continue
        word = words.setdefault(folded, _Word())
        word.count += 1
        word.capital += token.text[0].isupper() and not token.first
        if not word.sentences or word.sentences[-1] != token.sentence:
            word.sentences.append(token.sentence)
        if previous and not token.cut:
            word.before.add(previous)
            if previous in words:
                words[previous].after.add(folded)
        previous = folded


def _candidates(tokens: list[_Token], text: str) -> Iterator[tuple[tuple[str, ...], tuple[int, int, str]]]:
    """Yields runs of one to three words that name something, with their place."""
    run: list[_Token] = []
    for token in tokens:
        if not token.names:
            run = []
            continue
        run = [token] if token.cut else [*run[-_LONGEST + 1 :], token]
        for size in range(1, len(run) + 1):
            start = run[-size].start
            yield tuple(one.folded for one in run[-size:]), (start, token.end, text[start : token.end])


def _weights(words: Mapping[str, _Word], sentences: int) -> dict[str, float]:
    """Weighs words: less is better."""
    if not words:
        return {}
    counts = [word.count for word in words.values()]
    usual = mean(counts) + pstdev(counts)
    most = max(counts)
    weights = {}
    for name, word in words.items():
        case = word.capital / (1 + math.log(word.count))
        place = math.log(math.log(3 + median(word.sentences)))
        related = 1 + (len(word.before) + len(word.after)) / (2 * word.count) * word.count / most
        frequent, spread = word.count / usual, len(word.sentences) / max(1, sentences)
        weights[name] = related * place / (case + (frequent + spread) / related)
    return weights


def _best(
    candidates: Mapping[tuple[str, ...], list[tuple[int, int, int, str]]], weights: Mapping[str, float]
) -> Iterator[Phrase]:
    many = len(weights) >= _MANY_WORDS
    ranked = []
    for key, places in candidates.items():
        own = [weights[word] for word in key]
        weight = math.prod(own) / (len(places) * (1 + sum(own)))
        ranked.append((weight * (_ONCE if len(places) == 1 and many else 1), key))
    ranked.sort()
    taken: list[tuple[str, ...]] = []
    for weight, key in ranked:
        if len(taken) == _MOST_PHRASES:
            return
        if len(candidates[key]) == 1 and len(taken) >= _MOST_PHRASES // 2:
            continue
        if any(_is_variant(key, other) for other in taken):
            continue
        taken.append(key)
        unit, start, end, text = candidates[key][0]
        score = max(1, min(_RANGE, round(-100 * math.log10(max(weight, 1e-10)))))
        yield Phrase(" ".join(text.split()), score, len(candidates[key]), unit, start, end)


def _is_variant(key: tuple[str, ...], taken: tuple[str, ...]) -> bool:
    """Says whether a phrase is a part of one that is taken, or shares two words with it."""
    shared = len(set(key) & set(taken))
    return shared >= min(2, len(key), len(taken))
