# SPDX-License-Identifier: Apache-2.0
"""The environment chooses the store, and a wrong setting is named in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from ream_kit import settings
from ream_kit.settings import SettingsError
from ream_kit.store_open import StoreSettings, open_store


def test_a_path_is_a_folder_on_disk(tmp_path: Path) -> None:
    open_store({"REAM_STORE": str(tmp_path / "made")}).put("a", b"x")
    assert (tmp_path / "made" / "a").read_bytes() == b"x"


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, "REAM_STORE is not set"),
        ({"REAM_STORE": "/x", "REAM_STORE_FSYNC": "maybe"}, "REAM_STORE_FSYNC"),
        ({"REAM_STORE": "gs://bucket"}, "name a folder, or s3://"),
        ({"REAM_STORE": "s3:///prefix"}, "the bucket's name is missing"),
        ({"REAM_STORE": "s3://b", "REAM_S3_ACCESS_KEY": "k"}, "REAM_S3_SECRET_KEY"),
        ({"REAM_STORE": "s3://b", "REAM_STORE_CACHE_BYTES": "-1"}, "REAM_STORE_CACHE_BYTES"),
    ],
)
def test_wrong_settings_are_named(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        open_store(environ)


def test_a_cache_folder_that_is_not_ones_own_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    for bad in ("link", "file"):
        with pytest.raises(SettingsError, match="REAM_STORE_CACHE"):
            open_store({"REAM_STORE": "s3://b", "REAM_STORE_CACHE": str(tmp_path / bad)})


def test_the_secret_is_not_shown() -> None:
    found = settings.load(
        StoreSettings, {"REAM_STORE": "s3://b", "REAM_S3_ACCESS_KEY": "k", "REAM_S3_SECRET_KEY": "hidden"}
    )
    assert found.s3_secret_key == "hidden"
    assert "hidden" not in repr(found)
