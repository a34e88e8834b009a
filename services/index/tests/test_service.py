# SPDX-License-Identifier: Apache-2.0
"""What index makes of what is said, in any order, over a node that is played here: versions and all."""

import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
from opensearchpy import OpenSearch

from ream_contracts import identity, layout, topics
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
    DocumentEmbedded,
    DocumentIndexed,
    DocumentIngested,
    PartSegment,
)
from ream_contracts.vectors import DIMENSIONS, Window, name_of, pack
from ream_index import opensearch
from ream_index.memory_node import Node
from ream_index.opensearch import REQUEST_ENTRIES, Indices
from ream_index.service import Search, index
from ream_index.settings import IndexSettings
from ream_index.stored import Holdings
from ream_index.work import Desk, Stored, Work
from ream_kit.testing import LocalBus

DOCUMENT = "a" * 32
OTHER = "b" * 32


class Play:
    """A bus with index on it, a node, and documents whose other stages have done their part."""

    def __init__(self, settings: IndexSettings | None = None) -> None:
        self.node = Node()
        self.search = Search(Indices(cast(OpenSearch, self.node), "t-"), settings or IndexSettings("t-"))
        self.bus = LocalBus(index, needs={"search": self.search})
        self.pages: dict[tuple[str, int, int], list[str]] = {}

    def document(self, pages: list[str], generation: int = 1, run: int = 1, document_id: str = DOCUMENT) -> None:
        """Puts into the store what is there when a document is completed; each page is a segment."""
        store = self.bus.store
        self.pages[document_id, generation, run] = pages
        source = Source(
            f"edition {generation}.pdf", "store:incoming/q", "default", None, (), None, "2026-01-01T00:00:00Z", 5,
            None, "application/pdf", None,
        )  # fmt: skip
        store.put_artifact(layout.source(document_id, generation), source)
        for page, text in enumerate(pages, 1):
            names = [f"documents/{document_id}/{generation}/{kind}.{run}.{page}" for kind in ("text", "classes")]
            one = UnitText(page, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())
            whole = ((page, page),)
            store.put_artifact(names[0], SegmentText(document_id, generation, page, "extract", "1", (one,), ()))
            scores = {"personal:iban": 1}
            languages = (UnitLanguage(page, "en", 90),)
            classes = SegmentClasses(document_id, generation, page, "1", languages, (), False, {}, scores)
            store.put_artifact(names[1], classes)
            record = SegmentRecord(
                document_id, generation, run, page, whole, (), names[0], names[1], "text-layer", 100, len(text), ()
            )
            store.put_artifact(layout.segment_record(document_id, generation, run, page), record)

    def arrives(self, generation: int = 1, run: int = 1) -> None:
        message = DocumentIngested(
            DOCUMENT, generation, run, DOCUMENT, None, 0, "o", 5, "f" * 64, "application/pdf", None, None,
            Allowance(1, 1), (),
        )  # fmt: skip
        self.bus.put(topics.DOCUMENTS_INGESTED, message)
        self.bus.run()

    def part(self, page: int, generation: int = 1, run: int = 1) -> None:
        name = layout.segment_record(DOCUMENT, generation, run, page)
        characters = len(self.pages[DOCUMENT, generation, run][page - 1])
        message = PartSegment(
            DOCUMENT, generation, run, "text", page, ((page, page),), (), name, characters, 0, {"personal:iban": 1}
        )
        self.bus.put(topics.DOCUMENTS_PARTS, message)
        self.bus.run()

    def completes(self, generation: int = 1, run: int = 1, document_id: str = DOCUMENT) -> None:
        self.says(completed(generation, run, document_id, self.pages.get((document_id, generation, run), [])))

    def says(self, done: DocumentCompleted) -> None:
        self.bus.put(topics.DOCUMENTS_COMPLETED, done)
        self.bus.run()

    def cut(self, kind: str, cls: type[Any], changes: Callable[[Any], dict[str, Any]]) -> None:
        """Takes something out of an artifact of page 2, as it lies in the store."""
        name = f"documents/{DOCUMENT}/1/{kind}.1.2"
        whole = self.bus.store.get_artifact(cls, name)
        self.bus.store.delete(name)
        self.bus.store.put_artifact(name, replace(whole, **changes(whole)))

    @property
    def entry(self) -> dict[str, Any]:
        return self.node.entries("t-documents")[DOCUMENT]

    @property
    def texts(self) -> dict[str, str]:
        return {one: body["text"] for one, body in self.node.entries("t-passages").items()}

    @property
    def said(self) -> list[DocumentIndexed]:
        return self.bus.sent(topics.DOCUMENTS_INDEXED)


