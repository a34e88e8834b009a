# SPDX-License-Identifier: Apache-2.0
"""Decides what is kept of a document's segments while they pass: its text up to a limit, and a line for each unit."""

from bisect import bisect_right
from typing import Literal

from ream_contracts import units
from ream_contracts.artifacts import ChildFound, Manifest, SegmentRecord, SegmentText, UnitReceipt, UnitText
from ream_contracts.messages import DocumentCompleted

State = Literal["read", "not-applicable"]
BETWEEN = "\n\n"


class Contents:
    """Takes the segments of a document one after another, in order, and keeps none of them.

    However long a document is, this holds `limit` characters of text, one small line for each unit and what names its
    children. A unit that two segments answer counts once, as the first of them says.

    Attributes:
        truncated: whether there was more text than the limit.
        children: documents found in it.
        artifacts: names of what its segments were made from.
    """

    def __init__(self, limit: int) -> None:
        self.truncated = False
        self.children: list[ChildFound] = []
        self.artifacts: list[str] = []
        self._limit = limit
        self._lines: dict[int, UnitReceipt] = {}
        self._pieces: list[str] = []
        self._length = 0

    def add(self, record: SegmentRecord, text: SegmentText) -> None:
        """Takes what one segment says."""
        self.children += text.children
        self.artifacts += (record.text, record.classes)
        for unit in text.units:
            state = _state(record, unit.unit)
            if state is None or unit.unit in self._lines:
                continue
            characters = len(unit.text)
            self._lines[unit.unit] = UnitReceipt(
                unit.unit, unit.kind, state, unit.method, characters, unit.confidence, None
            )
            if state == "read":
                self._keep(unit)

    def _keep(self, unit: UnitText) -> None:
        if self.truncated:
            return
        room = self._limit - self._length
        if room > 0:
            self._pieces.append(unit.text[:room])
        self._length += len(unit.text) + len(BETWEEN)
        self.truncated = len(unit.text) > room

    @property
    def text(self) -> str:
        """The text of all units up to the limit, an empty line between them."""
        return BETWEEN.join(self._pieces)

    def receipt(self, done: DocumentCompleted, manifest: Manifest | None) -> list[UnitReceipt]:
        """Says of every unit that was counted what became of it; one line stands for all that lies beyond the limit."""
        kinds = sorted(manifest.kinds, key=lambda kind: kind.first) if manifest else []
        firsts = [kind.first for kind in kinds]
        lines = dict(self._lines)
        for missing in done.missing:
            beyond = missing.rank == "beyond"
            numbers = [missing.units[0][0]] if beyond and missing.units else units.each(missing.units)
            for number in numbers:
                at = bisect_right(firsts, number) - 1
                kind = kinds[at].kind if at >= 0 and number <= kinds[at].last else done.unit_kind
                lines.setdefault(number, UnitReceipt(number, kind, missing.rank, "none", 0, 0, missing.cause))
        return [lines[number] for number in sorted(lines)]


def _state(record: SegmentRecord, unit: int) -> State | None:
    if units.contains(record.read, unit):
        return "read"
    return "not-applicable" if units.contains(record.not_applicable, unit) else None
