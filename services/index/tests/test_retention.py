# SPDX-License-Identifier: Apache-2.0
"""What is too old is gone from search and, where that is asked for, from the store; nothing else is, or comes back."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ream_contracts import identity, layout, topics
from ream_contracts.messages import DocumentCompleted
from ream_index.migrate import migrate
from ream_index.next_indices import Builder
from ream_index.opensearch import Indices, connect
from ream_index.policy import From, Policy
from ream_index.replacing import Replacing
from ream_index.retention import Counts, Retention
from ream_index.service import Search, index
from ream_index.settings import IndexSettings, OpenSearchSettings
from ream_index.stored import Holdings
from ream_index.testing import completed, ingested, unmake
from ream_kit import Store
from ream_kit.testing import LocalBus, memory_store
from ream_local.testing import OpenSearchServer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
OLD, YOUNG = "2026-01-05T10:00:00+00:00", "2026-11-20T10:00:00+00:00"


class Killed(BaseException):
    """The process is gone."""


def name_of(number: int) -> str:
    return identity.document_id("retention", str(number))


class Listener:
    def said(self, sentence: str) -> None:
        """Nobody listens."""

    def progress(self, part: float, documents: int, passages: int) -> None:
        """Nobody listens."""


class Installation:
    """Indices of our own on a real node, a store in memory, and index writing what is said."""

    def __init__(self, server: OpenSearchServer) -> None:
        self.prefix = f"ream-{uuid.uuid4().hex[:8]}-"
        logins = (server.admin, server.application)
        self.admin, self.client = (
            connect(OpenSearchSettings(server.url, one.user, one.password, str(server.ca_file))) for one in logins
        )
        migrate(self.admin, self.prefix)
        self.store = memory_store()
        search = Search(Indices(self.client, self.prefix), IndexSettings(self.prefix))
        self.bus = LocalBus(index, store=self.store, needs={"search": search})

    def say(self, message: Any) -> None:
        completed_one = isinstance(message, DocumentCompleted)
        self.bus.put(topics.DOCUMENTS_COMPLETED if completed_one else topics.DOCUMENTS_INGESTED, message)
        self.bus.run()
        assert (self.bus.dead_letters, self.bus.waiting) == ([], [])

    def complete(self, number: int, submitted: str, generation: int = 1, root: int | None = None) -> None:
        ingested(self.store, name_of(number), generation, submitted=submitted)
        done = completed(self.store, name_of(number), [f"page of {number}", "another"], generation)
        if root is not None:
            done = replace(done, root_id=name_of(root), parent_id=name_of(root))
        self.say(done)

    def retention(self, days: int = 100, start: From = "index") -> Retention:
        return Retention(self.store, self.admin, self.prefix, Policy(30, 1000, days, start), NOW)

    def found(self) -> list[int]:
        """Which documents are found, each by its entry and both of its pages."""
        Indices(self.client, self.prefix).refresh()
        hits = self.client.search(index=f"{self.prefix}documents", body={"size": 100, "_source": False})["hits"]["hits"]
        there = {hit["_id"] for hit in hits}
        pages = self.client.search(
            index=f"{self.prefix}passages", body={"size": 100, "_source": ["document_id"]}
        )["hits"]["hits"]  # fmt: skip
        of = [hit["_source"]["document_id"] for hit in pages]
        assert sorted(of) == sorted([*there, *there])
        return [number for number in range(20) if name_of(number) in there]

    def files(self, number: int) -> list[str]:
        prefix = layout.document(name_of(number))
        return [name.removeprefix(prefix) for name in self.store.names(prefix)]

    def close(self) -> None:
        unmake(self.admin, self.prefix)
        for client in (self.admin, self.client):
            client.close()


@pytest.fixture
def own(opensearch: OpenSearchServer) -> Iterator[Installation]:
    made = Installation(opensearch)
    with made.bus:
        yield made
    made.close()


def fill(own: Installation) -> None:
    """Old and young documents, and families of which some of each is."""
    own.complete(1, OLD)
    own.complete(2, YOUNG)
    own.complete(3, OLD)
    own.complete(3, YOUNG, generation=2)
    own.complete(4, YOUNG)
    own.complete(5, OLD, root=4)  # the same file in a newer archive
    own.complete(6, OLD)
    own.complete(7, OLD, root=6)


def test_old_families_leave_the_search_and_an_index_built_anew_has_none_of_them(own: Installation) -> None:
    fill(own)
    counted = own.retention().count()
    assert counted == Counts(families=2, documents=3, passages=6, bytes=15)
    assert own.found() == [1, 2, 3, 4, 5, 6, 7]
    assert own.retention().remove() == counted
    assert own.found() == [2, 3, 4, 5]
    assert own.retention().remove() == Counts()
    built = Replacing(own.store, own.admin, IndexSettings(own.prefix), Listener()).anew()
    assert (built.documents, built.damaged) == (4, {})
    assert own.found() == [2, 3, 4, 5]
    assert "1/text/1.extract.run1.json" in own.files(1)
    # Submitted again it is a generation of its own: nothing that was removed stands above it.
    held = Holdings.of(name_of(1), own.store.names(layout.document(name_of(1))))
    assert (held.runs, held.versions, held.retired) == ({}, [], 2)
    own.complete(1, YOUNG, generation=3)
    assert own.found() == [1, 2, 3, 4, 5]
    assert own.retention().remove() == Counts()


def test_from_the_store_too_all_goes_but_which_generations_there_were(own: Installation) -> None:
    fill(own)
    sha256 = "f" * 64
    source = json.loads(own.store.get(layout.source(name_of(1), 1))) | {"sha256": sha256}
    own.store.delete(layout.source(name_of(1), 1))
    own.store.put(layout.source(name_of(1), 1), json.dumps(source).encode())
    own.store.put(layout.contents(sha256), json.dumps({"document_id": name_of(1)}).encode())
    own.store.put(layout.claim(name_of(1), 1), b'{"sha256": "f", "origin": "x"}')
    own.store.put(layout.correction(name_of(1), 1), b"{}")
    removed = own.retention(start="store").remove()
    assert (removed.families, removed.documents, removed.passages) == (2, 3, 6)
    assert removed.objects > 12
    assert own.files(1) == ["1/claim.json", "2/claim.json", "2/retired.json"]
    assert own.files(7) == ["2/claim.json", "2/retired.json"]
    assert not own.store.exists(layout.contents(sha256))
    assert "1/text/1.extract.run1.json" in own.files(3)
    assert own.found() == [2, 3, 4, 5]
    built = Replacing(own.store, own.admin, IndexSettings(own.prefix), Listener()).anew()
    assert (built.documents, built.damaged) == (4, {})


class Dying(Store):
    """A store whose owner is killed at its n-th write or deletion."""

    def __init__(self, inner: Store, at: int) -> None:
        self.inner, self.left = inner, at

    def __getattribute__(self, name: str) -> Any:
        if name in ("inner", "left"):
            return object.__getattribute__(self, name)
        if name in ("put", "delete"):
            self.left -= 1
            if self.left < 0:
                raise Killed
        return getattr(object.__getattribute__(self, "inner"), name)


@pytest.mark.parametrize("at", [3, 12])
def test_a_removal_that_was_killed_is_gone_on_with(own: Installation, at: int) -> None:
    fill(own)
    with pytest.raises(Killed):
        replace(own.retention(start="store"), store=Dying(own.store, at)).remove()
    assert own.retention(start="store").remove().families == 2
    assert own.found() == [2, 3, 4, 5]
    for number in (1, 6, 7):
        assert own.files(number) == ["2/claim.json", "2/retired.json"]


def test_what_is_not_completed_or_comes_in_anew_waits(own: Installation) -> None:
    own.say(ingested(own.store, name_of(8), submitted=OLD))
    own.complete(9, OLD)
    own.complete(10, OLD)
    own.complete(11, OLD)
    # 9: ingest has just taken its next generation. 10: that is taken in, and nothing of it is indexed yet.
    own.store.put(layout.claim(name_of(9), 2), b'{"sha256": "9", "origin": "x"}')
    ingested(own.store, name_of(10), 2, submitted=YOUNG)
    removed = own.retention().remove()
    assert (removed.families, removed.documents, removed.waiting) == (1, 1, 2)
    Indices(own.client, own.prefix).refresh()
    assert own.client.count(index=f"{own.prefix}documents")["count"] == 3


def test_it_goes_from_the_index_that_is_being_built_and_whatever_was_indexed_of_it(own: Installation) -> None:
    begun = Builder(own.admin, own.prefix).begin()
    own.complete(12, OLD)
    ingested(own.store, name_of(13), submitted=OLD)
    own.say(completed(own.store, name_of(13), ["Something to find."], title="x" * 40_000))  # has no time of submission
    own.admin.indices.refresh(index=",".join(begun))
    assert [own.client.count(index=name)["count"] for name in begun] == [2, 3]
    assert own.retention(days=30_000).remove().families == 0
    assert own.retention().remove().families == 2
    assert [own.client.count(index=name)["count"] for name in begun] == [0, 0]