def completed(
    generation: int = 1, run: int = 1, document_id: str = DOCUMENT, pages: Sequence[str] = ()
) -> DocumentCompleted:
    count, characters = len(pages), sum(map(len, pages))
    return DocumentCompleted(
        document_id, generation, run, 9, identity.version(generation, run, 9), document_id, None, "complete", None,
        "application/pdf", 5, None, "page", count, count, 0, 0, 0, (), characters, 0, "report", 80, ("en",), "internal",
        {}, {},
    )  # fmt: skip


@pytest.fixture
def play() -> Iterator[Play]:
    one = Play()
    with one.bus:
        yield one
        assert one.bus.dead_letters == []


def test_indices_that_are_being_built_take_every_write_too(play: Play) -> None:
    play.document(["one", "two"])
    play.completes()
    play.node.next = {"t-documents-next": "t-documents-v1-000002", "t-passages-next": "t-passages-v1-000002"}
    play.document(["another one"], run=2)
    play.part(1, run=2)
    play.completes(run=2)
    for kind in ("documents", "passages"):
        assert play.node.entries(f"t-{kind}-v1-000002") == play.node.entries(f"t-{kind}")
    assert play.texts == {ids(1)[0]: "another one"}


def test_indices_whose_building_was_given_up_stop_nobody(play: Play) -> None:
    play.node.next = {"t-documents-next": "new-documents", "t-passages-next": "new-passages", "other-next": "x"}
    play.node.gone = {"new-documents", "new-passages"}
    play.document(["one"])
    play.completes()
    assert play.texts == {ids(1)[0]: "one"}
    assert not play.node.entries("new-documents")


def ids(pages: int) -> list[str]:
    return [f"{DOCUMENT}-{page}-1" for page in range(1, pages + 1)]


@pytest.mark.parametrize("order", ["part, part, completed", "completed, part, part", "part, completed, part"])
def test_the_index_is_the_same_in_whatever_order_it_was_said(play: Play, order: str) -> None:
    play.document(["one", "two"])
    pages = iter((1, 2))
    for step in order.split(", "):
        play.completes() if step == "completed" else play.part(next(pages))
    first = Play()
    first.document(["one", "two"])
    first.part(2)
    first.part(1)
    first.completes()
    assert play.texts == {ids(1)[0]: "one", ids(2)[1]: "two"}
    assert play.node.entries("t-passages") == first.node.entries("t-passages")
    assert play.entry["text"] == "one\n\ntwo"


def test_pages_whose_parts_never_came_are_found(play: Play) -> None:
    play.document(["one", "two"])
    play.completes()
    assert play.texts == {ids(1)[0]: "one", ids(2)[1]: "two"}
    assert play.said == [
        DocumentIndexed(DOCUMENT, 1, 1, completed().version, DOCUMENT, None, "complete", None, passages=2)
    ]


