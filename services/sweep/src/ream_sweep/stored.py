# SPDX-License-Identifier: Apache-2.0
"""Finds how far a document is from what lies in the store: when the topics no longer tell."""

import re
from collections.abc import Iterable

_NAME = re.compile(r"documents/[^/]+/(?P<generation>[0-9]+)/(?:(?P<ingested>ingested)|runs/(?P<run>[0-9]+))\.json")


def newest(names: Iterable[str]) -> tuple[int, int] | None:
    """Returns generation and run that a document is at; None when no generation of it was ever ingested.

    Args:
        names: of everything of the document in the store.
    """
    runs: dict[int, int] = {}
    ingested: set[int] = set()
    for name in names:
        if found := _NAME.fullmatch(name):
            generation, run = int(found["generation"]), int(found["run"] or 1)
            runs[generation] = max(run, runs.get(generation, 1))
            if found["ingested"]:
                ingested.add(generation)
    return max(((generation, runs[generation]) for generation in ingested), default=None)
