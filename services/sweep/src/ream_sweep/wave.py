# SPDX-License-Identifier: Apache-2.0
"""Decides when all that lay on a topic at some moment has passed through the whole flow, without asking a clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

Offsets = Mapping[int, int]
"""Offset by partition; a partition that is not named stands at 0."""


@dataclass(frozen=True, slots=True)
class Step:
    """A group that has to pass what lies on its topics now, before what it made of it can be waited for."""

    topics: tuple[str, ...]
    group: str


STEPS = (
    Step(("documents.ingested",), "extract"),
    Step(("segments.scanned", "segments.scanned.bulk"), "ocr"),
    Step(("segments.read",), "classify"),
    Step(("documents.parts",), "aggregate"),
    Step(("documents.completed",), "index"),
    Step(("documents.indexed",), "sweep"),
)
"""The way of a document; sweep itself is last: it must have seen the answers."""

TO_VECTORS = (
    Step(("documents.completed",), "vectors"),
    Step(("documents.embedded",), "sweep"),
)
"""The way of a completion to the vectors of its text. Nothing waits for them, and so the way above does not."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the topics end and where their readers stand.

    `passed` must be asked before `ends`: what a group has made of a record is on its topics before it has passed that
    record, so ends that were asked later hold it.

    Attributes:
        ends: by topic, the offset after the last record of each partition.
        passed: by (group, topic), the first offset of each partition that is not finished.
    """

    ends: Mapping[str, Offsets]
    passed: Mapping[tuple[str, str], Offsets]


@dataclass(frozen=True, slots=True)
class Wave:
    """A wave on its way.

    Attributes:
        way: the steps that it takes.
        mark: ends of the first step's topic when it began: what lies before it belongs to this wave.
        step: which of the way it waits for; all of them when it has arrived.
        targets: by topic of that step, what its group has to pass.
    """

    way: Sequence[Step]
    mark: Offsets
    step: int
    targets: Mapping[str, Offsets]

    @property
    def arrived(self) -> bool:
        """Whether it has passed every step."""
        return self.step == len(self.way)

    def holds(self, partition: int, offset: int) -> bool:
        """Says whether a record of the first step's topic belongs to this wave."""
        return offset < self.mark.get(partition, 0)


def beyond(stands: Offsets, begins: Offsets) -> Offsets:
    """Returns where a group stands when nothing that a topic has deleted is waited for: it will never be read."""
    return {partition: max(stands.get(partition, 0), begins.get(partition, 0)) for partition in {*stands, *begins}}


def begin(progress: Progress, way: Sequence[Step] = STEPS) -> Wave:
    """Starts a wave at what is on the first topic of its way now."""
    return Wave(way, dict(progress.ends[way[0].topics[0]]), 0, _targets(way, 0, progress))


def advance(wave: Wave, progress: Progress) -> Wave:
    """Moves a wave as far as its groups have come: a step's targets are taken when the step before it is passed."""
    while not wave.arrived and _passed(wave, progress):
        step = wave.step + 1
        wave = replace(wave, step=step, targets=_targets(wave.way, step, progress))
    return wave


def _targets(way: Sequence[Step], step: int, progress: Progress) -> Mapping[str, Offsets]:
    if step == len(way):
        return {}
    return {topic: dict(progress.ends[topic]) for topic in way[step].topics}


def _passed(wave: Wave, progress: Progress) -> bool:
    group = wave.way[wave.step].group
    return all(
        progress.passed.get((group, topic), {}).get(partition, 0) >= end
        for topic, ends in wave.targets.items()
        for partition, end in ends.items()
    )


def waits_for(wave: Wave) -> str:
    """Names what a wave waits for, for people."""
    if wave.arrived:
        return "nothing"
    step = wave.way[wave.step]
    return f"{step.group} on {' and '.join(step.topics)}"
