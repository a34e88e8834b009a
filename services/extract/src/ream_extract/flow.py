# SPDX-License-Identifier: Apache-2.0
"""Decides how running text without pages is cut into bodies, and where its blocks come to stand in them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ream_contracts.artifacts import Annotation, Heading, LayoutBlock, Table
from ream_contracts.whole import letters
from ream_extract.reading import Method, PictureFound, UnitRead

BODY = 64 << 10
"""Characters of one body, about: cuts are made between blocks."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading or table with what hangs on it."""

    text: str
    level: int = 0
    """Of a heading, 1 the highest; 0 for other text."""
    tables: tuple[Table, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    pictures: tuple[PictureFound, ...] = ()
    kind: Literal["paragraph", "list-item", "table", "figure", "header", "footer"] = "paragraph"
    """What it is where it is no heading and holds no table; of a figure the text is what is written below it."""
    depth: int = 0
    """Of a list item, how deep its list is in others, 1 for the outermost; 0 for other text."""


def bodies(size: int) -> int:
    """Says how many bodies a text of this size is planned to have; there is always one."""
    return max(1, -(-size // BODY))


def placed(blocks: Sequence[Block], found: Iterable[tuple[int, PictureFound]]) -> list[Block]:
    """Gives pictures to the blocks of these numbers, from 0; a number past the last stands for the end."""
    made = [*blocks, Block("")]
    for at, picture in found:
        own = made[min(at, len(blocks))]
        made[min(at, len(blocks))] = replace(own, pictures=(*own.pictures, picture))
    return made


def share(blocks: Sequence[Block], parts: int) -> list[list[Block]]:
    """Divides blocks into exactly so many parts of about the same length, keeping their order.

    A part may be empty: the number was planned from a count that knew nothing of blocks.
    """
    total = sum(len(block.text) + 1 for block in blocks) or 1
    divided: list[list[Block]] = [[] for _ in range(parts)]
    before = 0
    for block in blocks:
        divided[min(parts - 1, before * parts // total)].append(block)
        before += len(block.text) + 1
    return divided


def apportion(counted: int, parts: Sequence[Sequence[Block]]) -> list[int]:
    """Divides the letters that were counted in a whole text over its parts, as those that came out are divided.

    A count knows nothing of parts: so each of them lacks as much of its share as the whole lacks.
    """
    came = [sum(letters(block.text) for block in part) for part in parts]
    total = sum(came)
    if not total:
        return [counted, *[0] * (len(parts) - 1)]
    return [counted * own // total for own in came]


def unit(
    number: int, blocks: Sequence[Block], method: Method, confidence: int = 100, counted: int | None = None
) -> UnitRead:
    """Puts the blocks of one body together; `counted` are the letters that another way of reading found in it."""
    text = "\n".join(block.text for block in blocks if block.text)
    layout = tuple(_laid(blocks, len(text)))
    return UnitRead(
        number,
        "body",
        text,
        method if text.strip() else "none",
        confidence,
        headings=tuple(
            Heading(one.start, one.level, " ".join(text[one.start : one.end].split())[:500])
            for one in layout
            if one.kind == "heading" and one.level
        ),
        pictures=tuple(picture for block in blocks for picture in block.pictures),
        tables=tuple(table for block in blocks for table in block.tables),
        annotations=tuple(note for block in blocks for note in block.annotations),
        counted=counted,
        blocks=layout,
    )


def _laid(blocks: Sequence[Block], end: int) -> Iterator[LayoutBlock]:
    """Says where blocks stand in the text that they make, `end` characters long; pictures stand behind their block."""
    at = tables = pictures = 0
    for block in blocks:
        after, own = min(at, end), None
        if block.text.strip():
            after = at + len(block.text)
            own = _of(block, at, after, tables, pictures)
        elif block.kind == "figure" and not block.pictures:
            own = LayoutBlock("figure", after, after)
        if own is not None:
            yield own
        captioned = own is not None and own.kind == "figure"
        for number in range(pictures + captioned, pictures + len(block.pictures)):
            yield LayoutBlock("figure", after, after, None, number)
        tables += len(block.tables)
        pictures += len(block.pictures)
        at += len(block.text) + 1 if block.text else 0


def _of(block: Block, start: int, end: int, table: int, picture: int) -> LayoutBlock:
    if block.level:
        return LayoutBlock("heading", start, end, block.level)
    if block.tables:
        return LayoutBlock("table", start, end, None, table)
    number = picture if block.kind == "figure" and block.pictures else None
    return LayoutBlock(block.kind, start, end, block.depth or None, number)
