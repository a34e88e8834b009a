# SPDX-License-Identifier: Apache-2.0
"""The command `ream replay`: run one stage again for some documents, and what depends on it, nothing else."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

from ream_cli import condition, documents, naming, screen
from ream_cli.condition import Condition, ConditionError
from ream_cli.failures import EXIT_CODES, INCOMPLETE, OK, USAGE, CommandError
from ream_cli.record_fields import FIELDS, Damaged, read
from ream_cli.selection import Chosen, Passed, Selection, Wish, choose, select
from ream_cli.surroundings import Surroundings, find
from ream_contracts import redo, topics
from ream_contracts.messages import DocumentIngested, Redo
from ream_kit import Store
from ream_kit.observe import Announcer
from ream_kit.rerun import next_run, run_message
from ream_kit.store import NotFound

STAGES = tuple(redo.PARAMETERS)
_TOGETHER = 200
"""Runs that are said together before it is waited until all have arrived."""
_THREADS = 8
"""Runs that are taken at the same time: most of it is waiting for the store."""
_LINE_SECONDS = 5.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    parser.add_argument("documents", nargs="*", metavar="DOCUMENT", help=f"which: {naming.HELP}")
    parser.add_argument("--stage", choices=STAGES, required=True, help="which stage to run again")
    parser.add_argument("--where", metavar="CONDITION", help="all documents for which it holds, e.g. 'confidence < 60'")
    parser.add_argument("--all", action="store_true", help="all documents")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of that stage, like dpi=400"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say how many documents and units that would be")
    parser.add_argument("--yes", action="store_true", help="start without asking")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.epilog = f"{_explained()}\n{EXIT_CODES}"


def _explained() -> str:
    fields = "\n".join(f"  {name:<17} {field.kind:<8} {field.meaning}" for name, field in FIELDS.items())
    stages = "\n".join(
        f"  {stage:<9} {'; '.join(f'{name}: {one.values}' for name, one in known.items())}"
        for stage, known in redo.PARAMETERS.items()
    )
    return f"""\
conditions:
  FIELD = VALUE, also != < <= > >= and ~ (a pattern with * and ?, or a piece of text), FIELD in (VALUE, VALUE);
  'none' is that there is no value; and, or, not and parentheses join them; texts with spaces stand in quotes.
  Where a condition speaks of a unit's fields, ocr and classify run again for the units for which it holds (classify
  for their segments), extract for the whole document.
  ream replay --stage ocr --where "confidence < 60 and completed >= 2026-11-01" --set dpi=400

fields (of the newest record of each document):
{fields}

