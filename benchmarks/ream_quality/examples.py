# SPDX-License-Identifier: Apache-2.0
"""Scores types and topics that were learnt from examples, by the code that `ream classify train` and classify run.

What the flow read is what is learnt from. Every document is judged by a model that never saw it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ream_classify.comparing import answer, folds, summed
from ream_classify.labelling import Labels, labels_of
from ream_classify.training import Example, learn
from ream_quality import topics, types
from ream_quality.library import Library
from ream_quality.spans import Tally

SEEDS = 10
"""Choices of the examples of topics that are tried: one choice of fifty may be lucky."""
EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A document with what it is."""

    truth: str
    example: Example


def measure(library: Library) -> dict[str, float]:
    """Returns the F1 of types in five folds, and the share of texts whose topic is right after ten examples each."""
    return {**_types(library), **_topics(library)}


def _types(library: Library) -> dict[str, float]:
    told: Mapping[str, Any] = yaml.safe_load(types.MAP.read_text("utf-8"))
    labels = labels_of("type", None)
    of_type = {name: kind for kind, one in told["sets"].items() for name in one["types"]}
    asked = []
    for kind, one in told["sets"].items():
        files = list(library.files(one["folder"], *one["endings"]))
        if len(files) >= told["least"]:
            asked += list(_asked(library, labels, files, kind, one["types"][0]))
    if len({one.truth for one in asked}) < 2:
        return {}
    tallies: dict[str, Tally] = {one.truth: Tally() for one in asked}
    truth = {one.example.name: one.truth for one in asked}
    for known, held in folds([one.example for one in asked]):
        model = learn("type", known)
        for example in held:
            said = of_type.get(answer("type", example, labels.weighing, model))
            if said == truth[example.name]:
                tallies[said].right += 1
                continue
            tallies[truth[example.name]].missed += 1
            if said in tallies:
                tallies[said].wrong += 1
    each = {f"type_f1_examples_{kind.replace('-', '_')}": tally.f1 for kind, tally in sorted(tallies.items())}
    right = sum(tally.right for tally in tallies.values())
    counts = {"type_examples_documents": float(len(asked)), "type_examples_right": float(right)}
    return {"type_f1_examples": sum(each.values()) / len(each), **each, **counts}


def _topics(library: Library) -> dict[str, float]:
    told: Mapping[str, Sequence[str]] = yaml.safe_load(topics.MAP.read_text("utf-8"))
    labels = labels_of("topic", None)
    asked: dict[str, list[Asked]] = {}
    for folder, ours in told.items():
        files = list(library.files(f"news/{folder}", ".txt"))
        if len(files) > EXAMPLES:
            asked[folder] = list(_asked(library, labels, files, folder, ours[0]))
    if len(asked) < 2:
        return {}
    shares = [_right(labels, asked, told, seed) for seed in range(SEEDS)]
    right, texts = sum(one for one, _ in shares), sum(count for _, count in shares)
    return {
        "news_accuracy_10_examples": right / texts,
        "news_accuracy_10_examples_lowest": min(one / count for one, count in shares),
        "news_10_examples_held_back": float(texts / SEEDS),
        "news_10_examples_choices": float(SEEDS),
    }


def _right(
    labels: Labels, asked: Mapping[str, Sequence[Asked]], told: Mapping[str, Sequence[str]], seed: int
) -> tuple[int, int]:
    """How many texts are right of those that were not among the examples, with one choice of these."""
    chance = random.Random(seed)
    known = [one for folder in asked for one in chance.sample(asked[folder], EXAMPLES)]
    names = {one.example.name for one in known}
    model = learn("topic", [one.example for one in known])
    right = texts = 0
    for folder, every in asked.items():
        for one in every:
            if one.example.name in names:
                continue
            points = summed(one.example.units, labels.weighing, model)
            of_folder = {name: sum(points.get(label, 0) for label in listed) for name, listed in told.items()}
            best = max(of_folder, key=lambda name: (of_folder[name], name))
            texts += 1
            right += best == folder and of_folder[best] > 0
    return right, texts


def _asked(library: Library, labels: Labels, files: Sequence[Path], truth: str, label: str) -> Iterator[Asked]:
    for path in files:
        units = labels.units(library.of(path).units)
        yield Asked(truth, Example(path.relative_to(library.root).as_posix(), (label,), units))
