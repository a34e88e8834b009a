# SPDX-License-Identifier: Apache-2.0
"""The pictures inside the samples: a chart, a harbour at dusk, a pump, a floor plan, a stamp, a signature."""

import io
import math
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFilter

from ream_samples import fonts


def png(image: Image.Image) -> bytes:
    """The picture as PNG bytes."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def bar_chart(title: str, bars: Sequence[tuple[str, float]], unit: str) -> Image.Image:
    """A bar chart as a spreadsheet would export it, 1000 by 520 pixels."""
    image = Image.new("RGB", (1000, 520), "white")
    draw = ImageDraw.Draw(image)
    draw.text((40, 24), title, font=fonts.face("Sans-Bold", 28), fill="#223344")
    top, bottom, left, right = 90, 440, 90, 970
    peak = max(value for _, value in bars) * 1.1
    for step in range(5):
        y = bottom - (bottom - top) * step / 4
        draw.line((left, y, right, y), fill="#d5d9dd", width=1)
        draw.text((left - 12, y), f"{peak * step / 4:.0f}", font=fonts.face("Sans", 20), fill="#555555", anchor="rm")
    slot = (right - left) / len(bars)
    for i, (label, value) in enumerate(bars):
        x = left + slot * (i + 0.2)
        height = (bottom - top) * value / peak
        draw.rectangle((x, bottom - height, x + slot * 0.6, bottom), fill="#2f6f8f" if i % 2 else "#3d8fb5")
        draw.text(
            (x + slot * 0.3, bottom - height - 6),
            f"{value:g}",
            font=fonts.face("Sans", 20),
            fill="#223344",
            anchor="mb",
        )
        draw.text((x + slot * 0.3, bottom + 14), label, font=fonts.face("Sans", 20), fill="#333333", anchor="mt")
    draw.text((right, 34), unit, font=fonts.face("Sans-Italic", 20), fill="#555555", anchor="rt")
    return image


def _sky(width: int, height: int) -> Image.Image:
    stops = [(38, 52, 92), (120, 92, 130), (232, 140, 104), (252, 206, 140)]
    column = Image.new("RGB", (1, height))
    pixels: list[tuple[int, ...]] = []
    for y in range(height):
        place = y / height * (len(stops) - 1)
        i = min(int(place), len(stops) - 2)
        share = place - i
        pixels.append(tuple(round(a + (b - a) * share) for a, b in zip(stops[i], stops[i + 1], strict=True)))
    column.putdata(pixels)
    return column.resize((width, height))


def harbour(seed: int = 7) -> Image.Image:
    """A ferry in a harbour at dusk, 1200 by 675 pixels, as a photograph would be used on a report's page."""
    width, height, horizon = 1200, 675, 380
    source = random.Random(seed)  # noqa: S311 - waves, no secret
    image = Image.new("RGB", (width, height))
    image.paste(_sky(width, horizon), (0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((820, 290, 930, 400), fill=(255, 232, 180))
    ridge = [(x, horizon - 40 - 34 * math.sin(x / 140) - 16 * math.sin(x / 47 + 1)) for x in range(0, width + 20, 20)]
    draw.polygon([(0, horizon), *ridge, (width, horizon)], fill=(62, 58, 92))
    hull = [(300, 372), (760, 372), (730, 430), (335, 430)]
    draw.polygon(hull, fill=(28, 34, 56))
    draw.rectangle((350, 322, 700, 372), fill=(226, 222, 214))
    draw.rectangle((410, 284, 620, 322), fill=(206, 202, 198))
    draw.polygon([(540, 284), (600, 284), (592, 232), (548, 232)], fill=(178, 58, 48))
    for x in range(368, 690, 28):
        draw.rectangle((x, 338, x + 14, 352), fill=(255, 214, 130))
    mirrored = image.crop((0, 0, width, horizon)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    water = mirrored.resize((width, height - 430)).point(lambda v: v * 0.62)
    image.paste(water, (0, 430))
    image.paste(water.crop((0, 0, 300, 50)), (0, horizon))
    for left, right in ((0, 330), (735, width)):
        image.paste(water.crop((left, 0, right, 50)), (left, horizon))
    draw.polygon(hull, fill=(28, 34, 56))
    for _ in range(900):
        x, y = source.randrange(width), source.randrange(432, height)
        draw.line((x, y, x + source.randrange(8, 46), y), fill=(source.randrange(120, 220), 126, 116), width=1)
    return image.filter(ImageFilter.GaussianBlur(1.1))


def pump(labels: Sequence[str]) -> Image.Image:
    """A line drawing of a centrifugal pump with four numbered parts and their names, 900 by 480 pixels."""
    image = Image.new("L", (900, 480), 255)
    draw = ImageDraw.Draw(image)
    draw.ellipse((90, 130, 330, 370), outline=0, width=4)
    draw.ellipse((160, 200, 260, 300), outline=0, width=3)
    for k in range(6):
        angle = k * math.pi / 3
        x, y = 210 + 50 * math.cos(angle), 250 + 50 * math.sin(angle)
        draw.line((210, 250, x, y), fill=0, width=3)
    draw.rectangle((270, 60, 330, 190), outline=0, width=4)
    draw.rectangle((330, 225, 400, 275), outline=0, width=3)
    draw.rectangle((400, 170, 610, 330), outline=0, width=4)
    for x in range(430, 600, 24):
        draw.line((x, 176, x, 324), fill=110, width=2)
    draw.rectangle((70, 370, 640, 392), outline=0, width=4)
    spots = [(300, 100), (185, 225), (365, 250), (520, 180)]
    for number, ((x, y), label) in enumerate(zip(spots, labels, strict=True), start=1):
        draw.ellipse((668, 62 + number * 62, 704, 98 + number * 62), outline=0, width=2)
        draw.text((686, 80 + number * 62), str(number), font=fonts.face("Sans-Bold", 22), fill=0, anchor="mm")
        draw.text((716, 80 + number * 62), label, font=fonts.face("Sans", 22), fill=0, anchor="lm")
        draw.line((x, y, 668, 80 + number * 62), fill=120, width=2)
    return image


def floor_plan(rooms: Sequence[str]) -> Image.Image:
    """A floor plan with four named rooms, 900 by 520 pixels."""
    image = Image.new("RGB", (900, 520), "white")
    draw = ImageDraw.Draw(image)
    places = [(40, 40, 520, 300), (520, 40, 860, 200), (520, 200, 860, 480), (40, 300, 520, 480)]
    shades = ["#eef5ee", "#f6f1e6", "#eaf0f6", "#f5ecec"]
    for box, shade, room in zip(places, shades, rooms, strict=True):
        draw.rectangle(box, outline="#222222", width=6, fill=shade)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        draw.text(middle, room, font=fonts.face("Sans", 24), fill="#222222", anchor="mm")
    for door in ((500, 130, 540, 170), (260, 290, 310, 310), (500, 380, 540, 420)):
        draw.rectangle(door, fill="white")
        draw.arc((door[0] - 20, door[1] - 20, door[2] + 20, door[3] + 20), 0, 90, fill="#777777", width=2)
    return image


def signature(seed: int) -> Image.Image:
    """A quick signature in ink on white, 420 by 130 pixels; the name cannot be read, as usual."""
    source = random.Random(seed)  # noqa: S311 - a scribble, no secret
    image = Image.new("L", (1680, 520), 255)
    draw = ImageDraw.Draw(image)
    wide, tall = source.uniform(50, 110), source.uniform(80, 160)
    loops, turn, rise = source.uniform(1.2, 2.6), source.uniform(0, 6), source.uniform(-70, 20)
    points = []
    for i in range(420):
        t = i / 22
        fade = 1 - i / source.uniform(500, 530)
        x = 120 + i * 3.1 + wide * math.cos(t * loops + turn)
        points.append((x, 270 + rise * i / 420 + fade * tall * math.sin(t * loops * 1.13)))
    draw.line(points, fill=40, width=11, joint="curve")
    draw.line([(200, 430), (700, 395), (1450, 415)], fill=40, width=9, joint="curve")
    return image.resize((420, 130), Image.Resampling.LANCZOS)


def stamp(lines: Sequence[str]) -> Image.Image:
    """A rubber stamp, turned a little, 460 by 200 pixels on white."""
    image = Image.new("L", (460, 200), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 40, 420, 160), outline=70, width=5)
    for i, line in enumerate(lines):
        draw.text((230, 72 + i * 44), line, font=fonts.face("Sans-Bold", 32), fill=70, anchor="mm")
    return image.rotate(5, resample=Image.Resampling.BICUBIC, fillcolor=255)
