# SPDX-License-Identifier: Apache-2.0
"""The command `ream logs`: the last lines of what services and servers have said."""

from __future__ import annotations

import argparse

from ream_cli import screen, services, starting
from ream_cli.failures import OK, USAGE, CommandError
from ream_cli.surroundings import find

_OTHERS = (services.UPKEEP, "kafka", "opensearch", "tika")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    names = (*services.NAMES, *_OTHERS)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)} (default: the services)")
    parser.add_argument("-n", "--lines", type=int, default=10, metavar="N", help="lines of each (default: 10)")


def run(options: argparse.Namespace) -> int:
    """Prints the end of each log."""
    folder = find().log_dir
    for name in options.names or services.NAMES:
        if name not in (*services.NAMES, *_OTHERS):
            raise CommandError(f"There is no log of {name!r}: name {', '.join((*services.NAMES, *_OTHERS))}.", USAGE)
        log = folder / f"{name}.log"
        print(f"==> {log} <==")
        for line in starting.tail(log, max(1, options.lines)):
            print(screen.safe(line))
        print()
    return OK
