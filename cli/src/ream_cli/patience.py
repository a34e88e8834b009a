# SPDX-License-Identifier: Apache-2.0
"""Decides how long a command waits for somebody who may never answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class NoAnswer(Exception):
    """Nobody answered in time."""


class Asked(Generic[T]):
    """A question that is asked in a thread of its own; one that is never answered keeps no command from ending."""

    def __init__(self, question: Callable[[], T]) -> None:
        """Asks at once."""
        self._question = question
        self._answer: list[T] = []
        self._failure: BaseException | None = None
        self._over = threading.Event()
        threading.Thread(target=self._run, name="asked", daemon=True).start()

    def within(self, seconds: float) -> T:
        """Returns the answer, or raises what the question raised.

        Raises:
            NoAnswer: there is none in so many seconds from now.
        """
        if not self._over.wait(seconds):
            raise NoAnswer
        if self._failure is not None:
            raise self._failure
        return self._answer[0]

    def _run(self) -> None:
        try:
            self._answer.append(self._question())
        except BaseException as error:
            self._failure = error  # raised where the answer is waited for
        finally:
            self._over.set()
