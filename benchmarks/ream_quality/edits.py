# SPDX-License-Identifier: Apache-2.0
"""Counts wrong letters of text that was read from an image, in one order, or with the order of its blocks left open."""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

_SPACE = re.compile(r"\s+")
_BLANK_LINE = re.compile(r"\n[ \t\f]*\n")
_QUOTES = str.maketrans(
    {**dict.fromkeys("\u2018\u2019\u201a\u201b`", "'"), **dict.fromkeys("\u201c\u201d\u201e", '"'), "~": None}
)


def plain(text: str) -> str:
    """The text as it is compared: compatible letters are the same, white space of any kind is one space."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def folded(text: str) -> str:
    """The same with all quotes in one form, and without the marks of letters that the truth does not know (`~`)."""
    return plain(text.translate(_QUOTES).replace("''", '"'))


def in_order(found: str, wanted: str) -> int:
    """Letters to put in, take away or change so that what was found is what was wanted."""
    return Levenshtein.distance(plain(found), plain(wanted))


def in_any_order(found: str, wanted: str) -> int:
    """The same with the order of blocks left open: blocks of the truth are looked for one by one, the longest first.

    A block ends at an empty line. What no block was found in counts as put in too much, as in the flexible character
    accuracy of Clausner, Pletschacher and Antonacopoulos (2020), which this follows.
    """
    left = folded(found)
    edits = 0
    for block in sorted(map(folded, _BLANK_LINE.split(wanted)), key=len, reverse=True):
        if not block:
            continue
        place = fuzz.partial_ratio_alignment(block, left) if left else None
        if place is None or place.score < 50.0:
            edits += len(block)
            continue
        edits += Levenshtein.distance(block, left[place.dest_start : place.dest_end])
        left = f"{left[: place.dest_start].rstrip()} {left[place.dest_end :].lstrip()}".strip()
    return edits + len(_SPACE.sub("", left))
