# SPDX-License-Identifier: Apache-2.0
"""The command `ream status`: what runs, waits and is owed; or how far one document is."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console

from ream_cli import documents, naming, overview, screen, waits
from ream_cli.documents import Known
from ream_cli.failures import INCOMPLETE, OK
from ream_cli.overview import Overview
from ream_cli.surroundings import find
from ream_contracts import codec, topics
from ream_contracts.outcomes import Outcome

_COLOURS = {"ready": "green", "not ready": "yellow", "restarting": "red", "not started": "red", "away": "red"}

_AGAIN = {topics.DOCUMENTS_SUBMITTED.name: "Submit again what has no outcome"}
_SWEEP = "Sweep sends again what it knows to have no outcome; 'ream replay' runs what is missing besides"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    parser.add_argument(
        "document", nargs="?", help=f"one document: {naming.HELP}; by its id it is read from the store alone"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Shows everything, or one document; 0 when all is ready, or the document has ended."""
    surroundings = find()
    if options.document is not None:
        store = surroundings.store()
        return _one(documents.known(store, naming.meant(surroundings, store, options.document)), options.json)
    found = overview.look(surroundings)
    if options.json:
        screen.print_json(found.to_json())
    else:
        show(found, screen.console())
    return OK if found.fine else INCOMPLETE


def show(found: Overview, console: Console) -> None:
    """Prints everything for people."""
    servers = screen.table("server", "state", "where", "restarts", "memory", right=("restarts", "memory"))
    for line in found.servers:
        memory = screen.size(line.resident_bytes) if line.resident_bytes else ""
        state = screen.cell(line.state, _COLOURS[line.state])
        servers.add_row(line.name, state, screen.cell(line.where), _some(line.restarts), memory)
    console.print(servers)
    for line in found.servers:
        if line.why:
            console.print(screen.cell(f"{line.name}: {line.why}", _COLOURS[line.state]))
    console.print()
    console.print(_services(found))
    if found.waits:
        console.print()
        console.print(waits.table(found.waits))
        console.print("they go on by themselves when whoever is away is back; nothing is lost meanwhile")
    for service in found.services:
        if service.confinement:
            console.print(screen.cell(f"cells of {service.name}: {', '.join(service.confinement)}"))
        for complaint in service.complaints:
            console.print(screen.cell(f"{service.name}: {complaint}", "yellow"))
    console.print()
    _show_lag(found, console)
    _show_totals(found, console)


def _services(found: Overview) -> Any:
    numbers = ("restarts", "in flight", "finished", "dead letters")
    table = screen.table("service", "state", "started", *numbers, "", right=numbers)
    for line in found.services:
        table.add_row(
            line.name,
            screen.cell(line.state, _COLOURS[line.state]),
            line.since or "",
            str(line.restarts),
            _some(line.in_flight),
            _some(line.finished),
            _some(line.dead_letters),
            screen.cell(line.why if not line.waiting else ""),
        )
    return table


def _show_lag(found: Overview, console: Console) -> None:
    if found.lag is None:
        console.print("lag: nobody knows, for Kafka does not answer", style="red")
        return
    behind = [each for each in found.lag if each.records]
    if not behind:
        console.print("no group has anything left to read")
    else:
        table = screen.table("topic", "read by", "records to read", right=("records to read",))
        for each in behind:
            table.add_row(each.topic, each.group, screen.number(each.records))
        console.print(table)
    for (topic, reader), records in found.deleted_unread.items():
        console.print(
            f"{topic}: {screen.number(records)} records were deleted before {reader} had read them, for their "
            f"retention was over. {_AGAIN.get(topic, _SWEEP)}; raise the retention, or let more processes read",
            style="red",
        )
    for topic, count in (found.dead_letters or {}).items():
        console.print(
            f"{topic}: {screen.number(count)} dead letters; 'ream dead-letters list' shows them", style="yellow"
        )


def _show_totals(found: Overview, console: Console) -> None:
    console.print()
    if found.totals is None:
        console.print("documents: sweep, which counts them, does not answer", style="red")
        return
    table = screen.table("outcome", "documents", right=("documents",))
    for name in (*Outcome, "outstanding", "submitted"):
        if found.totals.get(name) or name == "submitted":
            table.add_row(screen.outcome(name), screen.number(found.totals.get(name, 0)))
    console.print(table)
    if found.totals.get("children"):
        console.print(f"{screen.number(found.totals['children'])} of them were found inside others")
    if found.without_vectors:
        waiting = screen.number(found.without_vectors)
        console.print(f"{waiting} have text and no vectors yet: they are found by their words, not by meaning")
    if found.wave:
        console.print(f"wave {found.wave.get('number')} waits for {found.wave.get('waits_for')}")


def _some(value: int | None) -> str:
    return "" if value is None else screen.number(value)


def _one(found: Known, as_json: bool) -> int:
    outstanding = found.outstanding()
    if as_json:
        screen.print_json(
            {
                "document_id": found.document_id,
                "generations": found.generations,
                "runs": found.runs,
                "source": codec.to_json(found.source),
                "ingested": codec.to_json(found.ingested),
                "manifest": codec.to_json(found.manifest),
                "record": codec.to_json(found.record),
                "answered": found.answered,
                "outstanding": outstanding,
                "retired": found.retired,
            }
        )
    else:
        show_document(found, outstanding, screen.console())
        if found.record is not None:
            print(f"'ream show {found.document_id}' prints receipt and artifacts")
    return OK if outstanding is None else INCOMPLETE


def show_document(found: Known, outstanding: str | None, console: Console) -> None:
    """Prints how far a document is."""
    table = screen.table("", "")
    table.show_header = False
    for name, value in _facts(found):
        if value:
            table.add_row(screen.cell(name, "bold"), value if not isinstance(value, str) else screen.cell(value))
    console.print(table)
    if outstanding is not None:
        console.print(screen.cell(f"outstanding: {outstanding}", "yellow"))
    else:
        console.print("nothing is outstanding")


def _facts(found: Known) -> list[tuple[str, Any]]:
    source, manifest, record = found.source, found.manifest, found.record
    facts: list[tuple[str, Any]] = [("document", found.document_id)]
    if source:
        facts += [
            ("name", source.name),
            ("inside", source.path),
            ("from", source.key or source.address),
            ("taken in", source.submitted),
            ("size", screen.size(source.size)),
            ("media type", source.media_type),
            ("refused", source.reason),
        ]
    facts.append(("generation", f"{found.generations[-1]} of {len(found.generations)}, run {found.runs[-1]}"))
    if manifest:
        beyond = f", and {manifest.beyond} beyond the limit" if manifest.beyond else ""
        planned = (
            f"{screen.number(manifest.units)} units ({manifest.unit_kind}){beyond}" if manifest.units else "nothing"
        )
        facts.append(("plan", f"{planned}, by {manifest.extractor}"))
        facts.append(
            ("verdict", f"{manifest.verdict}: {manifest.reason or manifest.cause}" if manifest.verdict else "")
        )
    if record:
        facts.append(("outcome", screen.outcome(record.outcome)))
        facts.append(("version", f"{record.version} (generation {record.generation}, run {record.run})"))
        facts.append(("missing", record.document.get("missing")))
        facts.append(("children", str(len(record.children)) if record.children else ""))
    if found.retired:
        facts.append(("not in the index", f"since {found.retired[:10]}: it is older than documents are kept there"))
    return facts
