# SPDX-License-Identifier: Apache-2.0
"""Decides which pictures inside a document ocr is to read: those in which lines of letters are seen at a glance."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from ream_extract.reading import Item, PictureFound, Source, UnitRead, UnitScanned
from ream_pages.frames import open_frames
from ream_pages.kinds import FORMATS
from ream_pages.lettering import LONG_SIDE, has_lines_of_letters
from ream_pages.views import NotDrawn

SMALLEST = (64, 24)
"""Pixels of the longer and of the shorter side from which a word has room in a picture."""
_QUICK = "image/jpeg"
"""Of which no more is decoded than a glance takes."""


def with_written_pictures(items: Iterable[Item | None], source: Source, scratch: Path) -> Iterator[Item | None]:
    """Yields what was read, and hands to ocr the units with pictures that show writing, their own text with them.

    A picture that comes again (a letterhead) is read where it comes first. After each look None says that work goes on.

    Args:
        items: units that are read together, with their pictures in scratch.
        source: says whether ocr may be asked at all.
        scratch: the folder of the pictures.
    """
    asked: set[str] = set()
    for item in items:
        if not isinstance(item, UnitRead) or not item.pictures or source.ocr == "never":
            yield item
            continue
        pictures: list[PictureFound] = []
        for picture in item.pictures:
            writing = picture.file not in asked and _shows_writing(picture, source, scratch)
            if writing:
                asked.add(picture.file)
            pictures.append(replace(picture, writing=writing))
            yield None
        if any(one.writing for one in pictures):
            yield UnitScanned(item.unit, "written-pictures", replace(item, pictures=tuple(pictures)))
        else:
            yield item


def _shows_writing(picture: PictureFound, source: Source, scratch: Path) -> bool:
    """Looks at a picture; one that is too large for a glance is taken for written, and a broken one shows nothing."""
    long, short = sorted((picture.width, picture.height), reverse=True)
    if picture.said or picture.media_type not in FORMATS or long < SMALLEST[0] or short < SMALLEST[1]:
        return False
    if picture.media_type != _QUICK and picture.width * picture.height > source.limits.decoded_pixels:
        return True
    try:
        with open_frames(scratch / picture.file, picture.media_type) as frames:
            return has_lines_of_letters(frames.small(1, LONG_SIDE).convert("L"))
    except NotDrawn as failure:
        return failure.cause == "too-large"
