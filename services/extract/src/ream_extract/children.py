# SPDX-License-Identifier: Apache-2.0
"""Decides how files found inside a document are handed over: one at a time, under the limits of the family."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ream_extract.reading import ChildRead, Item, Source, UnitFailed


@dataclass(frozen=True, slots=True)
class Inside:
    """A file inside a document."""

    path: str
    """Where it lies in the document; what its id is made of."""
    size: int
    """As far as it is known before it is taken out; 0 where it is not."""
    take: Callable[[], tuple[str, bytes] | None]
    """Gives its name and bytes; None where they cannot be had."""


def children(
    found: Iterable[Inside], source: Source, first: int, last: int, before: int, scratch: Path, kind: str = "attachment"
) -> Iterator[Item]:
    """Yields the files asked for; the first of them is the unit behind `before`."""
    left = source.child_budget
    for number, one in enumerate(found, before + 1):
        if not first <= number <= last:
            continue
        item = _taken(one, number, source, left, scratch, kind)
        left -= item.size if isinstance(item, ChildRead) else 0
        yield item


def _taken(one: Inside, number: int, source: Source, left: int, scratch: Path, kind: str) -> Item:
    if one.size > source.limits.child_bytes:
        return UnitFailed(number, "too-large")
    got = one.take() if one.size <= left else ("", b"")
    if got is None:
        return UnitFailed(number, "damaged")
    name, data = got
    if max(one.size, len(data)) > left:
        return UnitFailed(number, "family-limit")
    if len(data) > source.limits.child_bytes:
        return UnitFailed(number, "too-large")
    file = f"child-{number}"
    (scratch / file).write_bytes(data)
    return ChildRead(number, kind, name, one.path, file, len(data))
