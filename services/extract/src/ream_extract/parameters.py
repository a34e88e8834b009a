# SPDX-License-Identifier: Apache-2.0
"""Decides with what a document is read: the settings, changed by what a replay of this stage asks for."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast, get_args

from ream_contracts.messages import Redo
from ream_extract.reading import Ocr

STAGE = "extract"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What decides the result of reading, beside the file itself."""

    ocr: Ocr = "auto"
    pictures: bool = True
    asked: str = ""
    """What a replay asked for, as text: another replay is other work though it asks for the defaults."""

    def written(self) -> str:
        """The parameters as text that is the same for the same parameters: part of an artifact's name."""
        return json.dumps([self.ocr, self.pictures, self.asked])

    def changed(self, redo: Iterable[Redo]) -> "Parameters":
        """Gives the parameters that a replay asks for: `ocr` (auto, always, never) and `pictures` (true, false).

        Raises:
            ValueError: a parameter is not known, or has a value that cannot be used.
        """
        result = self
        for one in redo:
            if one.stage == STAGE:
                given = dict(one.parameters)
                ocr, pictures = given.pop("ocr", result.ocr), given.pop("pictures", result.pictures)
                if given or ocr not in get_args(Ocr) or not isinstance(pictures, bool):
                    raise ValueError(
                        "extract can be run again with ocr (auto, always, never) and pictures (true, false)"
                    )
                asked = json.dumps(one.parameters, sort_keys=True)
                result = replace(result, ocr=cast(Ocr, ocr), pictures=pictures, asked=asked if one.parameters else "")
        return result
