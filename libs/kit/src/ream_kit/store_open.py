# SPDX-License-Identifier: Apache-2.0
"""Decides which store the environment names: a folder on disk, or a bucket."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ream_kit import settings
from ream_kit.settings import SettingsError, setting
from ream_kit.store import Store
from ream_kit.store_blobs import Blobs
from ream_kit.store_disk import DiskBlobs
from ream_kit.store_guard import GuardedBlobs


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where everything is kept that is not said on a topic."""

    store: str = setting(doc="where the bytes are kept: a folder, or s3://bucket/prefix")
    store_fsync: bool = setting(True, "folder: make objects survive a power cut before they are named on a topic")
    store_cache: str | None = setting(None, "bucket: folder for local copies; one for each user in the temp folder")
    store_cache_bytes: int = setting(10 << 30, "bucket: how many bytes of local copies are kept")
    s3_endpoint: str | None = setting(None, "bucket: address of the server; that of AWS if not set")
    s3_region: str = setting("us-east-1", "bucket: its region")
    s3_access_key: str | None = setting(None, "bucket: who comes; what boto3 finds if not set")
    s3_secret_key: str | None = field(
        default=None, repr=False, metadata={"doc": "bucket: the secret that belongs to the access key"}
    )

    def __post_init__(self) -> None:
        if bool(self.s3_access_key) != bool(self.s3_secret_key):
            raise SettingsError("REAM_S3_ACCESS_KEY and REAM_S3_SECRET_KEY go together: set both, or none")
        if self.store_cache_bytes < 0:
            raise SettingsError("REAM_STORE_CACHE_BYTES is below 0: give a number of bytes")


def open_store(environ: Mapping[str, str] | None = None, *, guarded: bool = False) -> Store:
    """Opens the store that `REAM_STORE` names, by the settings of `StoreSettings`.

    The folder of a store on disk is made if it is missing; a bucket must be there, but is not asked for yet. With
    `guarded` it stands behind a breaker: for services, which hold what waits and go on when the store is back.

    Raises:
        SettingsError: a setting is missing or wrong; the sentence names it.
        Retry: the folder cannot be made now.
    """
    found = settings.load(StoreSettings, environ)
    blobs = _blobs(found)
    if not guarded:
        return Store(blobs)
    behind = GuardedBlobs(blobs)
    return Store(behind, guard=behind.guard)


def _blobs(found: StoreSettings) -> Blobs:
    if found.store.startswith("s3://"):
        return _bucket(found)
    if "://" in found.store:
        raise SettingsError(f"REAM_STORE is {found.store!r}: name a folder, or s3://bucket/prefix")
    return DiskBlobs(Path(found.store), fsync=found.store_fsync)


def _bucket(found: StoreSettings) -> Blobs:
    # Who keeps the store in a folder need not install boto3.
    from ream_kit.store_cache import Cache
    from ream_kit.store_s3 import Bucket, S3Blobs

    name, _, prefix = found.store.removeprefix("s3://").partition("/")
    if not name:
        raise SettingsError(f"REAM_STORE is {found.store!r}: the bucket's name is missing")
    bucket = Bucket(name, prefix, found.s3_endpoint, found.s3_region, found.s3_access_key, found.s3_secret_key)
    folder = found.store_cache or f"{tempfile.gettempdir()}/ream-cache-{os.getuid()}"
    try:
        cache = Cache(Path(folder), found.store_cache_bytes)
    except (OSError, ValueError) as error:
        raise SettingsError(f"REAM_STORE_CACHE cannot be used: {error}") from None
    return S3Blobs(bucket, cache)