def test_what_is_found_early_answers_nothing_and_gives_way_to_the_answer(play: Play) -> None:
    play.document(["of the page and of its picture"])
    record = play.bus.store.get_artifact(SegmentRecord, layout.segment_record(DOCUMENT, 1, 1, 1))
    own = replace(play.bus.store.get_artifact(SegmentText, record.text).units[0], text="of the page")
    play.bus.store.put_artifact("own", SegmentText(DOCUMENT, 1, 1, "extract", "1", (own,), ()))
    name = layout.early_record(DOCUMENT, 1, 1, 1)
    play.bus.store.put_artifact(name, replace(record, text="own", characters=len("of the page")))
    early = PartSegment(DOCUMENT, 1, 1, "early", 1, ((1, 1),), (), name, len("of the page"), 0, {})
    for said, found in (
        (lambda: play.bus.put(topics.DOCUMENTS_PARTS, early), "of the page"),
        (lambda: play.part(1), "of the page and of its picture"),
        (lambda: play.bus.put(topics.DOCUMENTS_PARTS, early), "of the page and of its picture"),
        (play.completes, "of the page and of its picture"),
    ):
        said()
        play.bus.run()
        assert list(play.texts.values()) == [found]
    assert len(play.said) == 1


def test_what_is_found_early_is_made_again_from_the_store_below_the_answers(play: Play) -> None:
    play.document(["one", "two"])
    names = [layout.segment_record(DOCUMENT, 1, 1, 1), layout.early_record(DOCUMENT, 1, 1, 1)]
    play.bus.store.put(names[1], play.bus.store.get(names[0]))
    assert Holdings.of(DOCUMENT, names[1:]).pages == {(1, 1)}
    desk = Desk(play.bus.store, "t-documents", "t-passages", IndexSettings("t-"), "2026-01-01T00:00:00Z")
    made = [(entry.body["text"], entry.version) for _, entry in desk.writes(Work(Stored(DOCUMENT, 1, 1)), {})]
    answered = identity.version(1, 1, 1)
    assert made == [("one", answered - 1), ("one", answered), ("two", answered)]


def test_passages_that_are_there_are_not_written_again(play: Play) -> None:
    play.document(["one"])
    for says in (lambda: play.part(1), play.completes):
        says()
        before = play.node.held["t-passages", ids(1)[0]]
        says()
        assert play.node.held["t-passages", ids(1)[0]] is before


def test_passages_say_what_was_decided_of_their_document_when_it_is_complete(play: Play) -> None:
    play.document(["one"])
    play.part(1)
    (early,) = play.node.entries("t-passages").values()
    assert (early.get("type"), early["outcome"], early["document_sensitivity"]) == (None, "outstanding", "restricted")
    assert (early["name"], early["namespace"], early["stems"]) == ("edition 1.pdf", "default", {"en": "one"})
    assert (early["topics"], early.get("sentiment")) == ([], None)
    done = completed(1, 1, DOCUMENT, play.pages[DOCUMENT, 1, 1])
    play.says(replace(done, topics=("law", "business"), sentiment="negative"))
    play.part(1)
    (late,) = play.node.entries("t-passages").values()
    assert (late["type"], late["outcome"], late["document_sensitivity"]) == ("report", "complete", "internal")
    assert (late["topics"], late["sentiment"]) == (["law", "business"], "negative")
    assert (early.get("thumbnail"), late["thumbnail"]) == (None, layout.thumbnail(DOCUMENT, 1))
    assert play.entry["seconds_to_read"] is not None
    assert play.entry["seconds_to_index"] is not None
    assert late["sensitivity"] == "confidential", "a page keeps what it shows by itself"


@pytest.mark.parametrize("newer", [(1, 2), (2, 1)])
def test_a_page_that_comes_after_its_document_takes_the_place_of_the_deleted_one(
    play: Play, newer: tuple[int, int]
) -> None:
    play.document(["old one", "old two", "old three"])
    play.completes()
    play.document(["new one"], *newer)
    play.completes(*newer)
    assert play.texts == {ids(1)[0]: "new one"}
    play.document(["new two"] * 2, *newer)
    play.part(2, *newer)
    assert play.texts == {ids(1)[0]: "new one", ids(2)[1]: "new two"}


