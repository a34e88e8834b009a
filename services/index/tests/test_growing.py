# SPDX-License-Identifier: Apache-2.0
"""An index that outgrows its bound goes on as one with more shards, whatever ends the splitting half-way."""

import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ream_index import growing
from ream_index.growing import grow, measured
from ream_index.migrate import migrate
from ream_index.next_indices import Builder, Pair
from ream_index.opensearch import Indices, connect
from ream_index.passages import Entry
from ream_index.policy import Policy
from ream_index.settings import OpenSearchSettings
from ream_index.splitting import Overtaken, Splitting
from ream_index.testing import unmake
from ream_kit import Retry
from ream_local.testing import OpenSearchServer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]
VECTOR = [round(number / 384, 4) for number in range(384)]
SMALL = Policy(30, 10)
STEPS = ("writes wait", "is made", "is compared", "takes the place", "is deleted")


class Killed(BaseException):
    """The process is gone: nothing of it is done any more."""


def killed_at(step: str) -> Callable[[str], None]:
    def said(sentence: str) -> None:
        if step in sentence:
            raise Killed

    return said


def quiet(sentence: str) -> None:
    """Tells nobody."""


def at_once(seconds: float) -> None:
    """Waits for nothing: nobody else is at it in these tests."""


def entry(number: int, version: int = 5, text: str = "the quay wall") -> Entry:
    # `unit` is what makes an entry a passage.
    body = {"document_id": f"d{number}", "unit": 1, "text": f"{text} {number}", "windows": [{"vector": VECTOR}]}
    return Entry(f"d{number}-1-1", version, body)


class Installation:
    """Indices of our own, with passages that have vectors."""

    def __init__(self, server: OpenSearchServer) -> None:
        self.prefix = f"ream-{uuid.uuid4().hex[:8]}-"
        logins = (server.admin, server.application, server.reader)
        self.admin, self.client, self.reader = (
            connect(OpenSearchSettings(server.url, one.user, one.password, str(server.ca_file))) for one in logins
        )
        migrate(self.admin, self.prefix)
        self.indices = Indices(self.client, self.prefix)
        self.passages = f"{self.prefix}passages"
        self.write(*map(entry, range(24)))

    def write(self, *entries: Entry) -> None:
        for fault in self.indices.write((self.passages, one) for one in entries):
            if fault is not None:
                raise fault
        self.indices.refresh()

    @property
    def pair(self) -> Pair:
        found = Builder(self.admin, self.prefix).current()
        assert found is not None
        return found

    def names(self) -> list[str]:
        return sorted(self.admin.indices.get(index=f"{self.passages}-*"))

    def versions(self) -> dict[str, int]:
        hits = self.reader.search(index=self.passages, body={"size": 1000, "version": True, "_source": False})
        return {hit["_id"]: hit["_version"] for hit in hits["hits"]["hits"]}

    def found(self, body: dict[str, Any]) -> int:
        return int(self.reader.search(index=self.passages, body={"query": body})["hits"]["total"]["value"])


@pytest.fixture
def own(opensearch: OpenSearchServer) -> Iterator[Installation]:
    made = Installation(opensearch)
    yield made
    unmake(made.admin, made.prefix)
    for client in (made.admin, made.client, made.reader):
        client.close()


def settings(own: Installation, index: str) -> dict[str, Any]:
    found: dict[str, Any] = own.admin.indices.get_settings(index=index)[index]["settings"]["index"]
    return found


