# SPDX-License-Identifier: Apache-2.0
"""What the measurement of the index makes up is the same every time, and its report says what was missed."""

from search import WANTED, Times, report

from ream_bench.passages import PASSAGES_EACH, document, questions, vocabulary
from ream_index.families import Member, are_versions

ABOUT = {
    "date": "2026-01-05T10:00:00+00:00", "processor": "p", "cores": 2, "memory_gb": 9, "system": "s",
    "opensearch": "3", "python": "3", "ream": "r", "load_before": 0.1,
}  # fmt: skip


def test_documents_are_the_same_for_the_same_number_and_no_versions_of_one_another() -> None:
    entry, passages = document(3)
    assert document(3) == (entry, passages)
    assert len(passages) == PASSAGES_EACH
    assert len({one.id for one in passages}) == PASSAGES_EACH
    other = document(4)[0]
    assert not are_versions(Member.of(entry.id, entry.body), Member.of(other.id, other.body))


def test_no_word_is_there_twice_and_questions_ask_for_words_that_occur() -> None:
    assert len(set(vocabulary())) == len(vocabulary())
    asked = list(questions(50))
    assert asked == list(questions(50))
    assert {word for one in asked for word in one.split()} <= set(vocabulary()[49:5_000])


def test_what_is_missed_is_said() -> None:
    times = {"words": Times(0.02, WANTED["words"] / 2, 1.0), "both": Times(0.1, WANTED["both"] * 2, 1.0)}
    rates = {"ours_per_second": 90.0, "bare_per_second": 100.0, "filled_per_second": 50.0}
    text = "\n".join(report(ABOUT, {"passages": 1000, "index_ratio": 0.9, "times": times, **rates}))
    assert text.count("| met |") == 2
    assert "| ≤ 250 ms | 500 ms | missed |" in text
