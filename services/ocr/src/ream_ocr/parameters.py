# SPDX-License-Identifier: Apache-2.0
"""Decides with what a segment is read: the settings, changed by what a replay of this stage asks for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ream_contracts.messages import Redo

STAGE = "ocr"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What decides the result of reading, beside the file itself."""

    engine: str
    languages: tuple[str, ...]
    dpi: int

    def written(self) -> str:
        """The parameters as text that is the same for the same parameters: part of an artifact's name."""
        return json.dumps([self.engine, list(self.languages), self.dpi])

    def changed(self, redo: Iterable[Redo]) -> Parameters:
        """Gives the parameters that a replay asks for: `dpi`, and `languages` (names joined by + or a list).

        Raises:
            ValueError: a parameter is not known, or has a value that cannot be used; the text says which.
        """
        result = self
        for one in redo:
            if one.stage == STAGE:
                result = replace(result, **_read(one.parameters))
        return result


def _read(parameters: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(parameters) - {"dpi", "languages"})
    if unknown:
        raise ValueError("ocr has no such parameter: give dpi or languages")
    values: dict[str, Any] = {}
    if "dpi" in parameters:
        dpi = parameters["dpi"]
        if not isinstance(dpi, int) or isinstance(dpi, bool) or not 50 <= dpi <= 600:
            raise ValueError("dpi of ocr is a whole number from 50 to 600")
        values["dpi"] = dpi
    if "languages" in parameters:
        languages = parameters["languages"]
        names = languages.split("+") if isinstance(languages, str) else languages
        if not isinstance(names, list | tuple) or not names or not all(isinstance(n, str) and n for n in names):
            raise ValueError("languages of ocr are names of language packs, like deu+eng")
        values["languages"] = tuple(names)
    return values
