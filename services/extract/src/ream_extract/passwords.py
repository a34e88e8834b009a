# SPDX-License-Identifier: Apache-2.0
"""Decides which passwords a submission's names stand for: the operator keeps them, the submitter only names them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ream_contracts.redo import REFERENCE

VARIABLE = "REAM_SECRET_"
LONGEST = 4096
"""Bytes of a file that holds a password."""


@dataclass(frozen=True, slots=True)
class Passwords:
    """Where the operator keeps passwords.

    Args:
        folder: a file of each name holds its password; None where there is no folder.
        environ: the variable `REAM_SECRET_<NAME>` (upper case, `_` for `-`) holds it; asked where no file does.
    """

    folder: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)

    def named(self, names: Iterable[str]) -> tuple[str, ...]:
        """Returns the passwords of these names, without those that nobody keeps."""
        found = (self._one(name) for name in names if re.fullmatch(REFERENCE, name))
        return tuple(dict.fromkeys(one for one in found if one))

    def _one(self, name: str) -> str | None:
        return self._file(name) or self.environ.get(VARIABLE + name.upper().replace("-", "_"))

    def _file(self, name: str) -> str | None:
        """Reads a file of the folder; a link may lead to another place in it (as mounted secrets do), never outside."""
        if self.folder is None:
            return None
        folder = self.folder.resolve()
        path = (folder / name).resolve()
        try:
            if not path.is_relative_to(folder) or not path.is_file() or path.stat().st_size > LONGEST:
                return None
            return path.read_text("utf-8").removesuffix("\n").removesuffix("\r")
        except (OSError, UnicodeError):
            return None
