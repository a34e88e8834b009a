# SPDX-License-Identifier: Apache-2.0
"""Measures how well documents of known content are read and understood, through an installation of its own.

`make quality CORPUS=DIR`, or `python benchmarks/quality.py DIR [--only reports news]`. Any folder that is laid out like
the corpus of the tests will do; parts that are missing are said and left out. Writes `quality.json`, a flat map of
metrics, and `quality.html` beside it, where the last run's figures are compared.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ream_bench.command import attempted, teller
from ream_bench.installation import Tell, installed
from ream_kit.store_open import open_store
from ream_quality import duplicates, figures_page, made, peers
from ream_quality.corpus import Given, given
from ream_quality.flowing import left_behind, through_the_flow
from ream_quality.library import Library
from ream_quality.measures import AIMS, measure
from ream_quality.pages_found import metrics
from ream_quality.report import missing, page
from ream_quality.searching import answered

Figures = Mapping[str, float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and writes; 1 when it could not be measured, 2 when there is no such folder."""
    parser = argparse.ArgumentParser(prog="quality.py", description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("corpus", type=Path, nargs="?", help="folder of documents with their truth")
    parser.add_argument("--only", nargs="+", default=[], metavar="FOLDER", help="these folders of it alone")
    parser.add_argument("--results", type=Path, default=Path(), help="folder of quality.json and quality.html")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="where store and logs lie meanwhile")  # noqa: S108 (a folder of its own is made in it)
    parser.add_argument("--keep", action="store_true", help="leave store and logs there")
    parser.add_argument("--docs", type=Path, metavar="FILE", help="write the figures as Markdown too")
    parser.add_argument("--kept", type=Path, metavar="STORE", help="only score what an earlier run left in this store")
    parser.add_argument("--peers", action="store_true", help="let other programs read the same, for comparison")
    options = parser.parse_args(arguments)
    corpus = options.corpus or Path(os.environ.get("REAM_CORPUS", ""))
    if not (options.corpus or os.environ.get("REAM_CORPUS")) or not corpus.is_dir():
        print("Name a folder of documents: make quality CORPUS=DIR, or set REAM_CORPUS.", file=sys.stderr)
        return 2
    tell = teller()
    done = attempted(lambda: measured(corpus.resolve(), options, tell))
    if done is None:
        return 1
    library, figures = done
    others = peers.measure(library, tell) if options.peers else {}
    write(library, figures, others, options.results, tell)
    if options.docs:
        day = datetime.now(UTC).date()
        options.docs.write_text(figures_page.page(figures, others, len(library.readings), day), "utf-8")
    return 0


def measured(corpus: Path, options: argparse.Namespace, tell: Tell) -> tuple[Library, dict[str, float]]:
    """Starts an installation, takes everything through it, asks, ends it, and scores."""
    if options.kept:
        library = left_behind(open_store({"REAM_STORE": str(options.kept)}), corpus, chosen(corpus, options.only))
        return library, measure(library)
    with installed(options.folder, tell, options.keep) as installation:
        library = through_the_flow(installation, corpus, chosen(corpus, options.only), tell)
        answers = answered(installation, library, tell)
        # After the questions: a version of a report would answer in its place.
        families = duplicates.found(installation, library, tell)
    tell("scoring")
    figures = measure(library)
    return library, {**figures, **(metrics(answers) if answers else {}), **families.metrics()}


def chosen(corpus: Path, only: Sequence[str]) -> list[Given]:
    """The documents of the corpus and those that are made; those of some folders alone where some are named."""
    every = [*given(corpus), *(one.given for one in made.every())]
    return [one for one in every if not only or one.name.startswith(tuple(f"{name}/" for name in only))]


def write(library: Library, figures: Figures, others: Mapping[str, Figures], folder: Path, tell: Tell) -> None:
    """Writes and shows the figures, and those of the peers by name."""
    file = folder / "quality.json"
    last: dict[str, float] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    (folder / "quality.html").write_text(page(library, figures, last, others), "utf-8")
    for name, figure in figures.items():
        aim = AIMS.get(name)
        wanted = f"wanted {aim}{'' if aim.met(figure) else ', missed'}" if aim else ""
        beside = "".join(f", {peer} {theirs[name]:g}" for peer, theirs in others.items() if name in theirs)
        print(f"{name:36} {figure:<10g} {wanted}{beside}")
    for name, why in missing(figures):
        print(f"{name:36} not measured: {why}")
    tell(f"written: {file} and {folder / 'quality.html'}")


if __name__ == "__main__":
    sys.exit(main())
