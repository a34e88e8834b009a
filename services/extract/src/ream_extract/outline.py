# SPDX-License-Identifier: Apache-2.0
"""Decides how nested data is written for people: names with their values, lists, and records as tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ream_contracts.artifacts import Table
from ream_extract.flow import Block

DEEPEST_HEADING = 2
"""Names of groups down to this level are headings."""
COLUMNS = 60
"""Names that records may have together to be a table."""
_INDENT = 8
"""Levels that are shown by indenting."""
CELL = 500
"""Letters of a value that still is a cell."""


@dataclass(frozen=True, slots=True)
class Group:
    """Names with what they hold, in their order; a name may come more than once."""

    pairs: Sequence[tuple[str, "Node"]]


@dataclass(frozen=True, slots=True)
class Row:
    """Several of the same, in their order."""

    items: Sequence["Node"]


Node = str | Group | Row


def blocks(node: Node, name: str = "", depth: int = 0) -> Iterator[Block]:
    """Writes data as lines; nothing of it is left out.

    Raises:
        RecursionError: it nests too deeply.
    """
    indent = "  " * min(depth, _INDENT)
    if isinstance(node, str):
        yield Block(f"{indent}{name}: {node}" if name else f"{indent}{node}")
        return
    if name:
        level = depth + 1 if depth < DEEPEST_HEADING and name != "-" else 0
        yield Block(name if level else f"{indent}{name}", level)
    below = depth + 1 if name else depth
    if isinstance(node, Group):
        for inner, value in node.pairs:
            yield from blocks(value, inner, below)
        return
    table = _table(node.items)
    if table is not None:
        text = "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in table.rows)
        yield Block(text, 0, (table,))
        return
    for item in node.items:
        if isinstance(item, str):
            yield Block(f"{'  ' * min(below, _INDENT)}- {item}")
        else:
            yield from blocks(item, "-", below)


def _table(items: Sequence[Node]) -> Table | None:
    """Makes a table of records that have most of their names in common, and nothing nested."""
    records = [item.pairs for item in items if isinstance(item, Group) and item.pairs]
    if len(records) < 2 or len(records) != len(items):
        return None
    names = dict.fromkeys(name for record in records for name, _ in record)
    cells = sum(len(record) for record in records)
    if len(names) > COLUMNS or 2 * cells < len(names) * len(records):
        return None
    rows = [tuple(names)]
    for record in records:
        values = dict(record)
        if len(values) != len(record) or not all(_is_cell(value) for value in values.values()):
            return None
        rows.append(tuple(str(values.get(name, "")) for name in names))
    return Table(tuple(rows), None, (), 1)


def _is_cell(value: Node) -> bool:
    return isinstance(value, str) and len(value) <= CELL
