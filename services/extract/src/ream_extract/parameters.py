# SPDX-License-Identifier: Apache-2.0
"""Decides with what a document is read: the settings, changed by what a replay of this stage asks for."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast

from ream_contracts import redo as wishes
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
    tables: bool = True
    password_ref: tuple[str, ...] = ()
    """Names of passwords that the submission, or a replay, gives."""

    def written(self) -> str:
        """The parameters as text that is the same for the same parameters: part of an artifact's name."""
        # The default adds nothing: what was read before there were tables keeps its name, but for PDF's new version.
        return json.dumps(
            [self.ocr, self.pictures, self.asked, *([] if self.tables else ["no tables"]), *self.password_ref]
        )

    def changed(self, redo: Iterable[Redo], password_ref: tuple[str, ...] = ()) -> "Parameters":
        """Gives the parameters that a replay asks for: `ocr`, `pictures`, and names of passwords for the submission's.

        Raises:
            ValueError: a parameter is not known, or has a value that cannot be used.
        """
        one = wishes.applying(redo, STAGE)
        if one is None:
            return replace(self, password_ref=password_ref)
        wishes.check(STAGE, one.parameters)
        asked = json.dumps([one.parameters, one.run], sort_keys=True) if one.parameters or one.run else ""
        return replace(
            self,
            ocr=cast(Ocr, one.parameters.get("ocr", self.ocr)),
            pictures=one.parameters.get("pictures", self.pictures),
            asked=asked,
            password_ref=_names(one.parameters["password_ref"]) if "password_ref" in one.parameters else password_ref,
        )


def _names(value: str | list[str]) -> tuple[str, ...]:
    return tuple(value.split("+")) if isinstance(value, str) else tuple(value)
