# SPDX-License-Identifier: Apache-2.0
"""Makes versions of real documents: saved again, scanned, edited, with a page more, photographed again."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np
import pypdfium2 as pdfium  # type: ignore[import-untyped]
from PIL import Image, ImageEnhance, ImageFilter
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_quality.corpus import Given, pages
from ream_quality.library import Library

FOLDER = "versions/"
_EACH = 4
"""Documents of a kind of which every version is made."""
_SCANNED_PAGES = 6
_DPI = 170
_ONE_IN = 100


@dataclass(frozen=True, slots=True)
class Version:
    """A version that was made of a document of the corpus.

    Attributes:
        of: path of the document below the corpus.
    """

    of: str
    given: Given


def versions(library: Library) -> Iterator[Version]:
    """Yields versions of documents that went through the flow; the same bytes each time.

    Of reports only those of companies with several are taken: they are what is hard to tell apart.
    """
    for folder, ending, ways in (
        ("contracts", ".pdf", (_saved, _edited, _longer, _scanned)),
        ("invoices", ".pdf", (_saved, _edited, _longer, _scanned)),
        ("tables", ".pdf", (_saved, _longer, _scanned)),
        ("news", ".txt", (_edited,)),
        ("receipts/img", ".jpg", (_photographed,)),
        ("formats", ".jpg", (_photographed,)),
    ):
        files = [path for path in library.files(folder, ending) if ending != ".pdf" or _length(path) <= _SCANNED_PAGES]
        for path in files[:: max(1, len(files) // _EACH)][:_EACH]:
            yield from _made(library, path, *ways)
    reports = list(library.files("reports", ".pdf"))
    several = Counter(map(company, reports))
    for path in reports:
        if several[company(path)] > 1:
            yield from _made(library, path, _edited, _longer)


def company(report: PurePath) -> str:
    """Whose report it is: its name up to the first underscore."""
    return report.name.partition("_")[0]


def _made(library: Library, path: Path, *ways: Callable[[Path], bytes | str]) -> Iterator[Version]:
    of = path.relative_to(library.root).as_posix()
    for way in ways:
        yield Version(of, Given(f"{FOLDER}{way.__name__.strip('_')}/{of}", way(path)))


def _length(path: Path) -> int:
    document = pdfium.PdfDocument(path)
    try:
        return len(document)
    finally:
        document.close()


def _saved(path: Path) -> bytes:
    """By another program: the same pages in a new file."""
    return _copied(path, more=False)


def _longer(path: Path) -> bytes:
    """With a page more, of 256 words; a longer one is harder to find beside a short document (ADR 0016)."""
    return _copied(path, more=True)


def _copied(path: Path, *, more: bool) -> bytes:
    data, old, new = io.BytesIO(), pdfium.PdfDocument(path), pdfium.PdfDocument.new()
    try:
        new.import_pages(old)
        if more:
            added = pdfium.PdfDocument(_added(path.stem))
            new.import_pages(added)
            added.close()
        new.save(data)
    finally:
        new.close()
        old.close()
    return data.getvalue()


def _added(name: str) -> bytes:
    data, chance = io.BytesIO(), random.Random(name)
    canvas = Canvas(data, invariant=1)
    for line in range(16):
        words = " ".join(chance.choice(_WORDS) + str(chance.randrange(100)) for _ in range(8))
        canvas.drawString(60, 780 - 20 * line, words)
    canvas.showPage()
    canvas.save()
    return data.getvalue()


_WORDS = ("annex ", "note ", "item ", "harbour ", "clause ", "see ", "page ", "line ", "plan ", "copy ")


def _edited(path: Path) -> str:
    """As text, with one word in a hundred changed."""
    chance = random.Random(path.name)
    lines = "\n\n".join(pages(path)).split("\n")
    return "\n".join(
        " ".join(f"x{word[::-1]}" if chance.randrange(_ONE_IN) == 0 else word for word in line.split(" "))
        for line in lines
    )


def _scanned(path: Path) -> bytes:
    """As an office scanner gives it: pictures of the pages, askew, with noise, as JPEG."""
    data, document, noise = io.BytesIO(), pdfium.PdfDocument(path), np.random.default_rng(7)
    canvas = Canvas(data, invariant=1)
    for page in document:
        width, height = page.get_size()
        picture = page.render(scale=_DPI / 72, grayscale=True).to_pil().convert("L")
        picture = picture.rotate(0.7, Image.Resampling.BICUBIC, fillcolor=250).filter(ImageFilter.GaussianBlur(0.6))
        grey = np.asarray(picture).astype(float) + noise.normal(0, 12, (picture.height, picture.width))
        canvas.setPageSize((width, height))
        scan = _as_jpeg(Image.fromarray(grey.clip(0, 255).astype("uint8")), 65)
        canvas.drawImage(ImageReader(io.BytesIO(scan)), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    document.close()
    return data.getvalue()


def _photographed(path: Path) -> bytes:
    """Again by another camera: smaller, a little askew and darker."""
    with Image.open(path) as picture:
        grey = picture.convert("RGB").rotate(1, Image.Resampling.BICUBIC, fillcolor=(245, 245, 245))
    smaller = grey.resize((max(1, grey.width * 17 // 20), max(1, grey.height * 17 // 20)), Image.Resampling.LANCZOS)
    return _as_jpeg(ImageEnhance.Brightness(smaller).enhance(0.93), 75)


def _as_jpeg(picture: Image.Image, quality: int) -> bytes:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality)
    return data.getvalue()
