# SPDX-License-Identifier: Apache-2.0
"""Decides how stages compare what arrived with what was said: nothing may be lost between two of them in silence."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Protocol

from ream_contracts.artifacts import Annotation, ChildFound, Heading, LayoutBlock, Table


class NotWhole(Exception):
    """Less is there than was said: a defect of ours, never the document's.

    A stage that raises it is tried again, then gives the record up, with a failed part and a dead letter. The message
    names objects and numbers, no content.
    """


class Unit(Protocol):
    """What a unit holds, while it is read or as it lies in the store."""

    @property
    def text(self) -> str: ...  # noqa: D102 (as the artifact says)

    @property
    def headings(self) -> Collection[Heading]: ...  # noqa: D102

    @property
    def pictures(self) -> Collection[object]: ...  # noqa: D102

    @property
    def tables(self) -> Collection[Table]: ...  # noqa: D102

    @property
    def annotations(self) -> Collection[Annotation]: ...  # noqa: D102

    @property
    def blocks(self) -> Collection[LayoutBlock]: ...  # noqa: D102

    @property
    def lacking(self) -> str | None: ...  # noqa: D102


def holds(units: Iterable[Unit], children: Collection[ChildFound] = ()) -> dict[str, int]:
    """Counts what units hold, by kind.

    Returns:
        `units`, `characters`, `headings`, `pictures`, `cells` (of tables), `annotations`, `blocks`, `children`, and
        `beside`: characters in headings, cells and annotations; `lacking` where units say that they are not whole.
    """
    counts: Counter[str] = Counter(children=len(children))
    for unit in units:
        cells = [cell for table in unit.tables for row in table.rows for cell in row]
        beside = (*cells, *(one.text for one in unit.headings), *(one.text for one in unit.annotations))
        counts.update(
            units=1, characters=len(unit.text), headings=len(unit.headings), pictures=len(unit.pictures),
            cells=len(cells), annotations=len(unit.annotations), blocks=len(unit.blocks), beside=sum(map(len, beside)),
        )  # fmt: skip
        if unit.lacking is not None:
            counts["lacking"] += 1
    return dict(counts)


def differences(there: Mapping[str, int], said: Mapping[str, int]) -> Iterator[str]:
    """Says of what there is more or less than was said: how much, and how much was said."""
    for kind, count in sorted(said.items()):
        if there.get(kind, 0) != count:
            yield f"{kind}: {there.get(kind, 0)} of {count}"


def characters(units: Iterable[Unit]) -> int:
    """Counts the characters of text in units."""
    return sum(len(unit.text) for unit in units)


def letters(text: str) -> int:
    """Counts letters and digits: what two readings of one text must agree on, however they write space and signs."""
    return sum(map(str.isalnum, text))
