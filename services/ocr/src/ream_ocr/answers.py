# SPDX-License-Identifier: Apache-2.0
"""Decides what becomes of the answers for a segment: units of text, what failed and why, how sure the whole is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from ream_contracts import codec, units, words
from ream_contracts.artifacts import Table, UnitText
from ream_contracts.whole import NotWhole, letters
from ream_ocr.blocks import blocks_of
from ream_ocr.judging import Keep, judge, together, with_notes

DRAWN = frozenset({"text", "stamp", "watermark", "redact", "field"})
"""Kinds of annotations whose words people see on the page; of the others an icon, a colour or a line."""
BROKEN = "broken-text"
"""Cause of units whose text layer is all that there is, and says nothing true."""
NO_PACK = "no-pack-for-"
"""What the cause begins with of units in letters for which no language pack is used; their text is guessed."""
A_WORD = 4
"""Letters from which a text layer without meaning stands for something that was to be read."""
DOUBTFUL = 50
"""Up to this confidence a text layer is not the page: calling the page read for its sake would hide a loss."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Units that cannot be read, by the document's own fault."""

    cause: str
    units: units.Ranges


@dataclass(frozen=True, slots=True)
class Answers:
    """What was read of a segment, and what could not be."""

    read: tuple[UnitText, ...]
    failed: tuple[Failure, ...]

    @property
    def units(self) -> units.Ranges:
        """Units that were read."""
        return units.of(unit.unit for unit in self.read)


def collect(
    answers: Iterable[Mapping[str, Any]], asked: units.Ranges, kept: Mapping[int, UnitText], *, broken: bool = False
) -> Answers:
    """Makes units of the cell's answers; where a doubtful text layer is at hand, `judging` says what of it stays.

    Args:
        answers: as `cell.read` yields them.
        asked: units that must be answered, each once.
        kept: what the text layer gave, by unit.
        broken: those layers are doubted because their characters mean nothing.

    Raises:
        NotWhole: a unit has no answer, or a text is not as long as the cell said.
    """
    read: list[UnitText] = []
    failed: dict[str, list[int]] = {}
    wanted = list(units.each(asked))
    for answer in answers:
        unit = int(answer["unit"])
        if unit not in wanted:
            raise NotWhole(f"unit {unit} was answered and not asked for, or answered twice")
        wanted.remove(unit)
        layer = kept.get(unit)
        if "cause" not in answer:
            unit_read = _better(layer, seen_unit(answer), broken=broken)
            read.append(replace(unit_read, blocks=blocks_of(unit_read)) if unit_read.method == "ocr" else unit_read)
        elif stands_alone(layer):
            read.append(layer)  # a page that cannot be drawn still says what its text layer says
        else:
            failed.setdefault(str(answer["cause"]), []).append(unit)
    if wanted:
        raise NotWhole(f"units without an answer: {units.of(wanted)}")
    return Answers(tuple(read), tuple(Failure(cause, units.of(numbers)) for cause, numbers in failed.items()))


def stands_alone(layer: UnitText | None) -> TypeGuard[UnitText]:
    """Says whether a layer may answer for a page that nobody could see: a stamp or a page number may not."""
    return layer is not None and bool(layer.text.strip()) and layer.confidence > DOUBTFUL


def confidence(read: Iterable[UnitText]) -> int:
    """Gives the mean confidence over the characters of the units; over the units where there are no characters."""
    found = list(read)
    weights = [len(unit.text) for unit in found]
    if not any(weights):
        weights = [1] * len(found)
    return sum(unit.confidence * weight for unit, weight in zip(found, weights, strict=True)) // max(1, sum(weights))


def seen_unit(answer: Mapping[str, Any]) -> UnitText:
    """Makes a unit of a cell's answer that has a text.

    Raises:
        NotWhole: it has less text, places or cells than the cell said.
    """
    if len(str(answer["text"])) != answer["characters"]:
        raise NotWhole(f"the text of unit {answer['unit']} is not as long as the cell said")
    if words.count(str(answer["words"])) != len(str(answer["text"]).split()):
        raise NotWhole(f"unit {answer['unit']} has not as many places as words")
    tables = tuple(codec.from_json(Table, table) for table in answer["tables"])
    if sum(len(row) for table in tables for row in table.rows) != answer["cells"]:
        raise NotWhole(f"the tables of unit {answer['unit']} have not as many cells as the cell said")
    return UnitText(
        unit=int(answer["unit"]),
        kind=str(answer["kind"]),
        text=str(answer["text"]),
        method="ocr",
        confidence=int(answer["confidence"]),
        label=answer["label"],
        width=float(answer["width"]),
        height=float(answer["height"]),
        rotation=int(answer["rotation"]),
        headings=(),
        pictures=(),
        tables=tables,
        annotations=(),
        picture_hash=answer.get("picture_hash"),
        words=str(answer["words"]) or None,
        lacking=f"{NO_PACK}{str(answer['script']).lower()}" if answer.get("script") else None,
    )


def _better(layer: UnitText | None, seen: UnitText, *, broken: bool) -> UnitText:
    if layer is None:
        return seen
    keep = judge(layer.text, layer.confidence, seen.text, seen.confidence, broken=broken)
    if keep is Keep.LAYER and broken and not seen.text.strip() and letters(layer.text) >= A_WORD:
        # Its letters mean nothing, and nothing is drawn of them: their font is not in the file.
        return replace(layer, lacking=layer.lacking or BROKEN)
    if keep is Keep.LAYER:
        # What stands where is seen in the picture alone.
        return layer if layer.tables else replace(layer, tables=seen.tables)
    text = together(layer.text, seen.text) if keep is Keep.BOTH else seen.text
    text = with_notes(text, _notes(layer))
    # Headings point into the layer's text and go with it; what else was found on the page stays.
    kept = replace(seen, text=text, label=layer.label, pictures=layer.pictures, annotations=layer.annotations)
    if layer.lacking is None:
        return kept
    # What does not come out of the file is not in the picture of the page either: that it is blank is not sure.
    return replace(kept, lacking=layer.lacking, confidence=kept.confidence if text.strip() else 0)


def _notes(layer: UnitText) -> Iterator[tuple[str, bool]]:
    """Yields the texts of annotations that the layer says below the words of the page, and whether each is drawn."""
    lines = f"\n{layer.text}\n"
    for one in layer.annotations:
        # A field is written with its name; its value alone is in the text.
        parts = one.text.split(": ") if one.kind == "field" else [one.text]
        said = (": ".join(parts[number:]) for number in range(len(parts)))
        found = next((text for text in said if text.strip() and f"\n{text}\n" in lines), None)
        if found is not None and one.kind != "link":
            yield found, one.kind in DRAWN
