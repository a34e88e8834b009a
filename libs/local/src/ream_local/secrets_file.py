# SPDX-License-Identifier: Apache-2.0
"""Decides the passwords of a local stack: made once, kept in one file that only its owner can read."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import bcrypt

from ream_local.errors import LocalStackError

_BYTES = 24


def passwords(path: Path, users: Iterable[str]) -> dict[str, str]:
    """The password of each user, made where the file does not have it yet.

    Args:
        path: a JSON file, kept at mode 600.
        users: who needs a password.

    Raises:
        LocalStackError: the file is not what was written.
    """
    known = _read(path)
    wanted = {user: known.get(user) or secrets.token_urlsafe(_BYTES) for user in users}
    if wanted.items() - known.items():
        _write(path, {**known, **wanted})
    return wanted


def bcrypt_hash(password: str) -> str:
    """The hash that OpenSearch's security plugin stores.

    Random passwords of 192 bits need no slow hash; ten rounds keep a user's first request short.
    """
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=10)).decode("ascii")
    return hashed.replace("$2b$", "$2y$", 1)  # the same algorithm under the name that the plugin accepts


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise LocalStackError(f"{path} is damaged ({error}). Restore it, or remove the whole data folder.") from error
    return {str(user): str(password) for user, password in found.items()}


def _write(path: Path, content: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(content, stream, indent=2)
    temporary.replace(path)
