# SPDX-License-Identifier: Apache-2.0
"""Decides what a part changes: the same parts give the same state, in any order and however often they come."""

from dataclasses import dataclass, replace

from ream_aggregate.state import CARRIED, INCOMPLETE, OPENED, PLANNED, Answer, Facts, Plan, State, answered, padded
from ream_contracts.messages import (
    DocumentPart,
    PartExpired,
    PartFailed,
    PartForget,
    PartManifest,
    PartOpened,
    PartSegment,
)
from ream_contracts.outcomes import Rank
from ream_contracts.units import Ranges, contains, minus, normal, of, union

MAX_UNITS = 100_000
"""Units of one document that are counted one by one, unless a setting says otherwise."""


MOST = 2**63 - 1
"""Sums go no further: a message with more would be refused."""


@dataclass(frozen=True, slots=True)
class NoEntry:
    """The part speaks of a document that was never opened here, or was forgotten: it must be run again."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """The part speaks of a generation or run that a later one has replaced."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """The part speaks of a generation that a later one replaced before anything of it arrived here: it ends now.

    Attributes:
        late: what is known of that generation.
        state: the entry of the newer one, which remembers that the other has ended.
    """

    late: State
    state: State


@dataclass(frozen=True, slots=True)
class Ended:
    """The part speaks of a generation that the entry says has ended."""

    state: State


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The entry goes."""


Merged = State | NoEntry | Ignored | Overtaken | Ended | Forgotten


def merge(state: State | None, part: DocumentPart, max_units: int = MAX_UNITS) -> Merged:
    """Says what becomes of a document's entry when this part arrives.

    Args:
        state: the entry, None when there is none.
        part: what arrived.
        max_units: units above this number are never kept one by one.
    """
    age = (part.generation, part.run)
    if state is not None and age < state.age:
        return _overtaken(state, part, max_units)
    if isinstance(part, PartForget):
        return Forgotten()
    if state is None and not isinstance(part, PartOpened | PartManifest):
        return NoEntry()
    if state is None or age > state.age:
        state = State(part.document_id, part.generation, part.run, facts=_carried(state), ended=_ended(state, part))
    return _merged(state, part, max_units)


def _overtaken(state: State, part: DocumentPart, max_units: int) -> Ignored | Overtaken | Ended:
    if isinstance(part, PartForget) or part.generation == state.generation:
        return Ignored()
    if contains(state.ended, part.generation):
        return Ended(state)
    late = State(part.document_id, part.generation, part.run, facts=_carried(state))
    ended = union(state.ended, of([part.generation]))
    return Overtaken(_merged(late, part, max_units), replace(state, ended=ended))


def _ended(state: State | None, part: DocumentPart) -> Ranges:
    """Which generations have an outcome once this part has begun another entry in the place of the one there was."""
    if state is None:
        return ()
    # Whoever replaces a generation without an outcome says that it is superseded; a run that is replaced by another
    # of its generation says nothing.
    has_one = part.generation > state.generation or state.announced >= 0
    return union(state.ended, of([state.generation])) if has_one else state.ended


def _carried(state: State | None) -> Facts | None:
    """A replay is not opened again, so what was known stays until its manifest says it anew."""
    return state.facts._replace(source=CARRIED) if state is not None and state.facts is not None else None


def _merged(state: State, part: DocumentPart, max_units: int) -> State:
    match part:
        case PartOpened():
            return _described(state, part, OPENED)
        case PartManifest():
            return _planned(_described(state, part, PLANNED), part, max_units)
        case PartSegment() if part.branch == "text":
            return _segment(state, part, max_units)
        case PartFailed() if part.branch == "text":
            return _gave_up(state, part.units, Answer(Rank.FAILED, part.cause), max_units)
        case PartExpired():
            return _gave_up(state, part.units, Answer(Rank.EXPIRED, ""), max_units)
    return state  # other branches only raise readiness, which nothing waits for


def _described(state: State, part: PartOpened | PartManifest, source: int) -> State:
    facts = Facts(source, part.media_type, part.size, part.root_id, part.parent_id or "")
    return replace(state, facts=max(facts, state.facts) if state.facts else facts)


def _planned(state: State, part: PartManifest, max_units: int) -> State:
    units = min(part.units, max_units)
    plan = Plan(
        erased=part.verdict == "erased",
        readable=part.verdict is None,
        units=units,
        beyond=min(part.beyond + part.units - units, MOST - units),
        manifest=part.manifest,
        unit_kind=part.unit_kind,
        verdict=part.verdict or "",
        cause=part.cause or "",
    )
    state = replace(state, plan=max(plan, state.plan) if state.plan else plan)
    if plan.erased:
        state = replace(state, floor=max(state.floor, Answer(Rank.ERASED, "")))
    return padded(state, units)


def _segment(state: State, part: PartSegment, max_units: int) -> State:
    read = _within(part.read, max_units)
    not_applicable = _within(part.not_applicable, max_units)
    # The manifest fixes segments and they never overlap, so a segment's units are all new or none of them is; its
    # sums are added with their first answer, and a repetition, or a second opinion, adds nothing.
    new = state.highest(read) < Rank.READ and state.highest(not_applicable) < Rank.NOT_APPLICABLE
    if new and (read or not_applicable):
        state = _added(state, part)
    incomplete = minus(read, minus(read, _within(part.incomplete, max_units)))
    state = answered(state, not_applicable, Answer(Rank.NOT_APPLICABLE, ""))
    state = answered(state, minus(read, incomplete), Answer(Rank.READ, ""))
    return answered(state, incomplete, INCOMPLETE)


def _added(state: State, part: PartSegment) -> State:
    scores = dict(state.scores)
    for name, points in part.scores.items():
        scores[name] = min(scores.get(name, 0) + points, MOST)
    return replace(
        state,
        characters=min(state.characters + part.characters, MOST),
        children=min(state.children + part.children, MOST),
        scores=tuple(sorted(scores.items())),
    )


def _gave_up(state: State, units: Ranges, answer: Answer, max_units: int) -> State:
    if not units:
        return replace(state, floor=max(state.floor, answer))
    return answered(state, _within(units, max_units), answer)


def _within(ranges: Ranges, max_units: int) -> Ranges:
    # Cut before anything is counted: a range of 10^15 units is a few bytes on the wire.
    return normal((first, min(last, max_units)) for first, last in ranges if first <= last and first <= max_units)
