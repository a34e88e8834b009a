# SPDX-License-Identifier: Apache-2.0
"""Decides where on a page tables lie: inside of rules that cross, or where lines have gaps in common."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ream_tables.lines import Line, Piece, lines_of
from ream_tables.marks import Box, Rule, Rules, Word

NEAR = 3.0
"""Points within which rules touch."""
MOST_RULES = 400
"""Rules across or down, after those in one line are joined, up to which crossings are looked for."""
BESIDE = 50
"""Rules in one line that are looked at to join one more to them: dashes may be thousands."""
FAR = 2.6
"""Heights of a line between two lines of a table without rules, at most."""
_BULLETS = frozenset("•●○■□▪▫◦‣·\u2013\u2014-*❖➢✓►→\uf0b7\uf0a7\uf0d8o")


@dataclass(slots=True)
class Region:
    """Lines that make a table, and the rules among them."""

    lines: list[Line]
    across: list[Rule]
    down: list[Rule]
    ruled: bool
    """Rules cross in it."""

    @property
    def box(self) -> Box:
        """What its words cover."""
        pieces = [piece for line in self.lines for piece in line.pieces]
        return (
            min(piece.x0 for piece in pieces),
            min(piece.y0 for piece in pieces),
            max(piece.x1 for piece in pieces),
            max(piece.y1 for piece in pieces),
        )


def joined(rules: Sequence[Rule]) -> list[Rule]:
    """Joins rules that lie in one line and touch."""
    found: list[Rule] = []
    for rule in sorted(rules):
        for number in range(len(found) - 1, max(-1, len(found) - BESIDE), -1):
            last = found[number]
            if rule.at - last.at > 2.0:
                found.append(rule)
                break
            if rule.start <= last.end + NEAR and last.start <= rule.end + NEAR:
                found[number] = Rule(last.at, min(last.start, rule.start), max(last.end, rule.end))
                break
        else:
            found.append(rule)
    return found


def regions(lines: Sequence[Line], rules: Rules) -> Iterator[Region]:
    """Yields what may be tables, from top to bottom within each way of finding."""
    across, down = joined(rules.across), joined(rules.down)
    rest = list(lines)
    if across and down and max(len(across), len(down)) <= MOST_RULES:
        for box in _crossing(across, down):
            inside, rest = _cut(rest, box)
            if region := _ruled(inside, box, across, down):
                yield region
            else:
                rest = sorted([*rest, *inside], key=lambda line: line.y0 + line.y1)
    for run in _runs([_without_prose(line) for line in rest], across):
        box = _around(run)
        yield Region(run, _within(across, box, 8), [], ruled=False)


def region_in(box: Box, words: Sequence[Word], rules: Rules) -> Region | None:
    """Returns what lies in a box as a table, whatever it looks like; None where no word does."""
    x0, y0, x1, y1 = box
    inside = [
        word
        for word in words
        if x0 - NEAR <= (word.x0 + word.x1) / 2 <= x1 + NEAR and y0 - 2 <= (word.y0 + word.y1) / 2 <= y1 + 2
    ]
    across, down = joined(rules.across), joined(rules.down)
    lines = [line for line in lines_of(inside, down) if line.pieces]
    if not lines:
        return None
    found = _ruled(lines, box, across, down) if max(len(across), len(down)) <= MOST_RULES else None
    return found or Region(lines, _within(across, box, 8), [], ruled=False)


def _crossing(across: list[Rule], down: list[Rule]) -> Iterator[Box]:
    """Yields boxes around rules that hang together by crossings."""
    group = list(range(len(across) + len(down)))

    def root(one: int) -> int:
        while group[one] != one:
            group[one] = group[group[one]]
            one = group[one]
        return one

    for number, one in enumerate(across):
        for other, wall in enumerate(down, len(across)):
            if one.start - NEAR <= wall.at <= one.end + NEAR and wall.start - NEAR <= one.at <= wall.end + NEAR:
                group[root(number)] = root(other)
    boxes: dict[int, list[float]] = {}
    for number, rule in enumerate([*across, *down]):
        flat = number < len(across)
        x0, x1 = (rule.start, rule.end) if flat else (rule.at, rule.at)
        y0, y1 = (rule.at, rule.at) if flat else (rule.start, rule.end)
        box = boxes.setdefault(root(number), [x0, y0, x1, y1])
        box[:] = min(box[0], x0), min(box[1], y0), max(box[2], x1), max(box[3], y1)
    for x0, y0, x1, y1 in sorted(boxes.values(), key=lambda one: (one[1], one[0])):
        if x1 - x0 > 20 and y1 - y0 > 10:
            yield x0, y0, x1, y1


def _cut(lines: Sequence[Line], box: Box) -> tuple[list[Line], list[Line]]:
    """Parts lines in what lies inside of a box and what does not."""
    inside: list[Line] = []
    rest: list[Line] = []
    for line in lines:
        middle = (line.y0 + line.y1) / 2
        if not box[1] - 2 <= middle <= box[3] + 2:
            rest.append(line)
            continue
        within = [one for one in line.pieces if box[0] - NEAR <= (one.x0 + one.x1) / 2 <= box[2] + NEAR]
        without = [one for one in line.pieces if one not in within]
        if within:
            inside.append(Line(line.y0, line.y1, within))
        if without:
            rest.append(Line(line.y0, line.y1, without))
    return inside, rest


def _ruled(lines: list[Line], box: Box, across: list[Rule], down: list[Rule]) -> Region | None:
    """A table, where rules part words from words; a frame or a chart is none."""
    if len(lines) < 2:
        return None
    flat, walls = _within(across, box, NEAR), _within_down(down, box)
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    inner = [wall for wall in walls if left < wall.at < right]
    apart = sum(_parts(line, inner) for line in lines)
    if not inner or apart < 2 or apart < 0.3 * len(lines):
        return None
    return Region(lines, flat, walls, ruled=True)


def _parts(line: Line, walls: list[Rule]) -> bool:
    middle = (line.y0 + line.y1) / 2
    return any(
        wall.start - 1 <= middle <= wall.end + 1
        and any(left - 2 <= wall.at <= right + 2 for left, right in line.gaps())
        for wall in walls
    )


def _within(rules: list[Rule], box: Box, more: float) -> list[Rule]:
    return [
        rule
        for rule in rules
        if box[1] - more <= rule.at <= box[3] + more
        and min(rule.end, box[2]) - max(rule.start, box[0]) >= 0.5 * (rule.end - rule.start)
    ]


def _within_down(rules: list[Rule], box: Box) -> list[Rule]:
    return [
        rule
        for rule in rules
        if box[0] - NEAR <= rule.at <= box[2] + NEAR
        and min(rule.end, box[3]) - max(rule.start, box[1]) >= 0.5 * (rule.end - rule.start)
    ]


def _around(lines: Sequence[Line]) -> Box:
    return Region(list(lines), [], [], ruled=False).box


def _without_prose(line: Line) -> Line:
    pieces = [piece for piece in line.pieces if not piece.prose]
    while len(pieces) > 1 and _marks(pieces[0]):
        pieces = pieces[1:]
    return Line(line.y0, line.y1, pieces)


def _marks(piece: Piece) -> bool:
    return piece.text in _BULLETS


def _runs(lines: Sequence[Line], across: list[Rule]) -> Iterator[list[Line]]:
    """Yields runs of lines with gaps in common."""
    run: list[Line] = []
    for line in lines:
        if not line.pieces:
            continue
        if run and not _continues(run, line, across):
            yield from _trimmed(run, across)
            run = _after_gaps(run, line)
        run.append(line)
    yield from _trimmed(run, across)


def _after_gaps(run: list[Line], line: Line) -> list[Line]:
    """The lines without a gap at the end of a run that may be the head of what follows."""
    if line.y0 - run[-1].y1 > FAR * min(line.height, run[-1].height):
        return []
    several = [number for number, one in enumerate(run) if len(one.pieces) > 1]
    return run[several[-1] + 1 :] if several and len(line.pieces) > 1 else []


def _continues(run: list[Line], line: Line, across: list[Rule]) -> bool:
    last = run[-1]
    if line.y0 - last.y1 > FAR * min(line.height, last.height):
        return False
    several = [one for one in run if len(one.pieces) > 1]
    if not several:
        return True
    if len(line.pieces) == 1:
        gaps = [gap for one in several[-3:] for gap in one.gaps()]
        piece = line.pieces[0]
        return not any(piece.x0 < left and right < piece.x1 for left, right in gaps)
    return any(_share_gap(one, line) for one in several[-4:])


def _share_gap(one: Line, other: Line) -> bool:
    return any(min(right, end) - max(left, start) > 2 for left, right in one.gaps() for start, end in other.gaps())


def _trimmed(run: list[Line], across: list[Rule]) -> Iterator[list[Line]]:
    """Yields a run without the lines at its ends that have no gap, but with those of a head between rules."""
    several = [number for number, line in enumerate(run) if len(line.pieces) > 1]
    if len(several) < 3:
        return
    first, last = several[0], several[-1]
    x0, _, x1, _ = _around(run[first : last + 1])
    long = [rule.at for rule in across if min(rule.end, x1) - max(rule.start, x0) >= 0.8 * (x1 - x0)]
    for number in range(first - 1, max(-1, first - 4), -1):
        line = run[number]
        if any(line.y0 - 1.5 * line.height <= at <= line.y0 + 0.3 * line.height for at in long):
            first = number
            break
    yield run[first : last + 1]
