# SPDX-License-Identifier: Apache-2.0
"""Decides what can be said of a file that no extractor reads: what its container notes about it, never its text."""

import zipfile

import olefile  # type: ignore[import-untyped]

from ream_extract.extractors.doc import properties
from ream_extract.opc import Package
from ream_extract.pictures import look
from ream_extract.reading import Source, Unreadable
from ream_extract.zip_check import opened

PICTURE_BYTES = 64 << 20


def describe(source: Source) -> dict[str, str]:
    """Returns metadata of a file of any type; empty where nothing can be told."""
    try:
        if zipfile.is_zipfile(source.path):
            with opened(source.path, source.limits.entries) as archive:
                return Package(archive, source.limits).metadata()
        if olefile.isOleFile(source.path):
            with olefile.OleFileIO(source.path) as held:
                return properties(held)
        if source.media_type.startswith("image/") and source.path.stat().st_size <= PICTURE_BYTES:
            looked = look(source.path.read_bytes())
            return {"width": str(looked[1]), "height": str(looked[2])} if looked else {}
    except Unreadable as failure:
        return {"properties": failure.cause}
    except (OSError, ValueError, IndexError, KeyError, TypeError):
        return {"properties": "damaged"}
    return {}
