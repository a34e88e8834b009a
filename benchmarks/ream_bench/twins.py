# SPDX-License-Identifier: Apache-2.0
"""Decides what the flow of a document leaves for another one with the same bytes, so that it need not run for it."""

from __future__ import annotations


def of_another(data: bytes, ids: tuple[str, str], names: tuple[str, str]) -> bytes:
    """Returns what the flow of a document leaves for another one with the same bytes.

    The id changes wherever it stands; the key and the file's name only where they are the whole of a value: what was
    read in the document is the same for both, and as long as the receipt says.
    """
    changed = data.replace(ids[0].encode(), ids[1].encode())
    for ending in ("", ".pdf"):
        before, after = (f'"{name}{ending}"'.encode() for name in names)
        changed = changed.replace(before, after)
    return changed
