# SPDX-License-Identifier: Apache-2.0
"""Index against a real node: what is written is found, by page, and an older write never replaces a newer one."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from opensearchpy.exceptions import NotFoundError

from ream_contracts import layout, topics
from ream_contracts.artifacts import (
    Manifest,
    SegmentClasses,
    SegmentRecord,
    SegmentText,
    Source,
    UnitKind,
    UnitLanguage,
    UnitText,
)
from ream_contracts.messages import (
    Allowance,
    DocumentCompleted,
    DocumentIndexed,
    DocumentIngested,
    Missing,
    PartSegment,
)
from ream_contracts.topic import Topic
from ream_index.migrate import migrate, templates, vector_without_engine
from ream_index.next_indices import Builder
from ream_index.opensearch import Indices, connect
from ream_index.passages import Entry
from ream_index.search import MARK, by_words
from ream_index.service import Search, index
from ream_index.settings import IndexSettings, OpenSearchSettings
from ream_index.testing import unmake
from ream_kit import Reject
from ream_kit.testing import LocalBus, memory_store
from ream_local.testing import OpenSearchServer

pytestmark = pytest.mark.servers
DOCUMENT = "a" * 32


@dataclass
class Bench:
    """An empty pair of indices, and a bus with index on it."""

    bus: LocalBus
    search: Search
    client: Any
    prefix: str

    def refresh(self) -> None:
        """As `ream ingest` does in the end: what was written is found by the very next search."""
        Indices(self.client, self.prefix).refresh()


@pytest.fixture
def bench(opensearch: OpenSearchServer) -> Iterator[Bench]:
    prefix = f"ream-{uuid.uuid4().hex[:8]}-"
    admin = connect(
        OpenSearchSettings(opensearch.url, opensearch.admin.user, opensearch.admin.password, str(opensearch.ca_file))
    )
    migrate(admin, prefix)
    settings = OpenSearchSettings(
        opensearch.url, opensearch.application.user, opensearch.application.password, str(opensearch.ca_file)
    )
    client = connect(settings)
    search = Search(Indices(client, prefix), IndexSettings(prefix))
    with LocalBus(index, store=memory_store(), needs={"search": search}) as bus:
        yield Bench(bus, search, client, prefix)
    unmake(admin, prefix)
    client.close()
    admin.close()


def get_entry(client: Any, index: str, document_id: str) -> dict[str, Any] | None:
    """Returns the entry of a document, None when there is none."""
    try:
        source: dict[str, Any] = client.get(index=index, id=document_id)["_source"]
    except NotFoundError:
        return None
    return source


def unit(number: int, text: str) -> UnitText:
    return UnitText(number, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())


def put_document(
    bench: Bench,
    pages: list[str],
    generation: int = 1,
    run: int = 1,
    completed_first: bool = False,
    title: str = "Quarterly figures",
    counted: int | None = None,
) -> None:
    """Puts on the topics what the other services would, for a document with these pages."""
    store, bus = bench.bus.store, bench.bus
    numbered = tuple(unit(number, text) for number, text in enumerate(pages, 1))
    names = [f"documents/{DOCUMENT}/{generation}/{kind}.{run}.json" for kind in ("text", "classes")]
    whole = ((1, len(pages)),)
    size = sum(map(len, pages))
    record = SegmentRecord(DOCUMENT, generation, run, 1, whole, (), names[0], names[1], "text-layer", 100, size, ())
    beyond = counted - len(pages) if counted else 0
    manifest = Manifest(
        DOCUMENT, generation, "application/pdf", "page", (UnitKind("page", 1, len(pages)),), len(pages), whole, beyond,
        None, None, None, {"title": title}, "pdf", "1",
    )  # fmt: skip
    missing = (Missing(((len(pages) + 1, counted),), "beyond", "too-many-units"),) if counted else ()
    languages = tuple(UnitLanguage(one.unit, "en", 99) for one in numbered)
    store.put_artifact(names[0], SegmentText(DOCUMENT, generation, 1, "extract", "1", numbered, ()))
    store.put_artifact(names[1], SegmentClasses(DOCUMENT, generation, 1, "1", languages, (), False, {}, {}))
    store.put_artifact(layout.segment_record(DOCUMENT, generation, run, 1), record)
    store.put_artifact(layout.manifest(DOCUMENT, generation, "m"), manifest)
    source = Source(
        "quarterly figures.pdf", "store:incoming/q", "default", None, (), None, "2026-01-01T00:00:00Z", 5, None,
        "application/pdf", None,
    )  # fmt: skip
    store.put_artifact(layout.source(DOCUMENT, generation), source)
    version = (generation << 40) + (run << 24) + 9
    said: list[tuple[Topic[Any], Any]] = [
        (
            topics.DOCUMENTS_INGESTED,
            DocumentIngested(
                DOCUMENT, generation, run, DOCUMENT, None, 0, "o", 5, "f" * 64, "application/pdf", None, None,
                Allowance(1, 1), (),
            ),
        ),
        (
            topics.DOCUMENTS_PARTS,
            PartSegment(
                DOCUMENT, generation, run, "text", 1, whole, (), layout.segment_record(DOCUMENT, generation, run, 1),
                size, 0, {"language:en": 10},
            ),
        ),
        (
            topics.DOCUMENTS_COMPLETED,
            DocumentCompleted(
                DOCUMENT, generation, run, 9, version, DOCUMENT, None, "complete", None, "application/pdf", 5,
                layout.manifest(DOCUMENT, generation, "m"), "page", counted or len(pages), len(pages), 0, 0, 0, missing,
                size, 0, "report", 80, ("en",), "internal", {"email": 2}, {"language:en": 10},
            ),
        ),
    ]  # fmt: skip
    for topic, message in reversed(said) if completed_first else said:
        bus.put(topic, message)
        bus.run()
    assert bus.dead_letters == []
    assert bus.waiting == []


def test_a_word_is_found_on_its_page(bench: Bench) -> None:
    put_document(bench, ["Nothing here.", "The turnover rose to Café numbers of 12 percent."])
    bench.refresh()
    found = by_words(bench.client, bench.prefix, "turnover cafe")
    (document,) = found.documents
    assert (document.name, document.outcome, document.type) == ("quarterly figures.pdf", "complete", "report")
    (passage,) = document.passages
    assert (passage.unit, passage.unit_kind) == (2, "page")
    assert f"{MARK[0]}turnover{MARK[1]}" in passage.highlights[0]
    assert bench.bus.sent(topics.DOCUMENTS_INDEXED)[0] == DocumentIndexed(
        DOCUMENT, 1, 1, (1 << 40) + (1 << 24) + 9, DOCUMENT, None, "complete", None, 2
    )


@pytest.mark.parametrize("word", ["Nothing", "here"])
def test_a_word_at_the_end_of_a_page_is_marked(bench: Bench, word: str) -> None:
    put_document(bench, ["Nothing is here"])
    bench.refresh()
    found = by_words(bench.client, bench.prefix, word)  # type: ignore[arg-type]
    assert f"{MARK[0]}{word}{MARK[1]}" in found.documents[0].passages[0].highlights[0]


def test_a_document_is_found_by_its_name(bench: Bench) -> None:
    put_document(bench, ["Nothing here."])
    bench.refresh()
    found = by_words(bench.client, bench.prefix, "quarterly figures.pdf")  # type: ignore[arg-type]
    assert [(hit.document_id, hit.passages) for hit in found.documents] == [(DOCUMENT, ())]
    some = by_words(bench.client, bench.prefix, "annual figures")
    assert ([hit.document_id for hit in some.documents], some.loosened) == ([DOCUMENT], True)


def test_a_second_generation_replaces_the_first_in_any_order(bench: Bench) -> None:
    put_document(bench, ["first edition", "second page of the first"], generation=1)
    put_document(bench, ["second edition"], generation=2)
    put_document(bench, ["first edition", "second page of the first"], generation=1)
    bench.refresh()
    assert by_words(bench.client, bench.prefix, "first").passages == 0  # type: ignore[arg-type]
    assert by_words(bench.client, bench.prefix, "edition").passages == 1  # type: ignore[arg-type]
    entry = get_entry(bench.client, f"{bench.prefix}documents", DOCUMENT)  # type: ignore[arg-type]
    assert entry is not None
    assert (entry["generation"], entry["text"]) == (2, "second edition")


@pytest.mark.parametrize(("generation", "run"), [(1, 2), (2, 1)])
def test_passages_are_found_when_the_document_was_completed_before_its_parts(
    bench: Bench, generation: int, run: int
) -> None:
    put_document(bench, ["first edition", "second page of the first"])
    put_document(bench, ["another edition", "its second page"], generation, run, completed_first=True)
    bench.refresh()
    assert by_words(bench.client, bench.prefix, "first").passages == 0  # type: ignore[arg-type]
    assert by_words(bench.client, bench.prefix, "another | its").passages == 2  # type: ignore[arg-type]


def test_a_document_may_say_that_it_has_any_number_of_units(bench: Bench) -> None:
    put_document(bench, ["Something."], counted=10**10)
    entry = get_entry(bench.client, f"{bench.prefix}documents", DOCUMENT)  # type: ignore[arg-type]
    assert entry is not None
    assert (entry["units"], entry.get("cause")) == (10**10, None)


def test_a_document_that_the_node_refuses_ends_all_the_same(bench: Bench) -> None:
    put_document(bench, ["Something to find."], title="x" * 40_000)
    entry = get_entry(bench.client, f"{bench.prefix}documents", DOCUMENT)  # type: ignore[arg-type]
    assert entry is not None
    assert (entry["outcome"], entry["cause"]) == ("complete", "not-indexable")
    assert entry["reason"] == "OpenSearch answered 400 illegal_argument_exception"
    assert [one.cause for one in bench.bus.sent(topics.DOCUMENTS_INDEXED)] == ["not-indexable"]
    bench.refresh()
    assert by_words(bench.client, bench.prefix, "find").passages == 1  # type: ignore[arg-type]


def test_the_migration_again_changes_nothing(bench: Bench, opensearch: OpenSearchServer) -> None:
    admin = connect(
        OpenSearchSettings(opensearch.url, opensearch.admin.user, opensearch.admin.password, str(opensearch.ca_file))
    )
    assert migrate(admin, bench.prefix) == []
    admin.close()


def test_a_field_that_the_mapping_does_not_know_is_refused(bench: Bench) -> None:
    (fault,) = bench.search.indices.write([(f"{bench.prefix}documents", Entry("x", 1, {"surprise": 1}))])
    assert isinstance(fault, Reject)
    assert fault.cause == "not-indexable"


def test_a_vector_field_without_its_engine_is_seen() -> None:
    vector = {"type": "knn_vector", "method": {"engine": "lucene"}}
    assert vector_without_engine({"properties": {"v": vector}}) is None
    assert vector_without_engine({"properties": {"a": {"properties": {"v": {"type": "knn_vector"}}}}}) == "a.v"


def test_an_index_of_an_older_version_takes_what_is_written_until_it_is_replaced(
    bench: Bench, opensearch: OpenSearchServer
) -> None:
    login = opensearch.admin
    admin = connect(OpenSearchSettings(opensearch.url, login.user, login.password, str(opensearch.ca_file)))
    prefix = f"{bench.prefix}old-"
    old = f"{prefix}passages-v1-000001"
    mappings = {"dynamic": "strict", "properties": {"text": {"type": "text"}, "version": {"type": "long"}}}
    analysis = next(body for kind, _, body in templates() if kind == "passages")["settings"]["analysis"]
    admin.indices.create(index=old, body={"mappings": mappings, "settings": {"analysis": analysis}})
    admin.indices.put_alias(index=old, name=f"{prefix}passages", body={"is_write_index": True})
    made = migrate(admin, prefix)
    assert [one for one in made if "passages" in one] == []
    body = {"text": "Häuser", "version": 1, "stems": {"de": "Häuser"}, "type": "letter"}
    body["windows"] = [{"vector": [0.5] * 384}]
    assert list(Indices(bench.client, prefix).write([(f"{prefix}passages", Entry("a", 1, body))])) == [None]
    builder = Builder(admin, prefix)
    pair = builder.begin()
    assert pair.passages == f"{prefix}passages-v2-000001"
    builder.switch(pair)
    assert migrate(admin, prefix) == []
    admin.close()
