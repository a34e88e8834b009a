# SPDX-License-Identifier: Apache-2.0
"""Makes up documents as they lie in the index, the same for the same number: words as frequent as in a language."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from ream_contracts.sketches import bands, sketch
from ream_contracts.vectors import DIMENSIONS
from ream_index.passages import Entry

PASSAGES_EACH = 10
_WORDS = 50_000
_LENGTH = 180
"""Words of a passage; with these it has about 1,500 characters, as a page of a letter has."""
_SYLLABLES = ("ba", "co", "de", "fi", "gor", "hul", "jin", "kem", "lor", "mus", "nat", "pel", "rin", "so", "tur", "vex")
_TYPES = ("invoice", "contract", "letter", "report", "form")


@lru_cache(1)
def vocabulary() -> list[str]:
    """Words of two to four syllables, none twice, the most frequent first."""
    count, words = len(_SYLLABLES), []
    for number in range(_WORDS):
        rest, parts = number + count, []
        while rest:
            rest, part = divmod(rest, count)
            parts.append(_SYLLABLES[part])
        words.append("".join(parts))
    return words


@lru_cache(1)
def _shares() -> np.ndarray:
    """How frequent each word is: the n-th is n times as rare as the first (Zipf, 1935)."""
    weights = 1 / np.arange(1, _WORDS + 1)
    return np.cumsum(weights / weights.sum())


def words(chance: np.random.Generator, count: int, least: int = 0, most: int = _WORDS) -> list[str]:
    """Draws words as a language would, of those whose rank lies within bounds."""
    low, high = (_shares()[least - 1] if least else 0.0), _shares()[most - 1]
    places = np.searchsorted(_shares(), chance.uniform(low, high, count))
    return [vocabulary()[place] for place in places]


def vector(chance: np.random.Generator) -> list[float]:
    """A direction, as vectors of windows are."""
    drawn = chance.normal(size=DIMENSIONS)
    return [round(float(one), 4) for one in drawn / np.linalg.norm(drawn)]


def document(number: int) -> tuple[Entry, list[Entry]]:
    """Returns the entry of a document and its passages."""
    chance = np.random.default_rng(number)
    name, kind = f"{number:032x}", _TYPES[number % len(_TYPES)]
    shared = {
        "document_id": name, "generation": 1, "run": 1, "version": 1, "namespace": "default", "outcome": "complete",
        "type": kind, "media_type": "application/pdf", "name": f"{' '.join(words(chance, 3))}.pdf",
        "submitted": f"2026-{number % 12 + 1:02}-05T10:00:00Z",
    }  # fmt: skip
    texts = [" ".join(words(chance, _LENGTH)) for _ in range(PASSAGES_EACH)]
    like = sketch(texts[:1])
    entry = {
        **shared, "sensitivity": "internal", "readiness": "vectors", "characters": sum(map(len, texts)),
        "units": PASSAGES_EACH, "text": "\n".join(texts), "languages": ["en"], "sketch": like.dumps(),
        "word_bands": bands(like.words),
    }  # fmt: skip
    passages = [_passage(name, unit, text, shared, vector(chance)) for unit, text in enumerate(texts, 1)]
    return Entry(name, 1, entry, edition=1), passages


def _passage(document_id: str, unit: int, text: str, shared: dict[str, object], place: list[float]) -> Entry:
    body = {
        **shared, "unit": unit, "unit_kind": "page", "part": 1, "text": text, "stems": {"en": text}, "language": "en",
        "method": "text-layer", "confidence": 100, "characters": len(text), "sensitivity": "internal",
        "document_sensitivity": "internal", "windows": [{"vector": place}],
    }  # fmt: skip
    return Entry(f"{document_id}-{unit}-1", 1, body, edition=1)


def questions(count: int) -> Iterator[str]:
    """Yields questions of two or three words, neither the most frequent ones nor such as hardly occur."""
    chance = np.random.default_rng(count)
    for number in range(count):
        yield " ".join(words(chance, 2 + number % 2, 50, 5_000))
