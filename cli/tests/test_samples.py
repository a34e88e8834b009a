# SPDX-License-Identifier: Apache-2.0
"""The demo says of each sample whether it came out as its list says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ream_cli import demo, samples
from ream_cli.failures import CommandError
from ream_contracts.artifacts import DocumentRecord, Receipt
from ream_contracts.outcomes import Outcome

NO_UNITS = Receipt((), (), 0)


def record(**document: Any) -> DocumentRecord:
    return DocumentRecord("a" * 32, 1, 1, 1, "complete", document, NO_UNITS, (), ())


def test_what_is_as_expected_deviates_in_nothing() -> None:
    expected = {"outcome": "complete", "units": 3, "language": "de", "phrases": [{"text": "x", "unit": 1}]}
    assert list(samples.deviations(expected, record(outcome="complete", units=3, languages=["de", "en"]))) == []


def test_what_is_not_is_named() -> None:
    expected = {"outcome": "failed", "cause": "encrypted", "units": 3, "language": "de"}
    found = list(samples.deviations(expected, record(outcome="complete", units=4, languages=[])))
    assert found == [
        "outcome: complete, not failed",
        "cause: None, not encrypted",
        "units: 4, not 3",
        "language: None, not de",
    ]
    assert list(samples.deviations(expected, None)) == ["it has not ended"]


def test_the_list_of_the_project_is_read_and_its_files_are_there() -> None:
    folder = demo._samples()
    listed = samples.read(folder)
    assert len(listed) >= 14
    for sample in listed:
        assert (folder / sample.name).is_file()
        assert sample.expected["outcome"] in tuple(Outcome)


def test_a_folder_without_a_list_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no"):
        samples.read(tmp_path)


def test_the_searches_of_the_demo_can_find_something() -> None:
    """Each has its words in one phrase that the list says must be found."""
    listed = samples.read(demo._samples())
    places = [sample.expected for sample in listed]
    places += [inside for sample in listed for inside in sample.expected.get("members", {}).values()]
    phrases = [phrase["text"] for place in places for phrase in place.get("phrases", ())]
    for words, _ in demo.SEARCHES:
        wanted = [words.strip('"')] if words.startswith('"') else words.split()
        assert any(all(word in phrase for word in wanted) for phrase in phrases), words
