# SPDX-License-Identifier: Apache-2.0
"""Decides whether what was learnt may go live: each document is judged by a model that never saw it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ream_classify.learnt import Kind, Model
from ream_classify.training import Example, Unit, learn
from ream_contracts.decided import UNKNOWN, topics_of, type_of

FOLDS = 5
LEAST_EXAMPLES = 5
"""Documents that a label needs: one is held back each time, and four are learnt from."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """How points of units are added: see `ream_classify.taxonomy`; topics have no factor."""

    unit_minimum: int
    first_unit_factor: int = 1


@dataclass(slots=True)
class Tally:
    """Answers against the truth; of several true labels any is right."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def add(self, truth: Sequence[str], answer: str) -> None:
        """Counts an answer; `unknown` is a miss, and no wrong answer."""
        if answer in truth:
            self.right[answer] += 1
            return
        self.missed[truth[0]] += 1
        if answer != UNKNOWN:
            self.wrong[answer] += 1

    @property
    def documents(self) -> int:
        """How many were judged."""
        return self.right.total() + self.missed.total()

    @property
    def f1(self) -> float:
        """The mean of the F1 of all labels that any document has."""
        labels = self.right.keys() | self.missed.keys()
        each = (
            2 * self.right[one] / (2 * self.right[one] + self.wrong[one] + self.missed[one]) for one in sorted(labels)
        )
        return sum(each) / len(labels) if labels else 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What held-back documents say.

    Attributes:
        described: by descriptions alone.
        live: by what was learnt from the examples of the model that is live; None where none is.
        learnt: by what was learnt from the examples of now.
    """

    described: Tally
    live: Tally | None
    learnt: Tally

    @property
    def better(self) -> bool:
        """Whether the new model may go live: it is not worse than anything that could stay."""
        return self.learnt.f1 >= max(self.described.f1, self.live.f1 if self.live else 0.0)


def compare(
    kind: Kind, examples: Sequence[Example], weighing: Weighing, of_live: Mapping[str, tuple[str, ...]]
) -> Comparison:
    """Judges every example by a model that was learnt from others.

    The model that is live may have learnt from the very documents that are held back, which would flatter it: so its
    examples are learnt from anew, each time without those held back.

    Args:
        kind: of which labels.
        examples: documents with different names.
        weighing: how points are added.
        of_live: names of the examples of the model that is live, with the labels that they had; empty where none is.
    """
    described, live, learnt = Tally(), Tally() if of_live else None, Tally()
    for known, held in folds(examples):
        model = learn(kind, known)
        older = [replace(one, labels=of_live[one.name]) for one in known if one.name in of_live]
        before = learn(kind, older) if live is not None and teachable(older) else None
        for one in held:
            described.add(one.labels, answer(kind, one, weighing, None))
            learnt.add(one.labels, answer(kind, one, weighing, model))
            if live is not None:
                live.add(one.labels, answer(kind, one, weighing, before))
    return Comparison(described, live, learnt)


def folds(examples: Sequence[Example], count: int = FOLDS) -> Iterator[tuple[list[Example], list[Example]]]:
    """Yields what is learnt from and what is held back, so that every example is held back once.

    Each label is spread over all folds; which example falls where depends on its name alone.
    """
    of_label: dict[str, list[Example]] = defaultdict(list)
    for one in sorted(examples, key=lambda one: one.name):
        of_label[one.labels[0]].append(one)
    dealt = [one for label in sorted(of_label) for one in of_label[label]]
    for fold in range(count):
        held = dealt[fold::count]
        if held:
            yield [one for at, one in enumerate(dealt) if at % count != fold], held


def teachable(examples: Sequence[Example]) -> bool:
    """Says whether there is anything to tell apart."""
    return len({label for one in examples for label in one.labels}) > 1


def answer(kind: Kind, example: Example, weighing: Weighing, model: Model | None) -> str:
    """The type of a document, or its first topic, as the flow would decide; `unknown` where it has none."""
    points = summed(example.units, weighing, model)
    if kind == "type":
        return type_of(points)[0]
    return next(iter(topics_of(points)[0]), UNKNOWN)


def summed(units: Sequence[Unit], weighing: Weighing, model: Model | None) -> Mapping[str, int]:
    """Adds the points of units as the stage does: those of a label with too few in a unit are none."""
    total: Counter[str] = Counter()
    for unit in units:
        points = Counter(unit.described)
        if model is not None:
            factor = weighing.first_unit_factor if unit.number == 1 else 1
            points.update(model.points(unit.words, factor))
        total.update({label: n for label, n in points.items() if n >= weighing.unit_minimum and label != UNKNOWN})
    return total