@pytest.mark.parametrize("newer", [(1, 2), (2, 1)])
def test_what_was_readable_stays_so_until_the_newer_one_is_complete(play: Play, newer: tuple[int, int]) -> None:
    play.document(["old one"])
    play.arrives()
    assert (play.entry["outcome"], play.entry["name"]) == ("outstanding", "edition 1.pdf")
    play.completes()
    play.document(["new one"], *newer)
    play.arrives(*newer)
    play.arrives()
    assert (play.entry["text"], play.entry["outcome"], play.entry["run"]) == ("old one", "complete", 1)
    assert play.texts == {ids(1)[0]: "old one"}
    play.completes(*newer)
    assert (play.entry["text"], (play.entry["generation"], play.entry["run"])) == ("new one", newer)
    play.arrives(*newer)
    assert play.entry["text"] == "new one"


def test_of_what_only_arrived_the_newest_is_shown(play: Play) -> None:
    for generation in (1, 2):
        play.document([], generation)
    for generation, run in ((1, 1), (2, 1), (1, 2)):
        play.arrives(generation, run)
    assert (play.entry["generation"], play.entry["run"], play.entry["name"]) == (2, 1, "edition 2.pdf")
    assert play.entry["version"] == identity.version(2, 1, 0)


def test_what_is_older_than_what_was_completed_leaves_nothing(play: Play) -> None:
    play.document(["old one", "old two"])
    play.document(["new one"], 2)
    play.completes(2)
    play.part(2, 1)
    play.completes(1)
    assert play.texts == {ids(1)[0]: "new one"}
    assert (play.entry["generation"], play.said[-1].generation, play.said[-1].passages) == (2, 1, 0)


def test_what_a_try_that_was_cut_off_left_beside_a_newer_generation_goes_with_the_next(play: Play) -> None:
    play.document(["old one", "old two"])
    play.part(2)
    place = ("t-passages", ids(2)[1])
    left = play.node.held[place]
    play.document(["new one"], 2)
    play.completes(2)
    play.node.held[place] = left  # written when the newer one was not known yet; then nobody dropped it
    play.part(2)
    assert play.texts == {ids(1)[0]: "new one"}


def test_segments_are_taken_in_the_order_of_their_numbers(play: Play) -> None:
    play.document([f"page {number}" for number in range(1, 13)])
    play.completes()
    assert play.entry["text"].split("\n\n") == [f"page {number}" for number in range(1, 13)]


def test_a_node_that_is_away_is_waited_for_and_nothing_is_said(play: Play) -> None:
    play.document(["one"])
    play.node.away = True
    play.completes()
    assert ([one.waiting_for for one in play.bus.waiting], play.said) == (["opensearch"], [])
    play.node.away = False
    play.bus.run()
    assert (play.texts, len(play.said)) == ({ids(1)[0]: "one"}, 1)


def test_an_erased_document_is_neither_written_nor_said(play: Play) -> None:
    play.document(["one"])
    play.bus.store.put(layout.erased(DOCUMENT), b"{}")
    play.arrives()
    play.part(1)
    play.completes()
    assert (play.node.held, play.said) == ({}, [])


def test_one_document_that_fails_does_not_hold_its_neighbours() -> None:
    play = Play()
    play.document(["one"])
    for document_id in (OTHER, DOCUMENT):  # nothing of the other one is in the store
        play.bus.put(topics.DOCUMENTS_COMPLETED, completed(document_id=document_id, pages=["one"]))
    with play.bus:
        play.bus.run()
    assert [one.document_id for one in play.said] == [DOCUMENT]
    assert [letter.document_id for letter in play.bus.dead_letters] == [OTHER]


def test_an_entry_that_the_node_refuses_is_written_with_what_is_sure(play: Play) -> None:
    play.document(["one"])
    play.node.refused = {"edition 1.pdf"}
    play.arrives()
    assert (play.entry["outcome"], play.entry["cause"]) == ("outstanding", "not-indexable")
    play.completes()
    assert (play.entry["outcome"], play.entry["cause"]) == ("complete", "not-indexable")
    assert "400" in play.entry["reason"]
    assert "name" not in play.entry
    assert [(one.outcome, one.cause, one.passages) for one in play.said] == [("complete", "not-indexable", 1)]
    assert play.texts == {ids(1)[0]: "one"}


