# SPDX-License-Identifier: Apache-2.0
"""Pairs of versions are counted as they are, and a pair across reports of one company is named."""

import pytest

from ream_quality.corpus import Given
from ream_quality.duplicates import scored
from ream_quality.versions_made import Version

ONE, TWO = "reports/ACME_2021_10K.pdf", "reports/ACME_2022_10K.pdf"
MADE = [
    Version(of, Given(f"versions/{way}/{of}", "")) for of in (ONE, TWO, "news/a.txt") for way in ("edited", "saved")
]


def of(name: str) -> list[str]:
    return [name, f"versions/edited/{name}", f"versions/saved/{name}"]


def pairs(*names: str) -> list[tuple[str, str]]:
    return [(one, other) for one in names for other in names if one < other]


def test_all_that_belongs_together_is_one() -> None:
    together = [pair for name in (ONE, TWO, "news/a.txt") for pair in pairs(*of(name))]
    figures = scored(together, MADE, {}).metrics()
    assert figures["duplicates_pair_f1"] == 1
    assert (figures["duplicates_pairs"], figures["duplicates_between_reports"]) == (9, 0)


def test_a_pair_across_reports_of_one_company_is_wrong_and_counted_however_alike() -> None:
    together = [*pairs(*of(ONE)), ("versions/edited/" + ONE, TWO)]
    score = scored(together, MADE, {ONE: "the same words", TWO: "the same words"})
    assert len(score.wrong) == 1
    figures = score.metrics()
    assert figures["duplicates_between_reports"] == 1
    assert figures["duplicates_pair_f1"] == pytest.approx(2 * 3 / (9 + 4))


def test_documents_of_the_corpus_that_are_versions_by_all_their_words_count_for_nothing() -> None:
    draft = " ".join(f"word{number}" for number in range(100))
    texts = {"contracts/a.pdf": draft, "contracts/b.pdf": f"{draft} signed", "contracts/c.pdf": "something else"}
    score = scored([("contracts/a.pdf", "contracts/b.pdf"), ("contracts/a.pdf", "contracts/c.pdf")], MADE, texts)
    assert score.left_out == {("contracts/a.pdf", "contracts/b.pdf")}
    assert score.wrong == {("contracts/a.pdf", "contracts/c.pdf")}


def test_without_versions_there_is_no_figure() -> None:
    assert scored([], [], {}).metrics() == {}
