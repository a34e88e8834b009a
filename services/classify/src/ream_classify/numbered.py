# SPDX-License-Identifier: Apache-2.0
"""Keeps what is said again and again under growing numbers; each is made exclusively, and the highest holds."""

from collections.abc import Callable
from pathlib import PurePosixPath

from ream_kit import Store


def newest(store: Store, prefix: str) -> str | None:
    """Returns the name that holds; None where nothing was ever said."""
    return max(store.names(prefix), default=None)


def number_of(name: str) -> int:
    """Returns the number in a name."""
    return int(PurePosixPath(name).stem)


def put(store: Store, name_of: Callable[[int], str], first: int, data: bytes) -> int:
    """Keeps data under the first number from `first` on that nobody has taken; returns it."""
    number = first
    while not store.put(name_of(number), data):
        number += 1
    return number
