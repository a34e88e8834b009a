# SPDX-License-Identifier: Apache-2.0
"""What came out of one part of the list, and the line of counts over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ream_chaos.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Result:
    """One part of the list, done.

    Attributes:
        faults: how many things were broken.
        verdict: compared with a calm run; None for a part that has none.
        problems: conditions that do not hold; one is enough to fail.
        figures: what was measured, by name.
        aims: sentences about figures that are wanted and not reached; they fail nothing.
        details: what a person needs to look further.
    """

    part: str
    faults: int = 0
    verdict: Verdict | None = None
    problems: tuple[str, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)
    aims: tuple[str, ...] = ()
    details: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether every condition holds."""
        return not self.problems and (self.verdict is None or self.verdict.good)

    def lines(self) -> Iterator[str]:
        """Says for people how it came out."""
        yield f"{self.part}: {'as it should be' if self.good else 'NOT as it should be'}"
        if self.verdict is not None:
            yield f"  {counts(self.faults, [self.verdict])}"
            for name in ("lost", "stuck", "doubled", "different"):
                if ids := sorted(getattr(self.verdict, name)):
                    yield f"  {name}: {', '.join(ids[:10])}" + (f" and {len(ids) - 10} more" if len(ids) > 10 else "")
        for name, value in self.figures.items():
            yield f"  {name}: {value:.2f}"
        for sentence in (*self.problems, *(f"wanted: {aim}" for aim in self.aims), *self.details):
            yield f"  {sentence}"


def counts(faults: int, verdicts: Sequence[Verdict]) -> str:
    """The line of counts: faults, documents, lost, doubled, stuck, fingerprint."""

    def union(name: str) -> int:
        return sum(len(getattr(verdict, name)) for verdict in verdicts)

    compared = [verdict.equal for verdict in verdicts if verdict.equal is not None]
    of = sum(verdict.compared for verdict in verdicts)
    equal = f"{'equal' if all(compared) else 'NOT equal'} ({of} compared)" if compared else "not compared"
    return (
        f"faults {faults}, documents {sum(verdict.documents for verdict in verdicts)}, lost {union('lost')}, "
        f"doubled {union('doubled')}, stuck {union('stuck')}, fingerprint {equal}"
    )


def last_line(seed: int, results: Sequence[Result]) -> str:
    """The one line with which a run ends."""
    verdicts = [one.verdict for one in results if one.verdict is not None]
    failed = [one.part for one in results if not one.good]
    end = f"failed: {', '.join(failed)}" if failed else "all as it should be"
    return f"seed {seed}: {counts(sum(one.faults for one in results), verdicts)}; {end}"
