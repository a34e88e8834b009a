# SPDX-License-Identifier: Apache-2.0
"""The command `ream rebuild-index`: write the index anew from the store alone, as it is or as it was on a day."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from ream_cli import screen
from ream_cli.failures import INCOMPLETE, MISCONFIGURED, OK, USAGE, CommandError
from ream_cli.surroundings import find
from ream_index.replacing import Built, InUse, Replacing, as_of_prefix
from ream_index.settings import IndexSettings
from ream_kit.settings import load

_LINE_SECONDS = 5.0
_THREADS = 4


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    parser.description = (
        "Writes the index anew from the store alone: no topic and no original is read. Searches and writes go on "
        "meanwhile; ended half-way, it goes on where it was."
    )
    parser.add_argument(
        "--as-of",
        type=_day,
        metavar="DAY",
        help="as it was at the end of this day in UTC (YYYY-MM-DD), beside the other",
    )
    parser.add_argument("--switch", action="store_true", help="with --as-of: let searches and writes use it")
    parser.add_argument("--restart", action="store_true", help="throw away what was begun (or built as of this day)")
    parser.add_argument("--abandon", action="store_true", help="delete what was begun, and build nothing")
    parser.add_argument("--delete-old", action="store_true", help="delete the index whose place was taken")
    parser.add_argument("--yes", action="store_true", help="with --as-of and --delete-old: delete it without asking")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Builds it; 1 when something of a document could not be built."""
    _check(options)
    surroundings = find()
    if surroundings.administrator is None:
        raise CommandError(
            "Building an index needs an administrator of OpenSearch: set REAM_OPENSEARCH_ADMIN_PASSWORD (of the user "
            "admin, or of REAM_OPENSEARCH_ADMIN_USER).",
            MISCONFIGURED,
        )
    store = surroundings.store()
    settings = load(IndexSettings, surroundings.environ, "REAM_INDEX_")
    began = time.monotonic()
    with surroundings.opensearch(surroundings.administrator, connections=_THREADS) as client:
        replacing = Replacing(store, client, settings, Told())
        if options.abandon:
            return _abandon(replacing, as_json=options.json)
        try:
            if options.as_of is not None:
                built = replacing.as_of(options.as_of, switch=options.switch, restart=options.restart)
            else:
                built = replacing.anew(restart=options.restart)
        except InUse as error:
            raise CommandError(f"{error}.") from None
        deleted = built.before is not None and options.delete_old
        if built.before is not None and deleted:
            replacing.delete(built.before)
    switched = built.before is not None or (options.as_of is None and not built.damaged)
    if options.json:
        screen.print_json(
            {**to_json(built), "switched": switched, "deleted": deleted, "seconds": round(time.monotonic() - began, 3)}
        )
    else:
        _show(
            built, settings.prefix, options.as_of, switched=switched, deleted=deleted, seconds=time.monotonic() - began
        )
    return INCOMPLETE if built.damaged else OK


def _check(options: argparse.Namespace) -> None:
    """Refuses what cannot be meant, and what deletes more than what is there anew without a word of consent."""
    if options.switch and options.as_of is None:
        raise CommandError(
            "--switch belongs to --as-of: without a day the new index always takes the old one's place.", USAGE
        )
    if options.delete_old and (options.abandon or (options.as_of is not None and not options.switch)):
        raise CommandError("--delete-old needs an index whose place is taken: with --as-of give --switch too.", USAGE)
    if options.delete_old and options.as_of is not None and not options.yes and not _agreed(options):
        raise CommandError(
            "Nothing was built or deleted: --delete-old would delete the index of today, and the one as of a day has "
            "less in it. Say --yes to delete it, or leave --delete-old out.",
            USAGE,
        )


def _agreed(options: argparse.Namespace) -> bool:
    if options.json or not sys.stdin.isatty():
        return False
    asked = f"Delete the index of today when the one as of {options.as_of} has its place? [y/N] "
    return input(asked).strip().lower() in ("y", "yes")


def to_json(built: Built) -> dict[str, Any]:
    """The object that `--json` prints."""
    found = asdict(built)
    return {
        **{name: value for name, value in found.items() if name not in ("pair", "before", "there")},
        "indices": list(built.pair),
        "before": list(built.before) if built.before else None,
        "built": not built.there,
    }


def _show(built: Built, prefix: str, day: date | None, *, switched: bool, deleted: bool, seconds: float) -> None:
    n = screen.number
    took = "were there already" if built.there else f"in {screen.duration(seconds)}"
    print(
        f"{n(built.documents)} documents ({n(built.outstanding)} outstanding) and {n(built.passages)} passages {took}."
    )
    if built.again:
        print(f"{n(built.again)} documents changed meanwhile and were written again.")
    if built.erased:
        print(f"{n(built.erased)} documents were erased and stay so.")
    for document_id, reason in built.damaged.items():
        print(f"{document_id} could not be built: {screen.safe(reason)}", file=sys.stderr)
    if built.damaged:
        print(
            f"{n(built.damaged_documents)} documents are damaged, so the new index did not take the old one's place: "
            "'ream replay' makes their artifacts again. Then run this again, which goes on from here.",
            file=sys.stderr,
        )
    if day is not None and not switched:
        print(f"Search it with REAM_INDEX_PREFIX={as_of_prefix(prefix, day)} ream search WORD")
    if built.before is not None:
        old = " and ".join(built.before)
        print(f"{old} {'are deleted' if deleted else 'are kept; nothing uses them any more'}.")


def _abandon(replacing: Replacing, *, as_json: bool) -> int:
    pair = replacing.abandon()
    if as_json:
        screen.print_json({"deleted": list(pair) if pair else []})
    else:
        print(f"{' and '.join(pair)} are deleted." if pair else "Nothing was begun.")
    return OK


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: give YYYY-MM-DD, like 2026-11-30") from None
    if day > datetime.now(UTC).date():
        raise argparse.ArgumentTypeError(f"{day} has not come yet")
    return day


class Told:
    """Tells on the standard error how far it is: a sentence at once, numbers each five seconds."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._began = self._next = monotonic()
        self._first: float | None = None

    def said(self, sentence: str) -> None:
        """See Listener."""
        print(sentence, file=sys.stderr)
        self._began = self._monotonic()
        self._next = self._began + _LINE_SECONDS
        self._first = None

    def progress(self, part: float, documents: int, passages: int) -> None:
        """See Listener."""
        now = self._monotonic()
        if self._first is None:  # what goes on does not begin at nothing
            self._first = part
        if now < self._next:
            return
        self._next = now + _LINE_SECONDS
        done = part - self._first
        left = f", about {screen.duration((now - self._began) * (1 - part) / done)} left" if done > 0.01 else ""
        counted = f": {screen.number(documents)} documents, {screen.number(passages)} passages" if documents else ""
        print(f"  {part:4.0%} gone through{counted}{left}", file=sys.stderr)
