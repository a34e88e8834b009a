# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: RUF001 - quotes and dashes that look like others are what this is about
"""Decides which 8-bit encoding a text has, by the alphabets that its letters would make.

General detectors confuse these encodings with one another, for most bytes are letters in all of them; but only in
the right one are they all letters of one language.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

SAMPLE = 32 << 10
MOSTLY_ASCII = 0.4
"""Share of bytes above ASCII among letters from which the text is not in Latin letters."""
CANDIDATES = ("cp1252", "cp1250", "iso8859-15", "iso8859-2", "cp1254", "cp1257", "cp850", "cp852", "mac-roman", "cp437")
"""In the order in which they are believed when several fit as well."""
SCRIPTS = (
    (("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic"), "\u0400", "\u045f", frozenset("оеаинтсрвлкі")),
    (("cp1253", "iso8859-7"), "\u0370", "\u03ff", frozenset("αοιετνσηρπςάόίέή")),
    (("cp1255",), "\u0590", "\u05ff", frozenset("יוהלאתרבמשנ")),
    (("cp1256",), "\u0600", "\u06ff", frozenset("الينمرتوهبع")),
)
"""Encodings of one script each, its first and last letter, and the letters that make up most of a text in it."""
_ALPHABETS = {
    "de": "äöüß",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "es": "áéíñóúüªº",
    "pt": "áâãàçéêíóôõúüªº",
    "it": "àèéìíòóùú",
    "nl": "ëïéèêóöüä",
    "sv": "åäöé",
    "da": "æøåé",
    "is": "áéíóúýðþæö",
    "ca": "àçèéíïòóúü·",
    "pl": "ąćęłńóśźż",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hu": "áéíóöőúüű",
    "ro": "ăâîșțşţ",
    "hr": "čćđšž",
    "tr": "çğıöşüâîİ",
    "et": "äöõüšž",
    "lv": "āčēģīķļņšūž",
    "lt": "ąčęėįšųūž",
    "sq": "ëç",
}
_LETTERS = {name: frozenset(letters + letters.upper()) for name, letters in _ALPHABETS.items()}
_MARKS = frozenset("“”„‘’‚«»‹›–—…•·°§€£©®™¿¡ªº²³½¼¾×±µ¶†‡\N{NO-BREAK SPACE}\N{SOFT HYPHEN}´¨¢¥ºª")
_ODD_MARKS = _MARKS - frozenset("’–—”“»…")
_RARE = frozenset("ђѓѕјљњћќџЂЃЅЈЉЊЋЌЏ")
"""Letters for languages that are written least; common letters of other encodings become them when read wrongly."""
_ABOVE = re.compile(r"(?<=(.))([^\x00-\x7f])(?=(.))", re.DOTALL)


def guess(data: bytes) -> tuple[str, int] | None:
    """Names the encoding and how sure that is, 0 to 100; None when no alphabet explains the bytes."""
    sample = data[:SAMPLE]
    above = sum(byte > 127 for byte in sample)
    letters = sum(bytes((byte,)).isalpha() for byte in sample)
    if not above:
        return None
    if above > MOSTLY_ASCII * (above + letters):
        return _other_script(sample)
    scored = [(_score(sample, name), -order, name) for order, name in enumerate(CANDIDATES)]
    score, _, name = max(scored)
    return (name, round(score * 90)) if score >= 0.85 else None


def of_one_language(letters: Sequence[str]) -> float:
    """Says which share of letters above ASCII are of the language that has most of them."""
    return max(sum(char in known for char in letters) for known in _LETTERS.values()) / len(letters) if letters else 0.0


def _other_script(sample: bytes) -> tuple[str, int] | None:
    """Finds the encoding in which the letters are of one script and its frequent ones are frequent."""
    scored = [
        (share, -order, name)
        for order, (names, first, last, common) in enumerate(SCRIPTS)
        for name in names
        if (share := _share(sample.decode(name, "replace"), first, last, common)) >= 0.5
    ]
    if not scored:
        return None
    score, _, name = max(scored)
    return name, round(min(1.0, score + 0.3) * 90)


def _share(text: str, first: str, last: str, common: frozenset[str]) -> float:
    """Says which share of the letters above ASCII are the frequent ones, 0 where other characters are among them.

    A mark right behind a letter, a capital inside of a word and a letter that is rare are what common letters of
    another encoding become; in a text of a line or two nothing else tells them apart.
    """
    letters = [char for char in text if char > "\x7f" and not char.isspace() and char not in _MARKS]
    known = sum(first <= char <= last for char in letters)
    shouting = sum(before.islower() and after.isupper() for before, after in pairwise(text))
    if not letters or known < 0.95 * len(letters) or shouting > 0.05 * len(letters):
        return 0.0
    odd = shouting + sum(char in _RARE for char in letters)
    odd += sum(before.isalpha() and char in _ODD_MARKS for before, char in pairwise(text))
    return (sum(char.lower() in common for char in letters) - 2 * odd) / len(letters)


def _score(sample: bytes, name: str) -> float:
    """Says which share of the characters above ASCII makes sense in the language that explains most of them."""
    try:
        text = f" {sample.decode(name)} "
    except UnicodeDecodeError:
        return 0.0
    letters: Counter[str] = Counter()
    fine = 0
    for before, char, after in _ABOVE.findall(text):
        inside = before.isalpha() and after.isalpha()
        shouting = inside and char.isupper() and before.islower() and after.islower()
        if char in _MARKS and (not inside or char in "’·"):
            fine += 1
        elif not shouting:
            letters[char] += 1
    total = len(_ABOVE.findall(text))
    best = max(sum(number for char, number in letters.items() if char in known) for known in _LETTERS.values())
    return (best + fine) / total if total else 0.0
