# SPDX-License-Identifier: Apache-2.0
"""Decides when a process that no longer gets on is ended: from outside of its loop, which can say nothing by then."""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Protocol

from ream_kit import log

STUCK = 70
"""Exit code of a process that was ended because it did not get on; it is to be started again."""

_LOOK_SECONDS = 2.0
_SAY_SECONDS = 2.0
_PLACES = 4
_LOG = log.logger("kit.watchdog")


class Subject(Protocol):
    """Who is watched: see `health.Subject`."""

    def not_alive(self) -> str | None:
        """Why the process should be restarted; None when all is well."""
        ...


class Watchdog:
    """Ends the process, as a kill would, when it has not been alive for so long; nothing else acts on `/livez`.

    What was begun and not committed is what a death leaves, and counts as that. Two things watch: a thread, and one of
    the interpreter's own in C (`faulthandler`, exit code 1), for code that never lets go of the interpreter's lock.
    """

    def __init__(
        self, seconds: float, end: Callable[[str], Any] | None = None, look_seconds: float = _LOOK_SECONDS
    ) -> None:
        """Describes the watch; nothing runs before `watch`.

        Args:
            seconds: how long it may be not alive; 0 for ever.
            end: ends the process, given why; by default at once, with exit code 70.
            look_seconds: time between looks.
        """
        self._seconds = seconds
        self._end = end or _end
        self._look_seconds = look_seconds
        self._over = threading.Event()
        self._held = 0.0
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Watchdog:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()  # it arms what is disarmed next
        faulthandler.cancel_dump_traceback_later()

    def watch(self, subject: Subject) -> None:
        """Begins, in a thread: not before whatever wants to fork has done so."""
        if self._seconds:
            self._thread = threading.Thread(target=self._run, args=[subject], name="watchdog", daemon=True)
            self._thread.start()

    def look(self, subject: Subject, passed: float) -> None:
        """Looks once, so many seconds after the look before."""
        why = subject.not_alive()
        # Much time at once: the process itself stood still (frozen, or without a CPU), and may go on now.
        self._held = self._held + min(passed, 2 * self._look_seconds) if why is not None else 0.0
        if why is not None and self._held > self._seconds:
            self._end(f"{why}; the main thread is at {_place()}")

    def _run(self, subject: Subject) -> None:
        before = time.monotonic()
        while not self._over.wait(self._look_seconds):
            faulthandler.dump_traceback_later(self._seconds + 2 * self._look_seconds, file=2, exit=True)
            now = time.monotonic()
            self.look(subject, now - before)
            before = now


def _place() -> str:
    """Names the lines in which the main thread stands, the innermost first."""
    frame: FrameType | None = sys._current_frames().get(threading.main_thread().ident or 0)
    places: list[str] = []
    while frame is not None and len(places) < _PLACES:
        code = frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{frame.f_lineno} {code.co_name}")
        frame = frame.f_back
    return " < ".join(places)


def _end(why: str) -> None:
    # Whoever hangs may do so in the middle of a line of the log.
    saying = threading.Thread(target=_LOG.error, args=["ending_process"], kwargs={"reason": why}, daemon=True)
    saying.start()
    saying.join(_SAY_SECONDS)
    os._exit(STUCK)
