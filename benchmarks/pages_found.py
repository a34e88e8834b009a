# SPDX-License-Identifier: Apache-2.0
"""Asks the questions about the reports of a corpus, over all reports together, of what was ingested on this machine.

    ream ingest $REAM_CORPUS/reports
    .venv/bin/python benchmarks/pages_found.py --corpus $REAM_CORPUS

Waits until all reports have their vectors. Prints the metrics as JSON, or what became of each question (--each).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from opensearchpy import OpenSearch

from ream_cli.surroundings import find
from ream_index.opensearch import Indices, ask
from ream_index.search import Way, rank
from ream_meaning.model import Model
from ream_quality.pages_found import WAYS, Answer, Question, metrics, places, questions

_DEPTH = 100
_MOST = 1000


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=os.environ.get("REAM_CORPUS"), help="default: $REAM_CORPUS")
    parser.add_argument("--minutes", type=float, default=30, help="to wait for vectors (default: 30)")
    parser.add_argument("--each", action="store_true", help="say of each question where it led to")
    options = parser.parse_args()
    if options.corpus is None:
        parser.error("say where the corpus is: --corpus, or REAM_CORPUS")
    file = options.corpus / "reports" / "questions.jsonl"
    asked = questions(file)
    surroundings = find()
    with surroundings.opensearch() as client:
        wanted = {name for question in asked for name, _ in question.pages}
        names = wait_for_vectors(client, surroundings.index_prefix, wanted, options.minutes)
        # Whoever ingests the folder ingests the questions too: where they stand is no answer.
        reports = {document_id: name for document_id, name in names.items() if name != file.stem}
        answers = ask_all(client, surroundings.index_prefix, reports, asked)
    if options.each:
        tell_each(answers)
    print(json.dumps(metrics(answers), indent=2))
    return 0


def wait_for_vectors(client: OpenSearch, prefix: str, wanted: set[str], minutes: float) -> dict[str, str]:
    """Returns the names of all documents by id, when those that are asked about have their vectors.

    Raises:
        SystemExit: they do not have them in time; says which.
    """
    indices, pause = Indices(client, prefix), threading.Event()
    body: dict[str, Any] = {"size": _MOST, "_source": ["name", "readiness"], "query": {"exists": {"field": "name"}}}
    for _ in range(max(1, int(minutes * 12))):
        indices.refresh()
        hits = ask(lambda: client.search(index=indices.documents, body=body))["hits"]["hits"]
        ready = {Path(hit["_source"]["name"]).stem for hit in hits if hit["_source"]["readiness"] == "vectors"}
        if wanted <= ready:
            return {hit["_id"]: Path(hit["_source"]["name"]).stem for hit in hits}
        pause.wait(5)
    raise SystemExit(f"without vectors: {', '.join(sorted(wanted - ready))}. Ingest them, and see 'ream status'.")


def ask_all(client: OpenSearch, prefix: str, names: dict[str, str], asked: list[Question]) -> dict[Way, list[Answer]]:
    """Asks every question in every way."""
    meaning = Model.load().of

    def answer(question: Question, way: Way) -> Answer:
        quoted = question.text.replace(":", " ").replace('"', " ")  # a question is no query: it has no fields
        found = rank(client, prefix, quoted, way=way, meaning=meaning, depth=_DEPTH)
        return Answer(question, places(found, names))

    return {way: [answer(question, way) for question in asked] for way in WAYS}


def tell_each(answers: dict[Way, list[Answer]]) -> None:
    """Prints a line for each question and way."""
    for way, given in answers.items():
        for one in given:
            found = "page" if one.page_found else "document" if one.document_found else "nothing"
            print(f"{way}: {found}: {one.question.text}\n  wanted {sorted(one.question.pages)}; {one.places[:5]}")


if __name__ == "__main__":
    sys.exit(main())
