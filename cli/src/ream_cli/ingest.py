# SPDX-License-Identifier: Apache-2.0
"""The command `ream ingest`: brings files and folders, and sees each document to its end."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from rich.console import Console

from ream_cli import finding, screen, search, watching
from ream_cli.failures import INCOMPLETE, INTERRUPTED, OK
from ream_cli.outcome_list import Report
from ream_cli.progress import view
from ream_cli.surroundings import Surroundings, find
from ream_contracts.outcomes import Outcome
from ream_contracts.redo import REFERENCE

_LISTED = 50


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file, or folder with all below it")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="stop watching after so long (default: never)")
    parser.add_argument(
        "--tag", action="append", default=[], metavar="TAG", help="tag for every document; may be repeated"
    )
    parser.add_argument(
        "--password-ref",
        action="append",
        default=[],
        type=_password_name,
        metavar="NAME",
        help="name of a password that the operator keeps, for encrypted files; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="end with one JSON object")


def run(options: argparse.Namespace) -> int:
    """Brings, watches, and says what became of it."""
    names = tuple(options.password_ref)
    report = bring(find(), options.paths, timeout=options.timeout, tags=tuple(options.tag), password_ref=names)
    if options.json:
        screen.print_json(report.to_json())
    else:
        show(report, screen.console())
    if report.interrupted:
        return INTERRUPTED
    return OK if report.fine else INCOMPLETE


def _password_name(text: str) -> str:
    if re.fullmatch(REFERENCE, text) is None:
        raise argparse.ArgumentTypeError(
            "a password's name has letters, digits, _ and -; the password itself is never given here"
        )
    return text


def bring(
    surroundings: Surroundings,
    paths: list[Path],
    *,
    timeout: float | None = None,
    tags: tuple[str, ...] = (),
    password_ref: tuple[str, ...] = (),
) -> Report:
    """Brings files and follows their documents to the end, with live progress on the standard error.

    What has come to its end is found by the next search.
    """
    store = surroundings.store()
    watching.require_topics(surroundings)
    with view(screen.console(to_stderr=True)) as shown:
        report = watching.Watch(surroundings, store, shown, timeout).run(finding.files(paths), tags, password_ref)
    search.freshen(surroundings)
    return report


def show(report: Report, console: Console) -> None:
    """Prints the outcomes, and by name what needs somebody's attention."""
    totals = report.totals
    counts = screen.table("outcome", "documents", right=("documents",))
    for outcome in Outcome:
        if totals.outcomes[outcome]:
            counts.add_row(screen.outcome(outcome), screen.number(totals.outcomes[outcome]))
    if totals.outstanding:
        counts.add_row(screen.outcome("outstanding"), screen.number(totals.outstanding))
    counts.add_row("submitted", screen.number(totals.submitted), style="bold")
    console.print(counts)
    within = f", {screen.number(totals.children)} of them found inside others" if totals.children else ""
    console.print(f"{screen.number(totals.submitted)} documents{within}, in {screen.duration(report.seconds)}")
    if totals.outcomes[Outcome.EMPTY]:
        console.print(
            "Empty is what holds no text of its own, as containers do: ream search outcome:empty", style="dim"
        )
    _show_endings(report, console)
    _show_not_submitted(report, console)
    _show_outstanding(report, console)


def _show_endings(report: Report, console: Console) -> None:
    if not report.not_whole:
        return
    console.print("\nNot whole:", style="bold")
    listed = screen.table("document", "outcome", "cause", "what happened", "what to do")
    for each in report.not_whole[:_LISTED]:
        listed.add_row(
            screen.cell(each.name),
            screen.outcome(each.outcome),
            screen.cell(each.cause),
            screen.cell(each.reason),
            screen.cell(each.advice),
        )
    console.print(listed)
    _rest(len(report.not_whole), console)


def _show_not_submitted(report: Report, console: Console) -> None:
    if not report.not_submitted:
        return
    console.print("\nNot submitted:", style="bold")
    listed = screen.table("file", "cause", "what happened")
    for each in report.not_submitted[:_LISTED]:
        listed.add_row(screen.cell(str(each.path)), screen.cell(each.cause), screen.cell(each.reason))
    console.print(listed)
    _rest(len(report.not_submitted), console)


def _show_outstanding(report: Report, console: Console) -> None:
    if not report.outstanding:
        return
    console.print("\nOutstanding; the services go on with them, and 'ream status DOCUMENT' says how far:", style="bold")
    listed = screen.table("document", "id")
    for document_id, name in list(report.outstanding.items())[:_LISTED]:
        listed.add_row(screen.cell(name), document_id)
    console.print(listed)
    _rest(len(report.outstanding), console)


def _rest(count: int, console: Console) -> None:
    if count > _LISTED:
        console.print(f"... and {screen.number(count - _LISTED)} more; --json lists all of them")
