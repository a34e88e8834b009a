# SPDX-License-Identifier: Apache-2.0
"""Scores personal data: spans of `personal-data`, and what is seen in `reports` and `news`, where there is none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ream_contracts.artifacts import Finding
from ream_quality.corpus import SENTENCES, documents
from ream_quality.library import Library, Reading
from ream_quality.spans import Span, Tallies

MAP = Path(__file__).parent / "maps" / "personal-data.yaml"
_PREFIX = "personal:"
_NUMBERS = ("personal:national-number", "personal:tax-number")
_MONEY = ("personal:card", "personal:iban")


def measure(library: Library) -> dict[str, float]:
    """Returns the metrics by name; those of folders that are not there are left out."""
    return {**_found(library), **_seen(library)}


def _found(library: Library) -> dict[str, float]:
    kinds = set(labels()["kinds"].values())
    return scored(
        (sentence, _spans((finding for classes in reading.classes for finding in classes.findings), kinds))
        for sentence, reading in sentences(library)
    )


def labels() -> Mapping[str, Any]:
    """The map of the labels of spans to kinds of classify (`kinds`), and which of these are told by form (`formed`)."""
    loaded: Mapping[str, Any] = yaml.safe_load(MAP.read_text("utf-8"))
    return loaded


def scored(found: Iterable[tuple[Mapping[str, Any], Iterable[Span]]]) -> dict[str, float]:
    """Returns F1 over all kinds, over the formed ones, and of each.

    Args:
        found: sentences of `personal-data`, each with the spans that were found in it, of kinds of the map alone.
    """
    kinds: Mapping[str, str] = labels()["kinds"]
    tallies = Tallies()
    for sentence, spans in found:
        wanted = (
            Span(kinds[span["entity_type"]], span["start_position"], span["end_position"])
            for span in sentence["spans"]
            if span["entity_type"] in kinds
        )
        tallies.add(spans, wanted)
    if not tallies.kinds:
        return {}
    figures = {f"personal_data_f1_{kind.replace('-', '_')}": tallies.over([kind]).f1 for kind in sorted(tallies.kinds)}
    return {
        "personal_data_f1": tallies.over().f1,
        "personal_data_f1_formed": tallies.over(labels()["formed"]).f1,
        **figures,
    }


def _spans(findings: Iterable[Finding], kinds: set[str]) -> Iterator[Span]:
    for finding in findings:
        kind = finding.kind.removeprefix(_PREFIX).split(":")[0]
        if finding.kind.startswith(_PREFIX) and kind in kinds:
            yield Span(kind, finding.start, finding.end)


def sentences(library: Library) -> Iterator[tuple[Mapping[str, Any], Reading]]:
    """Yields each sentence of `personal-data` with what came out of it."""
    for file in documents(library.root / SENTENCES, ".json"):
        name = file.relative_to(library.root).as_posix()
        for number, sentence in enumerate(json.loads(file.read_text("utf-8"))):
            reading = library.readings.get(f"{name}#{number}")
            if reading is not None:
                yield sentence, reading


def _seen(library: Library) -> dict[str, float]:
    """Counts cards, accounts and numbers of persons in documents that hold none: each is a false one."""
    units = money = numbers = 0
    for folder in ("reports", "news"):
        for file in library.files(folder):
            reading = library.of(file)
            units += len(reading.units)
            money += sum(classes.scores.get(name, 0) for classes in reading.classes for name in _MONEY)
            numbers += sum(classes.scores.get(name, 0) for classes in reading.classes for name in _NUMBERS)
    if not units:
        return {}
    return {
        "false_cards_and_ibans": money,
        "false_national_numbers": 1_000 * numbers / units,
        "quiet_pages": units,
    }
