# SPDX-License-Identifier: Apache-2.0
"""Decides what of the libraries' own logging reaches ours: warnings and worse, as lines of our form."""

import logging

from ream_kit import log


class Bridge(logging.Handler):
    """Hands records of the standard library's logging to ream_kit's."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one line; the message is the library's, and speaks of topics, offsets and errors."""
        target = log.logger(record.name)
        write = target.error if record.levelno >= logging.ERROR else target.warning
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        write("library", message=record.getMessage(), error=error)


def configure(level: log.Level, form: log.Format) -> None:
    """Sets up the log of this process; Faust's own set-up, which redirects the standard output, stays off."""
    log.configure(level, form)
    root = logging.root
    root.handlers[:] = [Bridge(logging.WARNING)]
    root.setLevel(logging.WARNING)
