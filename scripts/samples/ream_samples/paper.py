# SPDX-License-Identifier: Apache-2.0
"""How a PDF of the samples is set: page, running headers, paragraphs, tables, pictures and scanned pages."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image as PillowImage
from reportlab import rl_config  # type: ignore[import-untyped]
from reportlab.lib import colors  # type: ignore[import-untyped]
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.pdfencrypt import StandardEncryption  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.platypus import (  # type: ignore[import-untyped]
    BaseDocTemplate,
    Flowable,
    Frame,
    Image,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from ream_samples import fonts

# Without this, pictures are wrapped in ASCII85 and a quarter larger.
rl_config.useA85 = 0

_ALIGN = {"left": TA_LEFT, "centre": TA_CENTER, "right": TA_RIGHT, "justify": TA_JUSTIFY}


@dataclass(frozen=True, slots=True)
class Paper:
    """What holds for a whole PDF; margins in millimetres, header and footer are asked for each page (left, right)."""

    title: str
    author: str
    language: str
    header: Callable[[int], tuple[str, str]] | None = None
    footer: Callable[[int], tuple[str, str]] | None = None
    margin: float = 25.0
    colour: str = "#333333"


class _Bookmark(Flowable):  # type: ignore[misc]
    """An entry in the PDF's outline that takes no room on the page."""

    def __init__(self, title: str, level: int) -> None:
        super().__init__()
        self.title, self.level = title, level

    def draw(self) -> None:
        """Write the outline entry for the page being drawn."""
        key = f"{self.level}-{self.title}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(self.title, key, self.level, closed=True)


def text(
    words: str,
    *,
    size: float = 10.5,
    font: str = "Sans",
    align: str = "left",
    after: float = 6,
    before: float = 0,
    colour: str = "#1a1a1a",
    indent: float = 0,
) -> Any:
    """A paragraph; words may hold reportlab's small mark-up (b, i, br)."""
    fonts.register()
    style = ParagraphStyle(
        "text",
        fontName=font,
        fontSize=size,
        leading=size * 1.38,
        alignment=_ALIGN[align],
        spaceAfter=after,
        spaceBefore=before,
        textColor=colors.HexColor(colour),
        leftIndent=indent,
    )
    return Paragraph(words, style)


def heading(words: str, *, size: float = 14, font: str = "Sans-Bold", colour: str = "#1a1a1a") -> Any:
    """A heading with room above it."""
    return text(words, size=size, font=font, before=size * 0.8, after=size * 0.45, colour=colour)


def bookmark(title: str, level: int = 0) -> Any:
    """An outline entry that points to where it stands in the story."""
    return _Bookmark(title, level)


def gap(height: float) -> Any:
    """Empty room, in millimetres."""
    return Spacer(1, height * mm)


def page_break() -> Any:
    """What follows begins on a new page."""
    return PageBreak()


def table(
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    numbers_from: int = 1,
    size: float = 9,
    colour: str = "#2f4858",
    total: bool = False,
    font: str = "Sans",
) -> Any:
    """A table with a dark head; widths in mm; columns from numbers_from on stand right, total marks the last row."""
    fonts.register()
    sides = ["right" if i >= numbers_from else "left" for i in range(len(widths))]
    head = [
        text(cell, size=size, font=f"{font}-Bold", align=side, colour="#ffffff", after=0)
        for cell, side in zip(rows[0], sides, strict=True)
    ]
    body = [
        [text(cell, size=size, font=font, align=side, after=0) for cell, side in zip(row, sides, strict=True)]
        for row in rows[1:]
    ]
    style: list[tuple[Any, ...]] = [
        ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor(colour)),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.HexColor("#b8b8b8")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    if total:
        style += [
            ("LINEABOVE", (0, -1), (-1, -1), 1, colors.HexColor(colour)),
            ("BACKGROUND", (0, -1), (-1, -1), colors.HexColor("#eef1f3")),
        ]
    return Table([head, *body], colWidths=[w * mm for w in widths], style=style, hAlign="LEFT", repeatRows=1)


def columns(cells: Sequence[Sequence[Any]], widths: Sequence[float]) -> Any:
    """Blocks side by side without lines, such as an address and its reference block; widths in millimetres."""
    style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
    return Table([list(cells)], colWidths=[w * mm for w in widths], style=style, hAlign="LEFT")


def picture(data: bytes, width: float) -> Any:
    """A picture (JPEG or PNG) of so many millimetres' width, its proportions kept."""
    with PillowImage.open(io.BytesIO(data)) as image:
        ratio = image.height / image.width
    flowable = Image(io.BytesIO(data), width=width * mm, height=width * mm * ratio)
    flowable.hAlign = "LEFT"
    return flowable


def scan(data: bytes) -> list[Any]:
    """A page that is nothing but a picture of a whole sheet, as a scanner writes it."""
    sheet = Image(io.BytesIO(data), width=A4[0] - 0.1, height=A4[1] - 0.1)
    return [NextPageTemplate("scan"), PageBreak(), sheet, NextPageTemplate("text")]


def _draw_margins(paper: Paper) -> Callable[[Any, Any], None]:
    def draw(canvas: Any, _: Any) -> None:
        page = canvas.getPageNumber()
        width, height = A4
        canvas.setFont("Sans", 8)
        canvas.setFillColor(colors.HexColor(paper.colour))
        canvas.setStrokeColor(colors.HexColor("#a0a0a0"))
        canvas.setLineWidth(0.4)
        for source, y, line in ((paper.header, height - 14 * mm, -2 * mm), (paper.footer, 11 * mm, 4 * mm)):
            left, right = source(page) if source else ("", "")
            if not (left or right):
                continue
            canvas.drawString(paper.margin * mm, y, left)
            canvas.drawRightString(width - paper.margin * mm, y, right)
            canvas.line(paper.margin * mm, y + line, width - paper.margin * mm, y + line)

    return draw


def pdf(story: Sequence[Any], paper: Paper, *, password: str | None = None, scans_only: bool = False) -> bytes:
    """The bytes of a PDF of A4 pages; the same story gives the same bytes.

    Args:
        story: What stands on the pages, in order.
        paper: Title, language, margins, running lines.
        password: If given, the file is encrypted and opens with it alone.
        scans_only: The story begins with a scanned page, so no text page is opened for it.
    """
    fonts.register()
    encryption = StandardEncryption(password, ownerPassword=password + "-owner", strength=128) if password else None
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=A4,
        title=paper.title,
        author=paper.author,
        lang=paper.language,
        invariant=1,
        encrypt=encryption,
        pageCompression=1,
    )
    side, width, height = paper.margin * mm, A4[0], A4[1]
    frame = Frame(side, 18 * mm, width - 2 * side, height - 38 * mm, leftPadding=0, rightPadding=0, id="text")
    whole = Frame(0, 0, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0, id="scan")
    templates = [
        PageTemplate(id="text", frames=[frame], onPage=_draw_margins(paper)),
        PageTemplate(id="scan", frames=[whole]),
    ]
    document.addPageTemplates(list(reversed(templates)) if scans_only else templates)
    # The page break that every scan begins with would otherwise leave an empty first page.
    flowables = list(story)[2:] if scans_only else list(story)
    document.build(flowables)
    return buffer.getvalue()
