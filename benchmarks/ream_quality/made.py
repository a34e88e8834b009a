# SPDX-License-Identifier: Apache-2.0
"""Makes documents with known text for what the corpus has no truth of, and scores what was read of them."""

from __future__ import annotations

import io
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFont, ImageOps
from rapidfuzz.distance import LCSseq
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_bench.prose import Author
from ream_quality import edits
from ream_quality.corpus import Given
from ream_quality.library import Library
from ream_quality.receipts import runs

FOLDER = "made/"
_FONTS = {"sans": "DejaVuSans.ttf", "serif": "LiberationSerif-Regular.ttf"}
_PAPER, _INK = 250, 25
_DPI = 200
_TALES = {
    "en": "",
    "de": "",
    "el": "Η επιτροπή εξέτασε τα πρακτικά της προηγούμενης συνεδρίασης και ενέκρινε τον προϋπολογισμό του λιμανιού. "
    "Ο ταμίας παρουσίασε τους λογαριασμούς του τριμήνου και ζήτησε αντίγραφα των τιμολογίων.",
    "ru": "Комиссия рассмотрела протокол прошлого заседания и утвердила смету на ремонт причала. "
    "Казначей представил счета за квартал и попросил прислать копии подписанных договоров.",
    "pl": "Komisja przyjęła sprawozdanie z poprzedniego posiedzenia i zatwierdziła kosztorys naprawy nabrzeża. "
    "Skarbnik przedstawił rachunki za kwartał i poprosił o odpisy podpisanych umów.",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A made document and the text that a person sees in it, in reading order.

    Attributes:
        shown: what of it only a picture says.
    """

    name: str
    content: bytes
    text: str
    shown: str = ""

    @property
    def given(self) -> Given:
        """The same for the flow."""
        return Given(self.name, self.content)


def every() -> tuple[Made, ...]:
    """All made documents; the same bytes each time."""
    return (*degraded(), *in_order(), *twice())


def measure(library: Library) -> dict[str, float]:
    """Returns shares of wrong letters, words in order and words in pictures that came, and documents read twice."""
    if not any(name.startswith(FOLDER) for name in library.readings):
        return {}
    doubled = sum(bool(more_often(library.readings[one.name].text, one.text)) for one in twice())
    words_came = sum(came(library.readings[one.name].text, one) for one in twice())
    return {
        **wrong_letters(library),
        **words_in_order(library),
        "text_read_twice": doubled,
        "picture_words": words_came / sum(runs(one.shown).total() for one in twice()),
    }


def taken_in(library: Library, documents: Callable[[], Sequence[Made]]) -> list[Made]:
    """Those of our documents that went through the flow; where none did, none is made."""
    if not any(name.startswith(FOLDER) for name in library.readings):
        return []
    return [one for one in documents() if one.name in library.readings]


def wrong_letters(library: Library) -> dict[str, float]:
    """Returns the share of wrong letters over all degraded pages."""
    wrong = letters = 0
    for page, edited in degraded_edits(library):
        wrong += edited
        letters += len(edits.plain(page.text))
    return {"ocr_degraded_cer": wrong / letters}


def words_in_order(library: Library) -> dict[str, float]:
    """Returns the share of the words of PDFs with a text layer that came, in their order."""
    kept = words = 0
    for one in in_order():
        found, wanted = library.readings[one.name].text.split(), one.text.split()
        kept += LCSseq.similarity(found, wanted)
        words += len(wanted)
    return {"pdf_words_in_order": kept / words}


def degraded_edits(library: Library) -> Iterator[tuple[Made, int]]:
    """Yields each degraded page with the number of its wrong letters."""
    for page in degraded():
        yield page, edits.in_order(library.readings[page.name].text, page.text)


def more_often(found: str, wanted: str) -> Counter[str]:
    """Words with figures in them (no two in a made text are alike) that were read more often than they stand there."""
    return Counter({word: n for word, n in (runs(found) - runs(wanted)).items() if word in runs(wanted)})


def came(found: str, one: Made) -> int:
    """Counts the words that only a picture says and that were read beyond those that stand elsewhere."""
    elsewhere = runs(one.text) - runs(one.shown)
    return ((runs(found) - elsewhere) & runs(one.shown)).total()


@cache
def degraded() -> tuple[Made, ...]:
    """Pages as bad scanners and cameras give them."""
    plain: Callable[[Image.Image], Image.Image] = lambda page: page  # noqa: E731 (one of a list of ways)
    ways: dict[str, Callable[[Image.Image], Image.Image]] = {
        **{f"skew-{angle}": _skewed(angle) for angle in (5, -8, 11, 15)},
        **{f"turned-{angle}": _turned(angle) for angle in (90, 180, 270)},
        "uneven-light": _uneven,
        "inverted": ImageOps.invert,
    }
    return (
        *(_printed(f"made/degraded/{name}.png", way, _DPI, columns=1) for name, way in ways.items()),
        _printed("made/degraded/100-dpi.png", plain, 100, columns=1),
        _printed("made/degraded/two-columns.png", plain, _DPI, columns=2),
    )


def _printed(name: str, way: Callable[[Image.Image], Image.Image], dpi: int, columns: int) -> Made:
    scale = dpi / _DPI
    size = (round(1654 * scale), round(2339 * scale))
    page = Image.new("L", size, _PAPER)
    pen, font, author = ImageDraw.Draw(page), _letters("serif", round(34 * scale)), Author(name)
    texts = []
    for column in range(columns):
        text = textwrap.fill(author.paragraph(1500 // columns), 76 if columns == 1 else 34)
        left = (140 + column * 740) * scale
        for number, line in enumerate(text.splitlines()):
            pen.text((left, (300 + number * 52) * scale), line, fill=_INK, font=font)
        texts.append(text)
    return Made(name, _png(way(page), dpi), "\n".join(texts))


def _skewed(angle: float) -> Callable[[Image.Image], Image.Image]:
    return lambda page: page.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=_PAPER)


def _turned(angle: float) -> Callable[[Image.Image], Image.Image]:
    return lambda page: page.rotate(angle, expand=True)


def _uneven(page: Image.Image) -> Image.Image:
    """As under a lamp at one corner: the far one has a third of the light."""
    light = Image.radial_gradient("L").resize((page.width * 2, page.height * 2)).crop((0, 0, *page.size))
    shade = light.point(lambda far: 255 - far * 2 // 3)
    return Image.composite(page, Image.new("L", page.size, 0), shade)


@cache
def in_order() -> tuple[Made, ...]:
    """PDFs with a text layer: one column, two, two that are drawn line by line across, other scripts."""
    return (
        *(_pdf(f"made/in-order/{language}.pdf", language, columns=1, across=False) for language in _TALES),
        _pdf("made/in-order/columns.pdf", "en", columns=2, across=False),
        _pdf("made/in-order/columns-across.pdf", "de", columns=2, across=True),
        _pdf("made/in-order/three-columns.pdf", "en", columns=3, across=False),
    )


def _pdf(name: str, language: str, *, columns: int, across: bool) -> Made:
    canvas, data = _canvas(name)
    width = {1: 84, 2: 40, 3: 25}[columns]
    texts = []
    for page in range(3):
        tale = _TALES[language] * 3 or Author(f"{name} {page}", language).paragraph(500 * 3 // columns * columns)
        lines = textwrap.wrap(tale, width)
        share = -(-len(lines) // columns)
        placed = [(at // share, at % share, line) for at, line in enumerate(lines)]
        canvas.setFont("sans", 9.5)
        for column, row, line in sorted(placed, key=lambda one: (one[1], one[0]) if across else (one[0], one[1])):
            canvas.drawString(60 + column * (490 / columns), A4[1] - 80 - row * 14, line)
        canvas.showPage()
        texts.append("\n".join(lines))
    canvas.save()
    return Made(name, data.getvalue(), "\n".join(texts))


@cache
def twice() -> tuple[Made, ...]:
    """PDFs in which the same words lie in the text layer and in a picture, and pages with pictures of other words."""
    return (
        *(_searchable_scan(f"made/twice/searchable-scan-{n}.pdf", hidden=n % 2 == 0) for n in range(4)),
        *(_picture_in_text(f"made/twice/picture-{number}.pdf") for number in range(3)),
        *(_picture_in_text(f"made/twice/quoted-{number}.pdf", quoted=4 + 4 * number) for number in range(2)),
    )


def _searchable_scan(name: str, *, hidden: bool) -> Made:
    """A scan with its text under it, as scanners' own programs make it; or over it, in letters that are seen."""
    lines = _bill(name)
    canvas, data = _canvas(name)
    page = Image.new("L", (1654, 2339), _PAPER)
    pen, font = ImageDraw.Draw(page), _letters("serif", 34)
    for number, line in enumerate(lines):
        pen.text((140, 200 + number * 60), line, fill=_INK, font=font)
    canvas.drawImage(ImageReader(io.BytesIO(_png(page, _DPI))), 0, 0, *A4)
    text = canvas.beginText(140 * 72 / _DPI, A4[1] - 224 * 72 / _DPI)
    text.setFont("sans", 11)
    text.setTextRenderMode(3 if hidden else 0)
    text.setLeading(60 * 72 / _DPI)
    for line in lines:
        text.textLine(line)
    canvas.drawText(text)
    canvas.showPage()
    canvas.save()
    return Made(name, data.getvalue(), "\n".join(lines))


def _picture_in_text(name: str, quoted: int = 0) -> Made:
    """A page of text above a picture of other lines, the first `quoted` of which the page says too."""
    shown, said = _bill(f"{name} picture")[:8], _bill(f"{name} text")
    said += shown[:quoted]
    canvas, data = _canvas(name)
    picture = written(shown)
    canvas.setFont("sans", 10)
    for number, line in enumerate(said):
        canvas.drawString(60, A4[1] - 80 - number * 14, line)
    canvas.drawImage(ImageReader(io.BytesIO(_png(picture, _DPI))), 60, 120, 470, 235)
    canvas.showPage()
    canvas.save()
    alone = shown[quoted:]
    return Made(name, data.getvalue(), "\n".join((*said, *alone)), "\n".join(alone))


def written(lines: Sequence[str]) -> Image.Image:
    """A picture that shows lines of letters."""
    picture = Image.new("L", (1400, 100 + 70 * len(lines)), _PAPER)
    pen, font = ImageDraw.Draw(picture), _letters("serif", 36)
    for number, line in enumerate(lines):
        pen.text((40, 30 + number * 70), line, fill=_INK, font=font)
    return picture


def shaded() -> Image.Image:
    """A picture of light and shade, as a photograph without letters is."""
    small = Image.frombytes("L", (12, 9), bytes(at * 37 % 256 for at in range(108)))
    return small.resize((1200, 900), Image.Resampling.BICUBIC)


def _bill(name: str) -> list[str]:
    """Lines of which each has a number that stands nowhere else."""
    author = Author(name, "en")
    return [f"{author.chance.randrange(10_000_000, 99_999_999)} {author.sentence()[:60]}" for _ in range(22)]


def _canvas(name: str) -> tuple[Canvas, io.BytesIO]:
    if "sans" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("sans", _FONTS["sans"]))
    data = io.BytesIO()
    canvas = Canvas(data, pagesize=A4, pageCompression=1, invariant=1)
    canvas.setTitle(name)
    return canvas, data


@cache
def _letters(kind: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONTS[kind], size)


def _png(page: Image.Image, dpi: int) -> bytes:
    data = io.BytesIO()
    page.save(data, "PNG", dpi=(dpi, dpi))
    return data.getvalue()
