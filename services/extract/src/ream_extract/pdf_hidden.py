# SPDX-License-Identifier: Apache-2.0
"""Decides which lines of a PDF page are drawn invisibly below visible ones that say the same: they are read once."""

import ctypes
import difflib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from ream_contracts.whole import letters
from ream_extract.pdf_columns import Piece

ALIKE = 0.85
"""Likeness from which hidden letters are those that are seen at their place, read badly by some OCR program."""
COMPARED = 300
"""Letters of a line up to which they are compared for likeness, which is slow; of longer ones they must be the same."""
LINES = 500
"""Hidden lines that are looked at: a page of more is no page that a person reads."""


class _Line(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float
    letters: str


def read_once(words: pdfium.PdfTextPage, pieces: Sequence[Piece]) -> tuple[list[Piece], int]:
    """Leaves out the hidden letters of a page that visible ones at the same place repeat.

    Returns:
        The lines that are left, and how many letters are not.
    """
    parts = [list(_parted(words, piece)) for piece in pieces]
    every = [part for line in parts for part in line]
    unseen = sum(hidden for _, hidden in every)
    if unseen > LINES or unseen == len(every):
        return list(pieces), 0
    seen = [line for piece, hidden in every if not hidden and (line := _line(words, piece)) is not None]
    again = {piece for piece, hidden in every if hidden and _is_said(_line(words, piece), seen)}
    kept = [[piece for piece, _ in line if piece not in again] for line in parts]
    # What PDFium takes for the shadow of letters it leaves out itself: the rest of a line goes on behind them.
    left = [Piece(line[0].start, "".join(piece.text for piece in line).rstrip()) for line in kept if line]
    return left, sum(letters(piece.text) for piece in again)


def _parted(words: pdfium.PdfTextPage, piece: Piece) -> Iterator[tuple[Piece, bool]]:
    """Yields the parts of a line, each with whether it is drawn invisibly; white space belongs to what is before it."""
    begun, hidden = 0, False
    known: dict[int, bool] = {}
    for at, letter in enumerate(piece.text):
        if letter.isspace():
            continue
        mode = _is_hidden(raw.FPDFText_GetTextObject(words.raw, piece.start + at), known)
        if mode != hidden and piece.text[begun:at].strip():
            yield Piece(piece.start + begun, piece.text[begun:at]), hidden
            begun = at
        hidden = mode
    yield Piece(piece.start + begun, piece.text[begun:]), hidden


def _is_hidden(run: Any, known: dict[int, bool]) -> bool:
    place = ctypes.cast(run, ctypes.c_void_p).value or 0
    if place not in known:
        hidden = raw.FPDF_TEXTRENDERMODE_INVISIBLE
        known[place] = bool(place) and raw.FPDFTextObj_GetTextRenderMode(run) == hidden
    return known[place]


def _line(words: pdfium.PdfTextPage, piece: Piece) -> _Line | None:
    """Returns where a line stands and its letters; None where PDFium does not know its place."""
    bare = piece.text.strip()
    first = piece.start + len(piece.text) - len(piece.text.lstrip())
    boxes = list(_boxes(words, (first, first + len(bare) - 1))) if bare else []
    if not boxes:
        return None
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return _Line(min(lefts), min(bottoms), max(rights), max(tops), _letters(bare))


def _boxes(words: pdfium.PdfTextPage, indices: Sequence[int]) -> Iterator[tuple[float, float, float, float]]:
    box = raw.FS_RECTF()
    for index in indices:
        if raw.FPDFText_GetLooseCharBox(words.raw, index, ctypes.byref(box)):
            yield box.left, box.bottom, box.right, box.top


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _is_said(hidden: _Line | None, seen: Sequence[_Line]) -> bool:
    if hidden is None or not hidden.letters:
        return False
    return any(_overlap(hidden, line) and _says(line.letters, hidden.letters) for line in seen)


def _overlap(one: _Line, other: _Line) -> bool:
    high = min(one.top, other.top) - max(one.bottom, other.bottom)
    return high > (one.top - one.bottom) / 2 and one.left < other.right and other.left < one.right


def _says(seen: str, hidden: str) -> bool:
    if hidden in seen:
        return True
    if max(len(seen), len(hidden)) > COMPARED:
        return False
    return difflib.SequenceMatcher(None, seen, hidden, autojunk=False).ratio() >= ALIKE
