# SPDX-License-Identifier: Apache-2.0
"""Scores kinds of paper: sets of the corpus that hold one kind each, named in a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ream_quality.library import Library
from ream_quality.spans import Tally

MAP = Path(__file__).parent / "maps" / "types.yaml"


def measure(library: Library) -> dict[str, float]:
    """Returns the mean of the F1 of all kinds, and each; `unknown` is a miss and no wrong answer."""
    tallies: dict[str, Tally] = {}
    for kind, answer in answers(library):
        tally = tallies.setdefault(kind, Tally())
        if answer == kind:
            tally.right += 1
            continue
        tally.missed += 1
        if answer is not None:
            tallies.setdefault(answer, Tally()).wrong += 1
    sets = _sets()
    each = {kind: tally.f1 for kind, tally in tallies.items() if kind in sets and tally.right + tally.missed}
    if not each:
        return {}
    named = {f"type_f1_described_{kind.replace('-', '_')}": f1 for kind, f1 in sorted(each.items())}
    return {"type_f1_described": sum(each.values()) / len(each), **named}


def answers(library: Library) -> Iterator[tuple[str, str | None]]:
    """Yields the kind of each document, and the kind that it was taken for; None where it is of no set's kind."""
    told: Mapping[str, Any] = yaml.safe_load(MAP.read_text("utf-8"))
    sets = told["sets"]
    of_type = {name: kind for kind, one in sets.items() for name in one["types"]}
    for kind, one in sets.items():
        files = list(library.files(one["folder"], *one["endings"]))
        if len(files) >= told["least"]:
            for path in files:
                yield kind, of_type.get(str(library.of(path).entry.get("type")))


def confused(library: Library) -> Counter[tuple[str, str]]:
    """Counts which kind was taken for which type, for the report."""
    sets = _sets()
    return Counter(
        (kind, str(library.of(path).entry.get("type")))
        for kind, one in sets.items()
        for path in library.files(one["folder"], *one["endings"])
    )


def _sets() -> Mapping[str, Any]:
    sets: Mapping[str, Any] = yaml.safe_load(MAP.read_text("utf-8"))["sets"]
    return sets
