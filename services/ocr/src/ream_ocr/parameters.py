# SPDX-License-Identifier: Apache-2.0
"""Decides with what a segment is read: the settings, changed by what a replay of this stage asks for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ream_contracts import redo as asked
from ream_contracts import units
from ream_contracts.messages import Redo

STAGE = "ocr"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What decides the result of reading, beside the file itself.

    Attributes:
        again: the run that asked to read again; 0 for the first reading. Another replay is other work, though it asks
            for the same.
        second: engine that reads what the first is not sure of; empty for none.
        sure: confidence from which it is not asked.
    """

    engine: str
    languages: tuple[str, ...]
    dpi: int
    again: int = 0
    second: str = ""
    sure: int = 0

    def written(self) -> str:
        """The parameters as text that is the same for the same parameters: part of an artifact's name."""
        second = [{self.second: self.sure}] if self.second else []
        again = [self.again] if self.again else []
        return json.dumps([self.engine, list(self.languages), self.dpi, *again, *second])

    def changed(self, redo: Iterable[Redo], of_units: units.Ranges = ()) -> Parameters:
        """Gives the parameters that a replay asks for: `dpi`, and `languages` (names joined by + or a list).

        Args:
            redo: what the run redoes.
            of_units: units that are read; a replay may be for others of the document.

        Raises:
            ValueError: a parameter is not known, or has a value that cannot be used; the text says which.
        """
        one = asked.applying(redo, STAGE, of_units)
        if one is None:
            return self
        asked.check(STAGE, one.parameters)
        return replace(self, **_values(one.parameters), again=one.run or 0)


def _values(parameters: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(parameters)
    if isinstance(languages := values.get("languages"), str):
        values["languages"] = languages.split("+")
    if "languages" in values:
        values["languages"] = tuple(values["languages"])
    return values
