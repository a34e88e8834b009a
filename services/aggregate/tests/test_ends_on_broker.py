# SPDX-License-Identifier: Apache-2.0
"""Each generation ends once on documents.completed, whatever came late, and a late answer raises the revision."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ream_bench.fanin import parts
from ream_bench.fanin.place import Place
from ream_bench.fanin.soak import SETTINGS

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

PAGES = 2


@pytest.fixture(scope="module")
def place(kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with Place(kafka_bootstrap, tmp_path_factory.mktemp("ends"), SETTINGS) as made:
        made.start()
        yield made
        print(made.log())


def after(place: Place, document: str, *records: bytes) -> list[dict[str, Any]]:
    """Sends a document's parts, and returns its completions when all parts are committed."""
    place.send((document, record) for record in records)
    assert place.until(place.caught_up, 60)
    found = [json.loads(record.value or b"") for record in place.read(place.completed)]
    return [completion for completion in found if completion["document_id"] == document]


def said(completions: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(completion["generation"], completion["outcome"]) for completion in completions]


def whole(document: str, generation: int) -> list[bytes]:
    return [parts.part(document, number, PAGES, generation) for number in range(parts.count(PAGES))]


def test_a_generation_that_comes_after_a_newer_one_ends_once(place: Place) -> None:
    document = parts.name(1)
    newer = [parts.part(document, parts.OPENED, PAGES, 2)]
    late = whole(document, 1)
    assert said(after(place, document, *newer, *late, *late)) == [(1, "superseded")]
    assert said(after(place, document, *whole(document, 2))) == [(1, "superseded"), (2, "complete")]


def test_the_newest_end_stays_the_last_on_the_compacted_topic(place: Place) -> None:
    document = parts.name(2)
    completions = after(place, document, *whole(document, 2), *whole(document, 1))
    assert said(completions) == [(2, "complete"), (1, "superseded"), (2, "complete")]
    assert completions[0] == completions[2]


def test_a_generation_in_flight_is_superseded(place: Place) -> None:
    document = parts.name(3)
    first = whole(document, 1)
    completions = after(place, document, *first[:3], *whole(document, 2), *first[3:])
    assert said(completions) == [(1, "superseded"), (2, "complete")]


def test_a_late_answer_raises_the_revision(place: Place) -> None:
    document = parts.name(4)
    expired = {"part": "expired", "document_id": document, "generation": 1, "run": 1, "units": []}
    *early, late = whole(document, 1)
    completions = after(place, document, *early, json.dumps(expired).encode(), late)
    assert said(completions) == [(1, "partial"), (1, "complete")]
    assert completions[0]["version"] < completions[1]["version"]
    assert [missing["units"] for missing in completions[0]["missing"]] == [[[2, 2]]]


def test_a_part_without_an_entry_is_a_dead_letter(place: Place) -> None:
    document = parts.name(5)
    assert after(place, document, parts.part(document, 2, PAGES)) == []
    letters = [json.loads(record.value or b"") for record in place.read(place.letters)]
    assert [(letter["document_id"], letter["cause"]) for letter in letters] == [(document, "no-entry")]
