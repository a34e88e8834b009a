# SPDX-License-Identifier: Apache-2.0
"""Decides what an open file of pages is: pages by number, each drawn and let go before the next."""

from typing import Protocol

from PIL import Image


class NotDrawn(Exception):
    """A page that cannot be drawn, by its file's fault; `cause` is a code, the text is a sentence for people."""

    def __init__(self, cause: str, reason: str) -> None:
        super().__init__(reason)
        self.cause = cause


class Pages(Protocol):
    """An open file of pages, counted from 1. Whatever is asked of a page raises NotDrawn where it is not to be had."""

    def __len__(self) -> int: ...

    def drawn(self, number: int, dpi: int) -> Image.Image:
        """Draws one page in colour, on white, as a person sees it."""

    def small(self, number: int, side: int) -> Image.Image:
        """Draws one page into a square of so many pixels; what is smaller stays as it is."""

    def size(self, number: int) -> tuple[float, float]:
        """Width and height in points; 0 where the file does not say."""

    def text(self, number: int) -> str:
        """The words that the file has for the page; empty where it has none."""


def require(number: int, count: int) -> None:
    """Refuses a page that is not there.

    Raises:
        NotDrawn: it is not.
    """
    if not 1 <= number <= count:
        raise NotDrawn("no-such-page", f"There is no page {number}: the document has {count}.")
