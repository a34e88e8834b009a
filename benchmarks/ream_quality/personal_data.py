# SPDX-License-Identifier: Apache-2.0
"""Scores personal data: spans of `personal-data`, and what is seen in `reports` and `news`, where there is none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from ream_classify.classes import classify
from ream_classify.rules import Rules
from ream_contracts.artifacts import Finding, SegmentClasses
from ream_quality.corpus import documents, pages, segments
from ream_quality.spans import Span, Tallies

MAP = Path(__file__).parent / "maps" / "personal-data.yaml"
_PREFIX = "personal:"
_NUMBERS = ("personal:national-number", "personal:tax-number")
_MONEY = ("personal:card", "personal:iban")


def measure(corpus: Path, rules: Rules) -> dict[str, float]:
    """Returns the metrics by name; those of folders that are not there are left out."""
    figures: dict[str, float] = {}
    if (corpus / "personal-data").is_dir():
        figures |= _found(corpus / "personal-data", rules)
    quiet = [corpus / name for name in ("reports", "news") if (corpus / name).is_dir()]
    if quiet:
        figures |= _seen(quiet, rules)
    return figures


def _found(folder: Path, rules: Rules) -> dict[str, float]:
    labels: dict[str, Any] = yaml.safe_load(MAP.read_text("utf-8"))
    kinds: dict[str, str] = labels["kinds"]
    tallies = Tallies()
    for file in documents(folder, ".json"):
        for sentence in json.loads(file.read_text("utf-8")):
            (segment,) = segments([sentence["full_text"]])
            wanted = (
                Span(kinds[span["entity_type"]], span["start_position"], span["end_position"])
                for span in sentence["spans"]
                if span["entity_type"] in kinds
            )
            tallies.add(_spans(classify(segment, rules).findings, set(kinds.values())), wanted)
    figures = {f"personal_data_f1_{kind.replace('-', '_')}": tallies.over([kind]).f1 for kind in sorted(tallies.kinds)}
    return {
        "personal_data_f1": tallies.over().f1,
        "personal_data_f1_formed": tallies.over(labels["formed"]).f1,
        **figures,
    }


def _spans(findings: Iterable[Finding], kinds: set[str]) -> Iterator[Span]:
    for finding in findings:
        kind = finding.kind.removeprefix(_PREFIX).split(":")[0]
        if finding.kind.startswith(_PREFIX) and kind in kinds:
            yield Span(kind, finding.start, finding.end)


def _seen(folders: Iterable[Path], rules: Rules) -> dict[str, float]:
    """Counts cards, accounts and numbers of persons in documents that hold none: each is a false one."""
    units = money = numbers = 0
    for folder in folders:
        for file in documents(folder, ".pdf", ".txt"):
            for segment in segments(pages(file)):
                classes: SegmentClasses = classify(segment, rules)
                units += len(segment.units)
                money += sum(classes.scores.get(name, 0) for name in _MONEY)
                numbers += sum(classes.scores.get(name, 0) for name in _NUMBERS)
    return {
        "false_cards_and_ibans": money,
        "false_national_numbers": 1_000 * numbers / units if units else 0.0,
        "quiet_pages": units,
    }
