# SPDX-License-Identifier: Apache-2.0
"""Decides whether a text whose bytes are all ASCII is in an encoding that writes others by escapes, and decodes it."""

import re

from ream_extract.fitting import fits

SAMPLE = 64 << 10
"""Bytes that are looked at."""
KOREAN, CHINESE = "iso2022_kr", "iso2022_cn"
OWN = frozenset({KOREAN, CHINESE})
"""Decoded here: a piece of a text need not begin with what Python asks for, and one of them Python does not know."""
_JAPANESE = ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_2004", "iso2022_jp_2")
_BELIEVED = frozenset({"utf-7", "hz", "iso2022_kr", *_JAPANESE, "iso2022_jp_1", "iso2022_jp_3"})
_ESCAPE = re.compile(rb"\x1b(?:\$[@AB]|\$\([CDOPQ]|\([BIJ])")
_HANGUL, _HANZI = b"\x1b$)C", re.compile(rb"\x1b\$\)[AGE]")
_HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}")
_SEVEN = re.compile(rb"\+([A-Za-z0-9+/]{2,})-?")
_FEWEST = 2
"""Runs of other letters that show UTF-7 where nothing declares it."""
_SHIFTS = re.compile(rb"\x1b\$\)C|[\x0e\x0f]|\n")
_SHIFTS_OF_CHINESE = re.compile(rb"\x1b(?:\$\)[AGE]|\$\*H|N)|[\x0e\x0f]|\n")


def guess(data: bytes, declared: str | None) -> tuple[str, int] | None:
    """Names the encoding of ASCII bytes and says how sure it is; None where they are what they look like.

    Args:
        data: the text or its beginning.
        declared: Python's name of the encoding that the text or its sender gives.
    """
    head = data[:SAMPLE]
    if _HANGUL in head and _fits(head, KOREAN):
        return KOREAN, 90
    if _HANZI.search(head) and b"\x0e" in head:
        return CHINESE, 90
    if _ESCAPE.search(head):
        for name in _JAPANESE:
            if _fits(head, name):
                return name, 90
    if not head.isascii():
        return None
    if declared is not None and declared in _BELIEVED and _fits(head, declared):
        return declared, 95
    if _HZ.search(head) and _fits(head, "hz"):
        return "hz", 85
    return ("utf-7", 80) if _is_seven(head) else None


def _fits(head: bytes, name: str) -> bool:
    return fits(head, name, whole=len(head) < SAMPLE)


def _is_seven(head: bytes) -> bool:
    """Says whether runs behind a plus are letters of Europe: other texts have plus signs too."""
    runs = [run.group() for run in _SEVEN.finditer(head)]
    if len(runs) < _FEWEST or not _fits(head, "utf-7"):
        return False
    try:
        letters = "".join(run.decode("utf-7") for run in runs)
    except UnicodeError:
        return False
    return bool(letters) and all(0xA0 <= ord(one) < 0x600 or 0x2000 <= ord(one) < 0x20D0 for one in letters)


def decode(data: bytes, name: str, sure: int) -> tuple[str, int]:
    """Decodes Korean and Chinese that shift to two bytes a letter and back; says how sure that is."""
    text = "".join(_runs(data, name))
    wrong = text.count("\N{REPLACEMENT CHARACTER}") / max(1, len(text))
    return text, max(0, round((min(sure, 70) if wrong else sure) * (1 - wrong)))


def _runs(data: bytes, name: str) -> list[str]:
    """Decodes run by run; the second set of Chinese (CNS 11643) is not known here and comes out as unknown letters."""
    out: list[str] = []
    codec, wide, at = ("euc_kr" if name == KOREAN else "gb2312"), False, 0
    for mark in [*(_SHIFTS if name == KOREAN else _SHIFTS_OF_CHINESE).finditer(data), None]:
        run = data[at : mark.start() if mark else len(data)]
        if wide:
            run = bytes(byte | 0x80 if byte > 0x20 else byte for byte in run)
        out.append(run.decode(codec if wide else "ascii", "replace"))
        if mark is None:
            break
        at = mark.end()
        if mark.group() in (b"\x0e", b"\x0f", b"\n"):
            wide = mark.group() == b"\x0e"
            out.append("\n" if mark.group() == b"\n" else "")
        elif name == CHINESE:
            codec = "gb2312" if mark.group() == b"\x1b$)A" else "ascii"
    return out
