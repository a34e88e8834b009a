# SPDX-License-Identifier: Apache-2.0
"""Whose fault it is that OpenSearch does not take what index writes: a real node, made to misbehave by a proxy."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from opensearchpy import OpenSearch

from ream_contracts import layout, topics
from ream_contracts.artifacts import Source
from ream_contracts.messages import Allowance, DocumentIngested
from ream_index.migrate import migrate
from ream_index.opensearch import Indices, WriteFailed, connect, judged
from ream_index.passages import Entry
from ream_index.service import Search, index
from ream_index.settings import IndexSettings, OpenSearchSettings
from ream_index.testing import unmake
from ream_kit import Reject, Retry
from ream_kit.broker_bus import wait_until
from ream_kit.testing import LocalBus, memory_store
from ream_local.http_fault_proxy import HttpFaultProxy
from ream_local.testing import OpenSearchServer

BUSY = b'{"error": {"type": "es_rejected_execution_exception", "reason": "queue full"}, "status": 429}'


@dataclass
class Bench:
    """Indices of its own, reached through a proxy that can misbehave."""

    proxy: HttpFaultProxy
    admin: OpenSearch
    indices: Indices
    prefix: str

    def write(self, *names: str, version: int = 1) -> list[Exception | None]:
        entries = [
            (self.indices.documents, Entry(name, version, {"document_id": name, "name": name})) for name in names
        ]
        return list(self.indices.write(entries))

    def settings(self, **given: Any) -> None:
        self.admin.indices.put_settings(index=f"{self.prefix}*", body=given)

    def bulks(self) -> int:
        return sum(one.path.startswith("/_bulk") for one in self.proxy.asked)


def logged_in(server: OpenSearchServer, url: str, password: str | None = None) -> OpenSearch:
    login = server.application
    return connect(OpenSearchSettings(url, login.user, password or login.password, str(server.ca_file or "")))


@pytest.fixture
def bench(opensearch: OpenSearchServer) -> Iterator[Bench]:
    prefix = f"ream-{uuid.uuid4().hex[:8]}-"
    admin = connect(
        OpenSearchSettings(opensearch.url, opensearch.admin.user, opensearch.admin.password, str(opensearch.ca_file))
    )
    migrate(admin, prefix)
    with HttpFaultProxy(opensearch.url, opensearch.ca_file) as proxy:
        client = logged_in(opensearch, proxy.url)
        indices = Indices(client, prefix)
        yield Bench(proxy, admin, indices, prefix)
        indices.guard.close()
        client.close()
    admin.indices.put_settings(index=f"{prefix}*", body={"index.blocks.read_only_allow_delete": None})
    unmake(admin, prefix)
    admin.close()


def fail_until_open(bench: Bench, match: str) -> None:
    """Asks until the breaker opens; each time it is nobody's fault."""
    for _ in range(10):
        if bench.indices.guard.is_open:
            return
        try:
            faults = bench.write("a", "b")
        except Retry as away:
            faults = [away]
        assert all(isinstance(fault, Retry) for fault in faults)
        assert match in str(faults[0])
    raise AssertionError("the breaker never opened")


def closes(bench: Bench) -> None:
    wait_until(lambda: not bench.indices.guard.is_open, what="the breaker's closing")
    assert bench.write("a", "b", version=2) == [None, None]


@pytest.mark.servers
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_or_broken_node_is_left_alone_until_it_answers(bench: Bench, status: int) -> None:
    bench.proxy.answer(status, BUSY, {"Content-Type": "application/json"})
    fail_until_open(bench, f"it answered {status}")
    asked = bench.bulks()
    for _ in range(50):
        with pytest.raises(Retry):
            bench.write("a")
    assert bench.bulks() <= asked + 2, "nobody but the probe asks"
    bench.proxy.heal()
    closes(bench)


@pytest.mark.servers
def test_a_node_that_refuses_connections_is_waited_for(bench: Bench) -> None:
    bench.proxy.refuse()
    fail_until_open(bench, "it can't be reached")
    bench.proxy.heal()
    closes(bench)


