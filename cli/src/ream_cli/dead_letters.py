# SPDX-License-Identifier: Apache-2.0
"""The command `ream dead-letters`: lists what was given up, shows why, sends it again or dismisses it."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from ream_cli import documents, letters, redriving, screen, watching
from ream_cli.failures import INCOMPLETE, OK, USAGE, CommandError
from ream_cli.letters import Found
from ream_cli.redriving import Redriving, Which
from ream_cli.surroundings import Surroundings, find
from ream_kit import Store
from ream_kit.clock import SystemClock
from ream_kit.observe import Announcer

_LINE_SECONDS = 5.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="those with which nothing was done, oldest first")
    _which(listing)
    listing.add_argument("--all", action="store_true", help="also those that were sent again or dismissed")
    showing = actions.add_parser("show", help="one of them, with the text of its error")
    showing.add_argument("id", help="TOPIC/PARTITION/OFFSET, as list prints it")
    driving = actions.add_parser("redrive", help="try again: a submission as it came, all else by running its document")
    driving.add_argument("ids", nargs="*", metavar="ID", help="which, as list prints them")
    _which(driving)
    driving.add_argument("--all", action="store_true", help="all with which nothing was done")
    driving.add_argument("--again", action="store_true", help="also what was sent again or dismissed before")
    driving.add_argument("--dry-run", action="store_true", help="only count what would be sent, by cause")
    dismissing = actions.add_parser("dismiss", help="let those show no more that can't be sent again")
    dismissing.add_argument("ids", nargs="*", metavar="ID", help="which, as list prints them")
    _which(dismissing)
    dismissing.add_argument("--anyway", action="store_true", help="also those that could be sent again")
    for each in (listing, showing, driving, dismissing):
        each.add_argument("--json", action="store_true", help="print one JSON object")


def _which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cause", help="only those with this cause")
    parser.add_argument("--topic", help="only those whose record came from this topic")
    parser.add_argument("--stage", help="only those that this stage gave up")


def run(options: argparse.Namespace) -> int:
    """Does one of the actions."""
    surroundings = find()
    which = Which()
    if options.action != "show":
        ids = frozenset(getattr(options, "ids", ()))
        which = Which(ids, options.cause, options.topic, options.stage)
    if options.action in ("redrive", "dismiss") and which == Which() and not getattr(options, "all", False):
        every = ", --stage STAGE or --all" if options.action == "redrive" else " or --stage STAGE"
        raise CommandError(
            f"Say which: ids, --cause CAUSE, --topic TOPIC{every}. 'ream dead-letters list' shows them.", USAGE
        )
    store = surroundings.store()
    watching.require_topics(surroundings)
    actions = {"list": _list, "show": _show, "redrive": _redrive, "dismiss": _dismiss}
    return actions[options.action](surroundings, store, which, options)


def _list(surroundings: Surroundings, store: Store, which: Which, options: argparse.Namespace) -> int:
    there = (each.slim for each in letters.every(surroundings.kafka()) if which.means(each))
    found = sorted(there, key=lambda each: each.timestamp_ms) if options.all else letters.waiting(there, store)
    rows = [(each, _state(each, store) if options.all else {}) for each in found]
    if options.json:
        screen.print_json({"dead_letters": [{**letters.to_json(each), **state} for each, state in rows]})
        return OK
    if not found:
        print("There are no dead letters.")
        return OK
    table = screen.table(
        "id", "cause", "stage", "tries", "document", "given up", *_STATES[: 2 * options.all], right=("tries",)
    )
    for each, state in rows:
        letter = each.letter
        document = letter.document_id or each.name or "none"
        stage = f"{letter.stage} {letter.stage_version}"
        texts = (each.id, letter.cause, stage, str(letter.attempts), document, each.when, *state.values())
        table.add_row(*(screen.cell(None if text is None else str(text)) for text in texts))
    screen.console().print(table)
    return OK


_STATES = ("done with it", "document now")


def _state(found: Found, store: Store) -> dict[str, Any]:
    """What was done with a dead letter, and what became of its document since."""
    mark = letters.mark_of(found, store)
    document_id = found.letter.document_id
    return {
        "state": f"{mark.how} {mark.at or ''}".strip() if mark else "waiting",
        "document_outcome": documents.outcome_of(store, document_id) if document_id else None,
    }


def _show(surroundings: Surroundings, store: Store, _: Which, options: argparse.Namespace) -> int:
    found = _named(surroundings, [options.id])[0]
    reason = letters.detail(found, store)
    if options.json:
        screen.print_json({**letters.to_json(found), **_state(found, store), "reason": reason})
        return OK
    letter = found.letter
    for name, value in (
        ("id", found.id),
        ("cause", letter.cause),
        ("stage", f"{letter.stage}, version {letter.stage_version}, after {letter.attempts} tries"),
        ("document", letter.document_id or "none"),
        *([("name", found.name)] if found.name else []),
        ("given up", found.when),
        ("since then", _state(found, store)["state"]),
        ("record", f"{letter.topic}, partition {letter.partition}, offset {letter.offset}"),
        *((f"header {key}", value) for key, value in letter.headers.items()),
        ("value", letters.beginning(found, store)),
    ):
        print(f"{name:<12} {screen.safe(value)}")
    print()
    for line in (reason or "The store has no text about it.").splitlines():
        print(screen.safe(line))
    return OK


def _redrive(surroundings: Surroundings, store: Store, which: Which, options: argparse.Namespace) -> int:
    if which.ids:
        _named(surroundings, sorted(which.ids))
    there = letters.every(surroundings.kafka())
    if options.dry_run:
        return _outlook(redriving.look(there, which, store, again=options.again), as_json=options.json)
    sent: list[str] = []
    refused: dict[str, str] = {}
    shown = time.monotonic()
    for fate in Redriving(store, Announcer(surroundings.kafka(), "redrive")).send(there, which, again=options.again):
        if fate.sent:
            sent.append(fate.id)
        else:
            refused[fate.id] = fate.what
        if not options.json:
            told = f"{fate.id} ({screen.safe(fate.cause)})"
            print(f"{told}: {fate.what}" if fate.sent else f"{told} was not sent: {fate.what}.", file=_to(fate.sent))
        elif time.monotonic() - shown >= _LINE_SECONDS:
            shown = time.monotonic()
            print(f"  {screen.number(len(sent))} sent, {screen.number(len(refused))} not", file=sys.stderr)
    if options.json:
        screen.print_json({"sent": sent, "not_sent": refused})
    elif sent or refused:
        print(f"{screen.number(len(sent))} sent again; 'ream dead-letters list --all' shows how they fare.")
    else:
        print("There is nothing to send.")
    return INCOMPLETE if refused else OK


def _to(good: bool) -> Any:
    return sys.stdout if good else sys.stderr


def _outlook(outlook: redriving.Outlook, *, as_json: bool) -> int:
    if as_json:
        screen.print_json(outlook.to_json())
        return OK
    n = screen.number
    print(f"{n(outlook.letters)} dead letters of {n(len(outlook.documents))} documents would be sent again.")
    if outlook.before:
        print(f"{n(outlook.before)} were sent or dismissed before and are left out; --again takes them too.")
    for name, counter in outlook.by.items():
        for value, count in counter.most_common():
            print(f"  {name} {screen.safe(value)}: {n(count)}")
    return OK


def _dismiss(surroundings: Surroundings, store: Store, which: Which, options: argparse.Namespace) -> int:
    if which.ids:
        _named(surroundings, sorted(which.ids))
    dismissed: list[str] = []
    kept: dict[str, str] = {}
    for each in letters.every(surroundings.kafka()):
        if not which.means(each) or letters.mark_of(each, store) is not None:
            continue
        why_not = redriving.dismiss(each, store, SystemClock().now(), anyway=options.anyway)
        if why_not is None:
            dismissed.append(each.id)
        else:
            kept[each.id] = why_not
    if options.json:
        screen.print_json({"dismissed": dismissed, "kept": kept})
    else:
        for name, reason in kept.items():
            print(f"{name} was not dismissed: {reason}.", file=sys.stderr)
        print(f"{screen.number(len(dismissed))} dismissed." if dismissed or kept else "There is nothing to dismiss.")
    return INCOMPLETE if kept else OK


def _named(surroundings: Surroundings, ids: list[str]) -> list[Found]:
    by_id = {each.id: each.slim for each in letters.every(surroundings.kafka()) if each.id in ids}
    for name in ids:
        if name not in by_id:
            raise CommandError(f"There is no dead letter {name}. 'ream dead-letters list' shows those there are.")
    return [by_id[name] for name in ids]
