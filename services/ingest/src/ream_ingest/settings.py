# SPDX-License-Identifier: Apache-2.0
"""What a person can set for ingest, read from REAM_INGEST_..."""

from dataclasses import dataclass

from ream_kit.settings import require_at_least, setting


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """Limits and allowed places."""

    max_bytes: int = setting(5_000_000_000, "files with more bytes are rejected")
    max_inline_bytes: int = setting(262_144, "inline bodies with more bytes become dead letters; use the store instead")
    roots: tuple[str, ...] = setting((), "folders below which file:/// sources may be read; none by default")
    buckets: tuple[str, ...] = setting((), "buckets from which s3:// sources may be read; none by default")
    refused_types: tuple[str, ...] = setting((), "media types that are rejected")
    family_documents: int = setting(
        10_000, "documents that may be found inside one submitted file, all depths together"
    )
    family_bytes: int = setting(20_000_000_000, "bytes they may have together")

    def __post_init__(self) -> None:
        """Refuses limits that no file keeps."""
        require_at_least(1, self, "REAM_INGEST_", "max_bytes")
        require_at_least(0, self, "REAM_INGEST_", "max_inline_bytes", "family_documents", "family_bytes")
