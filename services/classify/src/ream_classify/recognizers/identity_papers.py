# SPDX-License-Identifier: Apache-2.0
"""Recognises numbers of passports and of driver's licences: after their words, or by a form that nothing else has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge

from ream_classify.scan import Hit, Scan, whole

PASSPORT = "personal:passport"
LICENCE = "personal:driving-licence"

_BETWEEN = re.compile(
    r"(?: ?(?:\([^()\n]{1,20}\)|'s|(?:card|book|number|numbers|no|nos|nr|num|n|id|is|was|of the holder|nummer|numéro"
    r"|número|numero|du|de|der|le|la|el|und|and|holder|ist|lautet|est|es|è|å)(?!\w)|#|:|\.|º|°|-|=|,|\|)){0,6}\s{0,12}"
)
_NUMBER = re.compile(r"[a-z0-9](?:[ -]?[a-z0-9]){4,20}(?![\w]|[.,/-][0-9])")
_LONGEST = 40
_LEAST_DIGITS = 4
_DIGIT = re.compile(r"[0-9]")
_SEPARATORS = re.compile(r"[ -]")


@dataclass(frozen=True, slots=True)
class _Paper:
    score: str
    words: tuple[str, ...]
    forms: re.Pattern[str]


def _paper(score: str, words: str, forms: str) -> _Paper:
    return _Paper(score, tuple(word.strip() for word in words.split(",")), re.compile(forms))


_PAPERS = (
    _paper(
        PASSPORT,
        "passport, passports, reisepass, reisepassnummer, passnummer, pass-nr, passeport, pasaporte, passaporto, "
        "passaporte, paspoort, paspoortnummer, paszport, paszportu, passnr, pas nr, passi, passinumero, cestovní pas,"
        "útlevél, pașaport, pasaport, διαβατήριο, паспорт, паспорта, 护照, 護照, 护照号, 旅券, 旅券番号, 여권,"
        "جواز سفر",
        r"[a-z][0-9]{6,9}|[a-z]{2}[0-9]{6,7}|[0-9]{8,9}|[0-9]{2}[a-z]{2}[0-9]{5}|[a-z]{3}[0-9]{6}[a-z]?"
        r"|[cfghjklmnprtvwxyz][cfghjklmnprtvwxyz0-9]{8}[0-9]?|[a-z]{2}[0-9][a-z0-9]{5}[0-9]",
    ),
    _paper(
        LICENCE,
        "driver's license, drivers license, driver license, driver's licence, driving licence, driving license,"
        "drivers licence, dl, dl number, license number, driver's lic, führerschein, führerscheinnummer, fahrerlaubnis,"
        "führerausweis, permis de conduire, permiso de conducir, carnet de conducir, licencia de conducir,"
        "patente di guida, rijbewijs, rijbewijsnummer, carta de condução, carteira de motorista, cnh, prawo jazdy,"
        "körkort, kørekort, førerkort, ajokortti, řidičský průkaz, permis auto, sürücü belgesi,"
        "водительское удостоверение, 驾驶证, 駕駛執照, 運転免許, 운전면허",
        r"[a-z][0-9]{3,14}|[a-z]{2}[0-9]{5,9}[a-z]?|[0-9]{7,12}|[0-9]{1,3}[a-z]{2,3}[0-9]{4,6}|[a-z]{3}[0-9]{4,6}|[0-9]{2}[a-z]{3}[0-9]{4,5}"
        r"|[a-z][0-9]{2}[a-z0-9]{7}[0-9x]|[a-z0-9]{10}[0-9]|[a-z]{5}[0-9]{6}[a-z0-9]{5}|[a-z]{2}[0-9]{7}[a-z]"
        r"|[a-z]{2}[0-9]{13}|[a-z]{1,5}[0-9]{3}[a-z0-9]{4}",
    ),
)
# The second line of the machine-readable zone of a passport.
_ZONE = re.compile(
    r"(?<![A-Z0-9<])[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}[A-Z0-9<]{14}[0-9<][0-9](?![A-Z0-9<])"
)
_WEIGHTS = (7, 3, 1)
_BRITISH = re.compile(
    r"(?<![\w])(?=[A-Z])[A-Z]{1,5}9{0,4}[0-9][0156][0-9][0-3][0-9]{2}[A-Z9]{2}[A-HJ-NP-Z2-9][A-Z]{2}(?![\w])"
)
_BRITISH_LENGTH = 16


def find(scan: Scan) -> Iterator[Hit]:
    """Yields numbers of passports as `personal:passport` and of driver's licences as `personal:driving-licence`."""
    for match in _ZONE.finditer(scan.text):
        if scan.is_free(*match.span()) and _zone_holds(match.group()):
            yield Hit(PASSPORT, match.start(), match.end(), 99, "machine-readable")
    for match in _BRITISH.finditer(scan.text):
        if len(match.group()) == _BRITISH_LENGTH and _british_holds(match.group()) and scan.is_free(*match.span()):
            yield Hit(LICENCE, *match.span(), confidence=90, form="gb")
    for paper in _PAPERS:
        yield from _introduced(scan, paper)


def _introduced(scan: Scan, paper: _Paper) -> Iterator[Hit]:
    """Looks right after the paper's words; what stands there must have one of its forms, with digits in it."""
    words = [whole(scan.folded, word) for word in paper.words if word in scan.folded]
    done = 0
    for _, word_end in merge(*words):
        gap = _BETWEEN.match(scan.folded, word_end)
        start = gap.end() if gap else word_end
        if start < done or (start > 0 and scan.folded[start - 1].isalnum()):
            continue
        span = _number(scan, paper, start)
        if span and scan.is_free(*span):
            done = span[1]
            yield Hit(paper.score, *span, confidence=85)


def _number(scan: Scan, paper: _Paper, start: int) -> tuple[int, int] | None:
    """Returns the longest run of groups from `start` that has one of the forms."""
    if not _DIGIT.search(scan.folded, start, start + _LONGEST):
        return None  # nothing there can be a number: trying every form of it is what takes long
    match = _NUMBER.match(scan.folded, start, start + _LONGEST)
    while match:
        value = _SEPARATORS.sub("", match.group())
        if len(_DIGIT.findall(value)) < _LEAST_DIGITS:
            return None
        following = scan.folded[match.end() : match.end() + 1]
        if paper.forms.fullmatch(value) and not following.isalnum():
            return match.span()
        shorter = max(match.group().rfind(" "), match.group().rfind("-"))
        if shorter < 5:
            return None
        match = _NUMBER.match(scan.folded, start, start + shorter)
    return None


def _zone_holds(line: str) -> bool:
    """Checks the four checksums of number, birth, expiry and all of them."""
    parts = ((line[0:9], line[9]), (line[13:19], line[19]), (line[21:27], line[27]))
    everything = line[0:10] + line[13:20] + line[21:43]
    return all(_check(part) == digit for part, digit in (*parts, (everything, line[43])))


def _check(part: str) -> str:
    values = ("<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) for letter in part)
    return str(sum(max(value - 1, 0) * _WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)


def _british_holds(value: str) -> bool:
    """Month and day of birth must exist; a woman's month is 50 higher."""
    month, day = int(value[6:8]) % 50, int(value[8:10])
    return 1 <= month <= 12 and 1 <= day <= 31
