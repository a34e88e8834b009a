# SPDX-License-Identifier: Apache-2.0
"""Decides what of the libraries' own logging reaches ours: warnings and worse, as lines of our form, now and then."""

import logging
import time
from collections.abc import Callable
from typing import Any

from ream_kit import log

AGAIN_SECONDS = 30.0
"""No sentence of a library is written again before: clients say thirty times a second that a broker is away."""
_MOST_KNOWN = 1_000


class Bridge(logging.Handler):
    """Hands records of the standard library's logging to ream_kit's.

    Args:
        level: the lowest that is handed on.
        now: seconds of a clock that never goes back.
    """

    def __init__(self, level: int = logging.NOTSET, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(level)
        self._now = now
        self._left_out: dict[tuple[object, ...], list[float]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one line; the message is the library's, and speaks of topics, offsets and errors.

        `left_out` says how many of the same sentence, with whatever names in it, came since the last line.
        """
        left_out = self._counted(record)
        if left_out is None:
            return
        target = log.logger(record.name)
        write = target.error if record.levelno >= logging.ERROR else target.warning
        more: dict[str, Any] = {"left_out": left_out} if left_out else {}
        if record.exc_info and record.exc_info[0]:
            more["error"] = record.exc_info[0].__name__
        write("library", message=record.getMessage(), **more)

    def _counted(self, record: logging.LogRecord) -> int | None:
        """Returns how many of the kind were left out since the last; None where this one is left out too."""
        args = record.args if isinstance(record.args, tuple) else ()
        errors = [type(one).__name__ for one in args if isinstance(one, BaseException)]
        errors += [record.exc_info[0].__name__] if record.exc_info and record.exc_info[0] else []
        kind, now = (record.name, record.levelno, str(record.msg), *errors), self._now()
        if (known := self._left_out.get(kind)) is not None and now - known[0] < AGAIN_SECONDS:
            known[1] += 1
            return None
        if len(self._left_out) >= _MOST_KNOWN:
            self._left_out.clear()
        self._left_out[kind] = [now, 0]
        return int(known[1]) if known is not None else 0


def configure(level: log.Level, form: log.Format) -> None:
    """Sets up the log of this process; Faust's own set-up, which redirects the standard output, stays off."""
    log.configure(level, form)
    root = logging.root
    root.handlers[:] = [Bridge(logging.WARNING)]
    root.setLevel(logging.WARNING)
