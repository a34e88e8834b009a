# SPDX-License-Identifier: Apache-2.0
"""The command `ream show`: record, receipt, artifacts, children, text, tables and words of one document."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rich.console import Console

from ream_cli import documents, naming, page_images, screen, tables, versions, words
from ream_cli.documents import Known
from ream_cli.failures import CommandError
from ream_cli.status import show_document
from ream_cli.surroundings import find
from ream_contracts import codec
from ream_contracts.artifacts import DocumentRecord
from ream_contracts.receipts import Line, lines, lost
from ream_kit import Store
from ream_kit.store import NotFound

_LISTED = 20
TOO_MANY = "too-many-units"
"""Why units beyond the limit were not tried."""
_FACTS = (
    "title",
    "type",
    "languages",
    "sensitivity",
    "sensitivity_reasons",
    "personal_data",
    "cause",
    "reason",
    "confidence",
    "confidence_lowest",
    "methods",
    "duplicate_of",
    "sha256",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    parser.add_argument("document", help=naming.HELP)
    parser.add_argument("--text", action="store_true", help="print its text alone")
    parser.add_argument("--tables", action="store_true", help="list its tables")
    parser.add_argument(
        "--table", type=int, metavar="N", help="print its table N alone, as CSV, or with --json as JSON"
    )
    parser.add_argument(
        "--words", action="store_true", help="list the words that OCR saw and where they stand, of --page N or of all"
    )
    parser.add_argument("--all", action="store_true", help="name every artifact and child")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    page_images.arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Shows the newest record of a document; 1 while something is outstanding."""
    surroundings = find()
    store = surroundings.store()
    found = documents.known(store, naming.meant(surroundings, store, options.document))
    if options.words:
        _show_words(found, store, options)
    elif page_images.wanted(options):
        return page_images.run(options, found, store, surroundings.environ)
    if options.tables or options.table is not None:
        _show_tables(found, store, options)
    elif options.text and options.json:
        screen.print_json(text_to_json(found, store))
    elif options.text:
        _print_text(found, store)
    elif options.json:
        screen.print_json({**to_json(found, store), "versions": versions.to_json(surroundings, found.document_id)})
    else:
        show(found, store, screen.console(), every=options.all)
        if found.record is not None:
            versions.show(store, found.record, surroundings, screen.console())
    return 0 if found.outstanding() is None else 1


def _show_tables(found: Known, store: Store, options: argparse.Namespace) -> None:
    there = tables.of(store, _record(found))
    if options.table is not None:
        table = tables.one(there, options.table)
        if options.json:
            screen.print_json(codec.to_json(table))
        else:
            tables.write_csv(table)
    elif options.json:
        screen.print_json(tables.to_json(there))
    else:
        tables.show(there, screen.console())


def _show_words(found: Known, store: Store, options: argparse.Namespace) -> None:
    there = words.of(store, _record(found), options.page)
    if options.json:
        screen.print_json(words.to_json(there))
    else:
        words.show(there, screen.console())


def _print_text(found: Known, store: Store) -> None:
    text = documents.text(store, _record(found))
    if sys.stdout.isatty():
        text = "\n".join(screen.safe(line) for line in text.splitlines())
    sys.stdout.write(text.encode("utf-8", "replace").decode() + "\n")


def _record(found: Known) -> DocumentRecord:
    if found.record is None:
        raise CommandError(f"Document {found.document_id} was not completed yet: {found.outstanding()}.")
    return found.record


def text_to_json(found: Known, store: Store) -> dict[str, Any]:
    """The object that `--text --json` prints: by unit the text of the newest record, its blocks and annotations."""
    record = _record(found)
    units = {unit.unit: unit for unit in documents.said(store, record)}
    return {
        "document_id": found.document_id,
        "generation": record.generation,
        "run": record.run,
        "outstanding": found.outstanding(),
        "units": [
            {
                "unit": number,
                "text": one.text,
                "annotations": codec.to_json(one.annotations),
                "blocks": codec.to_json(one.blocks),
            }
            for number, one in sorted(units.items())
        ],
    }


def to_json(found: Known, store: Store) -> dict[str, Any]:
    """The object that `--json` prints."""
    return {
        "document_id": found.document_id,
        "generations": found.generations,
        "runs": found.runs,
        "outstanding": found.outstanding(),
        "source": codec.to_json(found.source),
        "record": _without_receipt(found.record),
        "receipt": receipt_to_json(found.record) if found.record else [],
        "artifacts": dict(artifacts(found, store)),
        "children": [
            {
                "document_id": child.document_id,
                "path": child.path,
                "outcome": documents.outcome_of(store, child.document_id),
            }
            for child in (found.record.children if found.record else ())
        ],
    }


