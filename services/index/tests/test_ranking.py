# SPDX-License-Identifier: Apache-2.0
"""Lists are fused by rank, and grouped by document."""

from hypothesis import given
from hypothesis import strategies as st

from ream_index.ranking import Listed, Ranked, by_document, fuse, stand_in


def ranked(*ids: str) -> list[Ranked]:
    """Passages by id: the letter is the document, the first figure the page."""
    return [Ranked(one, one[0], int(one[1]), 10.0 - rank) for rank, one in enumerate(ids)]


def listed(*ids: str, weight: float = 1.0) -> Listed:
    return Listed(ranked(*ids), weight)


def test_what_stands_high_in_both_lists_stands_highest() -> None:
    fused = fuse([listed("a1", "b1", "c1"), listed("d1", "b1")])
    assert [one.id for one in fused] == ["b1", "a1", "d1", "c1"]


@given(st.lists(st.lists(st.sampled_from(["a1", "a11", "a2", "b1", "c1"]), unique=True), max_size=3))
def test_nothing_is_lost_or_doubled_and_the_order_of_lists_does_not_matter(lists: list[list[str]]) -> None:
    fused = fuse([listed(*one) for one in lists])
    assert sorted(one.id for one in fused) == sorted({one for ids in lists for one in ids})
    assert [one.id for one in fuse([listed(*one) for one in reversed(lists)])] == [one.id for one in fused]
    assert sorted((one.score for one in fused), reverse=True) == [one.score for one in fused]


def test_passages_are_grouped_in_the_order_of_the_best() -> None:
    groups = by_document(ranked("b1", "a1", "b2", "c1", "b3", "a2"), size=2, passages_each=2)
    assert {name: [one.id for one in group] for name, group in groups.items()} == {
        "b": ["b1", "b2"],
        "a": ["a1", "a2"],
    }
    assert list(groups) == ["b", "a"]


def test_a_list_of_documents_counts_for_their_passages() -> None:
    lists = [listed("a1", "b1", "b2")]
    assert [one.id for one in fuse(lists, ["b"])] == ["b1", "b2", "a1"]
    assert [one.id for one in fuse(lists, ["z", "a"])] == ["a1", "b1", "b2"]


def test_a_page_that_two_lists_know_by_different_passages_stands_high_in_both() -> None:
    fused = fuse([listed("c1", "a21", "b1"), listed("d1", "a22", "e1")])
    assert [one.id for one in fused] == ["a21", "a22", "c1", "d1", "b1", "e1"]


def test_of_the_passages_of_a_page_the_higher_comes_first() -> None:
    assert [one.id for one in fuse([listed("b1", "a12", "a11"), listed("a11", "b2")])] == ["a11", "a12", "b1", "b2"]


def test_a_list_that_counts_less_gives_way() -> None:
    assert [one.id for one in fuse([listed("a1", weight=0.5), listed("b1")])] == ["b1", "a1"]
    assert [one.id for one in fuse([listed("a1"), listed("b1")])] == ["a1", "b1"]
    assert [one.id for one in fuse([listed("a1"), listed("b1")], ["b"], 0.5)] == ["b1", "a1"]


def test_what_has_no_vector_yet_stands_among_the_meant_where_its_words_put_it() -> None:
    worded, meant = ranked("a1", "b1", "c1"), ranked("b1", "d1", "c1")
    assert [one.id for one in stand_in(meant, worded, {"a1"})] == ["a1", "b1", "d1", "c1"]
    assert [one.id for one in stand_in([], worded, {"a1", "c1"})] == ["a1", "c1"]
    assert stand_in(meant, worded, ()) == meant
    fused = fuse([Listed(worded), Listed(stand_in(meant, worded, {"a1"}))])
    assert fused[0].id == "a1", "the best by words is not behind because its vectors are still to come"
    assert fuse([Listed(worded), Listed(meant)])[0].id == "b1"
