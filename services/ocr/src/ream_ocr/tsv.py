# SPDX-License-Identifier: Apache-2.0
"""Decides how Tesseract's table of words (its TSV output, one element a line) becomes a reading of a page."""

from __future__ import annotations

from ream_ocr.engine import SURE, PageRead, Word

_WORD = "5"
_COLUMNS = 12


def parse(tsv: str) -> PageRead:
    """Reads the table; lines that are no words, and words without characters, are left out.

    Left out too are specks: signs without a letter or digit that the engine itself does not believe in. Rules, folds
    and dust come out as such, and they would only be noise in the text.

    Raises:
        ValueError: a word's numbers are no numbers.
    """
    words = []
    for line in tsv.split("\n"):
        fields = line.rstrip("\r").split("\t", _COLUMNS - 1)
        if len(fields) != _COLUMNS or fields[0] != _WORD:
            continue
        text = "".join(fields[11].split())
        confidence = max(0, min(100, round(float(fields[10]))))
        if not text or (confidence < SURE and not any(character.isalnum() for character in text)):
            continue
        left, top, width, height = (int(field) for field in fields[6:10])
        place = (int(fields[2]), int(fields[3]), int(fields[4]))
        words.append(Word(text, (left, top, left + width, top + height), confidence, place))
    return PageRead(tuple(words))
