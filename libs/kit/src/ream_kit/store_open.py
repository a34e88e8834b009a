# SPDX-License-Identifier: Apache-2.0
"""Decides which store the environment names: a folder on disk, or a bucket."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ream_kit.store import Store
from ream_kit.store_disk import DiskBlobs


def open_store(environ: Mapping[str, str]) -> Store:
    """Opens the store that `REAM_STORE` names: a folder, or `s3://bucket/prefix`.

    A folder takes `REAM_STORE_FSYNC` (`yes`, `no`). A bucket takes `REAM_S3_ENDPOINT`, `REAM_S3_REGION`,
    `REAM_S3_ACCESS_KEY` and `REAM_S3_SECRET_KEY` (without them whatever boto3 finds), `REAM_STORE_CACHE` (a folder
    for local copies) and `REAM_STORE_CACHE_BYTES`.

    Raises:
        ValueError: a setting is missing or wrong; the sentence names it.
    """
    place = environ.get("REAM_STORE", "")
    if not place:
        raise ValueError("REAM_STORE is not set: name a folder, or s3://bucket/prefix")
    return Store(DiskBlobs(Path(place), fsync=_yes(environ, "REAM_STORE_FSYNC")))


def _yes(environ: Mapping[str, str], variable: str) -> bool:
    value = environ.get(variable, "yes")
    if value not in ("yes", "no"):
        raise ValueError(f"{variable} is {value!r}: use yes or no")
    return value == "yes"
