# SPDX-License-Identifier: Apache-2.0
"""All documents are gone through once each, from any place on."""

from pathlib import Path

import pytest

from ream_contracts import identity, layout
from ream_kit.store import Store
from ream_kit.store_disk import DiskBlobs
from ream_kit.store_memory import MemoryBlobs
from ream_kit.store_walk import documents, share

IDS = sorted(identity.document_id("walk", str(number)) for number in range(60))


@pytest.fixture(params=["memory", "disk"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    made = Store(MemoryBlobs() if request.param == "memory" else DiskBlobs(tmp_path / "store", fsync=False))
    for document_id in IDS:
        made.put(layout.claim(document_id, 1), b"{}")
        made.put(layout.original(document_id, 2), b"x")
    made.put("incoming/a", b"x")
    return made


def test_every_document_comes_once_with_all_its_names(store: Store) -> None:
    found = list(documents(store))
    assert [one for one, _ in found] == IDS
    assert found[7][1] == [layout.claim(IDS[7], 1), layout.original(IDS[7], 2)]


@pytest.mark.parametrize("after", [IDS[0], IDS[30], IDS[-1], "", "zzzz"])
def test_it_goes_on_behind_any_document(store: Store, after: str) -> None:
    assert [one for one, _ in documents(store, after)] == [one for one in IDS if one > after]


def test_ids_say_how_far_one_is() -> None:
    shares = [share(one) for one in IDS]
    assert shares == sorted(shares)
    assert share("2" * 32) == 0
    assert 0.999 < share("z" * 32) < 1
    assert share("k" * 32) == pytest.approx(0.5, abs=0.03)
