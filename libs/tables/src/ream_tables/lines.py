# SPDX-License-Identifier: Apache-2.0
"""Decides which words of a page stand together: lines, pieces of lines with wide gaps between, paragraphs."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ream_tables.marks import Rule, Word

GAP = 0.7
"""Gap between words, in heights of a line, that is wider than a space."""
ROOMY = 0.8
"""Share of the longest line of a paragraph that most others reach; labels of a table do not."""
MONEY = frozenset("$€£¥")
CLOSING = frozenset({")", "%", ")%", "%)"})
_LEADER = re.compile(r"[.\u2026_·]+$")
_NUMBER = re.compile(
    r"[(\[<>≤≥~≈±+*\-\u2212\u2013\u2014$€£¥#]*\d[\d.,:/'\u00a0\u2019\-\u2013]*[%)\]*°]*[A-Za-z†‡*]{0,2}\)?$"
    r"|[-\u2010-\u2015\u2212.:…*/†]+$|\([A-Z]\)$|n\.?[/.]?[ad]\.?$|nil$|na$|[$€£¥%]$",
    re.IGNORECASE,
)


def is_figure(word: str) -> bool:
    """Says whether a word is a figure, or a sign that stands where one is missing."""
    return _NUMBER.match(word) is not None


@dataclass(slots=True)
class Piece:
    """Words of one line with no wide gap between them."""

    x0: float
    y0: float
    x1: float
    y1: float
    words: list[Word]
    prose: bool = False
    """A line of a paragraph."""

    @property
    def text(self) -> str:
        """The words with one space between."""
        return " ".join(word.text for word in self.words)

    @property
    def begin(self) -> float:
        """Where it begins, without the sign of money that stands at the side of a column."""
        return self.words[1].x0 if len(self.words) > 1 and self.words[0].text in MONEY else self.x0

    @property
    def middle(self) -> float:
        """Its y."""
        return (self.y0 + self.y1) / 2

    @property
    def numeric(self) -> bool:
        """Nothing but figures, and the signs that stand where figures are missing."""
        return len(self.words) <= 4 and all(is_figure(word.text) for word in self.words)


@dataclass(slots=True)
class Line:
    """Pieces side by side, from left to right."""

    y0: float
    y1: float
    pieces: list[Piece] = field(default_factory=list)

    @property
    def height(self) -> float:
        """How high its letters are."""
        return self.y1 - self.y0

    @property
    def x0(self) -> float:
        """Where it begins."""
        return self.pieces[0].x0

    @property
    def x1(self) -> float:
        """Where it ends."""
        return max(piece.x1 for piece in self.pieces)

    def gaps(self) -> list[tuple[float, float]]:
        """Where nothing stands between two pieces."""
        return [(one.x1, other.x0) for one, other in pairwise(self.pieces)]


def lines_of(words: Iterable[Word], down: Sequence[Rule]) -> list[Line]:
    """Groups words to lines from top to bottom, and parts these where a gap is wide or a rule runs down."""
    rows: list[tuple[float, float, list[Word]]] = []
    for word in sorted((one for one in words if _upright(one)), key=lambda one: one.y0 + one.y1):
        for number in range(len(rows) - 1, max(-1, len(rows) - 4), -1):
            y0, y1, members = rows[number]
            shorter = min(y1 - y0, word.y1 - word.y0)
            if min(y1, word.y1) - max(y0, word.y0) >= 0.55 * shorter:
                members.append(word)
                if word.y1 - word.y0 > y1 - y0:
                    rows[number] = (word.y0, word.y1, members)
                break
        else:
            rows.append((word.y0, word.y1, [word]))
    walls = sorted(down)
    lines = [Line(y0, y1, _pieces(members, y0, y1, walls)) for y0, y1, members in rows]
    return sorted(lines, key=lambda line: line.y0 + line.y1)


def _upright(word: Word) -> bool:
    height = word.y1 - word.y0
    return height > 1.0 and (len(word.text) < 3 or height < 2.5 * (word.x1 - word.x0))


def _pieces(words: list[Word], y0: float, y1: float, walls: list[Rule]) -> list[Piece]:
    pieces: list[Piece] = []
    middle = (y0 + y1) / 2
    for word in sorted(words):
        last = pieces[-1] if pieces else None
        wide = GAP * max(word.y1 - word.y0, last.words[-1].y1 - last.words[-1].y0) if last else 0.0
        if last is None or _apart(last, word, wide) or _parted(last.x1, word.x0, middle, walls):
            pieces.append(Piece(word.x0, word.y0, word.x1, word.y1, [word]))
            continue
        last.words.append(word)
        last.x1, last.y0, last.y1 = max(last.x1, word.x1), min(last.y0, word.y0), max(last.y1, word.y1)
    return _with_money(pieces)


def _with_money(pieces: list[Piece]) -> list[Piece]:
    """Puts signs of money to the figures behind them, though a rule stands between."""
    made: list[Piece] = []
    for piece in pieces:
        last = made[-1] if made else None
        if last is not None and last.text in MONEY and piece.numeric and piece.words[0].text not in MONEY:
            last.words += piece.words
            last.x1, last.y0, last.y1 = piece.x1, min(last.y0, piece.y0), max(last.y1, piece.y1)
        else:
            made.append(piece)
    return made


def _apart(last: Piece, word: Word, wide: float) -> bool:
    """Says whether a word begins a piece of its own: a sign of money belongs to the figure behind it."""
    before = last.words[-1].text
    if word.text in MONEY and is_figure(before):
        return True
    if word.text in CLOSING and is_figure(before):
        return word.x0 - last.x1 > 2 * wide
    return word.x0 - last.x1 > wide and not (_LEADER.match(word.text) and _LEADER.match(before))


def _parted(left: float, right: float, y: float, walls: list[Rule]) -> bool:
    """Says whether a rule runs down between two places of a line."""
    if right < left:
        left = right = (left + right) / 2
    for wall in walls[bisect_left(walls, Rule(left - 1.5, -1e9, -1e9)) :]:
        if wall.at > right + 1.5:
            return False
        if wall.start - 1 <= y <= wall.end + 1:
            return True
    return False


def mark_paragraphs(lines: Sequence[Line]) -> None:
    """Finds pieces one below the other that fill a column as prose does, and marks them."""
    open_: list[list[Piece]] = []
    for line in lines:
        going: list[list[Piece]] = []
        for piece in line.pieces:
            for stack in open_:
                if _goes_on(stack[-1], piece):
                    stack.append(piece)
                    going.append(stack)
                    open_.remove(stack)
                    break
            else:
                going.append([piece])
        for stack in open_:
            # What stands between the lines of a column may be a line of its neighbour.
            if line.y0 - stack[-1].y1 < 0.8 * line.height:
                going.append(stack)
            else:
                _judge(stack)
        open_ = going
    for stack in open_:
        _judge(stack)


def _goes_on(above: Piece, below: Piece) -> bool:
    height = min(above.y1 - above.y0, below.y1 - below.y0)
    across = min(above.x1, below.x1) - max(above.x0, below.x0)
    return (
        below.y0 - above.y1 < 0.9 * height
        and below.middle > above.y1 - 0.2 * height
        and abs(above.x0 - below.x0) < 4 * height
        and across >= 0.8 * min(above.x1 - above.x0, below.x1 - below.x0)
    )


def _judge(stack: list[Piece]) -> None:
    if len(stack) < 3:
        return
    longest = max(piece.x1 - piece.x0 for piece in stack)
    full = sum(piece.x1 - piece.x0 >= ROOMY * longest for piece in stack)
    many = sum(len(piece.words) for piece in stack) / len(stack)
    figures = sum(piece.numeric for piece in stack)
    height = stack[0].y1 - stack[0].y0
    if full >= 0.6 * (len(stack) - 1) and many >= 4 and longest >= 12 * height and not figures:
        for piece in stack:
            piece.prose = True
