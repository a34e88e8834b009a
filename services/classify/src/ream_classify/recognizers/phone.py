# SPDX-License-Identifier: Apache-2.0
"""Recognises telephone numbers that a country's numbering plan really has, and tells them from other numbers."""

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain

import phonenumbers
from phonenumbers import NumberParseException, ValidationResult

from ream_classify.recognizers.context import near
from ream_classify.scan import Hit, Scan

_INTERNATIONAL = re.compile(r"(?<![\w+$€£])\+ ?[1-9](?:[ ./()-]{0,2}[0-9]){6,14}(?![\w]|[.,-][0-9])")
_NORTH_AMERICAN = re.compile(
    r"(?<![\w+$€£])(?<![0-9][.,/-])(?:1[-. ])?(?:\([2-9][0-9]{2}\)[ -]?|[2-9][0-9]{2}([-.]))"
    r"[2-9][0-9]{2}(?(1)\1|[-. ])[0-9]{4}(?![\w]|[.,/-][0-9])"
)
_LOCAL = re.compile(r"(?<![\w+$€£])(?<![0-9][.,/-])\(?[0-9](?:[ ./()-]{0,2}[0-9]){6,14}(?![\w]|[.,/-][0-9])")
_WORDS = (
    "phone", "phones", "telephone", "tel", "tel.", "mobile", "mob", "cell", "cellphone", "fax", "call", "hotline",
    "helpline", "whatsapp", "contact", "dial", "text", "ph", "toll-free", "landline",
    "desk", "office", "direct",
    "telefon", "handy", "mobil", "rufnummer", "durchwahl", "fon", "telefax", "telefonnummer",
    "téléphone", "tél", "portable", "fixe", "télécopie", "teléfono", "tfno", "móvil", "celular", "telefono",
    "cellulare", "telefoon", "mobiel", "gsm", "telefone", "telemóvel", "telefonu", "tel:", "телефон", "тел",
    "电话", "電話", "هاتف",
)  # fmt: skip
_REGIONS = {
    "en": ("US", "GB", "AU", "IE", "IN", "ZA", "NZ"), "de": ("DE", "AT", "CH"), "fr": ("FR", "BE", "CH", "CA"),
    "es": ("ES", "MX", "AR", "CO", "CL", "PE"), "it": ("IT", "CH"), "nl": ("NL", "BE"), "pt": ("PT", "BR"),
    "pl": ("PL",), "sv": ("SE", "FI"), "da": ("DK",), "no": ("NO",), "nn": ("NO",), "fi": ("FI",), "cs": ("CZ",),
    "ru": ("RU", "KZ"), "uk": ("UA",), "tr": ("TR",), "el": ("GR",), "hu": ("HU",), "ro": ("RO",), "ja": ("JP",),
    "ko": ("KR",), "zh": ("CN", "TW", "HK"), "he": ("IL",), "ar": ("EG", "SA", "AE"), "ms": ("MY",), "id": ("ID",),
}  # fmt: skip
_ANYWHERE = ("US", "GB", "DE", "FR", "ES")
_POSSIBLE = (ValidationResult.IS_POSSIBLE, ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
_LABEL = re.compile(r"([^\W\d_]+)\.?[ \t]{0,3}(?:no\.?|nr\.?|number)?[ \t]{0,3}[:\n][\s(]{0,3}\Z")
_BEFORE = 30
MOST_CHECKED = 20_000
"""Beyond so many numbers in one unit they are counted by their form alone, with less confidence: time stays bounded."""


def find(scan: Scan) -> Iterator[Hit]:
    """Yields telephone and fax numbers as `personal:phone`.

    International numbers and the North American form stand for themselves; any other needs a word nearby.
    """
    checked = 0
    for match, regions, confidence in chain(_forms_alone(scan), _introduced(scan)):
        if scan.is_free(*match.span()):
            checked += 1
            if checked > MOST_CHECKED:
                yield Hit("personal:phone", *match.span(), confidence=confidence // 2)
            elif _exists(match.group(), regions):
                yield Hit("personal:phone", *match.span(), confidence=confidence)
            elif _is_labelled(scan, match.start()) and _may_exist(match.group(), regions):
                yield Hit("personal:phone", *match.span(), confidence=confidence - 25)


def _forms_alone(scan: Scan) -> Iterator[tuple[re.Match[str], tuple[str | None, ...], int]]:
    if "+" in scan.plain:
        for match in _INTERNATIONAL.finditer(scan.plain):
            yield match, (None,), 90
    for match in _NORTH_AMERICAN.finditer(scan.plain):
        yield match, ("US",), 75


def _introduced(scan: Scan) -> Iterator[tuple[re.Match[str], tuple[str | None, ...], int]]:
    words = tuple(word for word in _WORDS if word in scan.folded)
    if not words:
        return
    regions = _REGIONS.get(scan.language, ()) or _ANYWHERE
    for match in _LOCAL.finditer(scan.plain):
        if near(scan, match.start(), words, before=_BEFORE):
            yield match, regions, 80


def _is_labelled(scan: Scan, start: int) -> bool:
    """Says whether the number stands right after a word such as `Phone:`."""
    label = _LABEL.search(scan.folded[max(0, start - _BEFORE) : start])
    return label is not None and label[1] in _WORDS


def _may_exist(number: str, regions: tuple[str | None, ...]) -> bool:
    """Says whether the length fits, also without the area code: enough where a label says what it is."""
    for region in regions:
        with suppress(NumberParseException):
            if phonenumbers.is_possible_number_with_reason(phonenumbers.parse(number, region)) in _POSSIBLE:
                return True
    return False


def _exists(number: str, regions: tuple[str | None, ...]) -> bool:
    return any(_exists_in(number, region) for region in regions)


def _exists_in(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except NumberParseException:
        return False
