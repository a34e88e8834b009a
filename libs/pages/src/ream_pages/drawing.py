# SPDX-License-Identifier: Apache-2.0
"""Decides what is drawn of a file of pages, and in which format it is kept: the same bytes whenever it is drawn."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from ream_pages import films
from ream_pages.frames import open_frames
from ream_pages.kinds import PDF
from ream_pages.pdf import open_pdf
from ream_pages.views import Pages

VERSION = "1"
"""Part of the names of what is drawn: raise it whenever the same page would give other bytes."""
SIDE = 256
"""Pixels of the longer side of a thumbnail."""
DPI = (75, 150, 300)
"""Dots to the inch that pages are drawn with: few, for each of them is kept."""
IMAGE, THUMBNAIL = "image/png", "image/jpeg"


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn page, in pixels, and how many pages there are."""

    width: int
    height: int
    pages: int


def open_pages(path: Path, media_type: str) -> AbstractContextManager[Pages]:
    """Opens a PDF or a picture file.

    Raises:
        NotDrawn: it cannot be opened (on entering).
    """
    return open_pdf(path) if media_type == PDF else open_frames(path, media_type)


def page(path: Path, media_type: str, number: int, dpi: int, target: Path) -> Picture:
    """Draws a page as PNG.

    Raises:
        NotDrawn: there is no such page, or it cannot be drawn.
    """
    with open_pages(path, media_type) as pages:
        picture, count = pages.drawn(number, dpi), len(pages)
    picture.save(target, "PNG", compress_level=6)
    return Picture(*picture.size, count)


def thumbnail(path: Path, media_type: str, target: Path) -> Picture:
    """Draws the first page small, or a frame of a film, as JPEG.

    Raises:
        NotDrawn: it cannot be drawn.
    """
    if media_type in films.FILMS:
        frame = target.with_name("still")
        films.still(path, media_type, frame)
        path, media_type = frame, IMAGE
    with open_pages(path, media_type) as pages:
        picture, count = pages.small(1, SIDE), len(pages)
    picture.save(target, "JPEG", quality=80, optimize=False)
    return Picture(*picture.size, count)
