# SPDX-License-Identifier: Apache-2.0
"""Decides which words and numbers are a calendar date, and which one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ream_classify.recognizers.birth import MONTHS

_DATE = re.compile(
    r"(?<![\w])(?<![0-9][.,/-])(?:"
    r"(?P<year>[12][0-9]{3})(?P<s1>[-./])(?P<month>[0-9]{1,2})(?P=s1)(?P<day>[0-9]{1,2})"
    r"|(?P<one>[0-9]{1,2})(?P<s2>[-./])[ ]?(?P<two>[0-9]{1,2})(?P=s2)[ ]?(?P<three>[0-9]{4}|[0-9]{2})"
    r"|(?P<d>[0-9]{1,2})(?:st|nd|rd|th|er|\.|º)?[ -]?(?:day of |de |of )?(?P<m>[^\W\d_]{3,14})\.?,?"
    r"[ -]?(?:de |del )?(?P<y>[12][0-9]{3}|'?[0-9]{2})"
    r"|(?P<mm>[^\W\d_]{3,14})\.?[ ]{1,2}(?P<dd>[0-9]{1,2})(?:st|nd|rd|th)?,?[ ]{1,2}(?P<yy>[12][0-9]{3})"
    r"|(?P<cy>[12][0-9]{3})年(?P<cm>[0-9]{1,2})月(?P<cd>[0-9]{1,2})日)(?![0-9]|[.,/-][0-9])"
)
_AMERICAN = re.compile(
    r"\b(?:A[LKZR]|C[AOT]|D[CE]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]"
    r"|W[AVIY]),?[ ]{1,2}[0-9]{5}(?:-[0-9]{4})?\b|\bUSD\b|\bUS\$|\b[Ss]ales [Tt]ax\b|\bSALES TAX\b"
)
_DAY_FIRST = re.compile(
    r"[€£]|(?i:\b(?:eur|gbp|chf|rm|inr|aud|sgd|gst|vat|mwst|ust|tva|btw|iva|nip|nif|siret|abn|datum|rechnung|facture"
    r"|factuur|factura|fattura|fatura|faktura)\b)"
)
_MONTHS = 12
_MOST_CHARACTERS = 50_000
EITHER = 70
"""Confidence in a date of which day and month may be either."""
_FIRST_YEAR, _LAST_YEAR = 1600, 2200


@dataclass(frozen=True, slots=True)
class Dated:
    """A date with its place in the text; surer where no other reading is possible."""

    start: int
    end: int
    iso: str
    confidence: int


def order(text: str) -> str:
    """Says how a text writes dates of numbers: `month` or `day` first, or nothing where it does not tell.

    A date that can be read in one way only tells it, else an address in the United States or what is only said or
    paid elsewhere.
    """
    head = text[:_MOST_CHARACTERS]
    told = {
        "month" if int(match["two"]) > _MONTHS else "day"
        for match in _DATE.finditer(head.lower())
        if match["one"] and match["s2"] != "." and (int(match["one"]) > _MONTHS) != (int(match["two"]) > _MONTHS)
    }
    if told:
        return told.pop() if len(told) == 1 else ""
    american, other = _AMERICAN.search(head), _DAY_FIRST.search(head)
    if american and other:
        return ""  # an invoice from one country to another
    return "month" if american else "day" if other else ""


def find(folded: str, *, month_first: bool = False) -> Iterator[Dated]:
    """Yields the dates of a text in lower case.

    Args:
        folded: the text.
        month_first: take the month to be first where day and month may be either; with dots the day always is.
    """
    for match in _DATE.finditer(folded):
        iso, confidence = _read(match, month_first=month_first)
        if iso:
            yield Dated(*match.span(), iso, confidence)


def _read(match: re.Match[str], *, month_first: bool) -> tuple[str, int]:
    if match["year"]:
        return _iso(match["year"], match["month"], match["day"]), 99
    if match["cy"]:
        return _iso(match["cy"], match["cm"], match["cd"]), 99
    if match["one"]:
        one, two = match["one"], match["two"]
        if month_first and match["s2"] != "." and int(one) <= _MONTHS:
            one, two = two, one
        return _numbers(one, two, match["three"])
    month = MONTHS.get(match["m"] or match["mm"], 0)
    year = (match["y"] or match["yy"]).lstrip("'")
    return (_iso(_full(year), str(month), match["d"] or match["dd"]), 95) if month else ("", 0)


def _numbers(one: str, two: str, three: str) -> tuple[str, int]:
    year = _full(three)
    if first := _iso(year, two, one):
        return first, 90 if int(one) > _MONTHS or one == two else EITHER
    return _iso(year, one, two), 85


def _full(year: str) -> str:
    """Two digits are of this century up to 49."""
    return year if len(year) == 4 else ("20" if int(year) < 50 else "19") + year


def _iso(year: str, month: str, day: str) -> str:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return ""
    return found.isoformat() if _FIRST_YEAR <= found.year < _LAST_YEAR else ""
