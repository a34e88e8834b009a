# SPDX-License-Identifier: Apache-2.0
"""What libraries say again and again is written now and then, with how often it was said."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from ream_aggregate.logs import AGAIN_SECONDS, Bridge
from ream_kit import log


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    log.configure(stream=stream)
    yield stream
    log.configure()


def record(message: str, *names: object, level: int = logging.ERROR) -> logging.LogRecord:
    return logging.LogRecord("aiokafka", level, __file__, 1, message, names, None)


def test_the_same_sentence_is_written_once_in_a_while(said: io.StringIO) -> None:
    now = [0.0]
    bridge = Bridge(logging.WARNING, lambda: now[0])
    for node in range(300):
        bridge.handle(record("Unable connect to node with id %s", node))
        now[0] += 0.05
    bridge.handle(record("something else"))
    lines = said.getvalue().splitlines()
    assert [("node with id 0" in line, "something else" in line) for line in lines] == [(True, False), (False, True)]
    now[0] += AGAIN_SECONDS
    bridge.handle(record("Unable connect to node with id %s", 7))
    assert "left_out=299" in said.getvalue().splitlines()[2]


@pytest.mark.usefixtures("said")
def test_sentences_without_end_take_no_memory_without_end() -> None:
    bridge = Bridge(logging.WARNING, lambda: 0.0)
    for number in range(5_000):
        bridge.handle(record(f"never the same {number}"))
    assert len(bridge._left_out) <= 1_000
