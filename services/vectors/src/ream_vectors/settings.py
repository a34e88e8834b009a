# SPDX-License-Identifier: Apache-2.0
"""What a person can set for vectors, read from REAM_VECTORS_…."""

from dataclasses import dataclass

from ream_kit.settings import require_at_least, setting


@dataclass(frozen=True, slots=True)
class VectorsSettings:
    """How much of a document gets vectors."""

    windows: int = setting(
        20_000, "most windows (about 600 characters each) of a document that get vectors; 24 take a second of a core"
    )

    def __post_init__(self) -> None:
        require_at_least(0, self, "REAM_VECTORS_", "windows")
