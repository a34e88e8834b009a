# SPDX-License-Identifier: Apache-2.0
"""Measures the index alone: how fast it is written, beside bare `parallel_bulk`, and how long searches take.

`python benchmarks/search.py [--passages 100000]`. Documents are made up, with vectors; a node of this machine is
started where none runs, and what was written is taken away at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.helpers import parallel_bulk

from ream_bench import machine
from ream_bench.command import attempted, teller
from ream_bench.installation import BenchError, Tell, servers
from ream_bench.passages import PASSAGES_EACH, document, questions
from ream_cli import starting
from ream_cli.surroundings import Surroundings, find
from ream_index.migrate import migrate
from ream_index.opensearch import Indices
from ream_index.passages import Entry
from ream_index.search import Way
from ream_index.search import find as search
from ream_index.testing import unmake
from ream_meaning.model import Model

RESULTS = Path(__file__).parent / "results"
THREADS = 4
"""Batches that the service index writes at once by default, and threads of the bare client."""
COMPARED = 400
"""Documents that are written in both ways, three times."""
QUESTIONS = 200
_WAYS: dict[str, tuple[Way, dict[str, Any]]] = {
    "words": ("words", {}),
    "words, versions by themselves": ("words", {"versions": True}),
    "words and facets": ("words", {"facets": True}),
    "meaning": ("meaning", {}),
    "both": ("both", {}),
}
WANTED = {"index": 0.9, "words": 0.150, "both": 0.250}
"""Share of the bare client's rate, at least; seconds at p95, at most."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long searches took, in seconds."""

    p50: float
    p95: float
    found: float
    """Share of the questions to which something was found."""


