# SPDX-License-Identifier: Apache-2.0
"""A question is answered, fails, or is given up in time."""

from __future__ import annotations

import threading
import time

import pytest

from ream_cli.patience import Asked, NoAnswer
from ream_kit import Retry


def test_an_answer_comes_through() -> None:
    assert Asked(lambda: 7).within(5) == 7


def test_what_a_question_raises_comes_through() -> None:
    def question() -> None:
        raise Retry("kafka", "the broker is away")

    with pytest.raises(Retry, match="away"):
        Asked(question).within(5)


def test_who_never_answers_is_not_waited_for() -> None:
    over = threading.Event()
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        Asked(over.wait).within(0.05)
    assert time.monotonic() - began < 2
    over.set()
