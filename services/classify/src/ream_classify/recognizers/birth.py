# SPDX-License-Identifier: Apache-2.0
"""Recognises dates of birth: a real, full date right after words that introduce one."""

import re
from collections.abc import Iterator
from datetime import date

from ream_classify.scan import Hit, Scan

_WORDS = (
    "date of birth", "birth date", "birthdate", "birthday", "dob", "d.o.b.", "born", "born on",
    "geboren am", "geb. am", "geb.", "geboren", "geburtsdatum", "geburtstag",
    "né le", "née le", "né(e) le", "date de naissance",
    "nacido el", "nacida el", "fecha de nacimiento", "f. nacimiento",
    "nato il", "nata il", "data di nascita", "geboren op", "geboortedatum",
    "data de nascimento", "nascido em", "nascida em", "data urodzenia", "urodzony", "urodzona",
    "födelsedatum", "fødselsdato", "дата рождения", "出生日期", "生年月日",
)  # fmt: skip
MONTHS = {
    name: number
    for number, names in enumerate((
        "january jan januar janvier enero gennaio januari janeiro stycznia",
        "february feb februar février fevrier febrero febbraio februari fevereiro lutego",
        "march mar märz maerz mars marzo maart março marca",
        "april apr avril abril aprile kwietnia",
        "may mai mayo maggio mei maio maja",
        "june jun juni juin junio giugno junho czerwca",
        "july jul juli juillet julio luglio julho lipca",
        "august aug août aout agosto augustus sierpnia",
        "september sep sept septembre septiembre settembre setembro września",
        "october oct okt oktober octobre octubre ottobre outubro października",
        "november nov novembre noviembre novembro listopada",
        "december dec dez dezember décembre decembre diciembre dicembre dezembro grudnia",
    ), start=1)
    for name in names.split()
}  # fmt: skip
"""By lower-case name or abbreviation in many languages."""
_GAP = r"[^\w]{0,8}(?:\((?:dd|mm|yyyy|jj|aaaa|tt|[/.-]){3,8}\)[^\w]{0,4})?(?:on |am |le |el |il |op |the )?"
_DATE = re.compile(
    _GAP
    + r"(?P<date>(?P<year>[0-9]{4})[-./](?P<month>[0-9]{1,2})[-./](?P<day>[0-9]{1,2})"
    + r"|(?P<one>[0-9]{1,2})[-./ ] ?(?P<two>[0-9]{1,2})[-./ ] ?(?P<three>[0-9]{4}|[0-9]{2})"
    + r"|(?P<d>[0-9]{1,2})(?:st|nd|rd|th|er|\.|º)?[ -](?:de |of )?(?P<m>[^\W\d_]{3,14})\.?,?"
    + r"[ -](?:de |del )?(?P<y>[0-9]{4})"
    + r"|(?P<mm>[^\W\d_]{3,14})\.? (?P<dd>[0-9]{1,2})(?:st|nd|rd|th)?,? (?P<yy>[0-9]{4})"
    + r"|(?P<cy>[0-9]{4})年(?P<cm>[0-9]{1,2})月(?P<cd>[0-9]{1,2})日)(?![0-9])"
)
_FIRST_YEAR = 1880
_LAST_YEAR = 2100
_REACH = 60


def find(scan: Scan) -> Iterator[Hit]:
    """Yields the dates as `personal:birth-date`."""
    for word in _WORDS:
        for _, end in scan.places(word):
            match = _DATE.match(scan.folded, end, end + _REACH)
            if match and _is_date(match) and scan.is_free(*match.span("date")):
                yield Hit("personal:birth-date", *match.span("date"), confidence=90)


def _is_date(match: re.Match[str]) -> bool:
    if match["year"]:
        return _exists(match["year"], match["month"], match["day"])
    if match["cy"]:
        return _exists(match["cy"], match["cm"], match["cd"])
    if match["one"]:
        year = match["three"] if len(match["three"]) == 4 else f"19{match['three']}"
        return _exists(year, match["two"], match["one"]) or _exists(year, match["one"], match["two"])
    month = MONTHS.get(match["m"] or match["mm"], 0)
    return bool(month) and _exists(match["y"] or match["yy"], str(month), match["d"] or match["dd"])


def _exists(year: str, month: str, day: str) -> bool:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return False
    return _FIRST_YEAR <= found.year < _LAST_YEAR
