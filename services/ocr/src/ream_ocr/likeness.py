# SPDX-License-Identifier: Apache-2.0
"""Decides what a page without words looks like, in 64 bits: a picture that is saved again keeps nearly all of them.

It is the hash by cosine transform (pHash) of a small grey copy: which of the coarsest waves are stronger than their
median. Worked out in whole numbers, so that every machine says the same.
"""

from __future__ import annotations

import math
import statistics

from PIL import Image

FEW_WORDS = 30
"""Words of a page from which on it is known by them."""
_SIDE = 32
_WAVES = 8
_LEAST_CONTRAST = 24
"""Greys between the lightest and the darkest spot; below, nothing is to be seen but the noise of the scanner."""
_COSINES = tuple(
    tuple(round(4096 * math.cos((2 * place + 1) * wave * math.pi / (2 * _SIDE))) for place in range(_SIDE))
    for wave in range(_WAVES)
)


def picture_hash(picture: Image.Image) -> str | None:
    """Returns 64 bits as 16 hexadecimal digits; None where nothing is to be seen.

    Args:
        picture: grey (mode L), of any size.
    """
    small = picture.resize((_SIDE, _SIDE), Image.Resampling.BOX)
    grey = small.tobytes()
    if max(grey) - min(grey) < _LEAST_CONTRAST:
        return None
    rows = [_waves(grey[start : start + _SIDE]) for start in range(0, len(grey), _SIDE)]
    columns = [_waves([row[wave] for row in rows]) for wave in range(_WAVES)]
    # The first is the mean brightness, which says nothing of the picture.
    strengths = [strength for column in columns for strength in column][1:]
    middle = statistics.median(strengths)
    bits = sum((strength > middle) << place for place, strength in enumerate(strengths))
    return f"{bits:016x}"


def _waves(line: bytes | list[int]) -> list[int]:
    return [sum(value * one for value, one in zip(line, cosines, strict=True)) for cosines in _COSINES]
