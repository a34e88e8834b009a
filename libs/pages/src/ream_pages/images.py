# SPDX-License-Identifier: Apache-2.0
"""Gives pictures of pages: from the store where they were drawn before, else drawn now and kept there.

The way for everybody who shows pages: the command line, and whoever serves them. What is kept lies beside the rest of
the document and is erased with it.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ream_contracts import identity, layout
from ream_contracts.artifacts import PageBegin, PageNumbers
from ream_contracts.messages import DocumentIngested
from ream_kit import Store, settings
from ream_kit.cells import Call, CellDied, CellFailed, Cells, Limits, NotStarted
from ream_kit.store import NotFound
from ream_pages import drawing, numbering
from ream_pages.kinds import PDF, SLIDES, way
from ream_pages.laying_out import LayingOut
from ream_pages.office import Converter, Office
from ream_pages.settings import PagesSettings
from ream_pages.texts import texts
from ream_pages.unlocked import opened
from ream_pages.views import NotDrawn, require

DPI = 150
"""Dots to the inch where nobody asks for others."""
_TARGET = "ream_pages.cell:draw"


@dataclass(frozen=True, slots=True)
class Shown:
    """A file with the pages of a document."""

    object: str
    media_type: str
    laid_out: bool
    """It was made for this: the document has no pages by itself."""
    slides: bool = False
    """It is a presentation: its pages are its slides."""


class PageImages:
    """Draws pages of documents in the store; safe to use from many threads.

    Args:
        store: where documents and pictures lie.
        call: runs one request in a cell.
        office: lays out what has no pages by itself; None where that is not wanted.
    """

    def __init__(self, store: Store, call: Callable[[Mapping[str, Any]], Call], office: Converter | None) -> None:
        self._store = store
        self._call = call
        self._laying_out = LayingOut(store, office)

    def page(self, document_id: str, generation: int, number: int, dpi: int = DPI) -> str:
        """Gives the name in the store of a picture (PNG) of one page, counted from 1.

        Raises:
            NotDrawn: there is no such page, or the document's own fault keeps it from being drawn.
            ValueError: pages are not drawn with so many dots to the inch.
            NotFound: there is no such document. Erased: it was erased.
            Retry: a disk is full, or LibreOffice does not start.
        """
        if dpi not in drawing.DPI:
            raise ValueError(f"Pages are drawn with {', '.join(map(str, drawing.DPI))} dots to the inch, not {dpi}.")
        if number < 1:
            raise NotDrawn("no-such-page", "Pages count from 1.")
        shown = self._shown(document_id, generation)
        memo = identity.memo(shown.object, "page", drawing.VERSION, str(dpi))
        name = layout.page_image(document_id, generation, number, memo)
        if not self._store.exists(name):
            self._draw(shown, {"do": "page", "number": number, "dpi": dpi}, name)
        return name

    def thumbnail(self, document_id: str, generation: int) -> str:
        """Gives the name in the store of a small picture (JPEG) of the first page.

        Raises:
            NotDrawn, NotFound, Erased, Retry: as for a page.
        """
        name = layout.thumbnail(document_id, generation)
        if not self._store.exists(name):
            self._draw(self._shown(document_id, generation), {"do": "thumbnail"}, name)
        return name

    def numbers(self, document_id: str, generation: int) -> PageNumbers | None:
        """Says where the pages of a document begin in its text; None where its units are its pages.

        Raises:
            NotDrawn, NotFound, Erased, Retry: as for a page.
        """
        shown = self._shown(document_id, generation)
        if not shown.laid_out:
            return None
        said = texts(self._store, document_id, generation)
        memo = identity.memo(shown.object, "numbers", drawing.VERSION, repr(said))
        name = layout.page_numbers(document_id, generation, memo)
        try:
            return self._store.get_artifact(PageNumbers, name)
        except NotFound:
            found = list(self._answers(shown, {"do": "words"}))
        words = [str(one["text"]) for one in found]
        places = numbering.of_slides(words) if shown.slides else numbering.begins(words, said)
        pages = tuple(
            PageBegin(float(one["width"]), float(one["height"]), at.unit if at else None, at.offset if at else 0)
            for one, at in zip(found, places, strict=True)
        )
        numbers = PageNumbers(document_id, generation, shown.object, pages)
        self._store.put_artifact(name, numbers)
        return numbers

    def text(self, document_id: str, generation: int, number: int) -> str:
        """Gives the text of one page, as it was read: of a document that was laid out, up to where the next one begins.

        Raises:
            NotDrawn, NotFound, Erased, Retry: as for a page.
        """
        numbers = self.numbers(document_id, generation)
        said = texts(self._store, document_id, generation)
        if numbers is None:
            return dict(said).get(number, "")
        require(number, len(numbers.pages))
        return numbering.between(numbers.pages, number, said)

    def _shown(self, document_id: str, generation: int) -> Shown:
        ingested = self._store.get_artifact(DocumentIngested, layout.ingested(document_id, generation))
        ingested = opened(ingested, self._store)
        if ingested.object is None or ingested.refused:
            raise NotDrawn("nothing-kept", "The document was refused: its bytes were not kept.")
        if way(ingested.media_type) == "itself":
            return Shown(ingested.object, ingested.media_type, laid_out=False)
        made = self._laying_out.pdf_of(ingested)
        return Shown(made, PDF, laid_out=True, slides=ingested.media_type in SLIDES)

    def _draw(self, shown: Shown, request: Mapping[str, Any], name: str) -> None:
        with self._store.local(shown.object) as path, self._asked(path, shown, request) as call:
            for answer in _sound(call):
                self._store.put(name, call.file(str(answer["file"])))

    def _answers(self, shown: Shown, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        with self._store.local(shown.object) as path, self._asked(path, shown, request) as call:
            yield from _sound(call)

    def _asked(self, path: Path, shown: Shown, request: Mapping[str, Any]) -> Call:
        return self._call({**request, "path": str(path), "media_type": shown.media_type})


def _sound(call: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yields the answers of a cell; whatever ends it, a document that cannot be drawn is said to be one."""
    try:
        for answer in call:
            if "cause" in answer:
                raise NotDrawn(str(answer["cause"]), str(answer["reason"]))
            yield answer
    except NotStarted:
        raise
    except CellDied as death:
        raise NotDrawn(death.cause, f"The page cannot be drawn within the limits of a cell ({death.cause}).") from death
    except CellFailed as failure:
        raise NotDrawn("not-drawn", f"The page cannot be drawn ({failure.type}).") from failure


@contextmanager
def open_images(store: Store, environ: Mapping[str, str] | None = None) -> Iterator[PageImages]:
    """Opens what draws pages, from its settings: a cell, and LibreOffice when the first document needs it."""
    chosen = settings.load(PagesSettings, os.environ if environ is None else environ, "REAM_PAGES_")
    limits = Limits(
        memory_bytes=chosen.memory_bytes,
        cpu_seconds=chosen.seconds,
        idle_seconds=float(chosen.seconds),
        total_seconds=10.0 * chosen.seconds,
    )
    office = Office(
        python=chosen.office_python,
        program=chosen.office_program,
        seconds=float(chosen.office_seconds),
        memory_bytes=chosen.office_memory_bytes,
    )
    with closing(Cells(_TARGET, size=1, limits=limits)) as cells, office:
        yield PageImages(store, cells.call, office if chosen.office else None)
