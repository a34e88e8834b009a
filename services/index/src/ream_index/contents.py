# SPDX-License-Identifier: Apache-2.0
"""Decides what is kept of a document's segments while they pass: its text up to a limit, and a line for each unit."""

from collections.abc import Iterator
from typing import Literal

from ream_contracts import units
from ream_contracts.artifacts import ChildFound, Manifest, Receipt, SegmentRecord, SegmentText, UnitText, Way
from ream_contracts.messages import DocumentCompleted
from ream_contracts.receipts import Line, pack
from ream_contracts.whole import differences

State = Literal["read", "incomplete", "not-applicable"]
LostState = Literal["failed", "expired", "unanswered"]
NOTHING: Literal["not-applicable"] = "not-applicable"
BETWEEN = "\n\n"
TEXT_MISSING = "text-missing"
"""Cause of units that are not read whole, where their reader does not know why."""
VARIOUS = "various-causes"
"""Stands for the causes of losses that a completion has no room to name one by one."""


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
        self._lines: dict[int, Line] = {}
        self._ways: dict[Way, Way] = {}
        self._pieces: list[str] = []
        self._length = 0

    def add(self, record: SegmentRecord, text: SegmentText) -> None:
        """Takes what one segment says."""
        self.children += text.children
        self.artifacts += (record.text, record.classes, *record.tables)
        for unit in text.units:
            state = _state(record, unit.unit)
            if state is None or unit.unit in self._lines:
                continue
            way = Way(unit.kind, state, unit.method, _why(unit) if state == "incomplete" else None)
            # One object for all units that were answered alike: a document may have a hundred thousand.
            way = self._ways.setdefault(way, way)
            self._lines[unit.unit] = Line(unit.unit, way, len(unit.text), unit.confidence)
            if state != NOTHING:
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

    @property
    def characters(self) -> int:
        """Counts the characters of all units."""
        return sum(line.characters for line in self._lines.values())

    def lost(self, done: DocumentCompleted, manifest: Manifest | None) -> Iterator[str]:
        """Says what is not here of what the completion counted: how much, and how much was counted.

        More may be here: an answer that came late lies in the store before the completion that counts it.
        """
        if done.outcome == "erased":
            return
        lines = self._lines.values()
        read = sum(line.way.state in ("read", "incomplete") for line in lines)
        counts = {
            "units read": (read, done.read + done.incomplete),
            "units answered": (len(lines), done.read + done.incomplete + done.not_applicable),
            "characters": (self.characters, done.characters),
            "children": (len(self.children), done.children),
        }
        planned = manifest.units + manifest.beyond if manifest else done.units
        yield from differences({"units planned": planned}, {"units planned": done.units})
        yield from (f"{what}: {here} of {counted}" for what, (here, counted) in counts.items() if here < counted)

    def receipt(self, done: DocumentCompleted, manifest: Manifest | None) -> Receipt:
        """Says of every unit that was planned what became of it, and how many lie beyond the limit."""
        planned = max(self._lines, default=0)
        if manifest is not None:
            beyond = sum(units.count(missing.units) for missing in done.missing if missing.rank == "beyond")
            planned = max(planned, min(manifest.units, done.units - beyond))
        missing = self._missing(done)
        kinds = manifest.kinds if manifest else ()
        lines: list[Line] = []
        for unit in range(1, planned + 1):
            line = self._lines.get(unit)
            if line is None:
                state, cause = missing.get(unit, self._unnamed(done))
                kind = next((one.kind for one in kinds if one.first <= unit <= one.last), done.unit_kind)
                way = Way(kind, state, "none", cause)
                line = Line(unit, self._ways.setdefault(way, way))
            lines.append(line)
        return pack(lines, max(0, done.units - planned))

    @staticmethod
    def _missing(done: DocumentCompleted) -> dict[int, tuple[LostState, str | None]]:
        """Returns state and cause of each unit that the completion names as lost."""
        return {
            unit: (missing.rank, missing.cause)
            for missing in done.missing
            if missing.rank in ("failed", "expired")
            for unit in units.each(missing.units)
        }

    @staticmethod
    def _unnamed(done: DocumentCompleted) -> tuple[LostState, str | None]:
        """Says what became of units of which nothing is known: a completion names a hundred ranges at most."""
        if done.outcome in ("superseded", "erased"):
            return "unanswered", None
        return "failed", VARIOUS


def _why(unit: UnitText) -> str:
    return unit.lacking or TEXT_MISSING


def _state(record: SegmentRecord, unit: int) -> State | None:
    if units.contains(record.incomplete, unit):
        return "incomplete"
    if units.contains(record.read, unit):
        return "read"
    return NOTHING if units.contains(record.not_applicable, unit) else None
