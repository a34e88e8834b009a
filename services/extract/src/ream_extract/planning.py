# SPDX-License-Identifier: Apache-2.0
"""Decides how counted units are numbered and cut into segments, and what each child of a family may still hold."""

from dataclasses import dataclass

from ream_contracts.artifacts import Manifest, UnitKind
from ream_contracts.messages import Allowance
from ream_extract.reading import CHILD_KINDS, UnitRun

CHILD_BYTES = "children_bytes"
"""Key of the manifest's metadata under which the declared size of all children stands."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Units numbered from 1 over the whole document."""

    kinds: tuple[UnitKind, ...]
    segments: tuple[tuple[int, int], ...]
    units: int
    beyond: int
    """Units that the limit left out."""


def lay_out(runs: tuple[UnitRun, ...], limit: int) -> Layout:
    """Numbers the units; a segment never holds two kinds."""
    kinds: list[UnitKind] = []
    segments: list[tuple[int, int]] = []
    last = beyond = 0
    for run in runs:
        count = min(run.count, limit - last)
        beyond += run.count - count
        if count <= 0:
            continue
        first, last = last + 1, last + count
        kinds.append(UnitKind(run.kind, first, last))
        starts = range(first, last + 1, run.per_segment)
        segments += [(start, min(last, start + run.per_segment - 1)) for start in starts]
    return Layout(tuple(kinds), tuple(segments), last, beyond)


def covers_all(manifest: Manifest) -> bool:
    """Says whether every unit that is counted has a kind and lies in just one segment."""
    kinds = [(kind.first, kind.last) for kind in manifest.kinds]
    return all(_tile(ranges, manifest.units) for ranges in (kinds, list(manifest.segments)))


def _tile(ranges: list[tuple[int, int]], units: int) -> bool:
    ends = [0, *(last for _, last in ranges)]
    starts = [first for first, _ in ranges]
    return starts == [end + 1 for end in ends[:-1]] and ends[-1] == units


def kind_of(manifest: Manifest, unit: int) -> str:
    """Returns the kind of a unit that the manifest counts."""
    return next(kind.kind for kind in manifest.kinds if kind.first <= unit <= kind.last)


def children(manifest: Manifest) -> int:
    """Returns how many units stand for documents of their own."""
    return sum(kind.last - kind.first + 1 for kind in manifest.kinds if kind.kind in CHILD_KINDS)


def ordinal(manifest: Manifest, unit: int) -> int:
    """Returns which child a unit stands for, from 1."""
    before = 0
    for kind in manifest.kinds:
        if kind.kind in CHILD_KINDS:
            if kind.first <= unit <= kind.last:
                return before + unit - kind.first + 1
            before += kind.last - kind.first + 1
    raise ValueError(f"unit {unit} is no child")


def share_of(allowance: Allowance, manifest: Manifest) -> Allowance:
    """Divides what is left of a family's allowance among the children, when all of them are taken from it.

    So a family cannot outgrow what its root was given, and nobody has to count it. GZ, BZ2, XZ, ZST and PPT do not say
    beforehand what they hold: what is taken from them is checked against what is left, and not taken off for the
    documents inside it, so that each such level may once more take as much. The depth of a family bounds that.
    """
    count = max(1, children(manifest))
    size = int(manifest.metadata.get(CHILD_BYTES, "0"))
    return Allowance(max(0, allowance.documents - count) // count, max(0, allowance.bytes - size) // count)
