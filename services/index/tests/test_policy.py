# SPDX-License-Identifier: Apache-2.0
"""A policy that cannot be meant is refused with what is wrong in it, and shards are doubled until they fit."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_index.policy import GB, Policy, load
from ream_index.shards import MOST, Shards
from ream_kit.settings import SettingsError


def test_that_of_ream_keeps_documents_for_ever() -> None:
    assert load() == Policy(30, 50_000_000, None, "index")


def test_one_of_your_own_says_only_what_differs(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text('{"retention_days": 365, "retention_from": "store"}')
    assert load(str(file)) == Policy(30, 50_000_000, 365, "store")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{\n  1}", "line 2"),
        ("[]", "no JSON object"),
        ('{"shard_bg": 3}', "a field 'shard_bg': there are shard_gb"),
        ('{"shard_gb": 0}', "shard_gb: 0; give a number above 0"),
        ('{"shard_documents": 1.5}', "shard_documents: 1.5"),
        ('{"shard_documents": true}', "shard_documents: True"),
        ('{"retention_days": 0}', "retention_days: 0; give 1 to"),
        ('{"retention_days": "30"}', "retention_days: '30'"),
        ('{"retention_from": "Kafka"}', "retention_from: 'Kafka'; give index or store"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "policy.json"
    file.write_text(text)
    with pytest.raises(SettingsError, match="the policy") as refused:
        load(str(file))
    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(str(tmp_path / "nothing.json"))


@given(
    count=st.integers(1, 64),
    size=st.integers(0, 10**13),
    documents=st.integers(0, 10**10),
    gb=st.floats(0.001, 1000),
    most=st.integers(1, 10**9),
)
def test_an_index_has_as_few_shards_as_fit(count: int, size: int, documents: int, gb: float, most: int) -> None:
    shards = Shards("i", count, size, documents)
    wanted = shards.wanted(Policy(gb, most))

    def fits(into: int) -> bool:
        return size / (gb * GB) * count <= into and documents / most * count <= into

    assert wanted % count == 0
    assert (wanted // count).bit_count() == 1
    assert fits(wanted) or 2 * wanted > MOST
    assert wanted == count or not fits(wanted // 2)


def test_the_sizes_stand_beside_the_bounds() -> None:
    line = Shards("ream-passages-v2-000001", 1, 12_345_678_901, 4_000_000).line(Policy(30, 50_000_000))
    assert line == ("ream-passages-v2-000001: 1 shard, the largest 12.3 of 30 GB and 4,000,000 of 50,000,000 documents")
