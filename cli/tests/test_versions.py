# SPDX-License-Identifier: Apache-2.0
"""What tells versions apart is said by their texts, or as far as the index knows."""

import dataclasses

from ream_cli.search import counted
from ream_cli.versions import difference, told, versions_of
from ream_index.hits import DocumentHit, Found, Version

PAGES = {1: "The harbour was built of granite.", 2: "Its quay wall was repaired in 1931.", 3: "It is used by nobody."}


def test_a_page_that_was_changed_and_one_that_was_added_are_named() -> None:
    other = {1: PAGES[1], 2: "A page that stands in between.", 3: PAGES[2].replace("1931", "1932"), 4: PAGES[3]}
    found = difference(PAGES, other)
    assert (found.changed, found.more, found.fewer) == (((2, 3),), 1, 0)
    assert 40 < found.words < 80
    assert difference(other, PAGES).fewer == 1


def test_the_same_text_differs_in_nothing_and_no_text_too() -> None:
    moved = {number + 10: text.upper() for number, text in PAGES.items()}
    assert dataclasses.astuple(difference(PAGES, moved)) == (100, (), 0, 0)
    assert difference({}, {}).words == 100
    assert difference(PAGES, {}).words == 0


def test_a_version_is_told_in_a_few_words() -> None:
    assert told(Version("d" * 32, "a.pdf", True, 100, 0)) == "a.pdf (the same bytes)"
    assert told(Version("d" * 32, "a.pdf", False, 97, 1)) == "a.pdf (about 97 % of all words in both, 1 page more)"
    assert told(Version("d" * 32, None, False, None, -2)) == f"{'d' * 32} (it looks alike, 2 pages fewer)"


def test_a_hit_names_its_first_versions_and_how_many_there_are() -> None:
    named = tuple(Version(str(number), f"{number}.pdf", True, 100, 0) for number in range(5))
    hit = DocumentHit("x", "x.pdf", "complete", None, "application/pdf", None, (), versions=named, other_versions=5)
    line = versions_of(hit)
    assert line.startswith("and 5 more versions: 0.pdf (the same bytes); 1.pdf")
    assert line.endswith("; ...")
    assert "3.pdf" not in line
    more = dataclasses.replace(hit, versions=named[:1], other_versions=1, all_versions_counted=False)
    assert versions_of(more) == "and at least 1 more version: 0.pdf (the same bytes)"
    assert counted(Found(0, (hit,), total=9, behind=3)) == "documents: 1 of 9 (3 more are versions of these)"
