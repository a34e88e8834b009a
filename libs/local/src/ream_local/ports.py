# SPDX-License-Identifier: Apache-2.0
"""Decides whether a port on the loopback address can be taken, and which ports are free."""

from __future__ import annotations

import contextlib
import socket

from ream_local.errors import LocalStackError

LOOPBACK = "127.0.0.1"


def free_ports(count: int) -> tuple[int, ...]:
    """Distinct ports of the loopback address that nobody listens on at this moment."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return tuple(each.getsockname()[1] for each in sockets)


def require_free(port: int, purpose: str, setting: str) -> None:
    """Make sure that a server can listen on a port.

    Args:
        port: the port on the loopback address.
        purpose: what needs it, as in `Kafka`.
        setting: the environment variable that chooses another one.

    Raises:
        LocalStackError: somebody listens there.
    """
    with socket.socket() as probe:
        # Servers set it too: connections of an earlier run that are still closing do not stand in the way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise LocalStackError(
                f"Port {port} on {LOOPBACK}, which {purpose} needs, is in use. See who has it with "
                f"'ss -ltnp sport = :{port}', or choose another port: {setting}=<port>."
            ) from error
