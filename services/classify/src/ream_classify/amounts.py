# SPDX-License-Identifier: Apache-2.0
"""Decides which numbers are amounts of money, and how much of which currency."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CURRENCIES = {
    "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR",
    "euros": "EUR", "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "¥": "JPY", "jpy": "JPY", "yen": "JPY",
    "chf": "CHF", "fr.": "CHF", "franken": "CHF", "rm": "MYR", "myr": "MYR", "₹": "INR", "inr": "INR", "rs.": "INR",
    "rupees": "INR", "pln": "PLN", "zł": "PLN", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "kr": "SEK",
    "cad": "CAD", "c$": "CAD",
    "aud": "AUD", "a$": "AUD", "s$": "SGD", "sgd": "SGD", "hk$": "HKD", "hkd": "HKD", "r$": "BRL", "brl": "BRL",
    "cny": "CNY",
    "yuan": "CNY", "₽": "RUB", "rub": "RUB", "₺": "TRY", "try": "TRY", "czk": "CZK", "kč": "CZK", "huf": "HUF",
    "mxn": "MXN",
}  # fmt: skip
_WORDS = {"million": 10**6, "millionen": 10**6, "millions": 10**6, "millones": 10**6, "mio.": 10**6, "mn": 10**6,
          "m": 10**6, "bn": 10**9, "billion": 10**9, "milliarden": 10**9, "milliards": 10**9, "mrd.": 10**9,
          "thousand": 10**3, "tausend": 10**3, "k": 10**3}  # fmt: skip
_SIGNS = "|".join(re.escape(sign) for sign in sorted(_CURRENCIES, key=len, reverse=True))
_LAKHS = r"[0-9]{1,2}(?:,[0-9]{2}){1,4},[0-9]{3}(?![0-9])(?:\.[0-9]{1,2})?"
_NUMBER = rf"(?:{_LAKHS}|[0-9]{{1,15}}+(?:[., '][0-9]{{3}}){{0,4}}(?:[.,][0-9]{{1,2}})?)"
_SCALE = "|".join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True))
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{_SIGNS})[ ]?(?P<first>-?{_NUMBER})(?:[ ]?(?P<scale1>{_SCALE})(?![\w]))?"
    rf"|(?P<second>{_NUMBER})(?:[ ]?(?P<scale2>{_SCALE}))?[ ]?(?P<after>{_SIGNS}))(?![\w])"
)
_GROUPS = re.compile(r"[., '][0-9]{3}")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount with its place, its currency as ISO 4217, and its number as written with a point."""

    start: int
    end: int
    currency: str
    number: str


def find(folded: str) -> Iterator[Amount]:
    """Yields the amounts of a text in lower case that name a currency."""
    for match in _AMOUNT.finditer(folded):
        sign = match["before"] or match["after"]
        number = decimal(match["first"] or match["second"])
        scale = _WORDS.get(match["scale1"] or match["scale2"] or "", 1)
        if number:
            yield Amount(*match.span(), _CURRENCIES[sign], number if scale == 1 else _scaled(number, scale))


def decimal(written: str) -> str:
    """Reads a number however its thousands and its decimals are set apart; empty when it cannot be one.

    A single group of three digits behind a comma or point is taken for thousands.
    """
    digits = written.strip().replace(" ", "").replace("'", "").replace("\u2019", "")
    sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    place = max(digits.rfind("."), digits.rfind(","))
    if place >= 0 and (len(digits) - place - 1 == 3) and not _mixed(digits, place):
        place = -1
    whole = (digits if place < 0 else digits[:place]).replace(".", "").replace(",", "")
    part = "" if place < 0 else digits[place + 1 :]
    if not whole.isdigit() or (part and not part.isdigit()):
        return ""
    return f"{sign}{int(whole)}" + (f".{part:0<2}" if part else "")


def _mixed(digits: str, place: int) -> bool:
    """Says whether both signs stand in the number: then the last one is that of decimals."""
    other = "," if digits[place] == "." else "."
    return other in digits[:place] and digits.count(digits[place]) == 1


def _scaled(number: str, scale: int) -> str:
    whole, _, part = number.partition(".")
    sign = "-" if whole.startswith("-") else ""
    hundredths = (abs(int(whole)) * 100 + int((part or "0").ljust(2, "0")[:2])) * scale
    return f"{sign}{hundredths // 100}" + (f".{hundredths % 100:02d}" if hundredths % 100 else "")
