# SPDX-License-Identifier: Apache-2.0
"""The command `ream dead-letters`: lists what was given up, shows why, and sends it again."""

from __future__ import annotations

import argparse
import sys

from ream_cli import letters, screen, watching
from ream_cli.failures import INCOMPLETE, OK, USAGE, CommandError
from ream_cli.letters import Found, NotRedrivable
from ream_cli.surroundings import Surroundings, find
from ream_kit import Store
from ream_kit.observe import Announcer


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="those that were not sent again, oldest first")
    listing.add_argument("--cause", help="only those with this cause")
    listing.add_argument("--all", action="store_true", help="also those that were sent again")
    listing.add_argument("--json", action="store_true", help="print one JSON object")
    showing = actions.add_parser("show", help="one of them, with the text of its error")
    showing.add_argument("id", help="TOPIC/PARTITION/OFFSET, as list prints it")
    showing.add_argument("--json", action="store_true", help="print one JSON object")
    driving = actions.add_parser("redrive", help="try again: a submission as it came, all else by running its document")
    driving.add_argument("ids", nargs="*", metavar="ID", help="which, as list prints them")
    driving.add_argument("--cause", help="all with this cause")
    driving.add_argument("--all", action="store_true", help="all there are")
    driving.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Does one of the actions."""
    surroundings = find()
    if options.action == "redrive" and not (options.ids or options.cause or options.all):
        raise CommandError("Say which: ids, --cause CAUSE or --all. 'ream dead-letters list' shows them.", USAGE)
    store = surroundings.store()
    watching.require_topics(surroundings)
    if options.action == "list":
        return _list(surroundings, store, options)
    if options.action == "show":
        return _show(surroundings, store, options)
    return _redrive(surroundings, store, options)


def _list(surroundings: Surroundings, store: Store, options: argparse.Namespace) -> int:
    there = list(letters.every(surroundings.kafka()))
    found = sorted(there, key=lambda each: each.timestamp_ms) if options.all else letters.waiting(there, store)
    found = [each for each in found if options.cause in (None, each.letter.cause)]
    if options.json:
        screen.print_json({"dead_letters": [letters.to_json(each) for each in found]})
        return OK
    if not found:
        print("There are no dead letters.")
        return OK
    table = screen.table("id", "cause", "stage", "tries", "document", "given up", right=("tries",))
    for each in found:
        letter = each.letter
        document = letter.document_id or "none"
        stage = f"{letter.stage} {letter.stage_version}"
        table.add_row(each.id, screen.cell(letter.cause), screen.cell(stage), str(letter.attempts), document, each.when)
    screen.console().print(table)
    return OK


def _show(surroundings: Surroundings, store: Store, options: argparse.Namespace) -> int:
    found = _named(list(letters.every(surroundings.kafka())), [options.id])[0]
    reason = letters.detail(found, store)
    if options.json:
        screen.print_json({**letters.to_json(found), "reason": reason})
        return OK
    letter = found.letter
    for name, value in (
        ("id", found.id),
        ("cause", letter.cause),
        ("stage", f"{letter.stage}, version {letter.stage_version}, after {letter.attempts} tries"),
        ("document", letter.document_id or "none"),
        ("given up", found.when),
        ("record", f"{letter.topic}, partition {letter.partition}, offset {letter.offset}"),
        *((f"header {key}", value) for key, value in letter.headers.items()),
    ):
        print(f"{name:<12} {screen.safe(value)}")
    print()
    for line in (reason or "The store has no text about it.").splitlines():
        print(screen.safe(line))
    return OK


def _redrive(surroundings: Surroundings, store: Store, options: argparse.Namespace) -> int:
    there = list(letters.every(surroundings.kafka()))
    chosen = _named(there, options.ids) if options.ids else letters.waiting(there, store)
    chosen = [each for each in chosen if options.cause in (None, each.letter.cause)]
    announcer = Announcer(surroundings.kafka(), "redrive")
    sent, refused = [], {}
    for each in chosen:
        try:
            letters.redrive(each, store, announcer)
            sent.append(each.id)
        except NotRedrivable as error:
            refused[each.id] = str(error)
    if options.json:
        screen.print_json({"sent": sent, "not_sent": refused})
    else:
        for name, reason in refused.items():
            print(f"{name} was not sent: {reason}.", file=sys.stderr)
        print(f"{len(sent)} sent again; 'ream status' shows how they fare." if chosen else "There is nothing to send.")
    return INCOMPLETE if refused else OK


def _named(there: list[Found], ids: list[str]) -> list[Found]:
    by_id = {each.id: each for each in there}
    for name in ids:
        if name not in by_id:
            raise CommandError(f"There is no dead letter {name}. 'ream dead-letters list' shows those there are.")
    return [by_id[name] for name in ids]
