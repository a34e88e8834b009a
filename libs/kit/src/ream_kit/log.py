# SPDX-License-Identifier: Apache-2.0
"""Decides what a log line may hold: an event name and small facts, never content or personal data.

Lines go to the standard error as the process had it at first, so that a library which redirects the stream (Faust does)
cannot swallow them.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["plain", "json"]

_RANKS: dict[str, int] = {"debug": 0, "info": 1, "warning": 2, "error": 3}
_LONGEST = 300
_NOT_EVENT = re.compile(r"[^a-z0-9_]+")
_PLAIN = re.compile(r"[A-Za-z0-9_.:/+@%<>-]+")
_CONTEXT: ContextVar[Mapping[str, Any]] = ContextVar("log_context", default={})  # noqa: B039 (never written to)


class _Target:
    """Where lines go, for the whole process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stream: TextIO | None = None
        self.format: Format = "plain"
        self.rank = _RANKS["info"]


_TARGET = _Target()


def configure(level: Level = "info", format: Format = "plain", stream: TextIO | None = None) -> None:
    """Sets level and form of all lines of this process, and where they go (the standard error when not said)."""
    with _TARGET.lock:
        _TARGET.rank, _TARGET.format, _TARGET.stream = _RANKS[level], format, stream


@contextmanager
def bound(**fields: Any) -> Iterator[None]:
    """Adds facts (document id, trace id) to every line that is logged inside, in this thread."""
    token = _CONTEXT.set({**_CONTEXT.get(), **fields})
    try:
        yield
    finally:
        _CONTEXT.reset(token)


class Log:
    """Writes lines under one name; get it from `logger`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def debug(self, event: str, **fields: Any) -> None:
        """Something only a person who searches for a fault wants to know."""
        self._write("debug", event, fields)

    def info(self, event: str, **fields: Any) -> None:
        """A step of the life of the service; normal work is silent."""
        self._write("info", event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Something is not as it should be, and the service goes on."""
        self._write("warning", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        """Something was given up, or needs a person."""
        self._write("error", event, fields)

    def _write(self, level: Level, event: str, fields: Mapping[str, Any]) -> None:
        if _RANKS[level] < _TARGET.rank:
            return
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event = _NOT_EVENT.sub("_", event.lower())
        facts = {key: _small(value) for key, value in {**_CONTEXT.get(), **fields}.items()}
        if _TARGET.format == "json":
            line = json.dumps({"time": now, "level": level, "logger": self.name, "event": event, **facts})
        else:
            pairs = "".join(f" {key}={_quoted(value)}" for key, value in facts.items())
            line = f"{now} {level:<7} {self.name} {event}{pairs}"
        with _TARGET.lock:
            stream = _TARGET.stream or sys.__stderr__
            if stream is not None:  # None under pythonw and after a daemon closed its streams
                stream.write(line + "\n")
                stream.flush()


def logger(name: str) -> Log:
    """Returns the log of a part of the program, e.g. `ocr` or `kit.runner`."""
    return Log(name)


def where(error: BaseException) -> str:
    """Names type and place of an error without its text, which may hold what a document says."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    code = trace.tb_frame.f_code
    return f"{type(error).__name__} in {code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}"


def _small(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."


def _quoted(value: Any) -> str:
    text = str(value)
    # Quoting through JSON keeps a hostile line break from starting a line of its own.
    return text if _PLAIN.fullmatch(text) else json.dumps(text)
