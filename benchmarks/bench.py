# SPDX-License-Identifier: Apache-2.0
"""Measures Ream's speed and memory from end to end: starts an installation of its own, feeds it, writes a table.

`make bench`, or `python benchmarks/bench.py [--quick]`. Kafka and OpenSearch are those that the environment names
(REAM_KAFKA_BOOTSTRAP, REAM_OPENSEARCH_URL and what belongs to it), else those of `ream up`, which are started where
they do not run. Topics, indices and store are the measurement's own and are removed at the end.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from ream_bench import files, machine
from ream_bench.command import attempted, teller
from ream_bench.files import Result
from ream_bench.installation import Tell, installed
from ream_bench.plan import FULL, QUICK, Measurement
from ream_bench.report import report

RESULTS = Path(__file__).parent / "results"


def arguments() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="bench.py", description="Measures Ream from end to end.")
    parser.add_argument("--quick", action="store_true", help="two minutes; small numbers of everything")
    parser.add_argument("--name", default="end-to-end", help="last part of the result's file name")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="where store and input lie meanwhile")  # noqa: S108 (a folder of its own is made in it)
    parser.add_argument("--keep", action="store_true", help="leave store, input and logs there")
    return parser.parse_args()


def main() -> int:
    """Measures, shows and keeps the result; the exit code is 1 when it could not be measured."""
    options = arguments()
    tell = teller()
    result = attempted(lambda: measure(options, tell))
    if result is None:
        return 1
    text = report(result, files.last_like(result, options.results))
    Console().print(Markdown(text))
    for path in files.write(result, text, options.results, options.name):
        tell(f"written: {path}")
    return 0


def measure(options: argparse.Namespace, tell: Tell) -> Result:
    """Starts an installation, measures it, ends it."""
    plan = QUICK if options.quick else FULL
    with installed(options.folder, tell, options.keep) as installation:
        about = machine.describe(installation.surroundings)
        measurement = Measurement(plan, installation, about["cores"], tell)
        measurement.make()
        parts = tuple(measurement.parts())
    return Result(plan.name, about, parts, tuple(measurement.left_out))


if __name__ == "__main__":
    sys.exit(main())