@pytest.mark.servers
def test_entries_that_a_full_queue_refuses_wait_and_the_others_do_not(bench: Bench) -> None:
    items = [
        {"index": {"_id": "a", "status": 201}},
        {"index": {"_id": "b", "status": 429, "error": {"type": "es_rejected_execution_exception"}}},
    ]
    bench.proxy.answer(200, json.dumps({"errors": True, "items": items}).encode(), {"Content-Type": "application/json"})
    written, busy = bench.write("a", "b")
    assert written is None
    assert isinstance(busy, Retry)
    fail_twice = [bench.write("a", "b") for _ in range(2)]
    assert all(one[0] is None for one in fail_twice)
    assert bench.indices.guard.is_open, "entries that it takes back are failures of the server too"
    bench.proxy.heal()
    closes(bench)


@pytest.mark.servers
@pytest.mark.parametrize("kind", ["documents", "passages"])
def test_a_disk_that_is_full_is_waited_for(bench: Bench, kind: str) -> None:
    """OpenSearch sets this block itself when its disk is nearly full, and takes it away when there is room again."""
    block = {"index.blocks.read_only_allow_delete": True}
    bench.admin.indices.put_settings(index=f"{bench.prefix}{kind}", body=block)
    index_name = f"{bench.prefix}{kind}"
    body = {"document_id": "a"} if kind == "documents" else {"document_id": "a", "unit": 1}
    for _ in range(3):
        (fault,) = bench.indices.write([(index_name, Entry("a", 1, body))])
        assert isinstance(fault, Retry)
        assert "its disk is nearly full (free some)" in fault.reason
    assert bench.indices.guard.is_open
    probes = bench.bulks()
    wait_until(lambda: bench.bulks() > probes, what="a probe")
    wait_until(lambda: bench.indices.guard.condition().breaker == "open", what="its failure: reading goes on")
    bench.settings(**{"index.blocks.read_only_allow_delete": None})
    closes(bench)


@pytest.mark.servers
def test_a_missing_index_is_waited_for_until_the_migration_is_run(bench: Bench) -> None:
    bench.admin.indices.delete(index=f"{bench.prefix}documents-v1-000001")
    fail_until_open(bench, "run the migration")
    migrate(bench.admin, bench.prefix)
    closes(bench)


@pytest.mark.servers
def test_a_wrong_password_is_waited_for(bench: Bench, opensearch: OpenSearchServer) -> None:
    stranger = logged_in(opensearch, opensearch.url, password="wrong")
    with pytest.raises(Retry, match="check REAM_OPENSEARCH_USER and its password"):
        Indices(stranger, bench.prefix).newest(["a"])
    stranger.close()


@pytest.mark.servers
def test_a_certificate_that_is_not_trusted_says_so(opensearch: OpenSearchServer) -> None:
    client = connect(OpenSearchSettings(opensearch.url, "ream", "x", ""))
    with pytest.raises(Retry, match="REAM_OPENSEARCH_CA"):
        Indices(client, "ream-").newest(["a"])
    client.close()


@pytest.mark.servers
def test_what_is_no_opensearch_is_waited_for(bench: Bench) -> None:
    bench.proxy.answer(200, b"<html>Welcome</html>", {"Content-Type": "application/json"})
    with pytest.raises(Retry, match="no OpenSearch"):
        bench.write("a")


@pytest.mark.servers
def test_a_request_that_is_too_large_is_cut_down_to_the_entry_that_is(bench: Bench) -> None:
    """As a proxy in front of the node does it, whose limit nobody told us."""
    names = [f"n{number}" for number in range(16)]
    entries = [(bench.indices.documents, Entry(name, 1, {"document_id": name})) for name in names]
    entries[5] = (bench.indices.documents, Entry("n5", 1, {"document_id": "n5", "name": "x" * 3000}))
    bench.proxy.answer(413, b"<html>too large</html>", only=lambda request: request.size > 1000)
    faults = list(bench.indices.write(entries))
    assert [number for number, fault in enumerate(faults) if fault is not None] == [5]
    assert isinstance(faults[5], Reject)
    found = bench.admin.mget(body={"ids": names}, index=bench.indices.documents)["docs"]
    assert [one["_id"] for one in found if one["found"]] == [name for name in names if name != "n5"]


