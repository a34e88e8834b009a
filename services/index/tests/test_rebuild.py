# SPDX-License-Identifier: Apache-2.0
"""An index built anew from the store says the same as the one that grew, and nothing that comes meanwhile is lost."""

import uuid
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from ream_contracts import identity, layout, topics
from ream_contracts.artifacts import DocumentRecord
from ream_contracts.topic import AnyTopic
from ream_index.fingerprint import digest, entries, explain, lines
from ream_index.migrate import migrate
from ream_index.next_indices import Builder, Pair
from ream_index.opensearch import Indices, connect
from ream_index.replacing import Replacing, as_of_prefix
from ream_index.service import Search, index
from ream_index.settings import IndexSettings, OpenSearchSettings
from ream_index.testing import completed, ingested, part, unmake
from ream_kit import Retry, Store
from ream_kit.testing import LocalBus, memory_store
from ream_local.testing import OpenSearchServer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]


def name_of(number: int) -> str:
    return identity.document_id("rebuild", str(number))


class Listener:
    """Keeps what it is told, and does something of its own after so many batches."""

    def __init__(self, act: Callable[[], None] = lambda: None, at: int = 1) -> None:
        self.sentences: list[str] = []
        self.parts: list[float] = []
        self._act, self._at = act, at

    def said(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def progress(self, part: float, documents: int, passages: int) -> None:
        self.parts.append(part)
        if len(self.parts) == self._at:
            self._act()


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
        self.bus = self.index()

    def index(self) -> LocalBus:
        """Another process of index."""
        search = Search(Indices(self.client, self.prefix), IndexSettings(self.prefix))
        return LocalBus(index, store=self.store, needs={"search": search})

    def say(self, topic: AnyTopic, message: Any, bus: LocalBus | None = None) -> None:
        bus = bus or self.bus
        bus.put(topic, message)
        bus.run()
        assert (bus.dead_letters, bus.waiting) == ([], [])

    def complete(
        self, number: int, *pages: str, generation: int = 1, run: int = 1, bus: LocalBus | None = None
    ) -> None:
        done = completed(self.store, name_of(number), pages or (f"page of {number}",), generation, run)
        self.say(topics.DOCUMENTS_COMPLETED, done, bus)

    def replacing(self, listener: Listener | None = None, store: Store | None = None) -> Replacing:
        return Replacing(store or self.store, self.admin, IndexSettings(self.prefix), listener or Listener())

    @property
    def builder(self) -> Builder:
        return Builder(self.admin, self.prefix)

    def texts(self, number: int) -> list[str]:
        self.client.indices.refresh(index=f"{self.prefix}passages")
        query = {"query": {"term": {"document_id": name_of(number)}}, "sort": [{"unit": "asc"}]}
        return [
            hit["_source"]["text"]
            for hit in self.client.search(index=f"{self.prefix}passages", body=query)["hits"]["hits"]
        ]

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
    """Documents in every state in which one can be."""
    for number in range(130):
        pages = [f"first page of {number}", f"second page of {number}"]
        own.bus.put(topics.DOCUMENTS_COMPLETED, completed(own.store, name_of(number), pages))
    own.complete(1, "another edition", generation=2)
    own.complete(2, "read once more", run=2)
    own.say(topics.DOCUMENTS_INGESTED, ingested(own.store, name_of(200)))
    own.say(topics.DOCUMENTS_INGESTED, ingested(own.store, name_of(201)))
    own.say(topics.DOCUMENTS_PARTS, part(own.store, name_of(201), 7, "a page of what is still in work"))
    own.say(topics.DOCUMENTS_INGESTED, ingested(own.store, name_of(3), 2))
    own.say(topics.DOCUMENTS_PARTS, part(own.store, name_of(3), 9, "a page of the edition to come", 2))
    refused = completed(own.store, name_of(202), ["Something to find."], title="x" * 40_000)
    own.say(topics.DOCUMENTS_COMPLETED, refused)


def test_the_new_index_says_the_same_as_the_old(own: Installation) -> None:
    fill(own)
    before = own.builder.current()
    listener = Listener()
    built = own.replacing(listener).anew()
    assert before is not None
    assert (built.before, own.builder.current(), own.builder.begun()) == (before, built.pair, None)
    grown, anew = list(lines(own.client, *before)), list(entries(own.client, own.prefix))
    assert list(explain(grown, anew)) == []
    assert digest(grown) == digest(anew)
    assert (built.documents, built.outstanding, built.passages) == (133, 2, 2 * 130 - 2 + 3)
    assert (built.again, built.erased, built.damaged) == (0, 0, {})
    assert listener.parts == sorted(listener.parts[:3]) + listener.parts[3:]
    assert "searches and writes go on" in listener.sentences[0]
    own.complete(300, "written after it")
    assert own.texts(300) == ["written after it"]
    assert (
        own.admin.indices.get_settings(index=built.pair.documents)[built.pair.documents]["settings"]["index"][
            "refresh_interval"
        ]
        == "1s"
    )


def test_it_is_numbered_on_and_can_be_done_again(own: Installation) -> None:
    own.complete(1)
    assert [own.replacing().anew().pair.documents for _ in range(2)] == [
        f"{own.prefix}documents-v1-00000{number}" for number in (2, 3)
    ]
    assert own.texts(1) == ["page of 1"]


def test_what_is_written_meanwhile_is_in_the_new_index(own: Installation) -> None:
    fill(own)

    def meanwhile() -> None:
        own.complete(400, "came while it was built")
        own.complete(5, "replaced while it was built", generation=2)
        own.complete(6, "run again while it was built", run=2)
        own.say(topics.DOCUMENTS_INGESTED, ingested(own.store, name_of(401)))

    before = own.builder.current()
    own.replacing(Listener(meanwhile)).anew()
    assert (own.texts(400), own.texts(5)) == (["came while it was built"], ["replaced while it was built"])
    assert own.texts(6) == ["run again while it was built"]
    assert before is not None
    assert list(explain(lines(own.client, *before), entries(own.client, own.prefix))) == []


@pytest.mark.parametrize("at", [1, 3, 5])
def test_what_an_index_writes_that_knows_nothing_of_it_is_caught_up(
    own: Installation, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a process that was frozen when it had looked, and goes on at any moment before the aliases move."""
    fill(own)
    frozen = own.index()
    monkeypatch.setattr(Indices, "look", lambda _: None)

    def wakes() -> None:
        own.complete(500, "written to the old one alone", bus=frozen)
        own.complete(7, "a shorter second run", run=2, bus=frozen)
        own.say(topics.DOCUMENTS_PARTS, part(own.store, name_of(201), 8, "a page more"), frozen)

    with frozen:
        before = own.builder.current()
        built = own.replacing(Listener(wakes, at)).anew()
    assert (own.texts(500), own.texts(7)) == (["written to the old one alone"], ["a shorter second run"])
    assert "a page more" in own.texts(201)
    assert before is not None
    assert list(explain(lines(own.client, *before), entries(own.client, own.prefix))) == []
    assert 0 < built.again <= 2


def test_what_was_written_to_the_old_index_until_the_aliases_moved_is_caught_up_after(
    own: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(own)
    monkeypatch.setattr(Indices, "look", lambda _: None)
    switch = Builder.switch

    def last_moment(builder: Builder, pair: Pair) -> Pair | None:
        own.complete(600, "at the last moment")
        return switch(builder, pair)

    monkeypatch.setattr(Builder, "switch", last_moment)
    assert own.replacing().anew().again == 1
    assert own.texts(600) == ["at the last moment"]


def test_it_goes_on_where_it_was_ended(own: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(own)

    def ends() -> None:
        raise KeyboardInterrupt

    noting = Replacing(
        own.store, own.admin, IndexSettings(own.prefix), Listener(ends, 2), monotonic=iter(range(0, 10_000, 9)).__next__
    )
    with pytest.raises(KeyboardInterrupt):
        noting.anew()
    begun = own.builder.begun()
    assert begun is not None
    until = own.builder.stand(begun).until
    assert until > ""
    opened: list[str] = []
    real = Store.get_artifact

    def get_artifact(store: Store, cls: Any, name: str) -> Any:
        if cls is DocumentRecord:
            opened.append(name.split("/")[1])
        return real(store, cls, name)

    monkeypatch.setattr(Store, "get_artifact", get_artifact)
    listener = Listener()
    built = own.replacing(listener).anew()
    assert built.pair == begun
    assert listener.sentences[0].startswith("Going on with")
    assert min(opened) > until
    monkeypatch.undo()
    assert built.before is not None
    assert list(explain(lines(own.client, *built.before), entries(own.client, own.prefix))) == []


def test_what_was_begun_can_be_thrown_away_while_index_writes(own: Installation) -> None:
    own.complete(1)
    begun = own.builder.begin()
    own.bus.put(topics.DOCUMENTS_COMPLETED, completed(own.store, name_of(2), ["page"]))
    look = Indices.look

    def and_then_it_goes(indices: Indices) -> None:
        look(indices)
        own.replacing().abandon()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Indices, "look", and_then_it_goes)
        own.bus.run()
    assert (own.bus.dead_letters, own.bus.waiting) == ([], [])
    assert own.texts(2) == ["page"]
    assert own.builder.begun() is None
    assert not own.admin.indices.exists(index=begun.documents)
    assert own.replacing().abandon() is None


def test_a_document_that_was_erased_is_not_built_again(own: Installation) -> None:
    fill(own)
    own.store.put(layout.erased(name_of(4)), b"")

    def meanwhile() -> None:
        own.store.put(layout.erased(name_of(8)), b"")

    built = own.replacing(Listener(meanwhile, 3)).anew()
    assert built.erased == 2
    assert (own.texts(4), own.texts(8)) == ([], [])
    found = {line.fields["document_id"] for line in entries(own.client, own.prefix)}
    assert found.isdisjoint({name_of(4), name_of(8)})
    assert name_of(9) in found


def test_it_does_not_take_the_place_while_something_is_damaged(own: Installation) -> None:
    for number in range(3):
        own.complete(number)
    own.store.delete(layout.text(name_of(1), 1, 1, "extract", "run1"))
    arrived = ingested(own.store, name_of(9))
    own.store.delete(layout.source(arrived.document_id, 1))
    built = own.replacing().anew()
    assert (set(built.damaged), built.damaged_documents, built.before) == ({name_of(1), name_of(9)}, 2, None)
    ingested(own.store, name_of(9))
    assert own.builder.current() != built.pair
    assert own.texts(1) == ["page of 1"]
    part(own.store, name_of(1), 1, "page of 1")
    mended = own.replacing().anew()
    assert (mended.pair, mended.damaged, own.builder.current()) == (built.pair, {}, built.pair)


class Away(Store):
    """A store that is away for a while."""

    failures = 0

    def get_artifact(self, cls: Any, name: str) -> Any:
        if self.failures:
            self.failures -= 1
            raise Retry("store", "away")
        return super().get_artifact(cls, name)


def test_a_store_that_is_away_is_waited_for(own: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        own.complete(number)
    away = Away(own.store._blobs)
    away.failures = 3
    monkeypatch.setattr("ream_index.rebuild._PAUSES", (0.01,) * 5)
    assert own.replacing(store=away).anew().documents == 3
    away.failures = 1000
    with pytest.raises(Retry):
        own.replacing(store=away).anew()


def test_the_index_of_a_day_is_as_it_was(own: Installation) -> None:
    day = date(2026, 1, 5)
    moments = [("2026-01-05T12:00:00Z", 1, "first edition"), ("2026-01-05T23:59:59.9Z", 2, "second edition"),
               ("2026-01-06T00:00:00Z", 3, "of the day after")]  # fmt: skip
    for moment, generation, text in moments:
        own.complete(1, text, generation=generation)
        name = layout.document_record(name_of(1), identity.version(generation, 1, 4))
        kept = own.store.get_artifact(DocumentRecord, name)
        own.store.delete(name)
        document = {**kept.document, "completed": moment}
        own.store.put_artifact(
            name,
            DocumentRecord(*(document if field == "document" else getattr(kept, field) for field in kept.__slots__)),
        )
    ingested(own.store, name_of(2), submitted="2026-01-05T08:00:00+00:00")
    ingested(own.store, name_of(3), submitted="2026-01-06T08:00:00+00:00")
    own.bus.clock.advance(30 * 86400)
    own.complete(4, "completed long after")
    own.complete(5, "erased since")
    own.store.put(layout.erased(name_of(5)), b"")
    current = own.builder.current()
    built = own.replacing().as_of(day)
    assert own.builder.current() == current
    prefix = as_of_prefix(own.prefix, day)
    assert built.pair.documents == f"{own.prefix}as-of-2026-01-05-documents-v1-000001"
    found = {
        line.fields["document_id"]: line.fields for line in entries(own.client, prefix) if line.place[0] == "documents"
    }
    assert {one: body["outcome"] for one, body in found.items()} == {
        name_of(1): "complete", name_of(2): "outstanding", name_of(4): "outstanding",
    }  # fmt: skip
    assert (found[name_of(1)]["generation"], found[name_of(1)]["text"]) == (2, "second edition")
    passages = [line.fields["text"] for line in entries(own.client, prefix) if line.place[0] == "passages"]
    assert passages == ["second edition"]
    again = own.replacing().as_of(day)
    assert (again.there, again.documents, again.pair) == (True, 3, built.pair)
    switched = own.replacing().as_of(day, switch=True)
    assert (switched.before, own.builder.current()) == (current, built.pair)
    assert own.texts(1) == ["second edition"]
    own.complete(6, "written since")
    assert own.texts(6) == ["written since"]


def test_two_builds_at_once_end_as_one(own: Installation) -> None:
    fill(own)
    pairs = []
    listener = Listener(lambda: pairs.append(own.replacing().anew().pair), 2)
    first = own.replacing(listener).anew()
    assert pairs == [first.pair]
    assert own.builder.current() == first.pair
    assert len(own.texts(9)) == 2
