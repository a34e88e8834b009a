# SPDX-License-Identifier: Apache-2.0
"""Decides by sets of ids, never by counts, what a run lost, did twice or left standing, compared with a calm one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ream_chaos.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run came out.

    Attributes:
        documents: how many there were, children included.
        lost: nobody knows of them any more.
        stuck: known, and without an outcome.
        doubled: with effects that a calm run has not: a second generation or run, an entry too many, two decisions.
        different: that came out otherwise than in the calm run, or with other passages than was said.
        equal: whether the fingerprints of the indices are the same; None where there is no calm run to compare with.
        compared: how many of the documents the fingerprints are of.
    """

    documents: int
    lost: frozenset[str]
    stuck: frozenset[str]
    doubled: frozenset[str]
    different: frozenset[str]
    equal: bool | None
    compared: int = 0

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled or stuck, and all came out the same."""
        return self.equal is not False and not (self.lost or self.stuck or self.doubled or self.different)


def compare(calm: Snapshot, storm: Snapshot, submitted: Collection[str]) -> Verdict:
    """Compares a run with a calm one.

    Args:
        calm: what a run without faults left behind; children are known from it.
        storm: what the run left behind.
        submitted: ids of the documents that were submitted in both.
    """
    wanted = {document for document, _ in calm.ingested} | set(submitted)
    known = {document for document, _ in storm.ingested} | {document for document, _ in storm.outcomes}
    ended = {document for document, _ in storm.outcomes}
    unended = {key[0] for key in storm.ingested if key not in storm.outcomes}
    excess = set(storm.ingested.keys() - calm.ingested.keys()) | {
        key for key, run in storm.ingested.items() if run > calm.ingested.get(key, run)
    }
    too_many = {storm.entries[name].place[1] for name in storm.entries.keys() - calm.entries.keys()}
    doubled = {document for document, _ in excess} | too_many | storm.contradicted
    different = {key[0] for key, outcome in calm.outcomes.items() if storm.outcomes.get(key, outcome) != outcome}
    missing = {calm.entries[name].place[1] for name in calm.entries.keys() - storm.entries.keys()}
    changed = {line.place[1] for name, line in calm.entries.items() if storm.entries.get(name, line) != line}
    return Verdict(
        documents=len(wanted),
        lost=frozenset(wanted - known),
        stuck=frozenset((wanted & known - ended) | unended),
        doubled=frozenset(doubled),
        different=frozenset(different | changed | (missing & ended) | storm.untold()),
        equal=calm.fingerprint == storm.fingerprint,
        compared=len(wanted),
    )


def account(expected: Mapping[str, str], found: Snapshot, calm: Snapshot | None = None) -> Verdict:
    """Accounts for documents whose outcome is known beforehand, and compares some of them with a calm run.

    Args:
        expected: outcome by document.
        found: what the run left behind.
        calm: what some of them, and what is inside, leave behind in a run without faults.
    """
    known = {document for document, _ in (*found.ingested, *found.outcomes)}
    ended = {document: outcome for (document, _), outcome in found.outcomes.items()}
    again = {document for (document, generation), run in found.ingested.items() if generation > 1 or run > 1}
    by_hand = Verdict(
        documents=len(expected),
        lost=frozenset(expected.keys() - known),
        stuck=frozenset(expected.keys() & known - ended.keys()),
        doubled=frozenset((again | found.contradicted) & expected.keys()),
        different=frozenset(one for one, outcome in expected.items() if ended.get(one, outcome) != outcome)
        | found.of(expected).untold(),
        equal=None,
    )
    if calm is None:
        return by_hand
    submitted = set(calm.roots.values())
    beside = compare(calm, found.of(submitted), submitted)
    return replace(
        beside,
        documents=len(expected.keys() | calm.roots.keys()),
        **{name: getattr(by_hand, name) | getattr(beside, name) for name in ("lost", "stuck", "doubled", "different")},
    )
