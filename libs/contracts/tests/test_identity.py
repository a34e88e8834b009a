# SPDX-License-Identifier: Apache-2.0
"""Names depend on what they name, and on nothing else."""

import re

from hypothesis import given
from hypothesis import strategies as st

from ream_contracts import identity

texts = st.text(max_size=20)


@given(texts, texts)
def test_an_id_is_32_characters_that_a_file_system_keeps_apart(namespace: str, key: str) -> None:
    assert re.fullmatch("[a-z2-7]{32}", identity.document_id(namespace, key))


@given(texts, texts, texts, texts)
def test_parts_are_not_run_together(a: str, b: str, c: str, d: str) -> None:
    assert (identity.document_id(a, b) == identity.document_id(c, d)) == ((a, b) == (c, d))


def test_ids_are_what_they_were() -> None:
    # Ids live for ever in stores and indices: a change of this value is a change of every document's name.
    assert identity.document_id("default", "file:///a") == "x6un7xa2gcnnh4g24shlohutkop7q3lf"


@given(*[st.tuples(st.integers(1, 1000), st.integers(1, 60000), st.integers(0, 500_002))] * 2)
def test_versions_sort_like_generation_run_revision(one: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    assert (identity.version(*one) < identity.version(*other)) == (one < other)


def test_a_child_is_named_by_parent_path_and_ordinal() -> None:
    names = {identity.child_id(p, q, o) for p in ("a", "b") for q in ("x", "y") for o in (1, 2)}
    assert len(names) == 8
