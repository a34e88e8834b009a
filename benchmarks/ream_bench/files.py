# SPDX-License-Identifier: Apache-2.0
"""Keeps results as files, and finds the last one that a new one can be compared with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ream_bench.machine import fingerprint
from ream_bench.results import Part

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Result:
    """A whole measurement.

    Attributes:
        plan: full or quick.
        left_out: parts for which there was no time.
    """

    plan: str
    machine: dict[str, Any]
    parts: tuple[Part, ...]
    left_out: tuple[str, ...]

    @property
    def by_name(self) -> dict[str, Part]:
        """Its parts."""
        return {part.name: part for part in self.parts}


def to_json(result: Result) -> str:
    """Text of the file that keeps a result."""
    return json.dumps({"format": FORMAT, **asdict(result)}, indent=1, ensure_ascii=False) + "\n"


def from_json(text: str) -> Result:
    """The opposite of `to_json`.

    Raises:
        ValueError: it is none of ours, or of another format.
    """
    try:
        found = json.loads(text)
        if found["format"] != FORMAT:
            raise ValueError(f"format {found['format']}, not {FORMAT}")
        parts = tuple(Part(**part) for part in found["parts"])
        return Result(found["plan"], found["machine"], parts, tuple(found["left_out"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"no result of a measurement: {error}") from error


def last_like(result: Result, folder: Path) -> tuple[str, Result] | None:
    """The last result of the same plan on the same machine, with its date; None when there is none."""
    alike: list[tuple[str, Result]] = []
    for file in sorted(folder.glob("*.json")):
        try:
            found = from_json(file.read_text(encoding="utf-8"))
        except ValueError:
            continue  # of an older format: nothing to compare with
        if found.plan == result.plan and fingerprint(found.machine) == fingerprint(result.machine):
            alike.append((str(found.machine["date"]), found))
    return max(alike, key=lambda one: one[0], default=None)


def write(result: Result, text: str, folder: Path, name: str) -> Sequence[Path]:
    """Writes a result as JSON and as text for people; an earlier one is never overwritten."""
    as_text, as_json = paths_for(folder, f"{result.machine['date'][:10]}-{name}")
    as_text.write_text(text, encoding="utf-8")
    as_json.write_text(to_json(result), encoding="utf-8")
    return as_text, as_json


def paths_for(folder: Path, base: str) -> tuple[Path, Path]:
    """Names the two files of a new result, for people and as JSON, and makes their folder; none of them is there."""
    folder.mkdir(parents=True, exist_ok=True)
    number, stem = 1, base
    while (folder / f"{stem}.json").exists():
        number, stem = number + 1, f"{base}-{number + 1}"
    return folder / f"{stem}.md", folder / f"{stem}.json"