def test_pages_that_the_node_refuses_are_named_and_the_others_found(play: Play) -> None:
    play.document(["one", "bad", "bad", "four", "bad"])
    play.node.refused = {"bad"}
    play.part(2)
    play.completes()
    assert sorted(play.texts.values()) == ["four", "one"]
    assert (play.entry["text"][:8], play.entry["cause"]) == ("one\n\nbad", "not-indexable")
    assert play.entry["reason"] == "OpenSearch does not take the text of page 2-3, 5"
    assert [(one.cause, one.passages) for one in play.said] == [("not-indexable", 2)]


def test_a_document_of_which_the_node_refuses_even_the_sure_fields_is_a_dead_letter() -> None:
    play = Play()
    play.document(["one"])
    play.node.refused = {DOCUMENT}
    with play.bus:
        play.completes()
    assert [letter.cause for letter in play.bus.dead_letters] == ["not-indexable"]
    assert play.said == []


def test_requests_are_bounded_in_number(play: Play) -> None:
    play.document([("word " * 399 + "end. ") * (REQUEST_ENTRIES + 1)])
    play.completes()
    assert len(play.node.requests) == 2
    assert max(play.node.requests) <= REQUEST_ENTRIES


@pytest.mark.slow
def test_a_long_document_takes_no_more_memory_than_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opensearch, "REQUEST_BYTES", 200_000)
    play = Play(IndexSettings("t-", whole_text_characters=50_000))
    play.node.keeps_text = False
    pages = ["Words on a page. " * 3_000] * 40
    play.document(pages)
    with play.bus:
        play.bus.put(topics.DOCUMENTS_COMPLETED, completed(pages=pages))
        play.bus.run()  # what is loaded when it is first needed is no memory of a document
        play.bus.put(topics.DOCUMENTS_COMPLETED, completed(pages=pages))
        tracemalloc.start()
        play.bus.run()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert len(play.said) == 2
    assert peak < 2_000_000, "of 4 MB in all"


LOST: dict[str, Callable[[Play], None]] = {
    "a segment's record": lambda play: play.bus.store.delete(layout.segment_record(DOCUMENT, 1, 1, 2)),
    "a segment's text": lambda play: play.bus.store.delete(f"documents/{DOCUMENT}/1/text.1.2"),
    "half of a segment's text": lambda play: play.cut("text", SegmentText, lambda text: {
        "units": (replace(text.units[0], text=text.units[0].text[:2]),)
    }),
    "a segment's unit": lambda play: play.cut("text", SegmentText, lambda text: {"units": ()}),
    "a unit's language": lambda play: play.cut("classes", SegmentClasses, lambda classes: {"languages": ()}),
}  # fmt: skip


@pytest.mark.parametrize("what", LOST)
def test_a_document_of_which_something_is_gone_does_not_become_searchable_as_complete(what: str) -> None:
    play = Play()
    play.document(["page one", "page two", "page three"])
    LOST[what](play)
    with play.bus:
        play.completes()
    assert play.said == []
    assert [letter.topic for letter in play.bus.dead_letters] == ["documents.completed"]
    assert DOCUMENT not in play.node.entries("t-documents")


MORE = [("children", 1), ("units", 4), ("units", 2), ("read", 4), ("characters", 99), ("not_applicable", 1)]


@pytest.mark.parametrize(("what", "count"), MORE)
def test_a_completion_that_counted_more_than_is_there_is_not_believed(what: str, count: int) -> None:
    play = Play()
    play.document(["page one", "page two", "page three"])
    done = completed(pages=["page one", "page two", "page three"])
    if what == "units":
        name = layout.manifest(DOCUMENT, 1, "m" * 12)
        kinds = (UnitKind("page", 1, 3),)
        play.bus.store.put_artifact(
            name, Manifest(DOCUMENT, 1, "a/b", "page", kinds, 3, ((1, 3),), 0, None, None, None, {}, "pdf", "1")
        )
        done = replace(done, manifest=name)
    with play.bus:
        play.says(replace(done, **{what: count}))  # type: ignore[arg-type]
    assert (play.said, [letter.cause for letter in play.bus.dead_letters]) == ([], ["not-whole"])


