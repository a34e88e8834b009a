# SPDX-License-Identifier: Apache-2.0
"""The command `ream up`: everything runs when it ends."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from ream_cli import screen, starting
from ream_cli.failures import OK
from ream_cli.starting import Tell
from ream_cli.surroundings import Surroundings, find


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    parser.add_argument("--restart", action="store_true", help="start the services anew (after a change of code)")


def run(options: argparse.Namespace) -> int:
    """Starts everything and says where to look."""
    surroundings = find(make=True)
    with telling("starting") as tell:
        starting.bring_up(surroundings, tell, restart=options.restart)
    for line in where_to_look(surroundings):
        print(line)
    return OK


@contextmanager
def telling(what: str) -> Iterator[Tell]:
    """Shows that something is going on, on a terminal by a spinner, and takes sentences about it."""
    console = screen.console(to_stderr=True)
    with console.status(what) as status:

        def tell(sentence: str) -> None:
            console.print(screen.cell(sentence))
            status.update(screen.cell(sentence))

        yield tell


def where_to_look(surroundings: Surroundings) -> list[str]:
    """What a person wants to know when everything runs."""
    environ = surroundings.environ
    user = environ.get("REAM_OPENSEARCH_USER", "ream")
    secrets = surroundings.settings.data_dir / "secrets.json"
    own = "opensearch" in surroundings.own_servers
    return [
        f"Kafka       {environ['REAM_KAFKA_BOOTSTRAP']}",
        f"OpenSearch  {environ['REAM_OPENSEARCH_URL']} (user {user}{f'; passwords in {secrets}' if own else ''})",
        f"store       {environ['REAM_STORE']}",
        f"logs        {surroundings.log_dir}",
        "Next: ream ingest FOLDER, ream search WORDS, ream status; ream down ends everything.",
    ]
