# SPDX-License-Identifier: Apache-2.0
"""Decides what is learnt from labelled documents: weights of words, by scikit-learn, for `ream_classify.learnt`."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ream_classify import learnt_file
from ream_classify.learnt import Kind, Model, Words, found_in, length

MOST_UNITS = 40
"""Units of one document that are looked at: the first, and others spread evenly over the rest."""
MOST_WORDS = 50_000
STRENGTH = 40
"""Points that the clearest words give: about as many as a good description does."""
_FIRST_UNITS = 8
_DOCUMENTS_OF_A_WORD = 2
_REGULARISATION = 10.0
_ROUNDS = 200
_RARITY = 256
_HEAVIEST = 32_000


@dataclass(frozen=True, slots=True)
class Unit:
    """What is learnt from in a unit: its words, and the points that its labels have from their descriptions."""

    number: int
    words: Words
    described: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Example:
    """A document whose labels somebody gave.

    Attributes:
        name: what tells it from others with other content: the hash of its bytes.
        labels: one of a type, one or several of topics.
    """

    name: str
    labels: tuple[str, ...]
    units: tuple[Unit, ...]


def sampled(count: int) -> list[int]:
    """Says which of so many units are looked at, counted from 0."""
    if count <= MOST_UNITS:
        return list(range(count))
    spread = MOST_UNITS - _FIRST_UNITS
    return [*range(_FIRST_UNITS), *(_FIRST_UNITS + (count - _FIRST_UNITS) * n // spread for n in range(spread))]


def learn(kind: Kind, examples: Sequence[Example], strength: int = STRENGTH) -> Model:
    """Learns weights of words.

    The same examples give the same model, in whatever order they come.

    Args:
        kind: of which labels.
        examples: of two labels at least.
        strength: points that a text gets where the words are as clear as they can be.
    """
    ordered = sorted(examples, key=lambda one: (one.name, one.labels))
    labels = sorted({label for one in ordered for label in one.labels})
    known = _known(ordered)
    vocabulary, rarity, rarest = known
    rows = [unit for one in ordered for unit in one.units]
    vectors = _vectors(rows, *known)
    owner = np.repeat(np.arange(len(ordered)), [len(one.units) for one in ordered])
    weights = _fitted(vectors, ordered, owner, labels)
    scaled, scale = _whole(weights * strength)
    examples_of = Counter(label for one in ordered for label in one.labels)
    return learnt_file.with_version(
        kind, tuple(labels), vocabulary, rarity, rarest, scaled, scale, dict(sorted(examples_of.items()))
    )


def _known(examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray, int]:
    """The words that two documents have at least, the most common ones where they are too many, and their rarity."""
    documents: dict[int, int] = defaultdict(int)
    for one in examples:
        for number in {number for unit in one.units for number in unit.words.numbers.tolist()}:
            documents[number] += 1
    common = sorted(
        (number for number, count in documents.items() if count >= _DOCUMENTS_OF_A_WORD),
        key=lambda number: (-documents[number], number),
    )
    vocabulary = np.array(sorted(common[:MOST_WORDS]), np.int32)
    counts = np.array([documents[number] for number in vocabulary.tolist()], float)
    rarity = np.rint(_RARITY * _seldom(len(examples), counts)).astype(np.int16)
    return vocabulary, rarity, round(_RARITY * float(_seldom(len(examples), np.ones(1))[0]))


def _seldom(documents: int, counts: np.ndarray) -> np.ndarray:
    seldom: np.ndarray = np.log((1 + documents) / (1 + counts)) + 1
    return seldom


def _vectors(units: Sequence[Unit], vocabulary: np.ndarray, rarity: np.ndarray, rarest: int) -> Any:
    """The units as `Model` weighs them: what a word weighs there is what it weighs here."""
    # Loading it takes a second: only who learns waits for it.
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    data, columns, ends = [np.zeros(0)], [np.zeros(0, np.intp)], [0]
    for unit in units:
        at, known = found_in(vocabulary, unit.words.numbers)
        strength = unit.words.often * np.where(known, rarity[at] if len(rarity) else rarest, rarest)
        data.append(strength[known] / length(strength))
        columns.append(at[known])
        ends.append(ends[-1] + len(data[-1]))
    places = (np.concatenate(data), np.concatenate(columns), ends)
    vectors = csr_matrix(places, shape=(len(units), max(1, len(vocabulary))))
    vectors.sum_duplicates()  # different words may have one number
    return vectors


def _fitted(vectors: Any, examples: Sequence[Example], owner: np.ndarray, labels: list[str]) -> np.ndarray:
    """Weights of words by label, 0 on average over the labels: every document counts alike, and every label too."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    units_of = np.bincount(owner, minlength=len(examples))
    chosen, answers, importance = [], [], []
    sizes = Counter(label for one in examples for label in one.labels)
    for row, document in enumerate(owner.tolist()):
        for label in examples[document].labels:
            chosen.append(row)
            answers.append(labels.index(label))
            importance.append(len(examples) / (units_of[document] * sizes[label] * len(labels)))
    fit = LogisticRegression(C=_REGULARISATION, fit_intercept=False, max_iter=_ROUNDS)
    fit.fit(vectors[chosen], answers, sample_weight=importance)
    weights: np.ndarray = fit.coef_.T
    if weights.shape[1] == 1:  # of two labels scikit-learn gives the weights of the second alone
        weights = np.hstack([-weights / 2, weights / 2])
    centred: np.ndarray = weights - weights.mean(axis=1, keepdims=True)
    return centred


def _whole(weights: np.ndarray) -> tuple[np.ndarray, int]:
    most = float(np.abs(weights).max(initial=0.0)) or 1.0
    scale = max(1, int(_HEAVIEST / most))
    return np.rint(weights * scale).astype(np.int16), scale
