# SPDX-License-Identifier: Apache-2.0
"""Measures one worker of aggregate alone, with all guards and RocksDB on, and writes the result down.

Each document is an opening, a plan of four pages and four answers; the last answers come after the kills, so that all
documents are open while the table is read again. A broker is needed: `python -m ream_local start`.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from ream_bench.command import attempted, teller
from ream_bench.fanin.measure import AIMS, TITLES, Figures, load, measure
from ream_bench.fanin.place import Place
from ream_bench.files import paths_for
from ream_bench.installation import Tell
from ream_bench.machine import memory_bytes, processor, revision

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("faust-streaming", "aiokafka", "rocksdict", "confluent-kafka")


def machine() -> dict[str, Any]:
    """Describes what is measured on, without names that would say whose it is."""
    return {
        "processor": processor(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory_bytes(Path("/proc/meminfo").read_text(encoding="ascii")) / 1e9),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "load_before": load(),
        "ream": revision(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
    }


def report(described: dict[str, Any], figures: Figures) -> Iterator[str]:
    """Yields the lines of the text for people."""
    yield f"# aggregate alone, measured on {described['date'][:10]}: {figures['documents']:,.0f} documents"
    yield ""
    yield "One worker, all guards and RocksDB on. `python benchmarks/aggregate.py` does it again."
    yield ""
    yield "| wanted | at | measured | |\n|---|---:|---:|---|"
    for aim in AIMS:
        bound = f"{'≥' if aim.at_least else '≤'} {aim.bound:,.0f}"
        yield f"| {aim.text} | {bound} | {figures[aim.figure]:,.1f} | {'met' if aim.met(figures) else 'missed'} |"
    yield ""
    yield "| what | measured |\n|---|---:|"
    for name, title in TITLES.items():
        yield f"| {title} | {figures[name]:,.{0 if figures[name] >= 100 else 1}f} |"
    yield ""
    yield "| machine | |\n|---|---|"
    for name, value in described.items():
        said = ", ".join(f"{one} {version}" for one, version in value.items()) if isinstance(value, dict) else value
        yield f"| {name.replace('_', ' ')} | {said} |"


def main() -> int:
    """Reads the command line, measures, and keeps the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000, help="how many are open at the same time")
    parser.add_argument(
        "--bootstrap", default=os.environ.get("REAM_KAFKA_BOOTSTRAP", "127.0.0.1:19092"), help="addresses of Kafka"
    )
    parser.add_argument("--name", default="aggregate", help="part of the name of the files with the result")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    options = parser.parse_args()
    described, tell = machine(), teller()
    figures = attempted(lambda: _measured(options, tell))
    if figures is None:
        return 1
    text = "\n".join(report(described, figures)) + "\n"
    print(text)
    as_text, as_json = paths_for(options.results, f"{described['date'][:10]}-{options.name}")
    as_text.write_text(text, encoding="utf-8")
    kept = {"kind": "aggregate", "machine": described, "figures": figures}
    as_json.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"kept in {as_text} and {as_json.name}", file=sys.stderr)
    return 0


def _measured(options: argparse.Namespace, tell: Tell) -> Figures:
    with tempfile.TemporaryDirectory() as folder, Place(options.bootstrap, Path(folder)) as place:
        return measure(place, options.documents, tell)


if __name__ == "__main__":
    raise SystemExit(main())
