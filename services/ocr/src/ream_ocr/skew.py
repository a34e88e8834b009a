# SPDX-License-Identifier: Apache-2.0
"""Decides by how much a page lies askew: at the right angle its rows part most clearly into lines and gaps."""

from __future__ import annotations

from itertools import pairwise

from PIL import Image

LARGEST = 16
"""Degrees to either side that are looked at."""

_WIDTH = 480
"""Pixels: enough to tell lines from gaps, few enough that all angles together cost a tenth of a second."""

_CLEAR = 4.0
"""How many times clearer than the median the best angle must be; noise and photographs stay below."""


def skew(picture: Image.Image) -> float:
    """Gives the degrees counter-clockwise by which to turn a grey picture to lay its lines level; 0.0 when unclear."""
    if min(picture.size) < 32:
        return 0.0
    height = max(32, round(picture.height * _WIDTH / picture.width))
    if height > 8 * _WIDTH:
        return 0.0
    small = picture.resize((_WIDTH, height), Image.Resampling.BOX).point(_inverted())
    scores = {float(angle): _clearness(small, angle) for angle in range(-LARGEST, LARGEST + 1)}
    best = max(scores, key=lambda angle: (scores[angle], -abs(angle)))
    if scores[best] < _CLEAR * sorted(scores.values())[len(scores) // 2]:
        return 0.0
    near = {best + step / 4: _clearness(small, best + step / 4) for step in (-3, -2, -1, 0, 1, 2, 3)}
    return max(near, key=lambda angle: (near[angle], -abs(angle)))


def _inverted() -> list[int]:
    return [255 - value for value in range(256)]


def _clearness(picture: Image.Image, angle: float) -> int:
    """Sum of squared steps between neighbouring rows' mean darkness."""
    turned = picture.rotate(angle, resample=Image.Resampling.BILINEAR, fillcolor=0) if angle else picture
    rows = turned.reduce((turned.width, 1)).tobytes()
    return sum((upper - lower) ** 2 for upper, lower in pairwise(rows))
