# SPDX-License-Identifier: Apache-2.0
"""Measures what running again costs: the same bytes again, classifying again, choosing by a condition, a new index.

`python benchmarks/again.py [--documents 10000] [--submitted 1000] [--different 20]`. Documents are submitted, of few
different files, half of them scans; others are put into the store as they would be had they been submitted too, because
it is what comes then that is measured: all are classified again, and the index is made anew. CPU seconds of the
processes that parse and recognise say whether anything was read again. It starts an installation of its own, as
bench.py does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ream_bench import machine, papers
from ream_bench.command import attempted, teller
from ream_bench.installation import BenchError, Installation, Tell, installed
from ream_bench.twins import of_another
from ream_bench.usage import Peak, Used, between, moment
from ream_contracts import identity, layout, topics
from ream_contracts.messages import DocumentIndexed, DocumentSubmitted
from ream_kit import Store
from ream_kit.observe import Announcer, Tail
from ream_kit.store_disk import DiskBlobs
from ream_kit.store_open import open_store

RESULTS = Path(__file__).parent / "results"
_WITHOUT_NEWS_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Phase:
    """One thing that was measured.

    Attributes:
        name: what happened.
        documents: to how many.
        parsing: CPU seconds of extract's cells.
        recognition: CPU seconds of ocr's cells.
        others: CPU seconds of programs that have nothing to do with it.
    """

    name: str
    documents: int
    seconds: float
    parsing: float
    recognition: float
    services: float
    others: float
    more: dict[str, Any] = field(default_factory=dict)


class Watch:
    """Sees which documents are searchable, by run."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._tail = Tail(installation.surroundings.kafka(), [topics.DOCUMENTS_INDEXED.name], "end")
        self.outcomes: dict[tuple[str, int], str] = {}

    def until(self, ids: set[str], run: int, tell: Tell) -> None:
        """Waits until this run of all documents is searchable.

        Raises:
            BenchError: nothing has become searchable for a long time, or a service has ended.
        """
        left, news = {(one, run) for one in ids} - self.outcomes.keys(), time.monotonic()
        shown = 0.0
        while left:
            for seen in self._tail.poll(1.0):
                if isinstance(seen.message, DocumentIndexed):
                    self.outcomes[seen.message.document_id, seen.message.run] = seen.message.outcome
                    left.discard((seen.message.document_id, seen.message.run))
                    news = time.monotonic()
            self._installation.require_running()
            if time.monotonic() - news > _WITHOUT_NEWS_SECONDS:
                raise BenchError(f"{len(left)} documents have not come to an end, and none does any more")
            if time.monotonic() - shown > 30:
                shown = time.monotonic()
                tell(f"{len(left)} of {len(ids)} documents are on their way")

    def close(self) -> None:
        """Stops looking."""
        self._tail.close()