def measure(surroundings: Surroundings, passages: int, tell: Tell) -> dict[str, Any]:
    """Writes and searches.

    Raises:
        BenchError: something was refused.
        Retry: OpenSearch is away.
    """
    login = surroundings.administrator
    if login is None:
        raise BenchError("Indices must be made: name OpenSearch's administrator in REAM_OPENSEARCH_ADMIN_PASSWORD.")
    prefix = surroundings.index_prefix
    with surroundings.opensearch(login) as admin, surroundings.opensearch() as client:
        starting.make_indices(surroundings)
        try:
            tell(f"{COMPARED} documents are written in both ways, three times")
            ratio, rates = _compared(admin, client, prefix)
            tell(f"{passages} passages are written")
            filled = _fill(admin, client, prefix, passages // PASSAGES_EACH)
            tell("searching")
            times = {name: _timed(client, prefix, *how) for name, how in _WAYS.items()}
        finally:
            unmake(admin, prefix)
    return {"passages": passages, "index_ratio": ratio, **rates, "filled_per_second": filled, "times": times}


def _compared(admin: OpenSearch, client: OpenSearch, prefix: str) -> tuple[float, dict[str, float]]:
    """Passages a second of Indices.write and of parallel_bulk, in turns; the median of their ratios."""
    entries = [passage for number in range(COMPARED) for passage in document(number)[1]]
    ratios, ours, bare = [], [], []
    for turn in range(3):
        for name, rates, write in (("ours", ours, _write), ("bare", bare, _bare)):
            own = f"{prefix}{name}{turn}-"
            migrate(admin, own)
            rates.append(len(entries) / _seconds(lambda own=own, write=write: write(client, own, entries)))  # type: ignore[misc]
            unmake(admin, own)
        ratios.append(ours[-1] / bare[-1])
    return median(ratios), {"ours_per_second": median(ours), "bare_per_second": median(bare)}


def _write(client: OpenSearch, prefix: str, entries: Sequence[Entry]) -> None:
    """As the service does: several batches at once, each in requests of bounded size."""
    indices = Indices(client, prefix)
    shares = [[(indices.passages, one) for one in entries[start::THREADS]] for start in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        faults = [fault for written in pool.map(lambda share: list(indices.write(share)), shares) for fault in written]
    if any(faults):
        raise BenchError(f"OpenSearch refused a passage: {next(filter(None, faults))}")


def _bare(client: OpenSearch, prefix: str, entries: Sequence[Entry]) -> None:
    index = Indices(client, prefix).passages
    actions = ({"_index": index, "_id": one.id, "_source": one.body} for one in entries)
    for succeeded, answer in parallel_bulk(client, actions, thread_count=THREADS, chunk_size=500):
        if not succeeded:
            raise BenchError(f"OpenSearch refused a passage: {answer}")


def _fill(admin: OpenSearch, client: OpenSearch, prefix: str, count: int) -> float:
    """Writes documents with their passages; passages a second, making them up left out.

    They are shown every half minute, as when an index is made anew: else the graph of vectors would be made again
    and again while small segments are merged.
    """
    indices, seconds = Indices(client, prefix), 0.0
    admin.indices.put_settings(index=indices.passages, body={"index": {"refresh_interval": "30s"}})
    made = (document(number) for number in range(count))
    while some := list(islice(made, 200)):
        writes = [(indices.documents, entry) for entry, _ in some]
        writes += [(indices.passages, one) for _, passages in some for one in passages]
        seconds += _seconds(lambda writes=writes: _all(indices.write(writes)))  # type: ignore[misc]
    admin.indices.put_settings(index=indices.passages, body={"index": {"refresh_interval": "1s"}})
    indices.refresh()
    return count * PASSAGES_EACH / seconds


def _all(faults: Iterable[Exception | None]) -> None:
    for fault in faults:
        if fault is not None:
            raise BenchError(f"OpenSearch refused an entry: {fault}")


def _timed(client: OpenSearch, prefix: str, way: Way, how: dict[str, Any]) -> Times:
    """Asks each question once, after some that fill caches; the model's time is part of it."""
    meaning = Model.load().of if way != "words" else None
    asked = [*questions(QUESTIONS + 20)]

    def ask(words: str) -> int:
        return len(search(client, prefix, words, way=way, meaning=meaning, **how).documents)

    for words in asked[:20]:
        ask(words)
    took, found = [], 0
    for words in asked[20:]:
        began = time.perf_counter()
        found += ask(words) > 0
        took.append(time.perf_counter() - began)
    took.sort()
    return Times(median(took), took[int(0.95 * len(took))], found / len(took))


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def report(about: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    """Yields the lines of the text for people."""
    times: dict[str, Times] = found["times"]
    yield f"# The index alone, measured on {about['date'][:10]}: {found['passages']:,} passages"
    yield ""
    yield f"Documents of {PASSAGES_EACH} passages of about 1,500 characters, each with a vector, in one shard; words as"
    yield "frequent as in a language. A search is the whole function `find`, with the model for what is meant, the"
    yield "versions of what was found and what is marked in it. `python benchmarks/search.py` does it again."
    yield ""
    yield "| wanted | | measured | |\n| --- | ---: | ---: | --- |"
    ratio, words, both = found["index_ratio"], times["words"].p95, times["both"].p95
    least = WANTED["index"]
    yield f"| writing, of bare parallel_bulk | ≥ {least:.2f} | {ratio:.2f} | {_met(ratio >= least)} |"
    for name, p95 in (("words", words), ("both", both)):
        bound = WANTED[name]
        yield f"| searching by {name}, p95 | ≤ {1000 * bound:.0f} ms | {1000 * p95:.0f} ms | {_met(p95 <= bound)} |"
    yield ""
    yield "| search by | p50 ms | p95 ms | something found |\n| --- | ---: | ---: | ---: |"
    for name, one in times.items():
        yield f"| {name} | {1000 * one.p50:.0f} | {1000 * one.p95:.0f} | {one.found:.0%} |"
    yield ""
    yield (
        f"Passages a second with {THREADS} threads: {found['ours_per_second']:,.0f}, bare "
        f"{found['bare_per_second']:,.0f}; one thread while it grew to its size: {found['filled_per_second']:,.0f}."
    )
    yield ""
    yield (
        f"{about['processor']}, {about['cores']} cores, {about['memory_gb']} GB, {about['system']}, OpenSearch "
        f"{about['opensearch']}, Python {about['python']}, Ream {about['ream']}, load before {about['load_before']}."
    )


def _met(met: bool) -> str:
    return "met" if met else "missed"


def main() -> int:
    """Measures and keeps the result."""
    parser = argparse.ArgumentParser(prog="search.py", description="Measures the index alone.")
    parser.add_argument("--passages", type=int, default=100_000, help="how many are searched")
    parser.add_argument("--name", default="search", help="last part of the result's file name")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    options = parser.parse_args()
    tell = teller()
    return 1 if attempted(lambda: _measured(options, tell)) is None else 0


def _measured(options: argparse.Namespace, tell: Tell) -> dict[str, Any]:
    surroundings = find({**os.environ, "REAM_INDEX_PREFIX": f"ream-bench-{uuid.uuid4().hex[:8]}-"}, make=True)
    with servers(surroundings, tell):
        about = machine.describe(surroundings)
        found = measure(surroundings, options.passages, tell)
    text = "\n".join(report(about, found)) + "\n"
    print(text)
    options.results.mkdir(parents=True, exist_ok=True)
    stem = options.results / f"{about['date'][:10]}-{options.name}"
    stem.with_suffix(".md").write_text(text, encoding="utf-8")
    times = {name: {"p50": one.p50, "p95": one.p95, "found": one.found} for name, one in found["times"].items()}
    kept = {"kind": "search", "machine": about, "figures": {**found, "times": times}}
    stem.with_suffix(".json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return found


if __name__ == "__main__":
    sys.exit(main())
