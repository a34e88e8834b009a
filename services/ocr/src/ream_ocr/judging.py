# SPDX-License-Identifier: Apache-2.0
"""Decides what is kept of two texts of a page, its own text layer and what OCR read: no words are kept twice."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

_WORDS = re.compile(r"[^\W_]{3,}")
_ALL_WORDS = re.compile(r"[^\W_]+")

SURE = 75
"""Confidence from which what OCR read may speak against a text layer."""

AGREEMENT = 0.8
"""Share of the words seen on the page from which the text layer is taken to say what the page shows."""

PART = 0.6
"""Length against what was seen on the page below which the text layer covers a part of it only."""

ALIKE = 0.75
"""Likeness of two words from which one is taken for the other, read badly."""

LOOKED_FOR = 500
"""Words of a layer that are looked for among badly read ones; the search is slow, and a stamp has few words."""

RUN = 4
"""Words in a row that are taken for the same text where they stand in two places; fewer stand everywhere."""

SAID = 0.5
"""Share of a line in such runs from which it is taken to be said already."""


class Keep(StrEnum):
    """Which text of a page stays."""

    LAYER = "layer"
    SEEN = "seen"
    BOTH = "both"
    """What was seen, and those lines of the layer that were not seen: a stamp, a page number, a note."""


def judge(layer: str, layer_confidence: int, seen: str, seen_confidence: int, *, broken: bool = False) -> Keep:
    """Says which text to keep; a page that was read is never dropped for a layer that says less.

    What is seen on the page is the truth that a text layer is held against. A layer that has nearly all the words
    that were seen is kept, for it has no reading errors. Where the page was read without being sure, a layer as long
    as that is kept if it is surer.

    A `broken` layer is one whose characters mean nothing, as far as could be told; its lines are never added, but for
    those that are no characters of the page (`with_notes`).
    """
    if not layer.strip():
        return Keep.SEEN
    if not seen.strip():
        return Keep.LAYER
    if _letters(layer) >= PART * _letters(seen):
        agrees = seen_confidence >= SURE and agreement(layer, seen) >= AGREEMENT
        if agrees or (seen_confidence < SURE and layer_confidence >= seen_confidence):
            return Keep.LAYER
    return Keep.SEEN if broken else Keep.BOTH


def agreement(layer: str, seen: str) -> float:
    """Gives the share of the different words seen on the page that the layer holds; 1.0 when no word was seen."""
    words = set(_WORDS.findall(seen.casefold()))
    return len(words & set(_WORDS.findall(layer.casefold()))) / len(words) if words else 1.0


def together(layer: str, seen: str) -> str:
    """Gives what was seen, and below it the lines of the layer whose words were not seen."""
    words = set(_ALL_WORDS.findall(seen.casefold()))
    left = LOOKED_FOR
    added: list[str] = []
    for line in layer.splitlines():
        wanted = _ALL_WORDS.findall(line.casefold())
        missing = [word for word in wanted if word not in words]
        if len(missing) > left:
            unseen = len(missing)
        else:
            left -= len(missing)
            unseen = sum(not _like_one_of(word, words) for word in missing)
        if wanted and unseen > (1 - AGREEMENT) * len(wanted):
            added.append(line.strip())
    return "\n".join([seen, *added])


def unsaid(own: str, seen: str) -> str:
    """Gives the lines that were seen in a picture and that the text around it does not say already.

    A line goes when most of its words stand in a row in that text, which may break its lines elsewhere, and the others
    are words of it that were read badly. With a number or a word that is new the line is another one, and stays whole.
    """
    told = _ALL_WORDS.findall(own.casefold())
    lines = [(line, _ALL_WORDS.findall(line.casefold())) for line in seen.splitlines()]
    words = [word for _, found in lines for word in found]
    run = min(RUN, len(words))
    if not run:
        return ""
    known = {tuple(told[at : at + run]) for at in range(len(told) - run + 1)}
    covered = bytearray(len(words))
    for at in range(len(words) - run + 1):
        if tuple(words[at : at + run]) in known:
            covered[at : at + run] = b"\x01" * run
    return "\n".join(_lines_left(lines, bytes(covered), set(told)))


def _lines_left(lines: Iterable[tuple[str, list[str]]], covered: bytes, told: set[str]) -> Iterator[str]:
    at, left = 0, LOOKED_FOR
    for line, found in lines:
        said = covered[at : at + len(found)]
        at += len(found)
        rest = [word for word, known in zip(found, said, strict=True) if not known and word not in told]
        left -= len(rest)
        same = sum(said) >= SAID * len(found) and left >= 0 and all(_is_misread(word, told) for word in rest)
        if found and not same:
            yield line.strip()


def _is_misread(word: str, told: set[str]) -> bool:
    """Says whether a word may be one of these, read badly, or a speck taken for letters."""
    return word.isalpha() and (len(word) < 3 or _like_one_of(word, told))


def with_notes(text: str, notes: Iterable[tuple[str, bool]]) -> str:
    """Gives a text of a page, and below it the notes that it does not say yet.

    Args:
        text: what was seen on the page, and what was added to it.
        notes: each with whether its words are drawn on the page, where they may have been read badly; the others
            cannot be seen there, even if each of their words stands somewhere.
    """
    for note, drawn in notes:
        words = _ALL_WORDS.findall(note.casefold())
        if not words or f" {' '.join(words)} " in f" {' '.join(_ALL_WORDS.findall(text.casefold()))} ":
            continue
        text = together(note, text) if drawn else "\n".join(filter(None, (text, note.strip())))
    return text


def _like_one_of(word: str, words: set[str]) -> bool:
    """Says whether a word was read, if badly; numbers must be the same."""
    return word.isalpha() and len(word) > 3 and bool(difflib.get_close_matches(word, words, 1, ALIKE))


def _letters(text: str) -> int:
    return sum(not char.isspace() for char in text)
