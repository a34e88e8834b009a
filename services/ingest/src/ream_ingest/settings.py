# SPDX-License-Identifier: Apache-2.0
"""What a person can set for ingest, read from REAM_INGEST_…."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """Limits and allowed places.

    Attributes:
        max_bytes: files beyond this are rejected.
        max_inline_bytes: inline bodies beyond this become dead letters: put the file in the store instead.
        roots: folders below which file:// sources may be read.
        buckets: buckets from which s3:// sources may be read.
        refused_types: media types that are rejected.
        family_documents: how many documents may be found inside one submitted file, all depths together.
        family_bytes: how many bytes they may have together.
        max_depth: how deep documents may lie inside others.
    """

    max_bytes: int = 5_000_000_000
    max_inline_bytes: int = 262_144
    roots: tuple[Path, ...] = ()
    buckets: tuple[str, ...] = ()
    refused_types: tuple[str, ...] = ()
    family_documents: int = 10_000
    family_bytes: int = 20_000_000_000
    max_depth: int = 8