def test_an_index_that_has_outgrown_its_bound_goes_on_with_more_shards(own: Installation) -> None:
    before, versions = own.pair, own.versions()
    ours = {"filter": {"term": {"document_id": "d1"}}}
    own.admin.indices.put_alias(index=before.passages, name=f"{own.prefix}one-of-yours", body=ours)
    told: list[str] = []
    # 24 passages, each with one vector beside it: 48 documents in one shard, 10 allowed.
    (made,) = grow(own.admin, own.prefix, SMALL, told.append, at_once)
    assert [one for sentence in told for one in STEPS if one in sentence] == list(STEPS)
    assert (own.pair, own.names()) == (Pair(before.documents, made), [made])
    now = settings(own, made)
    assert (now["number_of_shards"], now["number_of_replicas"], now["gc_deletes"]) == ("8", "0", "1h")
    assert not now["blocks"].get("write")
    assert own.versions() == versions
    assert own.admin.count(index=f"{own.prefix}one-of-yours")["count"] == 1
    # What is older than what is there is passed over as before, what is newer replaces it.
    own.write(entry(1, 4, "an old word"), entry(2, 6, "a new word"))
    assert (own.found({"match": {"text": "old"}}), own.found({"match": {"text": "new"}})) == (0, 1)
    near = {"nested": {"path": "windows", "query": {"knn": {"windows.vector": {"vector": VECTOR, "k": 24}}}}}
    assert own.found(near) == 24
    (_, shards) = measured(own.admin, own.prefix)
    assert (shards.index, shards.count, shards.documents <= 20) == (made, 8, True)
    # Nothing says any more that it is being split, and an index that is built anew begins with as many shards.
    assert own.admin.indices.get_mapping(index=made)[made]["mappings"]["_meta"] == {"ream_split": None}
    built = Builder(own.admin, own.prefix).begin()
    assert settings(own, built.passages)["number_of_shards"] == "8"
    assert settings(own, built.documents)["number_of_shards"] == "1"


@pytest.mark.parametrize("step", STEPS)
def test_a_splitting_that_was_killed_is_put_right_by_the_next_run(own: Installation, step: str) -> None:
    versions = own.versions()
    with pytest.raises(Killed):
        grow(own.admin, own.prefix, SMALL, killed_at(step), at_once)
    assert own.versions() == versions
    # Even where nothing is to be split any more.
    assert grow(own.admin, own.prefix, Policy(30, 100), quiet, at_once) == []
    assert (own.names(), own.versions()) == ([own.pair.passages], versions)
    own.write(entry(2, 6))
    assert own.versions() == {**versions, "d2-1-1": 12}
    split = step == "is deleted"
    assert grow(own.admin, own.prefix, SMALL, quiet, at_once) == ([] if split else [own.pair.passages])
    assert settings(own, own.pair.passages)["number_of_shards"] == "8"


def test_searches_and_writes_go_on_while_it_is_split(own: Installation) -> None:
    over, faults, written = threading.Event(), [], []

    def search() -> None:
        while not over.is_set():
            try:
                if own.found({"match": {"text": "quay"}}) < 24:
                    faults.append("hits are missing")
            except Exception as error:  # whatever a searcher would see
                faults.append(repr(error))

    def write() -> None:
        number = 100
        while not over.is_set():
            try:
                own.indices.guard.require_closed()
                own.write(entry(number))
                written.append(number)
                number += 1
            except Retry:
                over.wait(0.05)

    threads = [threading.Thread(target=search), threading.Thread(target=write)]
    for thread in threads:
        thread.start()
    try:
        grow(own.admin, own.prefix, SMALL, quiet, lambda seconds: over.wait(min(seconds, 1)))
        since = len(written)
        for _ in range(600):
            if len(written) > since + 2:
                break
            over.wait(0.05)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert faults == []
    assert len(written) > since + 2
    assert {f"d{number}-1-1" for number in written} <= set(own.versions())


def test_two_runs_do_not_split_the_same_index(own: Installation) -> None:
    index = own.pair.passages
    second = Splitting(own.admin, own.passages, quiet, at_once)

    def meanwhile(sentence: str) -> None:
        if "is made" in sentence:  # this one is taken for dead: it was frozen for long
            second.put_right(index)

    with pytest.raises(Overtaken):
        grow(own.admin, own.prefix, SMALL, meanwhile, at_once)
    assert own.pair.passages == index
    first = Splitting(own.admin, own.passages, killed_at("is made"), at_once)
    with pytest.raises(Killed):
        first.split(index, 2)
    alive = Splitting(own.admin, own.passages, quiet, lambda seconds: first._mark(index))
    with pytest.raises(Overtaken, match="another process is splitting"):
        alive.put_right(index)
    second.put_right(index)
    own.write(entry(2, 6))


def test_what_is_built_anew_is_waited_for(own: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    built = Builder(own.admin, own.prefix).begin()
    told: list[str] = []
    assert grow(own.admin, own.prefix, SMALL, told.append, at_once) == []
    assert told == [f"{own.pair.passages}: to be split when 'ream rebuild-index' is through with {built.documents}"]
    assert [line.endswith("it is to be split") for line in growing.said_of(measured(own.admin, own.prefix), SMALL)] == [
        False,
        True,
    ]
