# SPDX-License-Identifier: Apache-2.0
"""A stage on a real broker whose servers go away: it waits without troubling them, says so, and goes on at once."""

import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from ream_contracts import layout, topics
from ream_contracts.artifacts import Source
from ream_contracts.messages import Allowance, DocumentIngested
from ream_index.migrate import migrate
from ream_index.opensearch import Indices, connect
from ream_index.service import Search, index
from ream_index.settings import IndexSettings, OpenSearchSettings
from ream_index.testing import unmake
from ream_kit.broker_bus import BrokerBus, Running, wait_until
from ream_kit.metrics import Metrics
from ream_kit.runner import OK
from ream_local.http_fault_proxy import HttpFaultProxy
from ream_local.testing import OpenSearchServer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]

DOCUMENTS = 400


@dataclass
class Bench:
    """Index at work on a broker, with OpenSearch behind a proxy."""

    bus: BrokerBus
    proxy: HttpFaultProxy
    running: Running
    metrics: Metrics
    indices: Indices
    client: Any

    def submit(self, count: int) -> None:
        source = Source("a", "store:x", "default", None, (), None, "2026-01-01T00:00:00Z", 5, None, "text/plain", None)
        for number in range(count):
            name = f"{number:032d}".translate(str.maketrans("0123456789", "abcdefghij"))
            self.bus.store.put_artifact(layout.source(name, 1), source)
            self.bus.put(
                topics.DOCUMENTS_INGESTED,
                DocumentIngested(
                    name, 1, 1, name, None, 0, "o", 5, "f" * 64, "text/plain", None, None, Allowance(1, 1), ()
                ),
            )
        self.bus.flush()

    def waiting(self) -> dict[str, Any]:
        return {entry["for"]: entry for entry in self.running.runner.report.waiting()}

    def bulks(self) -> int:
        return sum(one.path.startswith("/_bulk") for one in self.proxy.asked)


@pytest.fixture
def bench(kafka_bootstrap: str, opensearch: OpenSearchServer) -> Iterator[Bench]:
    prefix = f"ream-{uuid.uuid4().hex[:8]}-"
    ca, admin, own = str(opensearch.ca_file), opensearch.admin, opensearch.application
    maker = connect(OpenSearchSettings(opensearch.url, admin.user, admin.password, ca))
    migrate(maker, prefix)
    read = (*index.reads, topics.DOCUMENTS_INDEXED)
    bus, metrics = BrokerBus(kafka_bootstrap, read), Metrics()
    with HttpFaultProxy(opensearch.url, opensearch.ca_file) as proxy:
        client = connect(OpenSearchSettings(proxy.url, own.user, own.password, ca))
        indices = Indices(client, prefix)
        running = bus.start(index, metrics, search=Search(indices, IndexSettings(prefix)))
        yield Bench(bus, proxy, running, metrics, indices, client)
        assert running.stop() == OK
        indices.guard.close()
        client.close()
    unmake(maker, prefix)
    maker.close()


def written(bench: Bench) -> int:
    bench.client.indices.refresh(index=bench.indices.documents)
    return int(bench.client.count(index=bench.indices.documents)["count"])


@pytest.mark.parametrize("how", ["busy", "away"])
def test_a_stage_waits_for_its_server_and_goes_on_at_once(bench: Bench, how: str) -> None:
    if how == "busy":
        body = b'{"error": {"type": "es_rejected_execution_exception"}, "status": 429}'
        bench.proxy.answer(429, body, {"Content-Type": "application/json"})
    else:
        bench.proxy.refuse()
    bench.submit(DOCUMENTS)
    wait_until(lambda: bench.waiting().get("opensearch", {}).get("breaker") == "open", what="an open breaker")
    wait_until(lambda: bench.waiting()["opensearch"]["records"] == DOCUMENTS, what="all records waiting")
    entry = bench.waiting()["opensearch"]
    assert ("429" if how == "busy" else "can't be reached") in entry["reason"]
    assert entry["since"]
    assert (bench.running.runner.report.not_ready() or "").startswith("waiting for opensearch")
    assert bench.running.runner.report.not_alive() is None, "who waits lives"
    wait_until(lambda: bench.metrics.value("ream_waiting_records", "opensearch") == DOCUMENTS, what="the metric")
    before, started = bench.bulks(), time.monotonic()
    threading.Event().wait(4)
    probes = bench.bulks() - before
    assert probes <= 6, f"{probes} requests in {time.monotonic() - started:.0f} s: only the probe may ask"
    bench.proxy.heal()
    wait_until(lambda: not bench.indices.guard.is_open, what="the closing of the breaker")
    closed = time.monotonic()
    wait_until(lambda: bench.bus.lag(index) == 0, what="the end")
    assert time.monotonic() - closed < 15
    assert written(bench) == DOCUMENTS
    assert (bench.waiting(), bench.bus.dead_letters) == ({}, [])
    wait_until(lambda: bench.metrics.value("ream_waiting_records", "opensearch") == 0, what="the metric")
    assert bench.metrics.value("ream_breaker_state", "opensearch") == 0


def test_who_is_away_at_the_start_is_waited_for(bench: Bench) -> None:
    bench.proxy.refuse()
    bench.submit(1)
    wait_until(lambda: "opensearch" in bench.waiting(), what="waiting")
    bench.proxy.heal()
    wait_until(lambda: bench.bus.lag(index) == 0, what="the end")
    assert written(bench) == 1
