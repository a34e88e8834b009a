# SPDX-License-Identifier: Apache-2.0
"""Decides when Kafka is away from a running worker, and when it is the worker alone that has lost it."""

from typing import Any

from ream_kit.guard import Guard

LOST_SECONDS = 3.0
"""A connection that is made anew, or given to another broker, is away for less."""

CUT_OFF_SECONDS = 60.0
"""How long the library may take to connect again when the broker answers others."""


def connected(app: Any) -> bool | None:
    """Says whether the app's consumer has a connection to any broker; None before it has a client."""
    thread = getattr(app._consumer, "_thread", None)
    consumer = getattr(thread, "_consumer", None)
    if consumer is None:
        return None
    # A copy: the consumer lives in a thread of its own.
    return any(connection.connected() for connection in list(consumer._client._conns.values()))


class Connection:
    """Watches the worker's own connection; Kafka's breaker does the asking while there is none.

    Args:
        guard: is tripped when the connection is lost; its probe asks by another client.
        reason: what is then said, a sentence for people.
    """

    def __init__(self, guard: Guard, reason: str) -> None:
        self._guard, self._reason = guard, reason
        self._lost_at: float | None = None
        self._back_at: float | None = None
        self._tripped = False

    @property
    def away(self) -> bool:
        """Whether Kafka is away, as far as anybody knows."""
        return self._guard.is_open

    def look(self, connected: bool | None, now: float) -> str | None:
        """Returns why the process has to end, or None.

        Args:
            connected: whether there is a connection; None where there cannot be one yet.
            now: seconds of a clock that never goes back.
        """
        if connected is not False:
            if connected and self._tripped:
                self._guard.answered()
            self._lost_at = self._back_at = None
            self._tripped = False
            return None
        self._lost_at = self._lost_at if self._lost_at is not None else now
        if not self._tripped and now - self._lost_at >= LOST_SECONDS:
            self._guard.trip(self._reason)
            self._tripped = True
        if not self._tripped or self._guard.is_open:
            self._back_at = None
            return None
        # Not tripped again: that nothing moves would never be noticed.
        self._back_at = self._back_at if self._back_at is not None else now
        return "cut_off" if now - self._back_at > CUT_OFF_SECONDS else None
