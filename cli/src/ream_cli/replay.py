# SPDX-License-Identifier: Apache-2.0
"""The command `ream replay`: run one stage again for some documents, and what depends on it, nothing else."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ream_cli import documents, screen
from ream_cli.failures import OK, CommandError
from ream_cli.surroundings import find
from ream_contracts import topics
from ream_contracts.messages import Redo
from ream_kit.observe import Announcer
from ream_kit.rerun import next_run

STAGES = ("extract", "ocr", "classify")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    parser.add_argument("documents", nargs="+", metavar="DOCUMENT", help="an id, or the beginning of one")
    parser.add_argument("--stage", choices=STAGES, required=True, help="which stage to run again")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of that stage, like dpi=400"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Starts a new run of each document; it takes the place of the old one when it is complete."""
    surroundings = find()
    store = surroundings.store()
    redo = (Redo(options.stage, dict(parameter(text) for text in options.set)),)
    chosen = [documents.known(store, documents.resolve(store, text)) for text in options.documents]
    announcer = Announcer(surroundings.kafka(), "commands")
    started = []
    for found in chosen:
        if found.ingested is None:
            raise CommandError(f"Document {found.document_id} is still being taken in: try again when it is.")
        message = next_run(store, found.document_id, found.generations[-1], redo)
        announcer.send(topics.DOCUMENTS_INGESTED, message)
        started.append({"document_id": message.document_id, "generation": message.generation, "run": message.run})
    announcer.flush()
    if options.json:
        screen.print_json({"started": started})
    else:
        for each in started:
            name = each["document_id"]
            print(f"{name}: run {each['run']} started; 'ream status {name}' shows how it fares.")
    return OK


def parameter(text: str) -> tuple[str, Any]:
    """Reads NAME=VALUE; a value that is JSON (a number, true, a list) counts as that, anything else as text.

    Raises:
        CommandError: there is no name or no =.
    """
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise CommandError(f"{text!r} is no parameter: give NAME=VALUE, like dpi=400.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
