# SPDX-License-Identifier: Apache-2.0
"""Decides how the number of a list item is written: digits, letters, Roman numerals, those of East Asia."""

from ream_extract.text_clean import tidy

LONGEST = 100
"""Characters of one number with what stands around it."""
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_EAST = "〇一二三四五六七八九"
MOST_ROMAN, MOST_LETTERS, MOST_EAST = 4_999, 780, 99
"""Beyond these a number is written in digits: nobody counts so far in letters."""


def roman(number: int) -> str:
    """Writes a number in small Roman numerals."""
    if not 0 < number <= MOST_ROMAN:
        return str(number)
    out = ""
    for value, letters in _ROMAN:
        while number >= value:
            out, number = out + letters, number - value
    return out


def letter(number: int) -> str:
    """Writes a number as a small letter; behind z the letters come twice, as word processors count."""
    if not 0 < number <= MOST_LETTERS:
        return str(number)
    return chr(97 + (number - 1) % 26) * ((number - 1) // 26 + 1)


def east_asian(number: int) -> str:
    """Writes a number as Chinese and Japanese count."""
    if not 0 < number <= MOST_EAST:
        return str(number)
    tens, ones = divmod(number, 10)
    return (_EAST[tens] if tens > 1 else "") + ("十" if tens else "") + (_EAST[ones] if ones or not tens else "")


def ordinal(number: int) -> str:
    """Writes a number as English orders."""
    end = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{end}"


def on_one_line(label: str) -> str:
    """Returns a number with what stands around it as it is written before its words."""
    return " ".join(tidy(label)[:LONGEST].split())
