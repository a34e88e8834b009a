# SPDX-License-Identifier: Apache-2.0
"""Ingest on a bus in memory: what becomes a document, what a dead letter, and that nothing is swallowed."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from ream_contracts import layout, topics
from ream_contracts.artifacts import Source
from ream_contracts.messages import Allowance, DocumentIngested, DocumentSubmitted, Parent, PartOpened
from ream_ingest.media_type import detect
from ream_ingest.service import ingest
from ream_ingest.settings import IngestSettings
from ream_kit.rerun import next_run
from ream_kit.testing import LocalBus, memory_store

LIMITS = IngestSettings(max_bytes=1000)
BODY = base64.b64encode(b"Hello, Ream.").decode()


class Plain:
    """Tells media types without a cell."""

    def media_type(self, path: Path, name: str | None) -> str:
        return detect(path, name)


@pytest.fixture
def bus(tmp_path: Path) -> LocalBus:
    return LocalBus(
        ingest, store=memory_store(), needs={"limits": replace(LIMITS, roots=(str(tmp_path),)), "detector": Plain()}
    )


def sent(bus: LocalBus, *submitted: DocumentSubmitted) -> list[DocumentIngested]:
    for message in submitted:
        bus.put(topics.DOCUMENTS_SUBMITTED, message, key="any")
    bus.run()
    return bus.sent(topics.DOCUMENTS_INGESTED)


def test_an_inline_text_becomes_a_document(bus: LocalBus) -> None:
    (document,) = sent(bus, DocumentSubmitted(body=BODY, name="hello.txt", tags=("a",)))
    assert (document.media_type, document.size, document.generation, document.run) == ("text/plain", 12, 1, 1)
    assert document.root_id == document.document_id
    assert bus.store.get(document.object or "") == b"Hello, Ream."
    source = bus.store.get_artifact(Source, layout.source(document.document_id, 1))
    assert (source.name, source.tags) == ("hello.txt", ("a",))
    assert [type(part) for part in bus.sent(topics.DOCUMENTS_PARTS)] == [PartOpened]
    assert bus.store.get_artifact(DocumentIngested, layout.ingested(document.document_id, 1)) == document
    assert "hello" not in str(document), "names stay in the store"


def test_its_time_is_told_by_the_type_that_was_found(bus: LocalBus) -> None:
    """The submission names none: it is found from the content."""
    sent(bus, DocumentSubmitted(body=BODY, name="hello.txt"))
    line = 'ream_handler_seconds_count{media_type="text/plain",stage="ingest"} 1.0'
    assert line in bus.metrics.exposition().decode()


def test_the_same_again_is_the_same_and_other_bytes_are_a_new_generation(bus: LocalBus, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    submitted = DocumentSubmitted(source=path.as_uri())
    path.write_text("one")
    first, again = sent(bus, submitted, submitted)
    path.write_text("two")
    *_, changed = sent(bus, submitted)
    assert first == again
    assert (changed.document_id, changed.generation) == (first.document_id, 2)


def test_the_same_bytes_from_elsewhere_are_a_duplicate(bus: LocalBus) -> None:
    first, second = sent(bus, DocumentSubmitted(body=BODY, key="1"), DocumentSubmitted(body=BODY, key="2"))
    assert (first.duplicate_of, second.duplicate_of) == (None, first.document_id)


@pytest.mark.parametrize(
    ("submitted", "cause"),
    [
        (DocumentSubmitted(source="file:///etc/passwd"), "outside-allowed-roots"),
        (DocumentSubmitted(source="http://example.org/a"), "unknown-scheme"),
        (DocumentSubmitted(source="store:incoming/absent"), "no-such-object"),
        (DocumentSubmitted(body="*not base64*"), "body-not-base64"),
        (DocumentSubmitted(body=base64.b64encode(bytes(262_145)).decode()), "body-too-large"),
        (DocumentSubmitted(body=base64.b64encode(bytes(1_000_000)).decode()), "body-too-large"),
    ],
)
def test_what_can_not_be_had_is_a_dead_letter_and_the_next_goes_on(
    bus: LocalBus, submitted: DocumentSubmitted, cause: str
) -> None:
    documents = sent(bus, submitted, DocumentSubmitted(body=BODY))
    assert [letter.cause for letter in bus.dead_letters] == [cause]
    assert len(documents) == 1


@pytest.mark.parametrize(
    "value",
    [b"", None, b"{not json", b'{"source": 1}', b"\xff" * 900, rb'{"source": "store:incoming/a", "key": "\ud800"}'],
)
def test_what_is_no_message_is_a_dead_letter(bus: LocalBus, value: bytes | None) -> None:
    bus.put_raw(topics.DOCUMENTS_SUBMITTED, value, key=b"k" * 900_000)
    assert len(sent(bus, DocumentSubmitted(body=BODY))) == 1
    assert [letter.attempts for letter in bus.dead_letters] == [1], "there is no second try"


def test_a_file_that_is_too_large_is_a_document_that_says_so(bus: LocalBus, tmp_path: Path) -> None:
    with (tmp_path / "big").open("wb") as file:
        file.truncate(5_000_000_001)
    (document,) = sent(bus, DocumentSubmitted(source=(tmp_path / "big").as_uri()))
    assert (document.refused, document.object, document.size) == ("too-large", None, 5_000_000_001)
    reason = bus.store.get_artifact(Source, layout.source(document.document_id, 1)).reason
    assert reason is not None
    assert "REAM_INGEST_MAX_BYTES" in reason


def test_a_type_that_is_not_allowed_is_a_document_that_says_so(tmp_path: Path) -> None:
    bus = LocalBus(ingest, needs={"limits": replace(LIMITS, refused_types=("text/plain",)), "detector": Plain()})
    (document,) = sent(bus, DocumentSubmitted(body=BODY))
    assert (document.refused, document.media_type) == ("type-not-allowed", "text/plain")


def test_a_file_of_no_bytes_is_a_document(bus: LocalBus, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (document,) = sent(bus, DocumentSubmitted(source=(tmp_path / "empty").as_uri()))
    assert (document.size, document.refused) == (0, None)


def test_a_child_knows_its_family_and_cannot_claim_more_than_there_is(bus: LocalBus) -> None:
    parent = Parent("a" * 32, 1, "a" * 32, "x/y.txt", 1, 1, Allowance(10**9, 10**15))
    (document,) = sent(bus, DocumentSubmitted(body=BODY, parent=parent))
    assert (document.parent_id, document.root_id, document.depth) == ("a" * 32, "a" * 32, 1)
    assert document.allowance == Allowance(LIMITS.family_documents, LIMITS.family_bytes)


def test_an_erased_document_is_refused(bus: LocalBus) -> None:
    (document,) = sent(bus, DocumentSubmitted(body=BODY, key="k"))
    bus.store.put(layout.erased(document.document_id), b"")
    assert len(sent(bus, DocumentSubmitted(body=BODY, key="k"))) == 1
    assert bus.dead_letters == [], "what was erased leaves nothing behind"


def test_a_document_that_was_replayed_comes_again_in_its_newest_run(bus: LocalBus) -> None:
    (first,) = sent(bus, DocumentSubmitted(body=BODY, key="k"))
    again = next_run(bus.store, first.document_id, 1)
    assert sent(bus, DocumentSubmitted(body=BODY, key="k")) == [first, again]
    assert [part.run for part in bus.sent(topics.DOCUMENTS_PARTS)] == [1, 2]


def test_a_document_from_inside_that_is_not_what_was_taken_out_does_not_become_one(bus: LocalBus) -> None:
    name = layout.child("a" * 32, 1, 1, "m" * 12)
    bus.store.put(name, b"hello")
    parent = Parent("a" * 32, 1, "a" * 32, "in.txt", 1, 1, Allowance(1, 100), size=6)
    bus.put(topics.DOCUMENTS_SUBMITTED, DocumentSubmitted(source=f"store:{name}", parent=parent))
    bus.run()
    assert bus.sent(topics.DOCUMENTS_INGESTED) == []
    assert [(letter.cause, letter.attempts) for letter in bus.dead_letters] == [("not-whole", 3)]


def test_names_of_passwords_go_with_the_document(bus: LocalBus) -> None:
    one, several = sent(
        bus, DocumentSubmitted(body=BODY, key="1", password_ref="bank"),
        DocumentSubmitted(body=BODY, key="2", password_ref=("bank", "payroll", "bank")),
    )  # fmt: skip
    assert (one.password_ref, several.password_ref) == (("bank",), ("bank", "payroll"))


def test_the_same_file_with_another_name_of_a_password_is_run_again(bus: LocalBus) -> None:
    plain, named = (DocumentSubmitted(body=BODY, key="k", password_ref=ref) for ref in (None, "bank"))
    found = sent(bus, plain, named, named, plain)
    assert [(one.run, one.password_ref, one.generation) for one in found] == [
        (1, (), 1), (2, ("bank",), 1), (2, ("bank",), 1), (2, ("bank",), 1),
    ]  # fmt: skip


@pytest.mark.parametrize("ref", ["../bank", "", "a b", ["bank", "a/b"], 7, "x" * 65])
def test_what_is_no_name_of_a_password_is_refused_and_not_repeated(bus: LocalBus, ref: object) -> None:
    bus.put_raw(topics.DOCUMENTS_SUBMITTED, json.dumps({"body": BODY, "password_ref": ref}).encode())
    bus.run()
    (letter,) = bus.dead_letters
    assert letter.cause == "wrong-schema"
    assert bus.sent(topics.DOCUMENTS_INGESTED) == []
