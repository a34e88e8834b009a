# SPDX-License-Identifier: Apache-2.0
"""Recognises international bank account numbers by country, length, structure and checksum."""

import re
from collections.abc import Iterator
from functools import cache

from stdnum import iban, numdb

from ream_classify.scan import Hit, Scan

_HEAD = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]{2}|[a-z]{2})[0-9]{2}(?=[ .-]?[A-Za-z0-9]{2})")
_GAPS = " -."
_LONGEST = 34
_CHECKSUM_START = 4


@cache
def length(country: str) -> int:
    """Returns how many characters an IBAN of the country has; 0 for a country that has none."""
    properties = numdb.get("iban").info(country)[0][1]
    parts = re.findall(r"([0-9]+)!", properties.get("bban", ""))
    return _CHECKSUM_START + sum(map(int, parts)) if parts else 0


def find(scan: Scan) -> Iterator[Hit]:
    """Yields account numbers, written together or in groups, as `personal:iban`."""
    text = scan.plain
    for head in _HEAD.finditer(text):
        end = _end(text, head.start(), length(text[head.start() : head.start() + 2].upper()))
        if end and scan.is_free(head.start(), end) and iban.is_valid(text[head.start() : end].replace(".", "")):
            yield Hit("personal:iban", head.start(), end, confidence=99)


def _end(text: str, start: int, characters: int) -> int:
    """Walks the characters of the number over single gaps; 0 when it breaks off or goes on."""
    place, seen, limit = start, 0, min(len(text), start + 2 * _LONGEST)
    while characters and place < limit:
        character = text[place]
        if character.isascii() and character.isalnum():
            seen += 1
            if seen == characters:
                follows = text[place + 1 : place + 2]
                return 0 if follows.isalnum() else place + 1
        elif character not in _GAPS or text[place - 1] in _GAPS:
            return 0
        place += 1
    return 0
