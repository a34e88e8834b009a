# SPDX-License-Identifier: Apache-2.0
"""Holds that a running process takes up what goes live, and keeps what it has when that cannot be used."""

from functools import cache

import pytest

from ream_classify import corrections, learnt_file, model_store, rules
from ream_classify.learnt import Model, words_of
from ream_classify.learnt_file import ModelError
from ream_classify.model_store import LOOK_SECONDS, Learnt
from ream_classify.training import Example, Unit, learn
from ream_contracts import layout
from ream_contracts.codec import Malformed
from ream_kit import Erased, Store
from ream_kit.local_bus import FakeClock
from ream_kit.store import NotFound
from ream_kit.store_memory import memory_store

pytestmark = pytest.mark.slow  # scikit-learn takes a second to load

ID = "a" * 32


@cache
def model(word: str) -> Model:
    texts = {"invoice": f"{word} due amount", "letter": "dear madam regards"}
    return learn(
        "type",
        [
            Example(f"{label}{n}", (label,), (Unit(1, words_of(text).nameless(), {}),))
            for label, text in texts.items()
            for n in (1, 2)
        ],
    )


@pytest.fixture
def store() -> Store:
    return memory_store()


def test_what_goes_live_is_taken_up_without_a_new_start(store: Store) -> None:
    learnt, clock = Learnt(), FakeClock()
    assert learnt.now(store, clock) == {}
    model_store.publish(store, "type", model("rent"), {ID: ("invoice",)}, {"learnt": 1.0})
    assert learnt.now(store, clock) == {}  # it does not ask for each segment
    clock.advance(LOOK_SECONDS)
    assert learnt.now(store, clock)["type"].version == model("rent").version
    model_store.publish(store, "type", model("price"), {}, {})
    clock.advance(LOOK_SECONDS)
    assert learnt.now(store, clock)["type"].version == model("price").version
    model_store.publish(store, "type", None, {}, {})
    clock.advance(LOOK_SECONDS)
    assert learnt.now(store, clock) == {}


@pytest.mark.parametrize("broken", [layout.live_model("type", 2), "absent"])
def test_what_cannot_be_used_leaves_what_was_live(store: Store, broken: str) -> None:
    learnt, clock = Learnt(), FakeClock()
    model_store.publish(store, "type", model("rent"), {}, {})
    learnt.now(store, clock)
    if broken == "absent":
        model_store.publish(store, "type", model("price"), {}, {})
        store.delete(layout.model("type", model("price").version))
    else:
        store.put(broken, b"{}")
    clock.advance(LOOK_SECONDS)
    assert learnt.now(store, clock)["type"].version == model("rent").version


def test_a_model_is_what_its_name_says(store: Store) -> None:
    store.put(layout.model("topic", "0" * 16), learnt_file.dumps(model("rent")))
    with pytest.raises(ModelError, match="not what its name says"):
        model_store.load(store, "topic", "0" * 16)
    with pytest.raises(NotFound):
        model_store.load(store, "type", model("rent").version)


def test_what_was_live_is_told_in_order(store: Store) -> None:
    for each in (model("rent"), model("price"), model("rent")):
        model_store.publish(store, "type", each, {ID: ("invoice",)}, {"learnt": 0.5})
    versions = [one.version for one in model_store.history(store, "type")]
    assert versions == [model(word).version for word in ("rent", "price", "rent")]
    last = model_store.live(store, "type")
    assert last is not None
    assert (last.number, last.examples, last.figures) == (3, {ID: ("invoice",)}, {"learnt": 0.5})
    assert model_store.told(store, "type", "none") is None


def test_other_models_are_other_rules() -> None:
    base = rules.load()
    assert base.having_learnt({}) is base
    assert base.for_document({}) is base
    changed = [base.having_learnt({"type": one}) for one in (model("rent"), model("price"))]
    changed.append(base.for_document({"type": ("a",)}))
    assert len({base.fingerprint, *(one.fingerprint for one in changed)}) == 4
    assert changed[0].versions["learnt-type"] == model("rent").version


def test_the_newest_word_of_a_person_holds(store: Store) -> None:
    assert corrections.stated(store, ID) == {}
    corrections.state(store, ID, {"type": ("letter",)})
    corrections.state(store, ID, {"type": ("invoice",), "topic": ("law", "sport")})
    assert corrections.stated(store, ID) == {"type": ("invoice",), "topic": ("law", "sport")}
    corrections.state(store, ID, {})
    assert corrections.stated(store, ID) == {}


def test_a_correction_is_checked_and_goes_with_its_document(store: Store) -> None:
    store.put(layout.correction(ID, 1), b"[]")
    with pytest.raises(Malformed, match="no correction"):
        corrections.stated(store, ID)
    store.put(layout.erased(ID), b"")
    with pytest.raises(Erased):
        corrections.state(store, ID, {"type": ("letter",)})
