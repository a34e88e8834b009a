# SPDX-License-Identifier: Apache-2.0
"""Decides what the names in an archive are that does not say in which encoding it has them: by all of them together.

Names are short, and guessing by what is usual in texts goes wrong with them; so an encoding is believed only where all
that lies above ASCII becomes letters of one script that stand as letters stand in words.
"""

import codecs
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ream_extract import alphabets, east_asian
from ream_extract.encoding import detect
from ream_extract.fitting import fits

SAMPLE = 4 << 10
"""Bytes of names from which the encoding is told."""
RUN = 1.5
"""Characters above ASCII that stand together in East Asian names, at least and on average."""
ZIP = ("cp437", "cp850", "cp852", "cp1252", "cp1250")
"""Encodings of Latin letters as they are believed in a ZIP, whose standard is the first of them."""
TAR = ("cp1252", "cp1250", "iso8859-15", "iso8859-2", "cp850", "cp852")
_SCRIPTS = tuple(
    (names, first, last, common)
    for names, (_, first, last, common) in zip(
        (("cp866", "cp1251", "koi8-r"), ("cp737", "cp1253", "iso8859-7"), ("cp862", "cp1255"), ("cp720", "cp1256")),
        alphabets.SCRIPTS,
        strict=True,
    )
)
_TWO_BYTES = frozenset({"cp932", "euc_jis_2004", "cp949", "gb18030", "big5"})
_ENDING = re.compile(rb"\.[A-Za-z0-9]{1,5}$")
_ABOVE = re.compile(r"[^\x00-\x7f]+")
_BESIDE = re.compile(r"[A-Za-z][^\x00-\x7f]|[^\x00-\x7f][A-Za-z]")


def decoded(names: Sequence[bytes], latin: Sequence[str]) -> list[str]:
    """Returns the names as text: UTF-8 where most are, else by a guess, else in the first of the Latin encodings.

    The guess alone reads what is not UTF-8 among names that are: an archive may be written by two programs.
    """
    above = [name for name in names if not name.isascii()]
    others = [name for name in above if not fits(name, "utf-8")]
    if 2 * len(others) >= len(above):
        encoding = _encoding(above, latin) if others else "utf-8"
        return [name.decode(encoding, "replace") for name in names]
    encoding = _encoding(others, latin) if others else "utf-8"
    return [name.decode("utf-8" if fits(name, "utf-8") else encoding, "replace") for name in names]


def _encoding(names: Sequence[bytes], latin: Sequence[str]) -> str:
    sample = _telling(names)
    frequent = east_asian.guess(sample)
    return (
        _script(sample, 6, 0.6)
        or _in_runs(sample, frequent[0] if frequent else None)
        or _latin(sample, latin)
        or _script(sample, 2, 0.5)
        or _in_runs(sample, detect(sample).name)
        or latin[0]
    )


def _telling(names: Iterable[bytes]) -> bytes:
    """Joins the parts of paths that hold bytes above ASCII, each once, without the endings of files."""
    parts = dict.fromkeys(part for name in names for part in name.split(b"/") if not part.isascii())
    whole: list[bytes] = []
    size = 0
    for part in parts:
        size += len(part) + 1
        if size > SAMPLE and whole:
            break
        whole.append(_ENDING.sub(b"", part))
    return b"\n".join(whole)


def _script(sample: bytes, letters: int, share: float) -> str | None:
    """Finds the encoding in which there are so many letters of one script, and frequent ones are frequent."""
    best, found = share, None
    for encodings, first, last, common in _SCRIPTS:
        for name in encodings:
            text = _text(sample, name)
            above = [char for char in text if char > "\x7f"]
            whole = len(above) >= letters and all(first <= char <= last and char.isalpha() for char in above)
            if whole and not _BESIDE.search(text) and not _shouts(text):
                score = sum(char.lower() in common for char in above) / len(above)
                if score > best or (score == best and found is None):
                    best, found = score, name
    return found


def _in_runs(sample: bytes, name: str | None) -> str | None:
    """Believes an East Asian encoding where characters stand in runs, for accents stand alone."""
    if name not in _TWO_BYTES:
        return None
    runs = _ABOVE.findall(_text(sample, name))
    return name if runs and sum(map(len, runs)) >= RUN * len(runs) else None


def _latin(sample: bytes, encodings: Sequence[str]) -> str | None:
    """Finds the encoding in which the letters are those of one language."""
    best, found = 0.85, None
    for name in encodings:
        text = _text(sample, name)
        above = [char for char in text if char > "\x7f"]
        if above and all(map(str.isalpha, above)) and not _shouts(text):
            score = alphabets.of_one_language(above)
            if score > best or (score == best and found is None):
                best, found = score, name
    return found


def _shouts(text: str) -> bool:
    """Says whether a capital follows a small letter where one of them is above ASCII: no word does that."""
    return any(a.islower() and b.isupper() and (a > "\x7f" or b > "\x7f") for a, b in pairwise(text))


def _text(sample: bytes, name: str) -> str:
    """Decodes; empty where the bytes do not fit."""
    try:
        return codecs.decode(sample, name)
    except UnicodeError:
        return ""
