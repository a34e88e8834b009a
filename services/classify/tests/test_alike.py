# SPDX-License-Identifier: Apache-2.0
"""Holds that a label with nothing but a description and examples is told by texts like them, and by no others."""

import pytest

from ream_classify import taxonomy
from ream_classify.alike import Examples
from ream_classify.document_type import Scorer, points_of
from ream_contracts.artifacts import UnitText
from ream_contracts.decided import type_of

TAXONOMY = """\
labels:
  vet-record:
    description: What a veterinary surgeon noted of an animal.
    examples:
      - The dog was vaccinated against rabies and distemper; weight and temperature normal, next booster in a year.
      - Cat presented with limping hind leg, radiograph shows no fracture, painkiller prescribed for five days.
  boat-log:
    description: What a skipper noted of a voyage.
    examples:
      - Left harbour at dawn under full sail, wind north-west force four, anchored in the bay before dusk.
"""
SCORER = Scorer(taxonomy.load(TAXONOMY, "own.yaml"))


def decided(text: str) -> str:
    unit = UnitText(1, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())
    return type_of({label: points_of(found) * 3 for label, found in SCORER.score(unit).items()})[0]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (
            "Dog, 4 years. Vaccinated: rabies, distemper.\nWeight 21 kg, temperature normal. Booster next year.",
            "vet-record",
        ),
        ("CAT limping, left hind leg. Radiograph: no fracture. Painkiller, five days.", "vet-record"),
        ("We left the harbour under sail at dawn. The wind was force four; anchored before dusk.", "boat-log"),
        ("The dog slept, and the cat left the house at dusk.", "unknown"),
        ("Quarterly revenue rose by four per cent against the year before.", "unknown"),
        ("", "unknown"),
    ],
)
def test_what_is_like_an_example_is_of_its_label(text: str, label: str) -> None:
    assert decided(text) == label


def test_the_example_and_its_points_are_the_evidence() -> None:
    unit = UnitText(1, "page", TAXONOMY, "text-layer", 100, None, 0, 0, 0, (), (), (), ())
    found = SCORER.score(unit)
    assert [(one.source, one.points) for one in found["boat-log"]] == [("example", 16)]
    assert found["boat-log"][0].name.startswith("Left harbour at dawn")
    assert len(found["boat-log"][0].name) <= 60
    assert len(found["vet-record"]) == 1, "the nearest alone counts"


def test_a_word_of_two_labels_tells_neither() -> None:
    common = "harbour sail wind anchor tide"
    shared = Examples(
        {"a": (f"{common} one two three lemon melon grape plum pear",), "b": (f"{common} oar rope mast hull keel",)}
    )
    assert {one.label for one in shared.like(common)} == set()
    assert {one.label for one in shared.like("oar rope mast hull")} == {"b"}