parameters:
{stages}
"""


def run(options: argparse.Namespace) -> int:
    """Starts a new run of each document; it takes the place of the old one when it is complete."""
    if not (options.documents or options.where or options.all):
        raise CommandError("Say which: documents, --where CONDITION or --all.", USAGE)
    wish = Wish(options.stage, _parameters(options.stage, options.set), _condition(options.where))
    surroundings = find()
    store = surroundings.store()
    only = list(dict.fromkeys(naming.meant(surroundings, store, text) for text in options.documents)) or None
    if only and wish.condition is None:
        with _named(store, wish, only) as selection:
            return _go_on(surroundings, store, wish, selection, options, asked=True)
    with select(store, wish, only) as selection:
        return _go_on(surroundings, store, wish, selection, options, asked=options.yes)


def _condition(text: str | None) -> Condition | None:
    try:
        return None if text is None else condition.parse(text, FIELDS)
    except ConditionError as error:
        raise CommandError(f"--where cannot be understood: {error}", USAGE) from None


def _parameters(stage: str, texts: list[str]) -> dict[str, Any]:
    parameters = dict(parameter(text) for text in texts)
    try:
        redo.check(stage, parameters)
    except ValueError as error:
        raise CommandError(f"--set cannot be used: {error}.", USAGE) from None
    return parameters


def parameter(text: str) -> tuple[str, Any]:
    """Reads NAME=VALUE; a value that is JSON (a number, true, a list) counts as that, anything else as text.

    Raises:
        CommandError: there is no name or no =.
    """
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise CommandError(f"{text!r} is no parameter: give NAME=VALUE, like dpi=400.", USAGE)
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _named(store: Store, wish: Wish, ids: list[str]) -> Selection:
    """Documents that were named are run again in whatever state they are, but not where there is nothing to do."""
    selection = Selection()
    for document_id in ids:
        found = documents.known(store, document_id)
        if found.ingested is None:
            raise CommandError(f"Document {document_id} is still being taken in: try again when it is.")
        selection.counts.looked_at += 1
        chosen = None if found.record is None else _chosen(store, wish, document_id, found.record.version)
        if chosen is Passed.WITHOUT_WORK:
            selection.counts.without_work += 1
            continue
        count = chosen.count if isinstance(chosen, Chosen) else 0
        selection.add(Chosen(document_id, found.generations[-1], (), count))
    return selection


def _chosen(store: Store, wish: Wish, document_id: str, version: int) -> Chosen | Passed | None:
    """What the stage works on again; None where the record is damaged, which another run may mend."""
    try:
        return choose(wish, read(store, document_id, version, ()))
    except (Damaged, NotFound):
        return None


def _go_on(
    surroundings: Surroundings,
    store: Store,
    wish: Wish,
    selection: Selection,
    options: argparse.Namespace,
    *,
    asked: bool,
) -> int:
    counts = selection.counts
    if not options.json:
        _show(wish, selection)
    if options.dry_run:
        if options.json:
            screen.print_json({**_counted(wish, selection), "started": []})
        return INCOMPLETE if counts.damaged_documents else OK
    if counts.documents and not asked and not _agreed(options):
        raise CommandError("Nothing was started: say --yes to start it, --dry-run to only count.", USAGE)
    announcer = Announcer(surroundings.kafka(), "commands")
    started = _started(store, wish, selection, announcer)
    if options.json:
        _print_json(wish, selection, started)
    else:
        total = 0
        for message in started:
            total += 1
            if options.documents:
                name = message.document_id
                print(f"{name}: run {message.run} started; 'ream status {name}' shows how it fares.")
        if total and not options.documents:
            print(f"{screen.number(total)} runs started; 'ream status' shows how they fare.")
    return INCOMPLETE if counts.damaged_documents else OK


def _agreed(options: argparse.Namespace) -> bool:
    if options.json or not sys.stdin.isatty():
        return False
    return input("Start them? [y/N] ").strip().lower() in ("y", "yes")


def _show(wish: Wish, selection: Selection) -> None:
    counts, n = selection.counts, screen.number
    changed = " with " + ", ".join(f"{name}={json.dumps(value)}" for name, value in wish.parameters.items())
    again = f"{wish.stage} would run again{changed if wish.parameters else ''}"
    print(f"{again} for {n(counts.documents)} of {n(counts.looked_at)} documents, {n(counts.units)} units.")
    if counts.begun:
        print(f"{n(counts.begun)} of them were begun before: their runs are only said again.")
    for number, what in (
        (counts.in_work, "are in work and are left out: ask again when they are completed"),
        (counts.without_work, f"have nothing that {wish.stage} works on and are left out"),
        (counts.erased, "were erased"),
        (counts.retired, "are too old to be kept in the index"),
    ):
        if number:
            print(f"{n(number)} {what}.")
    for document_id, why in counts.damaged.items():
        print(f"{document_id} could not be read: {screen.safe(why)}", file=sys.stderr)
    if counts.damaged_documents:
        print(f"{n(counts.damaged_documents)} documents could not be read and are left out.", file=sys.stderr)


def _counted(wish: Wish, selection: Selection) -> dict[str, Any]:
    return {"stage": wish.stage, "parameters": wish.parameters, **asdict(selection.counts)}


def _print_json(wish: Wish, selection: Selection, started: Iterator[DocumentIngested]) -> None:
    """Writes the object while runs start: there may be a million of them."""
    head = json.dumps(_counted(wish, selection))
    sys.stdout.write(head.removesuffix("}") + ', "started": [')
    for number, message in enumerate(started):
        row = {"document_id": message.document_id, "generation": message.generation, "run": message.run}
        sys.stdout.write((", " if number else "") + json.dumps(row))
    sys.stdout.write("]}\n")


def _started(store: Store, wish: Wish, selection: Selection, announcer: Announcer) -> Iterator[DocumentIngested]:
    """Takes the runs and says them; yields those that have arrived at the broker."""
    done, shown, rest = 0, time.monotonic(), iter(selection)
    with ThreadPoolExecutor(_THREADS) as pool:
        while together := list(itertools.islice(rest, _TOGETHER)):
            messages = list(pool.map(lambda chosen: _run(store, wish, chosen), together))
            for message in messages:
                announcer.send(topics.DOCUMENTS_INGESTED, message)
            announcer.flush()
            yield from messages
            done += len(messages)
            if time.monotonic() - shown >= _LINE_SECONDS:
                shown, every = time.monotonic(), selection.counts.documents
                print(f"  {screen.number(done)} of {screen.number(every)} started", file=sys.stderr)


def _run(store: Store, wish: Wish, chosen: Chosen) -> DocumentIngested:
    if chosen.begun is not None:
        return run_message(store, chosen.document_id, chosen.generation, chosen.begun)
    return next_run(
        store, chosen.document_id, chosen.generation, (Redo(wish.stage, wish.parameters, units=chosen.ranges),)
    )
