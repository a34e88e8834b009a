# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: RUF001 - quotes and dashes that look like others are what this is about
"""Decides which 8-bit encoding a text in Latin letters has, by the alphabets that its letters above ASCII would make.

General detectors confuse these encodings with one another, for most bytes are letters in all of them; but only in
the right one are they all letters of one language.
"""

import re
from collections import Counter

SAMPLE = 32 << 10
MOSTLY_ASCII = 0.4
"""Share of bytes above ASCII among letters from which the text is not in Latin letters."""
CANDIDATES = ("cp1252", "cp1250", "iso8859-15", "iso8859-2", "cp1254", "cp1257", "cp850", "cp852", "mac-roman", "cp437")
"""In the order in which they are believed when several fit as well."""
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
_ABOVE = re.compile(r"(?<=(.))([^\x00-\x7f])(?=(.))", re.DOTALL)


def guess(data: bytes) -> tuple[str, int] | None:
    """Names the encoding and how sure that is, 0 to 100; None when no Latin alphabet explains the bytes."""
    sample = data[:SAMPLE]
    above = sum(byte > 127 for byte in sample)
    letters = sum(bytes((byte,)).isalpha() for byte in sample)
    if not above or above > MOSTLY_ASCII * (above + letters):
        return None
    scored = [(_score(sample, name), -order, name) for order, name in enumerate(CANDIDATES)]
    score, _, name = max(scored)
    return (name, round(score * 90)) if score >= 0.85 else None


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
