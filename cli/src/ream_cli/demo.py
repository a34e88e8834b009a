# SPDX-License-Identifier: Apache-2.0
"""The command `ream demo`: starts everything, processes the samples, searches, and says what to do next."""

from __future__ import annotations

import argparse
import socket
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from ream_cli import documents, feeding, ingest, samples, screen, search, starting
from ream_cli.failures import INCOMPLETE, OK
from ream_cli.samples import Sample
from ream_cli.surroundings import Surroundings, find
from ream_cli.up import telling, where_to_look
from ream_contracts.artifacts import DocumentRecord
from ream_kit import Store

SEARCHES = (
    ("gauge Bramblelea", "a page of a report of 300 pages"),
    ("Fallrohre Hinterhof", "a page that was scanned"),
    ('"panel behind the cloakroom"', "a document inside a ZIP"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    parser.add_argument(
        "--samples", type=Path, metavar="FOLDER", help="documents and their list (default: the project's)"
    )


def run(options: argparse.Namespace) -> int:
    """Shows the main job from nothing to a page that was found; 0 when every sample came out as it must."""
    folder = options.samples or _samples()
    listed = samples.read(folder)
    console = screen.console()
    surroundings = find(make=True)
    with telling("starting") as tell:
        starting.bring_up(surroundings, tell)
    console.print(f"\nProcessing {len(listed)} samples from {folder}", style="bold")
    report = ingest.bring(surroundings, [folder / sample.name for sample in listed])
    console.print(f"{report.totals.submitted} documents in {screen.duration(report.seconds)}")
    for words, what in SEARCHES:
        console.print(f"\nream search '{words}'", style="bold", end="")
        console.print(f"   {what}", style="dim")
        search.show(search.search(surroundings, words, 3), console)
    fine = _show_outcomes(folder, listed, surroundings.store(), console)
    _show_next(surroundings, console)
    return OK if fine and not report.totals.outstanding and not report.interrupted else INCOMPLETE


def _samples() -> Path:
    """The folder of the checkout that this file lies in, else one below where we are."""
    project = Path(__file__).resolve().parents[3] / "samples"
    return project if project.is_dir() else Path("samples").absolute()


def _show_outcomes(folder: Path, listed: list[Sample], store: Store, console: Console) -> bool:
    console.print("\nWhat became of each sample", style="bold")
    table = screen.table("sample", "outcome", "cause", "units", "language", "type", "as expected", right=("units",))
    fine = True
    for name, expected, record in _records(folder, listed, store):
        wrong = list(samples.deviations(expected, record))
        fine = fine and not wrong
        document = record.document if record else {}
        table.add_row(
            screen.cell(name),
            screen.outcome(record.outcome if record else "outstanding"),
            screen.cell(document.get("cause")),
            str(document.get("units", "")),
            ", ".join(document.get("languages") or ()),
            screen.cell(document.get("type")),
            screen.cell("; ".join(wrong) or "yes", "red" if wrong else "green"),
        )
    console.print(table)
    return fine


def _records(
    folder: Path, listed: list[Sample], store: Store
) -> Iterator[tuple[str, dict[str, object], DocumentRecord | None]]:
    """Yields name, what is expected, and the newest record, of each sample and each document inside it."""
    host = socket.gethostname()
    for sample in listed:
        record = documents.newest_record(store, feeding.document_id(folder / sample.name, host))
        yield sample.name, dict(sample.expected), record
        inside = {child.path: child.document_id for child in record.children} if record else {}
        for path, expected in sample.expected.get("members", {}).items():
            yield f"  {path}", expected, documents.newest_record(store, inside[path]) if path in inside else None


def _show_next(surroundings: Surroundings, console: Console) -> None:
    console.print("\nWhat to do next", style="bold")
    for line in (
        "ream ingest FOLDER       process documents of your own",
        "ream search WORDS        find them, down to the page",
        "ream show DOCUMENT       receipt, artifacts and text of one of them",
        "ream status              what runs, what waits, what is owed",
        "ream down                end everything that was started (make down does the same)",
        "",
        *where_to_look(surroundings)[:-1],
    ):
        console.print(screen.cell(line))
