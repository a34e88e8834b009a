# SPDX-License-Identifier: Apache-2.0
"""Decides what a file of pages is to the reader: pages by number, each opened, looked at and let go before the next."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from ream_ocr.reading import PageView


class Unreadable(Exception):
    """A file or page that cannot be looked at, by its own fault.

    Attributes:
        cause: `damaged`, `encrypted`, `too-large`, `unsupported`, `no-such-page` or `unreadable`.
        reason: a sentence for people.
    """

    def __init__(self, cause: str, reason: str) -> None:
        super().__init__(reason)
        self.cause = cause
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Budget:
    """What a page may take.

    Attributes:
        dpi: resolution that a page of common size is looked at with.
        pixels: of a picture that is read.
        decoded_pixels: of a picture as it lies in the file, before it is made smaller.
    """

    dpi: int = 200
    pixels: int = 25_000_000
    decoded_pixels: int = 120_000_000


class FileView(Protocol):
    """An open file."""

    def page(self, unit: int) -> AbstractContextManager[FacedPage]:
        """Opens one page, counted from 1.

        Raises:
            Unreadable: there is no such page, or it cannot be opened.
        """


class FacedPage(PageView, Protocol):
    """A page with what a receipt says of it.

    Attributes:
        kind: `page` or `image`.
        label: the page's name for people, where the file gives it one.
        size: width and height in points, upright; 0 where the file does not say.
    """

    @property
    def kind(self) -> str: ...  # noqa: D102 (said above)

    @property
    def label(self) -> str | None: ...  # noqa: D102 (said above)

    @property
    def size(self) -> tuple[float, float]: ...  # noqa: D102 (said above)
