# SPDX-License-Identifier: Apache-2.0
"""Asks the questions about the reports of a corpus in every way, of an index in which they have their vectors."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opensearchpy import OpenSearch

from ream_bench.installation import BenchError, Installation, Tell
from ream_contracts import identity
from ream_index.opensearch import Indices, ask
from ream_index.ranking import Way
from ream_index.search import rank
from ream_meaning.model import Model
from ream_quality.flowing import NAMESPACE
from ream_quality.library import Library
from ream_quality.pages_found import WAYS, Answer, Question, places, questions

_MINUTES = 40.0
_LOOK_SECONDS = 5.0
_TOLD_LOOKS = 6


def answered(installation: Installation, library: Library, tell: Tell) -> Mapping[Way, list[Answer]]:
    """Waits for the vectors of all reports, and asks; empty where there are no questions, or no reports to ask about.

    Raises:
        BenchError: vectors do not come.
    """
    file = library.root / "reports" / "questions.jsonl"
    names = {
        identity.document_id(NAMESPACE, path.relative_to(library.root).as_posix()): path.stem
        for path in library.files("reports", ".pdf")
    }
    if not file.is_file() or not names:
        return {}
    surroundings = installation.surroundings
    with surroundings.opensearch() as client:
        _wait_for_vectors(installation, client, names, tell)
        return ask_all(client, surroundings.index_prefix, names, questions(Path(file)))


def _wait_for_vectors(installation: Installation, client: OpenSearch, names: Mapping[str, str], tell: Tell) -> None:
    indices = Indices(client, installation.surroundings.index_prefix)
    pause, until = threading.Event(), time.monotonic() + _MINUTES * 60
    looks = 0
    body: dict[str, Any] = {"query": {"ids": {"values": list(names)}}, "size": len(names), "_source": ["readiness"]}
    while True:
        indices.refresh()
        hits = ask(lambda: client.search(index=indices.documents, body=body))["hits"]["hits"]
        left = len(names) - sum(hit["_source"]["readiness"] == "vectors" for hit in hits)
        if not left:
            return
        if time.monotonic() > until:
            raise BenchError(f"{left} reports have no vectors after {_MINUTES:.0f} minutes")
        if looks % _TOLD_LOOKS == 0:
            installation.require_running()
            tell(f"{left} reports are without their vectors")
        looks += 1
        pause.wait(_LOOK_SECONDS)


def ask_all(
    client: OpenSearch, prefix: str, names: Mapping[str, str], asked: list[Question]
) -> Mapping[Way, list[Answer]]:
    """Asks every question in every way.

    Args:
        client: of OpenSearch.
        prefix: of the indices.
        names: of reports by document; passages of other documents are left out.
        asked: what is asked.
    """
    meaning = Model.load().of

    def answer(question: Question, way: Way) -> Answer:
        quoted = question.text.replace(":", " ").replace('"', " ")  # a question is no query: it has no fields
        found = rank(client, prefix, quoted, way=way, meaning=meaning)
        return Answer(question, places(found, names))

    return {way: [answer(question, way) for question in asked] for way in WAYS}
