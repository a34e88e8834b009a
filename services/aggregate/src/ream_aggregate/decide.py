# SPDX-License-Identifier: Apache-2.0
"""Decides whether all required answers are in, how the document ended, and what its receipt says."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from ream_aggregate.judgement import judge
from ream_aggregate.state import INCOMPLETE, Answer, State
from ream_contracts.identity import version
from ream_contracts.messages import DocumentCompleted, Missing
from ream_contracts.outcomes import Rank
from ream_contracts.units import Ranges

MAX_MISSING = 100
"""Ranges of missing units that a receipt names; its counts are of all."""

BEYOND = "too-many-units"
"""Cause of what lies beyond the limit of units a document."""

Ending = Literal["complete", "empty", "partial", "unsupported", "failed", "rejected", "superseded", "erased"]

_LOSSES: dict[Rank, Literal["failed", "expired", "incomplete"]] = {
    Rank.FAILED: "failed",
    Rank.EXPIRED: "expired",
    Rank.READ: "incomplete",
}

_RUNS = re.compile(rb"(.)\1*", re.DOTALL)


def decide(state: State) -> DocumentCompleted | None:
    """Returns the document's completion, or None while a required answer is outstanding."""
    counts, incomplete = _counts(state)
    if state.plan is None:
        if state.floor.rank is Rank.MISSING:
            return None
        return _completed(state, "failed", _cause(state.floor))
    if state.plan.verdict:
        return _completed(state, _verdict(state.plan.verdict), state.plan.cause or None)
    if counts[Rank.MISSING]:
        return None
    return _completed(state, *_outcome(state, counts, incomplete))


def superseded(state: State) -> DocumentCompleted:
    """Returns the end of a generation that a later one replaced before it was complete."""
    return _completed(state, "superseded", None)


def announce(state: State, offset: int) -> tuple[State, DocumentCompleted | None]:
    """Says what is to be sent after a part was merged, and notes in the state that it was.

    A completion goes out when the document completes and whenever its revision has risen since. A part that comes
    twice sends nothing; the same record read again sends again what it sent, since a process that dies may have
    written the state and not the message.

    Args:
        state: the entry with the part merged into it.
        offset: place of the part's record in its partition.
    """
    if state.revision <= state.announced and offset != state.announced_by:
        return state, None
    completed = decide(state)
    if completed is None:
        return state, None
    return replace(state, announced=completed.revision, announced_by=offset), completed


def _counts(state: State) -> tuple[dict[Rank, int], int]:
    """Counts units by rank, and apart from those that were read whole the ones that were not."""
    counts = dict.fromkeys(Rank, 0)
    incomplete = 0
    answers, codes = state.effective()
    for code, answer in enumerate(answers):
        if answer == INCOMPLETE:
            incomplete += codes.count(code)
        else:
            counts[answer.rank] += codes.count(code)
    return counts, incomplete


def _verdict(verdict: str) -> Ending:
    endings: dict[str, Ending] = {"unsupported": "unsupported", "rejected": "rejected", "erased": "erased"}
    return endings.get(verdict, "failed")


def _outcome(state: State, counts: dict[Rank, int], incomplete: int) -> tuple[Ending, str | None]:
    assert state.plan is not None  # noqa: S101 - decide asks only about planned documents
    lost = counts[Rank.FAILED] + counts[Rank.EXPIRED]
    if lost or incomplete:
        first = next(answer for answer, _ in _lost(state))
        return ("failed" if lost == state.plan.units else "partial"), _cause(first)
    if state.plan.beyond:
        return "partial", BEYOND
    return ("complete" if counts[Rank.READ] else "empty"), None


def _cause(answer: Answer) -> str:
    return answer.cause or answer.rank.name.lower()


def _lost(state: State) -> Iterator[tuple[Answer, tuple[int, int]]]:
    """Yields runs of units that failed, expired or were not read whole, in order, with the answer they have."""
    answers, codes = state.effective()
    if not any(map(_is_loss, answers)):
        return
    # Different codes may stand for one answer once the floor is under them: they are one run.
    alike = bytes(map(answers.index, answers)) + bytes(256 - len(answers))
    for run in _RUNS.finditer(codes.translate(alike)):
        answer = answers[run[1][0]]
        if _is_loss(answer):
            yield answer, (run.start() + 1, run.end())


def _is_loss(answer: Answer) -> bool:
    return answer == INCOMPLETE or answer.rank in (Rank.EXPIRED, Rank.FAILED)


def _missing(state: State) -> tuple[Missing, ...]:
    if state.plan is None:
        return ()
    last = state.plan.units
    found: dict[Answer, Ranges] = {}
    beyond = (Missing(((last + 1, last + state.plan.beyond),), "beyond", BEYOND),) if state.plan.beyond else ()
    left = MAX_MISSING - len(beyond)
    for answer, units in _lost(state):
        if not left:
            break
        found[answer] = (*found.get(answer, ()), units)
        left -= 1
    lost = (Missing(units, _LOSSES[answer.rank], answer.cause or None) for answer, units in found.items())
    return (*lost, *beyond)


def _completed(state: State, outcome: Ending, cause: str | None) -> DocumentCompleted:
    facts, plan = state.facts, state.plan
    counts, incomplete = _counts(state)
    judged = judge(dict(state.scores))
    return DocumentCompleted(
        document_id=state.document_id,
        generation=state.generation,
        run=state.run,
        revision=state.revision,
        version=version(state.generation, state.run, state.revision),
        root_id=facts.root_id if facts else state.document_id,
        parent_id=(facts.parent_id or None) if facts else None,
        outcome=outcome,
        cause=cause,
        media_type=facts.media_type if facts else "application/octet-stream",
        size=facts.size if facts else 0,
        manifest=plan.manifest if plan else None,
        unit_kind=plan.unit_kind if plan else "",
        units=plan.units + plan.beyond if plan else 0,
        read=counts[Rank.READ],
        not_applicable=counts[Rank.NOT_APPLICABLE],
        failed=counts[Rank.FAILED],
        expired=counts[Rank.EXPIRED],
        missing=_missing(state),
        characters=state.characters,
        children=state.children,
        type=judged.type,
        type_confidence=judged.type_confidence,
        languages=judged.languages,
        sensitivity=judged.sensitivity,
        personal_data=judged.personal_data,
        scores=dict(state.scores),
        incomplete=incomplete,
        confidence=judged.confidence,
        confidence_lowest=judged.confidence_lowest,
        language_confidences=judged.language_confidences,
        topics=judged.topics,
        sentiment=judged.sentiment.tone if judged.sentiment else None,
        sentiment_score=judged.sentiment.score if judged.sentiment else None,
        sentiment_confidence=judged.sentiment.confidence if judged.sentiment else None,
        topic_confidence=judged.topic_confidence,
    )
