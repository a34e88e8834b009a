# SPDX-License-Identifier: Apache-2.0
"""Decides whether the samples came out as their list says they must."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ream_cli.failures import CommandError
from ream_contracts.artifacts import DocumentRecord

LIST = "expected.yaml"
_COMPARED = ("outcome", "cause", "media_type", "unit_kind", "units", "children", "type", "sensitivity", "language")


@dataclass(frozen=True, slots=True)
class Sample:
    """A file, and what must come out of it; a key that is not there is not said."""

    name: str
    expected: Mapping[str, Any]


def read(folder: Path) -> list[Sample]:
    """Reads the list that lies beside the samples.

    Raises:
        CommandError: there is none.
    """
    try:
        found = yaml.safe_load((folder / LIST).read_text(encoding="utf-8"))["samples"]
    except FileNotFoundError:
        raise CommandError(
            f"There is no {folder / LIST}: run this in a checkout, or name the folder by --samples."
        ) from None
    return [Sample(str(name), expected) for name, expected in found.items()]


def deviations(expected: Mapping[str, Any], record: DocumentRecord | None) -> Iterator[str]:
    """Yields what came out otherwise, each as `units: 3, not 4`."""
    if record is None:
        yield "it has not ended"
        return
    for name in _COMPARED:
        if name in expected:
            got = came_out(record, name)
            if got != expected[name]:
                yield f"{name}: {got}, not {expected[name]}"


def came_out(record: DocumentRecord, name: str) -> Any:
    """What came out, by the names of the list."""
    if name == "language":
        languages = record.document.get("languages") or [None]
        return languages[0]
    return record.document.get(name)