def ingested(store: Any, document_id: str, name: str) -> DocumentIngested:
    source = Source(name, "store:x", "default", None, (), None, "2026-01-01T00:00:00Z", 5, None, "text/plain", None)
    store.put_artifact(layout.source(document_id, 1), source)
    return DocumentIngested(
        document_id, 1, 1, document_id, None, 0, "o", 5, "f" * 64, "text/plain", None, None, Allowance(1, 1), ()
    )


@pytest.mark.servers
def test_a_mapping_that_conflicts_costs_the_field_and_not_the_document(bench: Bench) -> None:
    """An index that somebody made by hand: the name, of all things, has to be a date there."""
    name = f"{bench.prefix}documents-v1-000001"
    bench.admin.indices.delete(index=name)
    mapping = json.loads(json.dumps(bench.admin.indices.get_index_template(name=f"{bench.prefix}documents-v1")))
    mapping = mapping["index_templates"][0]["index_template"]["template"]["mappings"]
    mapping["properties"]["name"] = {"type": "date"}
    bench.admin.indices.create(index=name, body={"mappings": mapping})
    bench.admin.indices.put_alias(index=name, name=bench.indices.documents, body={"is_write_index": True})
    search = Search(bench.indices, IndexSettings(bench.prefix))
    with LocalBus(index, store=memory_store(), needs={"search": search}) as bus:
        for document_id, text in (("a" * 32, "report.pdf"), ("b" * 32, "2026-01-01")):
            bus.put(topics.DOCUMENTS_INGESTED, ingested(bus.store, document_id, text))
        bus.run()
        assert (bus.dead_letters, bus.waiting) == ([], [])
    found = bench.admin.mget(body={"ids": ["a" * 32, "b" * 32]}, index=bench.indices.documents)["docs"]
    refused, taken = (one["_source"] for one in found)
    assert (refused["cause"], refused["media_type"], "name" in refused) == ("not-indexable", "text/plain", False)
    assert (taken["name"], "cause" in taken) == ("2026-01-01", False)
    assert not bench.indices.guard.is_open


@pytest.mark.servers
def test_a_node_that_fails_at_one_entry_is_tried_three_times(bench: Bench) -> None:
    item = {"index": {"_id": "a", "status": 500, "error": {"type": "illegal_state_exception"}}}
    body = json.dumps({"errors": True, "items": [item]}).encode()
    bench.proxy.answer(
        200, body, {"Content-Type": "application/json"}, only=lambda request: request.path.startswith("/_bulk")
    )
    search = Search(bench.indices, IndexSettings(bench.prefix))
    with LocalBus(index, store=memory_store(), needs={"search": search}) as bus:
        bus.put(topics.DOCUMENTS_INGESTED, ingested(bus.store, "a" * 32, "report.pdf"))
        bus.run()
        (letter,) = bus.dead_letters
    assert (letter.cause, letter.attempts) == ("index-failed", 3)
    assert not bench.indices.guard.is_open, "it is the entry's, not the node's"


def test_who_is_away_is_away_for_every_kind_of_request() -> None:
    client = connect(OpenSearchSettings("http://127.0.0.1:9", "ream", "x", ""))
    indices = Indices(client, "ream-")
    with pytest.raises(Retry, match="can't be reached") as caught:
        indices.newest(["a"])
    assert caught.value.waiting_for == "opensearch"
    with pytest.raises(Retry):
        indices.drop_older_passages("a", 2, 1)
    client.close()


@pytest.mark.parametrize(
    ("status", "kind", "whose"),
    [
        (400, "mapper_parsing_exception", Reject),
        (413, "", Reject),
        (401, "", Retry),
        (403, "security_exception", Retry),
        (403, "cluster_block_exception", Retry),
        (429, "cluster_block_exception", Retry),
        (404, "index_not_found_exception", Retry),
        (405, "", Retry),
        (408, "", Retry),
        (500, "", Retry),
        (503, "unavailable_shards_exception", Retry),
    ],
)
def test_whose_fault_an_answer_is(status: int, kind: str, whose: type[Exception]) -> None:
    assert isinstance(judged(status, kind), whose)


def test_a_failure_at_one_entry_has_a_cause() -> None:
    assert WriteFailed("OpenSearch answered 500").cause == "index-failed"
