# SPDX-License-Identifier: Apache-2.0
"""Decides what a page says: looks at it once, and again only when the first look was not sure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Protocol

from PIL import Image

from ream_ocr import pages
from ream_ocr.engine import OcrEngine, PageRead
from ream_ocr.languages import is_read
from ream_ocr.light import is_uneven
from ream_ocr.likeness import FEW_WORDS, picture_hash
from ream_ocr.pages import Look
from ream_ocr.places import place
from ream_ocr.skew import skew
from ream_ocr.table_words import level_of
from ream_ocr.tables import Seen, upright
from ream_ocr.writing import looks_like_writing

GUESSED = 65
"""Confidence of a page below which its letters may be of a script that nobody asked for: those have 35 to 55."""


class PageView(Protocol):
    """A page of a file that can be looked at.

    Attributes:
        dpi: resolution to look with at first.
        largest_dpi: resolution at which the page just keeps its budget of pixels.
    """

    @property
    def dpi(self) -> int: ...  # noqa: D102 (said above)

    @property
    def largest_dpi(self) -> int: ...  # noqa: D102 (said above)

    def render(self, dpi: int) -> Image.Image:
        """Gives the page as a grey picture (mode L), upright as the file says."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says.

    Attributes:
        confidence: 0 to 100.
        rotation: degrees clockwise by which the page had to be turned to be read.
        looks: how often it was read.
        unreadable: somebody has written on it, and no word of that was recognised.
        look: the one of these looks that is kept.
        picture_hash: what it looks like, where it has few words or none; None where nothing is to be seen.
        words: where the words of the text stand on the page, as `ream_contracts.words` writes it.
        seen: what was read, lines across; None where there is nothing, or where its lines stand on end and slope.
        script: of its letters, where none of the languages is written so: the text is guessed; None elsewhere.
    """

    text: str
    confidence: int
    rotation: int
    looks: int
    look: Look
    unreadable: bool = False
    picture_hash: str | None = None
    words: str = ""
    seen: Seen | None = None
    script: str | None = None


def read_page(view: PageView, engine: OcrEngine, languages: tuple[str, ...]) -> Page:
    """Reads a page, at most five times, and keeps the best reading.

    Raises:
        EngineError: the engine cannot work on this machine.
    """
    look = Look(view.dpi)
    picture = plain = first = view.render(look.dpi)
    if pages.is_uniform(picture):
        return Page("", 100, 0, 0, look)
    best = engine.read(picture, languages, look.dpi)
    looks, tried = 1, {look}
    remedies = () if pages.is_bare(best, picture) else (_even, _straighten, _enlarge, _straighten)
    for remedy in remedies:
        other = remedy(look, best, picture, view, engine)
        if other is None or other in tried:
            continue
        tried.add(other)
        flat = view.render(other.dpi)
        again = pages.laid(flat, other)
        read = engine.read(again, languages, other.dpi)
        looks += 1
        if read.worth > best.worth:
            best, look, picture, plain = read, other, again, flat
    page = _page(best, look, picture, engine, looks)
    if page.text:
        seen = Seen(picture, look.dpi, best, place(plain, picture, look), tight=True)
        page = replace(page, words=seen.place.packed(best.words), seen=_across(seen, page.rotation))
        page = replace(page, script=_unread(page, picture, engine, languages))
    return replace(page, picture_hash=picture_hash(first)) if len(page.text.split()) < FEW_WORDS else page


def _unread(page: Page, picture: Image.Image, engine: OcrEngine, languages: tuple[str, ...]) -> str | None:
    """Asks what the letters are where the engine knows hardly a word, and says so where no language fits them."""
    script = engine.script(picture) if page.confidence < GUESSED else None
    return None if script is None or is_read(script, languages) else script


def _even(look: Look, read: PageRead, picture: Image.Image, view: PageView, engine: OcrEngine) -> Look | None:
    """However sure the engine is of what it has read: in the shade it sees no letters at all."""
    return replace(look, even=True) if is_uneven(picture) else None


def _straighten(look: Look, read: PageRead, picture: Image.Image, view: PageView, engine: OcrEngine) -> Look | None:
    if read.confidence >= pages.SURE_PAGE:
        return _levelled(look, read, picture)
    return pages.straightened(look, engine.turn(picture), skew(picture), read)


def _levelled(look: Look, read: PageRead, picture: Image.Image) -> Look | None:
    """However sure the engine is: a table of which the rules slope is a picture to it, and what it says is lost."""
    sloping = math.degrees(math.atan(level_of(read.words).slope))
    if abs(sloping) < pages.SLOPING or read.sideways:
        return None
    measured = skew(picture)  # by all of the page, which is finer than by the ends of its lines, and may be misled
    return replace(look, skew=look.skew + (measured if abs(measured - sloping) < pages.SLOPING else sloping))


def _enlarge(look: Look, read: PageRead, picture: Image.Image, view: PageView, engine: OcrEngine) -> Look | None:
    return pages.enlarged(look, read, view.largest_dpi)


def _across(seen: Seen, rotation: int) -> Seen | None:
    """Turns what was read where it stood on end."""
    turn = (rotation - seen.place.turn) % 360
    if not turn:
        return seen
    return None if seen.place.skew else upright(seen, turn)


def _page(read: PageRead, look: Look, picture: Image.Image, engine: OcrEngine, looks: int) -> Page:
    if read.worth == 0 and looks_like_writing(picture):
        return Page("", 0, 0, looks, look, unreadable=True)
    if pages.is_blank(read):
        return Page("", pages.blank_confidence(pages.ink(picture)), 0, looks, look)
    # Lines that stand on end are read well where they lie; only which way they stand is asked for.
    turned = (engine.turn(picture) or 0) if read.sideways else 0
    return Page(read.text, read.confidence, (look.turn + turned) % 360, looks, look)
