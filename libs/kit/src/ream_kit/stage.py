# SPDX-License-Identifier: Apache-2.0
"""Decides what a stage is: a function of one message, with what it reads, writes and needs, checked when declared."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from ream_contracts.topic import Topic
from ream_kit.records import Origin

__all__ = ["INJECTED", "GiveUp", "Origin", "Stage", "To", "stage"]

M = TypeVar("M")
P = ParamSpec("P")
R = TypeVar("R")

Need = Callable[[], AbstractContextManager[Any]]
GiveUp = Callable[[Any, str, int], Iterable[Any]]

INJECTED = ("store", "clock", "origin")
"""Names of parameters that every handler may have; in a batch handler `origin` is a sequence, one an item."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class To:
    """A message and the topic it goes to, for when two topics of a stage take messages of this type."""

    topic: Topic[Any]
    message: Any


@dataclass(frozen=True)
class Stage(Generic[P, R]):
    """A declared stage; calling it calls its function, as if it had not been declared.

    Attributes:
        give_up: makes the messages that say to others that a message was given up: (message, cause, attempts).
        batch: largest number of messages a call; None for a handler of one message.
        group: name of the consumer group, without the prefix of the installation.
        injected: names of the parameters that are handed over with each call.
    """

    name: str
    handler: Callable[P, R]
    version: str
    reads: tuple[Topic[Any], ...]
    writes: tuple[Topic[Any], ...]
    needs: Mapping[str, Need]
    give_up: GiveUp | None
    batch: int | None
    group: str
    injected: tuple[str, ...] = field(default=())

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Calls the function itself."""
        return self.handler(*args, **kwargs)


AnyStage = Stage[..., Any]


@overload
def stage(
    name: str,
    *,
    reads: Topic[M],
    writes: Topic[Any] | tuple[Topic[Any], ...] = (),
    version: str = "1",
    needs: Mapping[str, Need] | None = None,
    give_up: GiveUp | None = None,
    batch: None = None,
    group: str | None = None,
) -> Callable[[Callable[Concatenate[M, P], R]], Stage[Concatenate[M, P], R]]: ...
@overload
def stage(
    name: str,
    *,
    reads: Topic[M],
    writes: Topic[Any] | tuple[Topic[Any], ...] = (),
    version: str = "1",
    needs: Mapping[str, Need] | None = None,
    give_up: GiveUp | None = None,
    batch: int,
    group: str | None = None,
) -> Callable[[Callable[Concatenate[Sequence[M], P], R]], Stage[Concatenate[Sequence[M], P], R]]: ...
@overload
def stage(
    name: str,
    *,
    reads: tuple[Topic[Any], ...],
    writes: Topic[Any] | tuple[Topic[Any], ...] = (),
    version: str = "1",
    needs: Mapping[str, Need] | None = None,
    give_up: GiveUp | None = None,
    batch: int | None = None,
    group: str | None = None,
) -> Callable[[Callable[P, R]], Stage[P, R]]: ...
def stage(
    name: str,
    *,
    reads: Topic[Any] | tuple[Topic[Any], ...],
    writes: Topic[Any] | tuple[Topic[Any], ...] = (),
    version: str = "1",
    needs: Mapping[str, Need] | None = None,
    give_up: GiveUp | None = None,
    batch: int | None = None,
    group: str | None = None,
) -> Any:
    """Declares a function of one message (or, with `batch`, of several) as a stage.

    The function's first parameter is the message; the others are handed over by name: `store`, `clock`, `origin`, and
    the names in `needs`, each a factory of a context manager that is opened once a process, before any connection to
    Kafka, and shared by all worker threads. The function may return a message, several, or yield them; a batch
    handler returns for each message, in order, an iterable of messages or an exception.

    Args:
        name: lower-case words joined by dashes; also the consumer group unless `group` says another.
        reads: the topic or topics it is called for.
        writes: every topic it may write to; a message goes to the one that takes its type.
        version: raise it when the same input gives another output; part of what artifacts are named by.
        needs: what to open, by name of the parameter.
        give_up: makes the messages to send when a message is given up, before its dead letter.
        batch: call with up to so many messages at once.
        group: name of the consumer group, where it is not the stage's.

    Raises:
        TypeError: the declaration and the function do not fit together.
    """

    def declare(handler: Callable[..., Any]) -> AnyStage:
        declared = Stage(
            name=name,
            handler=handler,
            version=version,
            reads=_several(reads),
            writes=_several(writes),
            needs=dict(needs or {}),
            give_up=give_up,
            batch=batch,
            group=group or name,
            injected=tuple(inspect.signature(handler).parameters)[1:],
        )
        _check(declared)
        return declared

    return declare


def _several(topics: Topic[Any] | tuple[Topic[Any], ...]) -> tuple[Topic[Any], ...]:
    return topics if isinstance(topics, tuple) else (topics,)


def _check(declared: AnyStage) -> None:
    def wrong(what: str) -> TypeError:
        return TypeError(f"stage {declared.name!r}: {what}")

    if not _NAME.fullmatch(declared.name):
        raise wrong("a name is lower-case words joined by dashes, like 'word-count'")
    if not declared.reads:
        raise wrong("it reads no topic: give reads=topics.SOMETHING")
    if declared.batch is not None and declared.batch < 1:
        raise wrong("batch is the largest number of messages a call: 1 or more")
    parameters = list(inspect.signature(declared.handler).parameters.values())
    if not parameters:
        raise wrong("its function takes no message: the first parameter is the message")
    for parameter in parameters[1:]:
        if parameter.name not in INJECTED and parameter.name not in declared.needs:
            raise wrong(f"nobody gives it the parameter {parameter.name!r}: name a factory for it in needs={{...}}")
    for need in declared.needs:
        if need in INJECTED:
            raise wrong(f"needs may not hold {need!r}: that name is given to every stage")
        if need not in declared.injected:
            raise wrong(f"needs names {need!r}, but its function has no such parameter")