class Measurement:
    """An installation, and the documents in it."""

    def __init__(self, installation: Installation, tell: Tell, documents: int, submitted: int, different: int) -> None:
        self._installation = installation
        self._tell = tell
        self._documents = documents
        self._submitted = min(documents, submitted)
        self._different = different
        self._store: Store = open_store(installation.surroundings.environ)
        self._watch = Watch(installation)
        self.phases: list[Phase] = []

    def run(self) -> None:
        """Measures everything, one thing after another."""
        files = self._files()
        first = {self._id(number) for number in range(self._different)}
        rest = {self._id(number) for number in range(self._different, self._submitted)}
        self._measured("different files, read for the first time", len(first), lambda: self._submit(files, 0, first))
        self._measured("the same bytes again", len(rest), lambda: self._submit(files, self._different, rest))
        self._tell("putting the others into the store")
        others = {self._put(number) for number in range(self._submitted, self._documents)}
        self._measured("counted by a condition", self._documents, self._count)
        self._measured("classified again", self._documents, lambda: self._classify(first | rest | others))
        self._measured("index made anew", self._documents, self._anew)
        self._watch.close()

    def _files(self) -> list[str]:
        self._tell("making the files")
        names = []
        for number in range(self._different):
            path = self._installation.folder / f"{number}.pdf"
            if number % 2:
                papers.text_pdf(path, f"again-{number}", 1)
            else:
                papers.scanned_pdf(path, f"again-{number}", 1)
            names.append(f"incoming/again-{number}.pdf")
            self._store.put(names[-1], path)
        return names

    def _id(self, number: int) -> str:
        return identity.document_id("default", f"again-{number}")

    def _put(self, number: int) -> str:
        """Puts a document into the store as its flow would have left it: what was made of another, with its own id."""
        model, own = self._id(number % self._different), self._id(number)
        quick = DiskBlobs(Path(self._installation.surroundings.environ["REAM_STORE"]), fsync=False)
        for name in self._store.names(layout.document(model)):
            data = self._store.get(name)
            ids, names = (model, own), (f"again-{number % self._different}", f"again-{number}")
            quick.put(name.replace(*ids), data if name.endswith("/original") else of_another(data, ids, names))
        return own

    def _submit(self, files: list[str], start: int, ids: set[str]) -> dict[str, Any]:
        announcer = Announcer(self._installation.surroundings.kafka(), "bench")
        for number in range(start, start + len(ids)):
            message = DocumentSubmitted(
                source=f"store:{files[number % len(files)]}", name=f"again-{number}.pdf", key=f"again-{number}"
            )
            announcer.send(topics.DOCUMENTS_SUBMITTED, message)
        announcer.flush()
        self._watch.until(ids, 1, self._tell)
        return {"complete": sum(self._watch.outcomes[one, 1] == "complete" for one in ids)}

    def _count(self) -> dict[str, Any]:
        found = self._ream("replay", "--stage", "ocr", "--where", "confidence < 60 or type = invoice", "--dry-run")
        return {name: found[name] for name in ("looked_at", "documents", "units")}

    def _classify(self, ids: set[str]) -> dict[str, Any]:
        started = self._ream("replay", "--stage", "classify", "--all", "--set", "findings=100", "--yes")["started"]
        self._watch.until(ids, 2, self._tell)
        complete = sum(self._watch.outcomes[one, 2] == "complete" for one in ids)
        if complete < len(ids):
            raise BenchError(
                f"{len(ids) - complete} of {len(ids)} documents are not complete when they are classified again: what "
                "was put into the store for them is not what their flow would have left; 'ream show' says what is "
                "missing"
            )
        return {"started": len(started), "complete": complete}

    def _anew(self) -> dict[str, Any]:
        found = self._ream("rebuild-index")
        return {name: found[name] for name in ("documents", "passages", "again", "damaged_documents")}

    def _ream(self, *words: str) -> dict[str, Any]:
        surroundings = self._installation.surroundings
        environment = {**os.environ, **surroundings.environ}
        if surroundings.administrator is not None:
            environment["REAM_OPENSEARCH_ADMIN_USER"] = surroundings.administrator.user
            environment["REAM_OPENSEARCH_ADMIN_PASSWORD"] = surroundings.administrator.password
        ran = subprocess.run(
            [sys.executable, "-m", "ream_cli", *words, "--json"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode != 0:
            raise BenchError(f"ream {' '.join(words)} ended with {ran.returncode}: {ran.stderr[-500:]}")
        found: dict[str, Any] = json.loads(ran.stdout)
        return found

    def _measured(self, name: str, documents: int, work: Callable[[], dict[str, Any]]) -> None:
        self._tell(name)
        before = moment(self._installation)
        more = work()
        used: Used = between(before, moment(self._installation), Peak())
        cells = {service: kinds["cells"] + kinds["office"] for service, kinds in used.services.items()}
        self.phases.append(
            Phase(name, documents, used.seconds, cells["extract"], cells["ocr"], used.ours, used.others, more)
        )
        phase = self.phases[-1]
        self._tell(
            f"{name}: {phase.seconds:.0f} s, ocr {phase.recognition:.2f} s CPU, parsing {phase.parsing:.2f} s CPU"
        )


def report(about: dict[str, Any], phases: list[Phase], different: int) -> str:
    """The result for people."""
    numbers = ("documents", "s", "documents/s", "ocr CPU s", "parsing CPU s", "services' own CPU s", "others CPU s")
    head = f"| | {' | '.join(numbers)} | |\n| --- | {'---: | ' * len(numbers)}--- |"
    rows = "\n".join(_row(one) for one in phases)
    place = f"{about['processor']}, {about['cores']} cores, {about['memory_gb']} GB, {about['system']}"
    return f"""\
# Running again, measured on {about["date"][:10]}

{different} different files, half of them scans and half text PDFs of a page, submitted again and again under other
keys, the rest put into the store as it would be after that; then all documents classified again, and the index made
anew. CPU of ocr and of parsing is that of the cells, which read documents. Others are programs that have nothing to do
with it: seconds and rates mean little where they use much; the CPU seconds of the cells hardly depend on them.

{head}
{rows}

{place}, Python {about["python"]}, Ream {about["ream"]}, load before {about["load_before"]}.
"""


def _row(phase: Phase) -> str:
    rate = phase.documents / max(phase.seconds, 0.001)
    numbers = (
        f"{phase.documents:,}", f"{phase.seconds:.0f}", f"{rate:.1f}", f"{phase.recognition:.2f}",
        f"{phase.parsing:.2f}", f"{phase.services:.0f}", f"{phase.others:.0f}",
    )  # fmt: skip
    more = ", ".join(f"{name} {value}" for name, value in phase.more.items())
    return f"| {phase.name} | {' | '.join(numbers)} | {more} |"


def main() -> int:
    """Measures and keeps the result, also that of a measurement that was ended half-way."""
    parser = argparse.ArgumentParser(prog="again.py", description="Measures what running again costs.")
    parser.add_argument("--documents", type=int, default=10_000, help="how many are submitted")
    parser.add_argument("--submitted", type=int, default=1_000, help="how many of them go through all services first")
    parser.add_argument("--different", type=int, default=20, help="how many different files they are made of")
    parser.add_argument("--name", default="again", help="last part of the result's file name")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="where store and input lie meanwhile")  # noqa: S108
    options = parser.parse_args()
    tell = teller()
    return 1 if attempted(lambda: _measured(options, tell)) is None else 0


def _measured(options: argparse.Namespace, tell: Tell) -> list[Phase]:
    with installed(options.folder, tell) as installation:
        about = machine.describe(installation.surroundings)
        measurement = Measurement(installation, tell, options.documents, options.submitted, options.different)
        try:
            measurement.run()
        finally:
            _keep(options, about, measurement.phases)
    return measurement.phases


def _keep(options: argparse.Namespace, about: dict[str, Any], phases: list[Phase]) -> None:
    options.results.mkdir(parents=True, exist_ok=True)
    stem = options.results / f"{about['date'][:10]}-{options.name}"
    text = report(about, phases, options.different)
    stem.with_suffix(".md").write_text(text, encoding="utf-8")
    kept = {"machine": about, "phases": [asdict(one) for one in phases]}
    stem.with_suffix(".json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    sys.exit(main())
