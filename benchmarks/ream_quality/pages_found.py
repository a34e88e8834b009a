# SPDX-License-Identifier: Apache-2.0
"""Decides how often a question about reports leads to the page with its answer: by words, by meaning, by both."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from ream_index.ranking import Ranked, Way

WAYS: tuple[Way, ...] = get_args(Way)
FIRST = 5
"""How many documents, and how many pages, a person looks at."""
Place = tuple[str, int]
"""Name of a document without its ending, and page, counted from 1."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the pages of which any holds the answer."""

    text: str
    pages: frozenset[Place]


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a question led to: places, best first, each once."""

    question: Question
    places: tuple[Place, ...]

    @property
    def document_found(self) -> bool:
        """Whether a document with the answer is among the first."""
        documents = list(dict.fromkeys(name for name, _ in self.places))[:FIRST]
        return any(name in documents for name, _ in self.question.pages)

    @property
    def page_found(self) -> bool:
        """Whether a page with the answer is among the first."""
        return not self.question.pages.isdisjoint(self.places[:FIRST])


def questions(file: Path) -> list[Question]:
    """Reads a file of questions, one JSON object a line; pages count from 0 there.

    Raises:
        ValueError: a line is no such object; says which.
    """
    found = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        try:
            one = json.loads(line)
            pages = frozenset((each["doc_name"], each["evidence_page_num"] + 1) for each in one["evidence"])
            found.append(Question(one["question"], pages))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{file}, line {number}: {error!r}") from error
    return found


def places(ranked: Iterable[Ranked], names: Mapping[str, str]) -> tuple[Place, ...]:
    """Turns passages into the pages that they stand on, each once; those of documents without a name are left out."""
    return tuple(dict.fromkeys((names[one.document_id], one.unit) for one in ranked if one.document_id in names))


def metrics(answers: Mapping[Way, Sequence[Answer]]) -> dict[str, float]:
    """The flat map of what was measured: shares, and counts beside them; `both` has no ending."""
    found: dict[str, float] = {}
    for way, given in answers.items():
        ending = "" if way == "both" else f"_{way}"
        counts = {"document": sum(one.document_found for one in given), "page": sum(one.page_found for one in given)}
        for what, count in counts.items():
            found[f"reports_{what}_at_{FIRST}{ending}"] = round(count / len(given), 4) if given else 0.0
            found[f"reports_{what}s_found{ending}"] = count
        found["reports_questions"] = len(given)
    return found
