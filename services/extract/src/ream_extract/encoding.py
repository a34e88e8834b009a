# SPDX-License-Identifier: Apache-2.0
"""Decides in which encoding a text lies, from its bytes and from what it may say of itself."""

import codecs
import unicodedata
from dataclasses import dataclass

from charset_normalizer import from_bytes

from ream_extract import east_asian, escaped
from ream_extract.alphabets import guess as by_alphabet
from ream_extract.fitting import fits

SAMPLE = 64 << 10
"""Bytes that are looked at when the encoding must be guessed."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4, "utf-32-be": 4}
# Browsers read these names as their larger relatives, and so are the files made.
_READ_AS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
}


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding, how sure it is, and the bytes of a mark to skip at the start."""

    name: str
    confidence: int
    mark: int = 0

    @property
    def width(self) -> int:
        """Bytes of the smallest character: cuts may only be made at multiples of it."""
        return _WIDE.get(self.name, 1)


def detect(data: bytes, declared: str | None = None, *, whole: bool = True) -> Encoding:
    """Finds the encoding of a text that begins with these bytes.

    Order: byte order mark, UTF-16 by its zeros, UTF-8 when every byte fits, what the text declares, a guess.

    Args:
        data: the text or its beginning.
        declared: name that the text or its sender gives; believed only when the bytes fit it.
        whole: False when data may end inside a character.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return Encoding(name, 100, len(mark))
    wide = _wide(data)
    if wide is not None:
        return wide
    named = _named(declared)
    if fits(data, "utf-8", whole=whole):
        known = escaped.guess(data, named)
        return Encoding(*known) if known is not None else Encoding("utf-8", 100)
    if named is not None and named not in _WIDE and fits(data, named, whole=whole):
        return Encoding(named, 95)
    return _guess(data)


def decode(data: bytes, encoding: Encoding) -> tuple[str, int]:
    """Decodes a piece and says how sure that is; bytes that do not fit are guessed again, then replaced."""
    if encoding.name in escaped.OWN:
        return escaped.decode(data, encoding.name, encoding.confidence)
    try:
        return data.decode(encoding.name), encoding.confidence
    except UnicodeError:
        other = _guess(data) if encoding.name == "utf-8" else encoding
        text = data.decode(other.name, "replace")
        wrong = text.count("\N{REPLACEMENT CHARACTER}") / max(1, len(text))
        return text, max(0, round(min(other.confidence, 70) * (1 - wrong)))


def _named(declared: str | None) -> str | None:
    if not declared:
        return None
    try:
        found = codecs.lookup(declared.strip()[:40])
    except (LookupError, ValueError):
        return None
    if not found._is_text_encoding:
        return None
    return _READ_AS.get(found.name, found.name)


def _wide(data: bytes) -> Encoding | None:
    """Finds UTF-16 without a mark: one byte of two is often zero, the other nearly never.

    What reads well as UTF-8 must have many zeros: a stray one is only dirt.
    """
    head = data[:SAMPLE]
    head = head[: len(head) & ~1]
    if len(head) < 4 or b"\x00" not in head:
        return None
    dirt = sum(byte < 32 and byte not in b"\x00\t\n\r\x0c" for byte in head)
    enough = 0.25 if dirt <= 0.02 * len(head) and fits(head, "utf-8", whole=False) else 0.03
    half = len(head) // 2
    even, odd = head[::2].count(0) / half, head[1::2].count(0) / half
    for name, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if high >= enough and low < 0.02 and fits(head, name, whole=False):
            text = head.decode(name, "ignore")
            if sum(unicodedata.category(char) in _NOTHING for char in text) <= 0.02 * len(text):
                return Encoding(name, 90)
    return None


_NOTHING = frozenset({"Cn", "Co", "Cs"})


def _guess(data: bytes) -> Encoding:
    """Guesses by statistics on the lines with bytes above ASCII; Western European when nothing speaks."""
    sample = _telling(data)
    known = by_alphabet(sample) or east_asian.guess(sample)
    if known is not None:
        return Encoding(*known)
    best = from_bytes(sample, cp_exclusion=["utf_16", "utf_32", "utf_7"], threshold=0.4).best()
    if best is None:
        return Encoding("cp1252" if fits(sample, "cp1252", whole=False) else "latin-1", 30)
    name = codecs.lookup(best.encoding).name
    return Encoding(_READ_AS.get(name, name), round(90 * (1 - min(1.0, best.chaos))) if best.coherence else 60)


def _telling(data: bytes) -> bytes:
    """Returns the lines that hold bytes above ASCII, up to the sample's size: the others say nothing."""
    if len(data) <= 4096:
        return data
    lines = [line for line in data[: 16 * SAMPLE].splitlines(keepends=True) if any(byte > 127 for byte in line[:2000])]
    return b"".join(lines)[:SAMPLE] or data[:SAMPLE]
