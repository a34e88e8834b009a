# SPDX-License-Identifier: Apache-2.0
"""Decides when two readings say the same words, whatever their order, case, ligatures and divided lines."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_DIVIDED = re.compile(r"(?<=\w)[-\u00ad\u2010]\s*\n\s*(?=\w)")
_LABEL = re.compile(r"^[ \t]*(?:\d{1,3}|[a-z]|[ivxl]{2,6})(?:\.\d{1,3})*[.)](?=\s)", re.IGNORECASE | re.MULTILINE)
"""Number or letter before a line of a list: drawn by the program that shows the file, written nowhere in it."""
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0eff]|\w+")


def words(text: str) -> Counter[str]:
    """Counts the words of a text; of scripts that set no space between words every letter is one.

    Labels of lists are left out.
    """
    joined = _DIVIDED.sub("", _LABEL.sub("", unicodedata.normalize("NFKC", text))).replace("\u00ad", "")
    return Counter(word for word in _WORD.findall(joined.casefold().replace("_", " ")))


def recall(found: Counter[str], wanted: Counter[str]) -> float:
    """Says which share of the wanted words was found, each as often as it is wanted; 1 where none is wanted.

    A word that one reading divides and the other does not is taken for found where its letters are: what is missing of
    the wanted ones is looked for in the letters that are left over.
    """
    total = sum(wanted.values())
    if not total:
        return 1.0
    lacking = wanted - found
    left: Counter[str] = Counter()
    for word, count in (found - wanted).items():
        for letter in word:
            left[letter] += count
    unfound = 0
    for word, count in sorted(lacking.items(), key=lambda item: (-len(item[0]), item[0])):
        for _ in range(count):
            needed = Counter(word)
            if all(left[letter] >= number for letter, number in needed.items()):
                left -= needed
            else:
                unfound += 1
    return 1 - unfound / total
