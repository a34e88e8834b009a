# SPDX-License-Identifier: Apache-2.0
"""What a person can set for vectors, read from REAM_VECTORS_…."""

from dataclasses import dataclass

from ream_kit.settings import SettingsError, setting


@dataclass(frozen=True, slots=True)
class VectorsSettings:
    """How much of a document gets vectors."""

    windows: int = setting(
        20_000, "most windows (about 600 characters each) of a document that get vectors; 24 take a second of a core"
    )

    def __post_init__(self) -> None:
        if self.windows < 0:
            raise SettingsError(f"REAM_VECTORS_WINDOWS is {self.windows}: give 0 or more")
