# SPDX-License-Identifier: Apache-2.0
"""The command `ream down`: ends exactly what was started, services first."""

from __future__ import annotations

import argparse

from ream_cli import services, starting
from ream_cli.failures import OK
from ream_cli.surroundings import find
from ream_cli.up import telling


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""


def run(options: argparse.Namespace) -> int:
    """Ends the services, which finish what they have begun, then the servers."""
    surroundings = find()
    if not surroundings.run_dir.is_dir():
        print("Nothing runs.")
        return OK
    with telling("ending the services") as tell:
        tell(f"ending the services: what they have begun may take up to {services.STOP_SECONDS:.0f} s")
        ended = starting.supervisor(surroundings).stop()
        services.plan_file(surroundings).unlink(missing_ok=True)
        if ended:
            tell("the services have ended")
        servers = surroundings.stack().stop()
        if servers:
            tell("the servers have ended")
    print("All that was started has ended; nothing is lost." if ended or servers else "Nothing runs.")
    return OK
