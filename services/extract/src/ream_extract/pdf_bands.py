# SPDX-License-Identifier: Apache-2.0
"""Decides which images of a PDF page are bands of one picture, as printer drivers cut them: letters run across them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ream_extract.pdf_page import ImageOnPage

TOUCHING = 1.0
"""Points between the edges of two bands at most."""
UPRIGHT = 0.25
"""How far the pixels of a band may be from square where it is not turned; the last one is often squeezed a little."""


class Sized(NamedTuple):
    """An image on a page, and its pixels."""

    image: ImageOnPage
    width: int
    height: int


def pictures_of(images: Sequence[Sized]) -> Iterator[list[Sized]]:
    """Yields the images of a page in the order in which they are drawn; bands of one picture together, from its top."""
    group: list[Sized] = []
    for one in images:
        if group and not _goes_on(group[-1], one):
            yield _from_top(group)
            group = []
        group.append(one)
    if group:
        yield _from_top(group)


def _from_top(group: list[Sized]) -> list[Sized]:
    return sorted(group, key=lambda one: one.image.box[1])


def _goes_on(band: Sized, other: Sized) -> bool:
    (left, top, right, bottom), (x0, y0, x1, y1) = band.image.box, other.image.box
    if band.width != other.width or abs(left - x0) > TOUCHING or abs(right - x1) > TOUCHING:
        return False
    return min(abs(bottom - y0), abs(y1 - top)) <= TOUCHING and _is_upright(band) and _is_upright(other)


def _is_upright(one: Sized) -> bool:
    left, top, right, bottom = one.image.box
    across, down = (right - left) / max(1, one.width), (bottom - top) / max(1, one.height)
    return abs(across - down) <= UPRIGHT * max(across, down)
