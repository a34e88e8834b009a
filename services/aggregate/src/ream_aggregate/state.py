# SPDX-License-Identifier: Apache-2.0
"""What is kept of one document while its parts arrive: small enough to be written whole at each part."""

import json
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ream_contracts.outcomes import Rank
from ream_contracts.units import Ranges

FORMAT = 1
"""Version of the JSON below; a value of another version is never guessed at."""

MAX_ANSWERS = 250
"""Different answers that one document keeps apart: an answer is one byte a unit."""

VARIOUS = "various-causes"
"""Stands for the causes of a document that has more different ones than are kept apart."""


class Answer(NamedTuple):
    """How well a unit is answered, and why not better; the higher of two answers holds."""

    rank: Rank
    cause: str


MISSING = Answer(Rank.MISSING, "")

INCOMPLETE = Answer(Rank.READ, "text-missing")
"""Read, but a second reading counted more text. As the higher of two answers it stands where somebody says both."""

_AT_LEAST = tuple(bytes(max(each, code) for each in range(256)) for code in range(256))
"""For each code the table that raises lower codes to it."""

_SHIFTED = tuple(bytes(old if old < code else min(old + 1, 255) for old in range(256)) for code in range(256))
"""For each code the table that makes room for a new one at its place."""


class Facts(NamedTuple):
    """What is known of the document itself; what the plan says goes before what the opening said."""

    source: int
    media_type: str
    size: int
    root_id: str
    parent_id: str


CARRIED, OPENED, PLANNED = range(3)
"""Where facts come from: the run before, the opening, the manifest; the later ones know better."""


class Plan(NamedTuple):
    """What the manifest promised; the higher of two plans holds: erased, then readable, then the larger."""

    erased: bool
    readable: bool
    units: int
    beyond: int
    manifest: str
    unit_kind: str
    verdict: str
    cause: str


@dataclass(frozen=True, slots=True)
class State:
    """One document in one generation and run.

    Attributes:
        answers: the different answers of its units in ascending order, the first is MISSING.
        codes: one byte a unit, from unit 1: which of `answers` it has.
        floor: holds for every unit that has no better answer of its own.
        scores: sums by name, ascending by name, of the segments whose units were read.
        announced: revision of the last completion that was sent; -1 before the first.
        announced_by: offset of the record that caused it: the same record again sends it again, since its first
            sending may have died with the process.
        ended: generations that have an outcome on the topic; this one among them when an earlier run gave it one.
    """

    document_id: str
    generation: int
    run: int
    facts: Facts | None = None
    plan: Plan | None = None
    answers: tuple[Answer, ...] = (MISSING,)
    codes: bytes = b""
    floor: Answer = MISSING
    characters: int = 0
    children: int = 0
    scores: tuple[tuple[str, int], ...] = ()
    announced: int = -1
    announced_by: int = -1
    ended: Ranges = ()

    @property
    def age(self) -> tuple[int, int]:
        """Generation and run: a higher one starts afresh."""
        return self.generation, self.run

    @property
    def revision(self) -> int:
        """Rises with every unit that is answered better, and when the opening or the plan says what the document is."""
        ranks = sum(
            max(answer.rank, self.floor.rank) * self.codes.count(code) for code, answer in enumerate(self.answers)
        )
        return (self.facts.source if self.facts else CARRIED) + self.floor.rank + ranks

    def highest(self, ranges: Ranges) -> Rank:
        """Says how well the best answered of these units is answered."""
        codes = (max(self.codes[first - 1 : last], default=0) for first, last in ranges)
        return self.answers[max(codes, default=0)].rank

    def effective(self) -> tuple[tuple[Answer, ...], bytes]:
        """Returns the answers of the planned units with the floor under them, in the form of `answers` and `codes`.

        Where a unit is no better than the floor, the floor says why: a cause that comes later and raises no revision
        must not change what was announced.
        """
        units = self.plan.units if self.plan else 0
        floored = (answer if answer.rank > self.floor.rank else self.floor for answer in self.answers)
        return tuple(floored), self.codes[:units]


def answered(state: State, ranges: Ranges, answer: Answer) -> State:
    """Gives these units the answer where it is higher than what they have; they must lie within the limit of units."""
    if not ranges:
        return state
    state, code = _with_answer(padded(state, max((last for _, last in ranges), default=0)), answer)
    codes = bytearray(state.codes)
    for first, last in ranges:
        codes[first - 1 : last] = codes[first - 1 : last].translate(_AT_LEAST[code])
    return replace(state, codes=bytes(codes))


def padded(state: State, units: int) -> State:
    """Counts at least so many units, the new ones missing."""
    more = units - len(state.codes)
    return replace(state, codes=state.codes + bytes(more)) if more > 0 else state


def _with_answer(state: State, answer: Answer) -> tuple[State, int]:
    if answer in state.answers:
        return state, state.answers.index(answer)
    if len(state.answers) >= MAX_ANSWERS and answer.cause != VARIOUS:
        return _with_answer(state, Answer(answer.rank, VARIOUS))
    answers = tuple(sorted((*state.answers, answer)))
    code = answers.index(answer)
    return replace(state, answers=answers, codes=state.codes.translate(_SHIFTED[code])), code


def dumps(state: State) -> bytes:
    """Encodes a state as JSON; ranks are deflated, so that runs of equal units cost nothing."""
    value: dict[str, Any] = {
        "v": FORMAT,
        "age": state.age,
        "facts": state.facts,
        "plan": state.plan,
        "answers": state.answers,
        "codes": b64encode(zlib.compress(state.codes, 6)).decode(),
        "floor": state.floor,
        "sums": [state.characters, state.children],
        "scores": dict(state.scores),
        "announced": [state.announced, state.announced_by],
    }
    if state.ended:
        value["ended"] = state.ended
    return json.dumps(value, separators=(",", ":")).encode()


def loads(document_id: str, data: bytes) -> State:
    """Decodes a state.

    Raises:
        ValueError: it was written by another version of this program.
    """
    value: dict[str, Any] = json.loads(data)
    if value.get("v") != FORMAT:
        raise ValueError(f"the table holds states of version {value.get('v')}, this program knows version {FORMAT}")
    generation, run = value["age"]
    characters, children = value["sums"]
    announced, announced_by = value["announced"]
    return State(
        document_id,
        generation,
        run,
        Facts(*value["facts"]) if value["facts"] else None,
        Plan(*value["plan"]) if value["plan"] else None,
        tuple(_answer(each) for each in value["answers"]),
        zlib.decompress(b64decode(value["codes"])),
        _answer(value["floor"]),
        characters,
        children,
        tuple(value["scores"].items()),
        announced,
        announced_by,
        tuple((first, last) for first, last in value.get("ended", ())),
    )


def _answer(value: list[Any]) -> Answer:
    return Answer(Rank(value[0]), value[1])
