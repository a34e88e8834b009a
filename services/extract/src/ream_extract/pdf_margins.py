# SPDX-License-Identifier: Apache-2.0
"""Decides which lines of PDF pages are headers and footers: those that pages near by repeat, and lone page numbers.

Pages are looked at as far as they are read together: one that is read alone shows its page number only.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from ream_extract.pdf_blocks import Layout, Line, Margin, blocks_of
from ream_extract.reading import Item, UnitRead

ZONE = 0.12
"""Share of the page's height, above and below, in which headers and footers stand."""
NEAR = 2
"""Pages before and behind that are compared: left and right pages may differ."""
SAME_PLACE = 4.0
"""Points between the places of the same line on two pages at most."""
ROWS = 3
"""Rows of a header or footer at most: pages that repeat more of one another are the same form, filled in."""
APART = 2.0
"""Heights of a letter between rows from which they do not belong together."""
TITLE = 1.35
"""Heights of the body's letters from which a line is a title, even if the next page has one like it."""
LONGEST = 200
"""Letters of a line that is compared."""
_NUMBER = re.compile(r"\d+|\b[ivxlc]{1,6}\b")
_PAGE_NUMBER = re.compile(
    r"(?:page|seite|p\.|s\.)?\s*[-\u2013\u2014|]?\s*(?:\d{1,4}|[ivxlc]{1,6})\s*[-\u2013\u2014|]?"
    r"(?:\s*(?:of|/|von|de|sur)\s*\d{1,4})?"
)

Edge = tuple[Margin, str, float]
"""Where a line stands, what it says but for numbers, and its y."""


class Edges(NamedTuple):
    """What stands at the edges of a page.

    Attributes:
        lines: those, by number, that may be headers or footers.
        rows: for both sides the lines that stand side by side, from the edge inwards.
    """

    lines: dict[int, Edge]
    rows: dict[Margin, list[list[int]]]


def edges_of(layout: Layout) -> Edges:
    """Returns the lines, by number, that may be headers or footers by their place and size.

    A page number that is the last or first row of its page may be one wherever it stands.
    """
    lines = layout.lines
    found: dict[int, Edge] = {}
    upper, lower = ZONE * layout.height, (1 - ZONE) * layout.height
    for number, line in enumerate(lines):
        if upper < line.middle < lower or line.box is None or len(line.text) > LONGEST:
            continue
        if line.size < TITLE * layout.body:
            margin: Margin = "header" if line.middle <= upper else "footer"
            found[number] = (margin, _NUMBER.sub("#", " ".join(line.text.casefold().split())), line.middle)
    places = sorted((line.middle, number) for number, line in enumerate(lines) if line.box is not None)
    rows: dict[Margin, list[list[int]]] = {
        "header": list(_rows(lines, places)), "footer": list(_rows(lines, places[::-1]))
    }  # fmt: skip
    for margin, own in rows.items():
        for number in own[0] if own else ():
            if number not in found and _NUMBER.fullmatch(lines[number].text.casefold()):
                found[number] = (margin, "#", lines[number].middle)
    return Edges(found, rows)


def margins_of(layout: Layout, own: Edges, near: Iterable[Edges]) -> dict[int, Margin]:
    """Returns the lines, by number, of the rows at the edges of a page that pages near by repeat, or that number it."""
    lines = layout.lines
    others = [edge for edges in near for edge in edges.lines.values()]
    found: dict[int, Margin] = {}
    for margin, rows in own.rows.items():
        for depth, row in enumerate(rows):
            mine = [number for number in row if number in own.lines and own.lines[number][0] == margin]
            # The zone's page number is one of a page that is read alone too.
            if any(_repeated(own.lines[number], others) for number in mine):
                found.update((number, margin) for number in mine)
            elif not depth and (alone := [number for number in mine if _is_page_number(lines[number], layout.height)]):
                found.update((number, margin) for number in alone)
            else:
                break
    return found


def _rows(lines: Sequence[Line], places: Sequence[tuple[float, int]]) -> Iterator[list[int]]:
    """Yields the numbers of lines that stand side by side, from an edge inwards; `places` has their y in this order."""
    at = 0
    for _ in range(ROWS):
        if at == len(places) or (at and abs(places[at][0] - places[at - 1][0]) > APART * lines[places[at][1]].size):
            return
        row = [places[at][1]]
        for place, number in places[at + 1 :]:
            if abs(place - places[at][0]) > SAME_PLACE:
                break
            row.append(number)
        yield row
        at += len(row)


def _repeated(own: Edge, others: Iterable[Edge]) -> bool:
    margin, said, place = own
    return any(
        one == margin and text == said and (said == "#" or abs(at - place) <= SAME_PLACE) for one, text, at in others
    )


def _is_page_number(line: Line, height: float) -> bool:
    """Says whether a line is a page number where one is written."""
    inside = ZONE * height < line.middle < (1 - ZONE) * height
    return not inside and _PAGE_NUMBER.fullmatch(line.text.casefold()) is not None


def with_blocks(pages: Iterable[tuple[Item, Layout | None]], count: int) -> Iterator[Item | None]:
    """Yields the pages with their blocks, in order; each when those behind it are known, and None meanwhile.

    Args:
        pages: as they are read; one without a layout goes through as it is.
        count: how many there are.
    """
    waiting: deque[tuple[Item, Layout | None, Edges]] = deque()
    before: deque[Edges] = deque(maxlen=NEAR)

    def first() -> Item:
        item, layout, own = waiting.popleft()
        near = [*before, *(edges for _, _, edges in list(waiting)[:NEAR])]
        before.append(own)
        if layout is None or not isinstance(item, UnitRead):
            return item
        return replace(item, blocks=blocks_of(layout, margins_of(layout, own, near)))

    for number, (item, layout) in enumerate(pages, 1):
        waiting.append((item, layout, edges_of(layout) if layout is not None else Edges({}, {})))
        if len(waiting) > NEAR:
            yield first()
        elif number < count:
            yield None
    while waiting:
        yield first()
