# SPDX-License-Identifier: Apache-2.0
"""A question is answered when one of its pages is among the first, and every other count is wrong."""

import json
from pathlib import Path

import pytest

from ream_index.ranking import Ranked
from ream_quality.pages_found import Answer, Question, metrics, places, questions

ASKED = Question("How much?", frozenset({("b", 3), ("b", 9)}))


def answer(*found: tuple[str, int]) -> Answer:
    return Answer(ASKED, found)


@pytest.mark.parametrize(
    ("found", "document", "page"),
    [
        ([("b", 3)], True, True),
        ([("a", 1), ("a", 2), ("a", 3), ("a", 4), ("b", 9)], True, True),
        ([("a", 1), ("a", 2), ("a", 3), ("a", 4), ("a", 5), ("b", 9)], True, False),
        ([("b", 4)], True, False),
        ([("a", 3), ("c", 3), ("d", 3), ("e", 3), ("f", 3), ("b", 3)], False, False),
        ([], False, False),
    ],
)
def test_the_first_five_count(found: list[tuple[str, int]], document: bool, page: bool) -> None:
    one = answer(*found)
    assert (one.document_found, one.page_found) == (document, page)


def test_a_page_of_several_passages_is_one_place() -> None:
    ranked = [Ranked("1-3-1", "1", 3, 2.0), Ranked("1-3-2", "1", 3, 1.5), Ranked("2-3-1", "2", 3, 1.0)]
    assert places([*ranked, Ranked("9-1-1", "9", 1, 0.5)], {"1": "b", "2": "c"}) == (("b", 3), ("c", 3))


def test_metrics_are_a_flat_map_with_counts() -> None:
    found = metrics({"words": [answer(("b", 4)), answer()], "both": [answer(("b", 3)), answer(("b", 9))]})
    assert found == {
        "reports_document_at_5_words": 0.5, "reports_documents_found_words": 1, "reports_page_at_5_words": 0.0,
        "reports_pages_found_words": 0, "reports_document_at_5": 1.0, "reports_documents_found": 2,
        "reports_page_at_5": 1.0, "reports_pages_found": 2, "reports_questions": 2,
    }  # fmt: skip


def test_pages_of_the_file_count_from_zero(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    line = {"question": "How much?", "evidence": [{"doc_name": "b", "evidence_page_num": n} for n in (2, 8)]}
    file.write_text(json.dumps(line) + "\n")
    assert questions(file) == [ASKED]
    file.write_text(json.dumps(line) + "\n{}\n")
    with pytest.raises(ValueError, match="line 2"):
        questions(file)
