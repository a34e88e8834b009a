# SPDX-License-Identifier: Apache-2.0
"""Every metric has a meaning, and the page of them cannot grow without end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import get_args

import pytest

from ream_kit.metrics import DESCRIBED, CounterName, GaugeName, HistogramName, Metrics, kinds, media_type


def test_every_name_has_a_meaning_and_every_meaning_a_name() -> None:
    assert {*get_args(CounterName), *get_args(GaugeName), *get_args(HistogramName)} == set(DESCRIBED)
    assert [name for name, _, _ in kinds()] == list(DESCRIBED)
    assert all(described.meaning.endswith(".") for described in DESCRIBED.values())


@pytest.mark.parametrize(
    ("named", "label"),
    [
        (["application/pdf", "application/pdf"], "application/pdf"),
        (["application/pdf", "text/html"], "several"),
        ([None], "none"),
        ([], "none"),
        (["../../etc/passwd"], "other"),
        (["x/" + "y" * 300], "other"),
        (['text/plain"} 1\nream_lag_records 0'], "other"),
    ],
)
def test_a_media_type_is_a_label_of_bounded_form(named: list[str | None], label: str) -> None:
    assert media_type([SimpleNamespace(media_type=one) for one in named]) == label


def test_where_the_type_is_found_only_now_it_is_that_of_what_was_made() -> None:
    took, found, other = (SimpleNamespace(media_type=one) for one in (None, "text/html", "text/csv"))
    assert media_type([SimpleNamespace()], [SimpleNamespace(), found]) == "text/html"
    assert media_type([took], [found, other]) == "several"
    assert media_type([took], [SimpleNamespace()]) == "none"
    assert media_type([other], [found]) == "text/csv"


def test_shows_what_was_counted() -> None:
    metrics = Metrics()
    metrics.count("ream_dead_letters_total", "encrypted")
    metrics.count("ream_dead_letters_total", "encrypted", 2)
    metrics.set("ream_in_flight_records", 7)
    metrics.observe("ream_handler_seconds", 0.01, "ocr", "application/pdf")
    page = metrics.exposition().decode()
    assert 'ream_dead_letters_total{cause="encrypted"} 3.0' in page
    assert "ream_in_flight_records 7.0" in page
    assert 'ream_handler_seconds_bucket{le="0.02",media_type="application/pdf",stage="ocr"} 1.0' in page
    assert metrics.value("ream_dead_letters_total", "encrypted") == 3
    assert metrics.value("ream_dead_letters_total", "never") == 0


def test_labels_from_outside_are_bounded() -> None:
    metrics = Metrics()
    for number in range(5_000):
        metrics.count("ream_dead_letters_total", f"cause-{number}")
    assert metrics.exposition().count(b"cause-") < 1_000
    assert metrics.value("ream_dead_letters_total", "other") > 4_000


def test_many_labels_of_one_metric_leave_the_others_theirs() -> None:
    metrics = Metrics()
    for number in range(5_000):
        metrics.count("ream_dead_letters_total", f"cause-{number}")
    metrics.set("ream_lag_records", 7, "documents.discovered")
    assert metrics.value("ream_lag_records", "documents.discovered") == 7


def test_processes_do_not_share_their_tests() -> None:
    Metrics().set("ream_in_flight_records", 5)
    assert Metrics().value("ream_in_flight_records") == 0