def _without_receipt(record: DocumentRecord | None) -> dict[str, Any] | None:
    return {name: value for name, value in codec.to_json(record).items() if name != "receipt"} if record else None


def receipt_to_json(record: DocumentRecord) -> list[dict[str, Any]]:
    """One object a unit, as people count them; what lies beyond the limit of units is one more."""
    said = [
        {"unit": line.unit, **codec.to_json(line.way), "characters": line.characters, "confidence": line.confidence}
        for line in lines(record.receipt)
    ]
    if record.receipt.beyond:
        said.append({"beyond": record.receipt.beyond, "state": "beyond", "cause": TOO_MANY})
    return said


def artifacts(found: Known, store: Store) -> Iterator[tuple[str, int | None]]:
    """Yields everything that the newest record is made from, with its size; None when it is not there."""
    original = [found.ingested.object] if found.ingested and found.ingested.object else []
    for name in (*original, *(found.record.artifacts if found.record else ())):
        try:
            yield name, store.size(name)
        except NotFound:
            yield name, None


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring units that fared alike."""

    first: int
    last: int
    kind: str
    state: str
    method: str
    cause: str | None
    characters: int
    lowest: int
    mean: int
    """Of the confidence of these units."""


def runs(receipt: Iterable[Line]) -> Iterator[Run]:
    """Joins neighbouring lines of a receipt that say the same: characters are added, of confidence mean and lowest."""
    for way, group in groupby(receipt, lambda line: line.way):
        alike = list(group)
        sure = [line.confidence for line in alike]
        yield Run(
            alike[0].unit,
            alike[-1].unit,
            way.kind,
            way.state,
            way.method,
            way.cause,
            sum(line.characters for line in alike),
            min(sure),
            sum(sure) // len(sure),
        )


def show(found: Known, store: Store, console: Console, *, every: bool) -> None:
    """Prints a document for people."""
    show_document(found, found.outstanding(), console)
    record = found.record
    if record is None:
        return
    for name in _FACTS:
        value = record.document.get(name)
        if value:
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            console.print(screen.cell(f"{name.replace('_', ' ')}: {text}"))
    if count := tables.count(record):
        console.print(f"tables: {screen.number(count)}; --tables lists them, --table N prints one as CSV")
    _show_receipt(record, console)
    _show_children(record, store, console, every=every)
    _show_artifacts(found, store, console, every=every)


def _show_receipt(record: DocumentRecord, console: Console) -> None:
    receipt = record.receipt
    console.print(f"\nReceipt: {screen.number(len(receipt.units) + receipt.beyond)} units", style="bold")
    numbers = ("characters", "confidence")
    for missing in lost(record):
        console.print(screen.cell(f"The record is not whole in the store: {missing}"), style="bold red")
    table = screen.table("unit", "kind", "state", "method", *numbers, "cause", right=numbers)
    for run in runs(lines(receipt)):
        table.add_row(
            str(run.first) if run.first == run.last else f"{run.first} to {run.last}",
            run.kind,
            run.state,
            run.method,
            screen.number(run.characters),
            _confidence(run),
            screen.cell(run.cause),
        )
    if receipt.beyond:
        first, last = len(receipt.units) + 1, len(receipt.units) + receipt.beyond
        table.add_row(f"{first} to {last}", "", "beyond", "none", "0", "", TOO_MANY)
    if table.row_count:
        console.print(table)


def _confidence(run: Run) -> str:
    if not run.characters:
        return ""
    return str(run.mean) if run.lowest == run.mean else f"{run.mean} (lowest {run.lowest})"


def _show_children(record: DocumentRecord, store: Store, console: Console, *, every: bool) -> None:
    if not record.children:
        return
    console.print(f"\nFound inside: {len(record.children)} documents", style="bold")
    table = screen.table("path", "id", "outcome", "size", right=("size",))
    for child in record.children if every else record.children[:_LISTED]:
        state = screen.outcome(documents.outcome_of(store, child.document_id))
        table.add_row(screen.cell(child.path), child.document_id, state, screen.size(child.size))
    console.print(table)
    _rest(len(record.children), console, every=every)


def _show_artifacts(found: Known, store: Store, console: Console, *, every: bool) -> None:
    there = list(artifacts(found, store))
    console.print(f"\nIn the store: {len(there)} objects", style="bold")
    table = screen.table("object", "size", right=("size",))
    for name, count in there if every else there[:_LISTED]:
        table.add_row(screen.cell(name), "gone" if count is None else screen.size(count))
    console.print(table)
    _rest(len(there), console, every=every)


def _rest(count: int, console: Console, *, every: bool) -> None:
    if count > _LISTED and not every:
        console.print(f"... and {screen.number(count - _LISTED)} more; --all names them")
