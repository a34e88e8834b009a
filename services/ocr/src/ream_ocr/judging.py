# SPDX-License-Identifier: Apache-2.0
"""Decides which of two texts of a page is kept, its own text layer or what OCR read: never both."""

from __future__ import annotations

import re

_WORDS = re.compile(r"[^\W_]{3,}")

SURE = 75
"""Confidence from which what OCR read may speak against a text layer."""

AGREEMENT = 0.8
"""Share of the words seen on the page from which the text layer is taken to say what the page shows."""


def keeps_layer(layer: str, layer_confidence: int, seen: str, seen_confidence: int) -> bool:
    """Says whether the text layer is the better text.

    What is seen on the page is the truth that a text layer is held against. A layer that has nearly all the words
    that were seen is kept, for it has no reading errors; a broken one, or one that covers a part of the page only,
    lacks them. Where the page was read without being sure, the surer of the two is kept.
    """
    if not layer.strip() or not seen.strip():
        return bool(layer.strip())
    if seen_confidence < SURE:
        return layer_confidence >= seen_confidence
    return agreement(layer, seen) >= AGREEMENT


def agreement(layer: str, seen: str) -> float:
    """Gives the share of the different words seen on the page that the layer holds; 1.0 when no word was seen."""
    words = set(_WORDS.findall(seen.casefold()))
    return len(words & set(_WORDS.findall(layer.casefold()))) / len(words) if words else 1.0
