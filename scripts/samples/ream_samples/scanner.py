# SPDX-License-Identifier: Apache-2.0
"""What paper goes through: rendered, scanned askew, photographed in bad light, sent by fax."""

import io
import math
import random
from collections.abc import Sequence

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from ream_samples import fonts

Point = tuple[float, float]


def render(pdf: bytes, dpi: int = 200) -> list[Image.Image]:
    """Every page of a PDF as a grey picture."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L") for page in document]
    finally:
        document.close()


def _noise(size: tuple[int, int], seed: int, strength: int) -> Image.Image:
    """Grain around 128; four even draws averaged look like a sensor's noise and come out the same everywhere."""
    source = random.Random(seed)  # noqa: S311 - grain, no secret
    layers = [Image.frombytes("L", size, source.randbytes(size[0] * size[1])) for _ in range(4)]
    mean = ImageChops.blend(
        ImageChops.blend(layers[0], layers[1], 0.5), ImageChops.blend(layers[2], layers[3], 0.5), 0.5
    )
    return mean.point([max(0, min(255, round(128 + (v - 128) * strength / 36))) for v in range(256)])


def _grain(image: Image.Image, seed: int, strength: int) -> Image.Image:
    noise = _noise(image.size, seed, strength)
    if image.mode == "RGB":
        noise = Image.merge("RGB", (noise, noise, noise))
    return ImageChops.add(image, noise, scale=1, offset=-128)


def scanned(page: Image.Image, *, seed: int, skew: float = 0.7, noise: int = 9) -> Image.Image:
    """A page as a flatbed scanner sees it: slightly turned (degrees), soft, grainy, grey at one edge."""
    paper = page.point([round(28 + v * 0.87) for v in range(256)])
    paper = paper.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=246)
    paper = paper.filter(ImageFilter.GaussianBlur(0.6))
    edge = Image.linear_gradient("L").rotate(90).resize(paper.size).point([min(255, 205 + v) for v in range(256)])
    return _grain(ImageChops.multiply(paper, edge), seed, noise)


def jpeg(image: Image.Image, *, quality: int = 45, dpi: int = 200) -> bytes:
    """The picture as JPEG bytes."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, dpi=(dpi, dpi), optimize=True)
    return buffer.getvalue()


def faxed(page: Image.Image, *, line: str, seed: int, skew: float = 0.0) -> Image.Image:
    """A page as a fax machine prints it: black or white, speckled, the sender's line at the top."""
    sheet = page.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=255).filter(ImageFilter.GaussianBlur(0.5))
    ImageDraw.Draw(sheet).text((70, 22), line, font=fonts.face("Mono", 26), fill=0)
    bitonal = sheet.point([0 if v < 150 else 255 for v in range(256)])
    source = random.Random(seed)  # noqa: S311 - speckles, no secret
    draw = ImageDraw.Draw(bitonal)
    for _ in range(260):
        x, y = source.randrange(sheet.width), source.randrange(sheet.height)
        spot = source.choice((0, 0, 1))
        draw.rectangle((x, y, x + spot, y + spot), fill=source.choice((0, 0, 0, 255)))
    return bitonal.convert("1", dither=Image.Dither.NONE)


def tiff(pages: Sequence[Image.Image], dpi: int = 200) -> bytes:
    """Black-and-white pages as one TIFF in the compression that fax servers write."""
    buffer = io.BytesIO()
    first, *rest = pages
    first.save(buffer, "TIFF", save_all=True, append_images=rest, compression="group4", dpi=(dpi, dpi))
    return buffer.getvalue()


def _solve(matrix: list[list[float]]) -> list[float]:
    """The solution of a square linear system given as rows with the right side last."""
    size = len(matrix)
    for i in range(size):
        pivot = max(range(i, size), key=lambda r: abs(matrix[r][i]))
        matrix[i], matrix[pivot] = matrix[pivot], matrix[i]
        for r in range(size):
            if r != i:
                factor = matrix[r][i] / matrix[i][i]
                matrix[r] = [a - factor * b for a, b in zip(matrix[r], matrix[i], strict=True)]
    return [matrix[i][size] / matrix[i][i] for i in range(size)]


def _perspective(corners: Sequence[Point], size: tuple[int, int]) -> list[float]:
    """Coefficients with which Pillow lays a picture of that size into four corners, clockwise from top left."""
    width, height = size
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(corners, [(0, 0), (width, 0), (width, height), (0, height)], strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    return _solve(rows)


def _table_top(size: tuple[int, int], seed: int) -> Image.Image:
    """Brown wood with a grain that runs along it."""
    height = size[1]
    source = random.Random(seed)  # noqa: S311 - wood, no secret
    strip = Image.new("L", (1, height))
    strip.putdata(
        [round(96 + 14 * math.sin(y / 37) + 9 * math.sin(y / 11 + 2) + source.uniform(-7, 7)) for y in range(height)]
    )
    wood = strip.resize(size, Image.Resampling.BILINEAR)
    return Image.merge(
        "RGB", (wood.point(lambda v: v * 1.15), wood.point(lambda v: v * 0.8), wood.point(lambda v: v * 0.55))
    )


def _uneven_light(size: tuple[int, int]) -> Image.Image:
    """Bright at the top left, dark at the bottom right, with the soft shadow of the hand that holds the phone."""
    width, height = size
    small = Image.new("L", (64, 64))
    small.putdata([round(255 - 0.9 * (x + y) - 0.35 * max(0, y - 36)) for y in range(64) for x in range(64)])
    draw = ImageDraw.Draw(small)
    draw.polygon([(40, 64), (64, 30), (64, 64)], fill=112)
    return small.filter(ImageFilter.GaussianBlur(5)).resize((width, height), Image.Resampling.BICUBIC)


def photographed(page: Image.Image, corners: Sequence[Point], size: tuple[int, int], *, seed: int) -> Image.Image:
    """A sheet lying on a table, photographed: its corners where they are said, uneven light, slight blur, grain."""
    coefficients = _perspective(corners, page.size)
    laid = page.convert("RGB").transform(size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)
    mask = Image.new("L", page.size, 255).transform(size, Image.Transform.PERSPECTIVE, coefficients)
    photo = _table_top(size, seed)
    shadow = ImageChops.offset(mask, 14, 18).filter(ImageFilter.GaussianBlur(14)).point(lambda v: v * 0.55)
    photo.paste((30, 18, 10), (0, 0), shadow)
    photo.paste(laid, (0, 0), mask)
    light = _uneven_light(size)
    warm = Image.merge("RGB", (light, light.point(lambda v: v * 0.975), light.point(lambda v: v * 0.92)))
    return _grain(ImageChops.multiply(photo, warm).filter(ImageFilter.GaussianBlur(0.7)), seed, 7)
