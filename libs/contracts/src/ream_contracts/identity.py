# SPDX-License-Identifier: Apache-2.0
"""How documents, versions and artifacts get their names: always from what they are, never by chance."""

import hashlib
from base64 import b32encode


def _digest(*parts: str | bytes) -> str:
    """Hashes the parts with their lengths, so that no two lists of parts give the same bytes."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "big") + data)
    return b32encode(whole.digest()).decode().lower()


def document_id(namespace: str, key: str) -> str:
    """Names a submitted document: 32 characters a-z2-7.

    Args:
        namespace: keeps sources with the same keys apart.
        key: the message's field `key`, else the address of the bytes, else (inline) their sha256 in hex.
    """
    return _digest("document", namespace, key)[:32]


def child_id(parent_id: str, path: str, ordinal: int) -> str:
    """Names a document found inside another, by where it was found."""
    return _digest("child", parent_id, path, str(ordinal))[:32]


def version(generation: int, run: int, revision: int) -> int:
    """Returns the external version of index writes: a later generation, run or revision is always higher."""
    return (generation << 40) + (run << 24) + revision


def memo(*parts: str | bytes) -> str:
    """Names work by all that decides its result (hash of input, stage version, parameters): 12 characters."""
    return _digest("memo", *parts)[:12]
