# SPDX-License-Identifier: Apache-2.0
"""Decides which subcommand runs and how it ends: by an exit code, with a sentence where something went wrong."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Protocol, cast

from ream_cli.failures import EXIT_CODES, INTERRUPTED, OK, OURS, explained
from ream_cli.screen import safe
from ream_kit import log

COMMANDS = {
    "up": "start Kafka, OpenSearch and all services on this machine",
    "down": "end exactly what was started",
    "status": "what runs, what waits, what is owed; or everything about one document",
    "ingest": "process files and folders, and see each to its end",
    "search": "find documents by words, down to the page",
    "show": "record, receipt, artifacts and text of a document",
    "dead-letters": "what was given up: list, show, send again",
    "replay": "run one stage again for some documents, and what depends on it",
    "classify": "teach types and topics by examples, or say what a document is",
    "rebuild-index": "write the index anew from the store alone, as it is or as it was on a day",
    "topics": "the topics: what they say, who writes and reads them",
    "run": "run a consumer of your own from a file",
    "logs": "the last lines of what services and servers say",
    "demo": "start everything, process the samples, search",
}


class Command(Protocol):
    """A module that is one subcommand."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Says what it takes on the command line."""

    def run(self, options: argparse.Namespace) -> int:
        """Does it; returns the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit code; nothing is raised but what argparse does for wrong usage."""
    words = list(sys.argv[1:] if argv is None else argv)
    log.configure("error")  # what libraries and kit say is for services; commands speak for themselves
    try:
        options = _options(words)
        code = _module(options.command).run(options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("ream: interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Who read our output has seen enough; Python would complain again while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        return _told(error)


def _options(words: list[str]) -> argparse.Namespace:
    parser = _parser(words)
    options, more = parser.parse_known_args(words)
    if more:
        as_words = hasattr(_module(options.command), "WORDS_MAY_BEGIN_WITH_DASH")
        if not as_words or any(word.startswith("--") for word in more):
            parser.error(f"unrecognized arguments: {' '.join(more)}")
        options.words = [word for word in words if word in (*options.words, *more)]
    return options


def _told(error: Exception) -> int:
    known = explained(error)
    if known is not None:
        print("ream: " + "\n".join(map(safe, str(known).split("\n"))), file=sys.stderr)
        return known.code
    print(
        f"ream: this is a defect of Ream: {log.where(error)}. Please report it; REAM_LOG_LEVEL=debug shows more.",
        file=sys.stderr,
    )
    if os.environ.get("REAM_LOG_LEVEL") == "debug":
        traceback.print_exception(error)
    return OURS


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Only the module of the command that is meant is loaded: `ream --help` need not wait for clients of servers."""
    parser = argparse.ArgumentParser(
        prog="ream",
        description="Document processing that accounts for every page.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    meant = next((word for word in words if not word.startswith("-")), "")
    for name, line in COMMANDS.items():
        one = commands.add_parser(
            name,
            help=line,
            description=line[0].upper() + line[1:] + ".",
            epilog=EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name == meant:
            _module(name).arguments(one)
    return parser


def _module(command: str) -> Command:
    return cast(Command, importlib.import_module(f"ream_cli.{command.replace('-', '_')}"))


if __name__ == "__main__":
    raise SystemExit(main())
