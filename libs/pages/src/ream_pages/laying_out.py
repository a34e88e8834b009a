# SPDX-License-Identifier: Apache-2.0
"""Decides how a document without pages is laid out: office documents by LibreOffice, of others the text that was read.

What came of it is a PDF that is kept beside the document.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from ream_contracts import identity, layout
from ream_contracts.messages import DocumentIngested
from ream_kit import Store
from ream_pages.kinds import OFFICE
from ream_pages.office import ConversionFailed, Converter
from ream_pages.texts import texts
from ream_pages.views import NotDrawn

VERSION = "2"
LONGEST = 1_000_000
"""Characters of text that are laid out: some 300 pages."""
_REASONS = {
    "missing": "it is not installed here (packages libreoffice-writer-nogui, -calc-nogui and -impress-nogui)",
    "refused": "it does not open the document, or the part of it that lays out such documents is not installed here",
    "out-of-time": "it took too long",
    "crashed": "it crashed",
}


class LayingOut:
    """Makes PDFs of documents; `office` is None where that is not wanted."""

    def __init__(self, store: Store, office: Converter | None) -> None:
        self._store = store
        self._office = office

    def pdf_of(self, ingested: DocumentIngested) -> str:
        """Gives the name in the store of the laid-out document, which is made when it is not there.

        Raises:
            NotDrawn: it cannot be laid out.
            Retry: LibreOffice does not start, or a disk is full.
        """
        ending = OFFICE.get(ingested.media_type)
        if ending is not None:
            return self._made(ingested, ingested.sha256 or "", ending, lambda path: self._original(ingested, path))
        text = "\n\n".join(text for _, text in texts(self._store, ingested.document_id, ingested.generation))
        if not text.strip():
            raise NotDrawn("nothing-to-draw", "The document has no pages, and no text was read of it.")
        if len(text) > LONGEST:
            raise NotDrawn("too-large", f"Text of more than {LONGEST:,} characters is not laid out as pages.")
        return self._made(ingested, text, "txt", lambda path: path.write_text(text, encoding="utf-8"))

    def _made(self, ingested: DocumentIngested, of: str, ending: str, write: Callable[[Path], object]) -> str:
        memo = identity.memo(of, "pages", VERSION, ending)
        name = layout.converted(ingested.document_id, ingested.generation, memo, "pdf")
        if not self._store.exists(name):
            with tempfile.TemporaryDirectory(prefix="ream-pages-") as folder:
                given, made = Path(folder) / f"given.{ending}", Path(folder) / "made.pdf"
                write(given)
                self._convert(given, made)
                self._store.put(name, made)
        return name

    def _original(self, ingested: DocumentIngested, path: Path) -> None:
        with self._store.local(ingested.object or "") as original:
            shutil.copyfile(original, path)

    def _convert(self, given: Path, made: Path) -> None:
        if self._office is None:
            raise NotDrawn("not-laid-out", "Documents without pages are not laid out here (REAM_PAGES_OFFICE).")
        try:
            self._office.convert(given, made)
        except ConversionFailed as failure:
            reason = _REASONS.get(failure.cause, failure.cause)
            raise NotDrawn("not-laid-out", f"LibreOffice cannot lay the document out: {reason}.") from failure
