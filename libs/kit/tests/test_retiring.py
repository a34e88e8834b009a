# SPDX-License-Identifier: Apache-2.0
"""A retired document's next generation is taken by nobody's bytes, unless somebody's were quicker."""

import json

from ream_contracts import identity, layout
from ream_kit import Store
from ream_kit.retiring import Standing, delete_before, retire, retired, retired_at, standing
from ream_kit.testing import memory_store

DOCUMENT = "d" * 32
AT = "2026-11-27T12:00:00+00:00"


def names(store: Store) -> list[str]:
    return list(store.names(layout.document(DOCUMENT)))


def taken_in(store: Store, generation: int, sha256: str = "a") -> None:
    store.put(layout.claim(DOCUMENT, generation), json.dumps({"sha256": sha256, "origin": "t/0/1"}).encode())
    store.put(layout.source(DOCUMENT, generation), json.dumps({"sha256": sha256}).encode())
    store.put(layout.original(DOCUMENT, generation), b"bytes")


def test_it_takes_the_generation_after_the_newest_once() -> None:
    store = memory_store()
    taken_in(store, 1)
    taken_in(store, 2)
    assert standing(store, DOCUMENT, names(store)) == Standing(2, retired=False)
    assert [retire(store, DOCUMENT, 2, AT), retire(store, DOCUMENT, 2, "later")] == [3, 3]
    assert standing(store, DOCUMENT, names(store)) == Standing(2, retired=True)
    assert (retired(names(store)), retired_at(store, DOCUMENT, 3)) == (3, AT)


def test_one_that_was_begun_is_told_from_one_that_is_taken_in() -> None:
    store = memory_store()
    taken_in(store, 1)
    retire(store, DOCUMENT, 1, AT)
    store.delete(layout.retired(DOCUMENT, 2))  # killed between the two
    assert (standing(store, DOCUMENT, names(store)), retired(names(store))) == (Standing(1, retired=True), 0)
    assert retire(store, DOCUMENT, 1, AT) == 2
    store.put(layout.claim(DOCUMENT, 3), b'{"sha256": "b", "origin": "t/0/2"}')
    assert standing(store, DOCUMENT, names(store)) == Standing(3, retired=False)


def test_what_comes_in_at_the_same_moment_stays() -> None:
    store = memory_store()
    taken_in(store, 1)
    taken_in(store, 2)
    assert retire(store, DOCUMENT, 1, AT) is None
    retire(store, DOCUMENT, 2, AT)
    taken_in(store, 4)
    assert retire(store, DOCUMENT, 2, AT) is None
    assert layout.retired(DOCUMENT, 4) not in names(store)


def test_nothing_of_later_generations_is_deleted() -> None:
    store = memory_store()
    taken_in(store, 1)
    store.put(layout.contents("a"), json.dumps({"document_id": "another"}).encode())
    store.put(layout.contents("a", 2), json.dumps({"document_id": DOCUMENT}).encode())
    store.put(layout.contents("b"), json.dumps({"document_id": "another"}).encode())
    store.put(layout.correction(DOCUMENT, 1), b"{}")
    for generation in (1, 3):
        version = identity.version(generation, 1, 4)
        store.put(layout.document_record(DOCUMENT, version), b"{}")
        store.put(layout.embedded(DOCUMENT, version), b"{}")
    retire(store, DOCUMENT, 1, AT)
    taken_in(store, 3, "b")
    later = [name for name in names(store) if "/3/" in name or f"{identity.version(3, 1, 4):020d}" in name]
    assert delete_before(store, DOCUMENT, 2, names(store)) == 5
    kept = [layout.claim(DOCUMENT, 1), layout.claim(DOCUMENT, 2), layout.retired(DOCUMENT, 2)]
    assert names(store) == sorted([*kept, *later])
    assert list(store.names("contents/")) == [layout.contents("a"), layout.contents("b")]
