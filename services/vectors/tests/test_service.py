# SPDX-License-Identifier: Apache-2.0
"""Vectors are made of what is complete, once, and nothing is said before all of them are there."""

from collections.abc import Iterator
from typing import Any

import pytest

from ream_contracts import identity, layout, topics
from ream_contracts.artifacts import SegmentRecord, SegmentText, UnitText
from ream_contracts.messages import DocumentCompleted, DocumentEmbedded
from ream_contracts.vectors import name_of, unpack
from ream_kit.settings import SettingsError
from ream_kit.testing import LocalBus
from ream_meaning.model import Model
from ream_vectors.service import Meaning, open_meaning, vectors
from ream_vectors.settings import VectorsSettings

DOCUMENT = "a" * 32
TEXTS = ("The lessee pays rent.", "Boats lay in the harbour. " * 40)


class Counting(Model):
    """The model, which counts what it works out."""

    count = 0

    def vector(self, window: Any) -> Any:
        type(self).count += 1
        return super().vector(window)


@pytest.fixture(params=[20_000])
def bus(request: pytest.FixtureRequest) -> Iterator[LocalBus]:
    Counting.count = 0
    with LocalBus(vectors, needs={"meaning": Meaning(Counting.load(), VectorsSettings(request.param))}) as one:
        yield one


def put(bus: LocalBus, revision: int = 9, read: int = 2) -> DocumentCompleted:
    for page, text in enumerate(TEXTS, 1):
        unit = UnitText(page, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())
        name, whole = layout.text(DOCUMENT, 1, page, "extract", "m"), ((page, page),)
        bus.store.put_artifact(name, SegmentText(DOCUMENT, 1, page, "extract", "1", (unit,), ()))
        record = SegmentRecord(DOCUMENT, 1, 1, page, whole, (), name, "c", "text-layer", 100, len(text), ())
        bus.store.put_artifact(layout.segment_record(DOCUMENT, 1, 1, page), record)
    done = DocumentCompleted(
        DOCUMENT, 1, 1, revision, identity.version(1, 1, revision), DOCUMENT, None, "complete", None, "a/b", 5, None,
        "page", 2, read, 0, 0, 0, (), 1, 0, "report", 80, ("en",), "internal", {}, {},
    )  # fmt: skip
    bus.put(topics.DOCUMENTS_COMPLETED, done)
    bus.run()
    assert (bus.dead_letters, bus.waiting) == ([], [])
    return done


def windows(bus: LocalBus, page: int) -> list[Any]:
    name = name_of(DOCUMENT, 1, page, layout.text(DOCUMENT, 1, page, "extract", "m"))
    return list(unpack(bus.store.get(name)))


def test_each_segment_has_its_vectors_before_it_is_said(bus: LocalBus) -> None:
    done = put(bus)
    assert bus.sent(topics.DOCUMENTS_EMBEDDED) == [DocumentEmbedded(DOCUMENT, 1, 1, done.version, 3, 0)]
    assert [one.unit for one in windows(bus, 1)] == [1]
    assert [one.unit for one in windows(bus, 2)] == [2, 2]
    assert windows(bus, 2)[0].start == 0


def test_what_was_made_is_found_again(bus: LocalBus) -> None:
    put(bus)
    put(bus)
    put(bus, revision=10)
    assert Counting.count == 3
    assert len(bus.sent(topics.DOCUMENTS_EMBEDDED)) == 3


def test_nothing_is_said_of_what_has_no_text(bus: LocalBus) -> None:
    put(bus, read=0)
    assert bus.sent(topics.DOCUMENTS_EMBEDDED) == []


@pytest.mark.parametrize(("bus", "made"), [(0, (0, 2)), (1, (1, 1)), (2, (1, 1)), (3, (3, 0))], indirect=["bus"])
def test_a_document_has_vectors_up_to_the_limit(bus: LocalBus, made: tuple[int, int]) -> None:
    put(bus)
    (said,) = bus.sent(topics.DOCUMENTS_EMBEDDED)
    assert (said.windows, said.beyond) == made
    assert Counting.count == said.windows


@pytest.mark.parametrize("bus", [2], indirect=True)
def test_what_a_limit_left_out_is_made_when_there_is_more_room(bus: LocalBus) -> None:
    """What the limit would cut is not kept: by its name it would be found as finished for ever."""
    put(bus)
    with LocalBus(vectors, needs={"meaning": Meaning(Counting.load(), VectorsSettings(3))}, store=bus.store) as roomier:
        put(roomier, revision=10)
        (said,) = roomier.sent(topics.DOCUMENTS_EMBEDDED)
    assert (said.windows, said.beyond) == (3, 0)
    assert len(windows(bus, 2)) == 2


def test_a_segment_that_is_not_there_is_a_dead_letter(bus: LocalBus) -> None:
    name = layout.text(DOCUMENT, 1, 3, "extract", "m")
    record = SegmentRecord(DOCUMENT, 1, 1, 3, ((3, 3),), (), name, "c", "text-layer", 100, 5, ())
    bus.store.put_artifact(layout.segment_record(DOCUMENT, 1, 1, 3), record)
    with pytest.raises(AssertionError, match="not-found"):
        put(bus)
    assert bus.sent(topics.DOCUMENTS_EMBEDDED) == []
    bus.dead_letters.clear()


def test_the_model_is_the_one_that_is_searched_with() -> None:
    with open_meaning() as meaning:
        assert meaning.settings == VectorsSettings()
    with pytest.raises(SettingsError, match="REAM_VECTORS_WINDOWS"):
        VectorsSettings(-1)


def test_a_model_that_is_not_installed_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ream_meaning.model._PACKAGE", "no_such_package_of_a_model")
    with (
        pytest.raises(SettingsError, match=r"no vectors: .* no-such-package-of-a-model, is not installed"),
        open_meaning(),
    ):
        pass
