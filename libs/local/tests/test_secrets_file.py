# SPDX-License-Identifier: Apache-2.0
"""Passwords are made once, differ, and only their owner can read them."""

from __future__ import annotations

from pathlib import Path

import bcrypt
import pytest

from ream_local.errors import LocalStackError
from ream_local.secrets_file import bcrypt_hash, passwords


def test_made_once_and_different(tmp_path: Path) -> None:
    path = tmp_path / "deeper" / "secrets.json"
    first = passwords(path, ["a", "b"])
    assert passwords(path, ["a", "b"]) == first
    assert first["a"] != first["b"]
    assert all(len(password) >= 32 for password in first.values())


def test_a_new_user_leaves_the_others_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = passwords(path, ["a"])
    assert passwords(path, ["a", "b"])["a"] == first["a"]
    assert passwords(path, ["b"]).keys() == {"b"}
    assert passwords(path, ["a"]) == first


def test_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    passwords(path, ["a"])
    assert path.stat().st_mode & 0o777 == 0o600


def test_damaged_file_is_named_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(LocalStackError, match=r"secrets\.json is damaged"):
        passwords(path, ["a"])
    assert path.read_text(encoding="utf-8") == "{"


def test_hash_fits_its_password_only() -> None:
    made = bcrypt_hash("right")
    assert made.startswith("$2y$")
    assert bcrypt.checkpw(b"right", made.encode())
    assert not bcrypt.checkpw(b"wrong", made.encode())
