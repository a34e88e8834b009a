# SPDX-License-Identifier: Apache-2.0
"""Decides what became of parts: lost, stuck and doubled are sets of names, so that no two faults cancel each other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ream_aggregate.decide import decide
from ream_aggregate.state import State, loads
from ream_bench.fanin import parts
from ream_bench.fanin.place import Place, Read

Part = tuple[str, int]
"""A document and which of its parts."""

FAULTS = ("lost", "stuck", "doubled", "untold", "contradicted", "refused", "backwards")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found.

    Attributes:
        sent: parts that were put on documents.parts.
        lost: parts that the group has passed, and that the newest entry does not have.
        stuck: parts that the group has not passed.
        doubled: parts that were added to an entry more than once.
        untold: documents that are complete, and whose completion is not on documents.completed as the entry says.
        contradicted: documents of which two completions with one version say different things.
        refused: documents with a dead letter.
        backwards: documents of which the changelog has an entry behind one that knew more: a worker sent it too late.
    """

    sent: frozenset[Part]
    lost: frozenset[Part]
    stuck: frozenset[Part]
    doubled: frozenset[Part]
    untold: frozenset[str]
    contradicted: frozenset[str]
    refused: frozenset[str]
    backwards: frozenset[str]

    @property
    def fine(self) -> bool:
        """Whether nothing is amiss."""
        return bool(self.sent) and not any(getattr(self, each) for each in FAULTS)

    def line(self) -> str:
        """Says it in one line."""
        named = (f"{len(getattr(self, each))} {each}{_some(getattr(self, each))}" for each in FAULTS)
        return f"{len(self.sent)} parts: {', '.join(named)}"


@dataclass
class Evidence:
    """What lies on the topics, by name.

    Attributes:
        passed: parts below the committed offset of their partition.
        ahead: parts that are not.
        entries: newest entry of each document in the changelog.
        told: completions of each document, as they came.
    """

    pages: int
    passed: set[Part] = field(default_factory=set)
    ahead: set[Part] = field(default_factory=set)
    entries: dict[str, State] = field(default_factory=dict)
    told: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    backwards: set[str] = field(default_factory=set)


def collect(place: Place, pages: int) -> Evidence:
    """Reads all topics of an installation."""
    found = Evidence(pages)
    committed = {number: stand for number, (stand, _) in place.offsets().items()}
    for record in place.read(place.parts):
        where = found.passed if record.offset < committed[record.partition] else found.ahead
        where.add(parts.part_of(record.value or b""))
    found.entries, found.backwards = read_entries(place.read(place.changelog))
    for record in place.read(place.completed):
        found.told.setdefault(_key(record), []).append(json.loads(record.value or b""))
    found.refused = {_key(record) for record in place.read(place.letters)}
    return found


def read_entries(records: Iterable[Read]) -> tuple[dict[str, State], set[str]]:
    """Returns what a table made from this changelog would hold, and the documents whose entries went back.

    What is merged only grows: whoever wrote an entry that knows less than the one before had not read that one.
    """
    entries: dict[str, State] = {}
    backwards: set[str] = set()
    for record in records:
        document = _key(record)
        if record.value is None:
            entries.pop(document, None)
            continue
        entry = loads(document, record.value)
        before = entries.get(document)
        if before is not None and (entry.age, entry.revision) < (before.age, before.revision):
            backwards.add(document)
        entries[document] = entry
    return entries, backwards


def judge(found: Evidence) -> Verdict:
    """Tells apart what was lost, what is stuck, and what was added twice."""
    lost: set[Part] = set()
    doubled: set[Part] = set()
    for document in {document for document, _ in found.passed}:
        entry = found.entries.get(document)
        had = _had(entry, found.pages)
        lost |= {(document, number) for number in range(parts.count(found.pages)) if not had.get(number)}
        doubled |= {(document, number) for number, times in had.items() if times > 1}
    return Verdict(
        sent=frozenset(found.passed | found.ahead),
        lost=frozenset(lost & found.passed),
        stuck=frozenset(found.ahead),
        doubled=frozenset(doubled),
        untold=frozenset(document for document, entry in found.entries.items() if not _is_told(found, document, entry)),
        contradicted=frozenset(document for document, told in found.told.items() if _contradict(told)),
        refused=frozenset(found.refused),
        backwards=frozenset(found.backwards),
    )


def _had(entry: State | None, pages: int) -> Mapping[int, int]:
    """Says for each part how often an entry has it."""
    if entry is None:
        return {}
    answered = {page + 1: times for page, times in parts.added(dict(entry.scores), pages).items()}
    return {parts.OPENED: int(entry.facts is not None), parts.MANIFEST: int(entry.plan is not None), **answered}


def _is_told(found: Evidence, document: str, entry: State) -> bool:
    completed = decide(entry)
    if completed is None:
        return True
    version = max((int(str(told["version"])) for told in found.told.get(document, ())), default=-1)
    return version == completed.version


def _contradict(told: list[dict[str, object]]) -> bool:
    by_version: dict[object, dict[str, object]] = {}
    return any(by_version.setdefault(each["version"], each) != each for each in told)


def _key(record: Read) -> str:
    return (record.key or b"").decode(errors="replace")


def _some(names: Iterable[object]) -> str:
    shown = sorted(map(str, names))[:3]
    return f" ({', '.join(shown)})" if shown else ""
