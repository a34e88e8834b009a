# SPDX-License-Identifier: Apache-2.0
"""Decides how running text without pages is cut into bodies, and where its headings come to stand in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ream_contracts.artifacts import Annotation, Heading, Table
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


def bodies(size: int) -> int:
    """Says how many bodies a text of this size is planned to have; there is always one."""
    return max(1, -(-size // BODY))


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
    lines: list[str] = []
    headings: list[Heading] = []
    offset = 0
    for block in blocks:
        if not block.text:
            continue
        if block.level:
            headings.append(Heading(offset, block.level, " ".join(block.text.split())[:500]))
        lines.append(block.text)
        offset += len(block.text) + 1
    text = "\n".join(lines)
    return UnitRead(
        number,
        "body",
        text,
        method if text.strip() else "none",
        confidence,
        headings=tuple(headings),
        pictures=tuple(picture for block in blocks for picture in block.pictures),
        tables=tuple(table for block in blocks for table in block.tables),
        annotations=tuple(note for block in blocks for note in block.annotations),
        counted=counted,
    )
