# SPDX-License-Identifier: Apache-2.0
"""A real worker is stopped with entries in its buffer, and woken when another has taken over and written newer ones."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ream_bench.fanin import parts
from ream_bench.fanin.place import MAIN, Place
from ream_bench.fanin.soak import SETTINGS
from ream_bench.fanin.verdict import Verdict, collect, judge

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]

PAGES = 3
DOCUMENTS = 400

STOPS = """
import os, pathlib, signal
from aiokafka.client import AIOKafkaClient
real = AIOKafkaClient.ready
order = pathlib.Path(os.environ["STOP_WHEN_THERE"])
async def ready(self, node_id, **rest):
    answer = await real(self, node_id, **rest)
    if self._client_id == "late" and order.exists():
        order.unlink()
        os.kill(os.getpid(), signal.SIGSTOP)
    return answer
AIOKafkaClient.ready = ready
import ream_aggregate.fenced as fenced
made = fenced.Producer._new_producer
def named(self, *rest, **more):
    producer = made(self, *rest, **more)
    producer.client._client_id = "late"
    return producer
fenced.Producer._new_producer = named
"""
"""Stops the process where it is about to send what its producer holds: it looks whether it stood still only after."""

UNFENCED = "fenced.fence = lambda client, frozen: None\n"


@pytest.fixture
def place(kafka_bootstrap: str, tmp_path: Path) -> Iterator[Place]:
    with Place(kafka_bootstrap, tmp_path, SETTINGS) as made:
        yield made
        print(made.log())


def overtaken(place: Place, program: str) -> tuple[Verdict, subprocess.Popen[bytes]]:
    """Has one worker stopped in the middle of its work, another do all of it, and the first woken."""
    order = place.folder / "stop"
    documents = [parts.name(number) for number in range(DOCUMENTS)]
    rounds = list(parts.rounds(documents, PAGES))
    records = [(document, parts.part(document, number, PAGES)) for document, number in rounds]
    half = len(records) // 2
    late = place.start(program=program, STOP_WHEN_THERE=str(order))
    place.send(records[:100])
    assert place.until(place.caught_up, 60)
    order.touch()
    place.send(records[100:half])
    assert place.until(lambda: not order.exists(), 30)
    place.send(records[half:])
    place.start()
    assert place.until(place.caught_up, 90)
    place.wake(late)
    place.until(lambda: late.poll() is not None, 10)
    return judge(collect(place, PAGES)), late


def test_what_lay_in_the_buffer_of_a_worker_that_stood_still_is_never_sent(place: Place) -> None:
    verdict, late = overtaken(place, STOPS + MAIN)
    assert late.poll() is not None
    assert "reason=frozen" in place.log()
    assert verdict.fine, verdict.line()


def test_without_the_look_before_sending_entries_go_back(place: Place) -> None:
    """Planted: the fence is taken away, and the changelog then has older entries behind newer ones."""
    verdict, _ = overtaken(place, STOPS + UNFENCED + MAIN)
    assert verdict.backwards
    assert not verdict.fine
