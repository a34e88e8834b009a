# SPDX-License-Identifier: Apache-2.0
"""Shows where the words that OCR saw stand: `ream show DOC --words [--page 3]`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console

from ream_cli import documents, screen
from ream_cli.failures import CommandError
from ream_contracts import words
from ream_contracts.artifacts import DocumentRecord, UnitText
from ream_contracts.words import SeenWord
from ream_kit import Store


def of(store: Store, record: DocumentRecord, unit: int | None = None) -> Iterator[tuple[UnitText, list[SeenWord]]]:
    """Yields the units of the version that was indexed of which OCR saw words, in order, or only one of them.

    Raises:
        CommandError: the places of a unit cannot be read.
    """
    for said in sorted(documents.said(store, record), key=lambda one: one.unit):
        if said.words is None or (unit is not None and said.unit != unit):
            continue
        try:
            yield said, list(words.of_unit(said))
        except ValueError as error:
            raise CommandError(f"The store is damaged: {error}.") from error


def to_json(units: Iterable[tuple[UnitText, list[SeenWord]]]) -> list[dict[str, Any]]:
    """One object a unit; boxes in points from its top left, or null and shares alone where its size is not known."""
    return [
        {
            "unit": unit.unit,
            "width": unit.width,
            "height": unit.height,
            "words": [
                {
                    "text": word.text,
                    "box": None if word.box is None else [round(at, 2) for at in word.box],
                    "share": [round(at, 5) for at in word.share],
                    "confidence": word.confidence,
                }
                for word in found
            ],
        }
        for unit, found in units
    ]


def show(units: Iterable[tuple[UnitText, list[SeenWord]]], console: Console) -> None:
    """Lists words for people, with their boxes in points, or in per cent of the unit where its size is not known."""
    figures = ("sure", "left", "top", "right", "bottom")
    listed = screen.table("where", "word", *figures, right=figures)
    for unit, found in units:
        for word in found:
            box = [f"{share:.1%}" for share in word.share] if word.box is None else [f"{at:.1f}" for at in word.box]
            listed.add_row(f"{unit.kind} {unit.unit}", screen.cell(word.text), str(word.confidence), *box)
    if listed.row_count:
        console.print(listed)
    else:
        console.print("No words that OCR saw.")
