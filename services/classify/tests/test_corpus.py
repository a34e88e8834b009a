# SPDX-License-Identifier: Apache-2.0
"""Holds on real documents that types are told, languages are right, and no card or account is seen where none is."""

import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from ream_classify import rules
from ream_classify.classes import classify
from ream_contracts.artifacts import SegmentClasses, SegmentText, UnitText

pdfium = pytest.importorskip("pypdfium2")
pytestmark = [pytest.mark.corpus, pytest.mark.timeout(300)]

RULES = rules.load()
LEAST_POINTS = 25
LEAST_SHARE = 0.45
PAGES_A_SEGMENT = 16
ALL_OF = 3
"""Segments up to which a document is classified whole; of the rest of a long one every fourth is enough to judge by."""


def folder(name: str) -> Path:
    """Returns a folder of the corpus; without a corpus the test is skipped, or fails where one is required."""
    place = os.environ.get("REAM_CORPUS", "")
    if not place or not (Path(place) / name).is_dir():
        missing = f"REAM_CORPUS names no folder with {name!r} in it"
        if os.environ.get("REQUIRE_CORPUS") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    return Path(place) / name


def pages_of(pdf: Path) -> list[str]:
    document = pdfium.PdfDocument(pdf)
    try:
        return [document[number].get_textpage().get_text_range() for number in range(len(document))]
    finally:
        document.close()


def segments(pages: list[str]) -> list[SegmentText]:
    units = [
        UnitText(number, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), ())
        for number, text in enumerate(pages, 1)
    ]
    runs = [tuple(units[start : start + PAGES_A_SEGMENT]) for start in range(0, len(units), PAGES_A_SEGMENT)]
    runs = runs[:ALL_OF] + runs[ALL_OF::4]
    return [SegmentText("a" * 32, 1, run[0].unit, "extract", "1", run, ()) for run in runs]


@cache
def documents(name: str) -> dict[str, tuple[SegmentClasses, ...]]:
    """Classifies every PDF or text in a folder of the corpus."""
    found = {}
    for file in sorted(folder(name).rglob("*")):
        if file.suffix == ".pdf":
            found[file.name] = tuple(classify(segment, RULES) for segment in segments(pages_of(file)))
        elif file.suffix == ".txt":
            found[str(file)] = tuple(classify(one, RULES) for one in segments([file.read_text("utf-8", "replace")]))
    assert found
    return found


def scores(parts: tuple[SegmentClasses, ...]) -> Counter[str]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part.scores)
    return total


def type_of(parts: tuple[SegmentClasses, ...]) -> str:
    """Decides as the README of this service says."""
    points = Counter({n: p for n, p in scores(parts).items() if n.startswith("type:")})
    if not points:
        return "unknown"
    name, most = points.most_common(1)[0]
    sure = most >= LEAST_POINTS and most >= LEAST_SHARE * points.total()
    return name.removeprefix("type:") if sure else "unknown"


@pytest.mark.parametrize(
    ("name", "kind", "least"),
    [
        ("contracts", "contract", 0.92),
        ("reports", "report", 0.9),
        ("invoices", "invoice", 0.75),
        ("news", "news", 0.92),
        ("tables", "government-table", 0.8),
    ],
)
def test_types_are_told(name: str, kind: str, least: float) -> None:
    types = Counter(type_of(parts) for parts in documents(name).values())
    assert types[kind] >= least * types.total(), types


@pytest.mark.parametrize("name", ["reports", "news", "contracts"])
def test_english_is_seen_as_english(name: str) -> None:
    for file, parts in documents(name).items():
        characters = {n: c for n, c in scores(parts).items() if n.startswith("language:")}
        assert max(characters, key=lambda n: characters[n]) == "language:en", file


@pytest.mark.parametrize("name", ["reports", "news"])
@pytest.mark.parametrize("score", ["personal:card", "personal:iban", "secret:key", "secret:token", "secret:password"])
def test_nothing_is_seen_where_nothing_is(name: str, score: str) -> None:
    assert {file: scores(parts)[score] for file, parts in documents(name).items() if scores(parts)[score]} == {}


def test_national_numbers_are_rare_where_there_are_none() -> None:
    both = [*documents("reports").values(), *documents("news").values()]
    pages = sum(len(part.languages) for parts in both for part in parts)
    numbers = ("personal:national-number", "personal:tax-number")
    assert sum(scores(parts)[name] for parts in both for name in numbers) * 1_000 <= pages