def test_what_came_late_and_is_not_counted_yet_is_no_loss(play: Play) -> None:
    play.document(["page one", "page two"])
    play.says(completed(pages=["page one"]))
    assert (len(play.said), play.entry["text"]) == (1, "page one\n\npage two")


def test_a_part_that_says_more_than_its_record_is_not_believed() -> None:
    play = Play()
    play.document(["page one"])
    play.pages[DOCUMENT, 1, 1] = ["page one and more"]
    with play.bus:
        play.part(1)
    assert (play.texts, [letter.cause for letter in play.bus.dead_letters]) == ({}, ["not-whole"])


def test_an_answer_that_leaves_out_writes_is_no_answer() -> None:
    play = Play()
    play.document(["page one"])
    bulk = play.node.bulk
    play.node.bulk = lambda body: {"items": bulk(body)["items"][1:]}  # type: ignore[method-assign]
    with play.bus:
        play.completes()
        assert [one.reason for one in play.bus.waiting] == ["OpenSearch answered 1 of 2 writes"]
    assert play.said == []


def embedded(play: Play, version: int | None = None) -> DocumentEmbedded:
    """Puts vectors for each page of the document, as the service that makes them does, and returns what it says."""
    done = completed()
    for page, text in enumerate(play.pages[DOCUMENT, 1, 1], 1):
        windows = [Window(page, start, (0.5,) * DIMENSIONS) for start in range(0, len(text), 4)]
        play.bus.store.put(name_of(DOCUMENT, 1, page, f"documents/{DOCUMENT}/1/text.1.{page}"), pack(windows))
    message = DocumentEmbedded(DOCUMENT, 1, 1, version or done.version, 2, 0)
    play.bus.store.put_artifact(layout.embedded(DOCUMENT, message.version), message)
    return message


def vectors_of(play: Play) -> list[int]:
    return [len(body.get("windows") or ()) for _, body in sorted(play.node.entries("t-passages").items())]


@pytest.mark.parametrize("first", ["completion", "vectors", "vectors say so first"])
def test_vectors_reach_the_passages_in_any_order_and_stay(play: Play, first: str) -> None:
    play.document(["page one", "two"])
    if first != "completion":
        message = embedded(play)
    if first == "vectors say so first":
        play.bus.put(topics.DOCUMENTS_EMBEDDED, message)
        play.bus.run()
        assert vectors_of(play) == []
    play.part(1)
    play.completes()
    if first == "completion":
        assert (play.entry["readiness"], vectors_of(play)) == ("complete", [0, 0])
        message = embedded(play)
    for says in (lambda: play.bus.put(topics.DOCUMENTS_EMBEDDED, message), play.completes, lambda: play.part(2)):
        says()
        play.bus.run()
        assert (play.entry["readiness"], play.entry["type"], vectors_of(play)) == ("vectors", "report", [2, 1])
    assert {one.passages for one in play.said} == {2}


def test_vectors_of_a_run_that_is_overtaken_are_not_written(play: Play) -> None:
    play.document(["one"])
    play.completes()
    message = embedded(play)
    play.document(["another"], run=2)
    play.completes(run=2)
    play.bus.put(topics.DOCUMENTS_EMBEDDED, message)
    play.bus.run()
    assert (play.entry["readiness"], list(play.texts.values()), vectors_of(play)) == ("complete", ["another"], [0])


def test_what_the_node_refuses_with_its_vectors_is_named_all_the_same(play: Play) -> None:
    play.document(["one", "two"])
    play.node.refused = {"two"}
    embedded(play)
    play.completes()
    assert (play.entry["readiness"], play.entry["cause"], vectors_of(play)) == ("vectors", "not-indexable", [1])
    assert play.said[0].passages == 1
    play.node.refused = {"edition 1.pdf"}
    play.document(["one"], run=2)
    play.completes(run=2)
    assert play.entry["cause"] == "not-indexable"
