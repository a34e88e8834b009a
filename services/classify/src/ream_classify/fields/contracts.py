# SPDX-License-Identifier: Apache-2.0
"""Finds the fields of a contract: its parties, the date it holds from, how long, and whose law governs it."""

import re
from collections.abc import Iterator

from ream_classify import dates
from ream_classify.entities import organisations, people
from ream_classify.entities.gazetteers import gazetteers
from ream_classify.fields.field import MOST_CHARACTERS, one_line
from ream_classify.scan import Scan
from ream_contracts.artifacts import KeyField, UnitText

_HEAD = 3_500
_LINE_END = re.compile(r"(?<!\n)\r?\n(?![\r\n])")
_BETWEEN = re.compile(
    r"\b(?:by and between|by and among|between|among|zwischen|entre|tra|tussen|agreement with|to:|made by|from)\b|"
    r"\bundersigned\b|\bin favor of\b"
)
_DEFINED = re.compile(
    r"[^.;()]{0,160}?\((?:the |each,? |collectively |hereinafter |together with [^()]{0,60}|im folgenden "
    r"|nachfolgend |ci-après |en adelante )?[^()]{0,40}"
    r"[\"\u201c\u201e\u00ab'][^\"\u201d\u201c\u00bb']{2,40}[\"\u201d\u201c\u00bb']"
)
_SIGNED = re.compile(r"\n[ \t]*(?:by ?:|signature|name ?:|title ?:|agreed and accepted|acknowledged)")
_LAW = re.compile(
    r"(?i:laws?|jurisdiction|courts?(?:\s+located)?)\s+(?i:and\s+\w+\s+)?(?i:of"
    r"|in)\s+(?i:the\s+)?(?i:(?:internal\s+)?laws\s+of\s+(?:the\s+)?)?"
    r"(?i:(?:state|commonwealth|province|republic|district|country)(?:\s+(?:and|or)\s+\w+)?(?:\s+courts?)?\s+(?:of"
    r"|in)\s+)?(?i:the\s+)?"
    r"(?P<place>[A-Z][A-Za-z]+(?:\s+(?:of\s+)?[A-Z][A-Za-z]+){0,2})"
)
_LAW_DE = re.compile(
    r"(?:recht der|gerichtsstand (?:ist"
    r"|für [^.]{0,80} ist))\s+(?P<place>[A-ZÄÖÜ][\wäöüß-]+(?:\s+[A-ZÄÖÜ][\wäöüß-]+)?)"
)
_GOVERNED = re.compile(r"govern|constru|interpret|enforce|unterlieg|angewend")
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11,
    "twelve": 12, "eighteen": 18, "twenty": 20, "twenty-four": 24, "thirty": 30, "thirty-six": 36, "sixty": 60,
    "ninety": 90,
    "ein": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "zwölf": 12, "un": 1, "deux": 2, "trois": 3,
}  # fmt: skip
_UNITS = {
    "year": "years",
    "month": "months",
    "day": "days",
    "jahr": "years",
    "monat": "months",
    "an": "years",
    "mois": "months",
    "año": "years",
}
_LENGTH = re.compile(
    rf"(?P<word>{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}"
    rf"|[0-9]{{1,3}})?\s*(?:\((?P<digits>[0-9]{{1,3}})\))?\s*[- ]?\s*"
    r"(?P<unit>year|month|jahr|monat|an|mois|año)(?:s|en|e|n|es)?\b"
)
_TERM = re.compile(
    r"term of (?:this|the) agreement|this agreement (?:shall|will)[^.]{0,60}(?:expire|terminate|continue|remain"
    r"|be effective)|shall (?:expire|terminate|survive|remain in (?:full )?(?:force|effect))|for a (?:period|term) of|"
    r"obligations?[^.]{0,80}(?:for|of)|confidentiality[^.]{0,60}(?:for|of)|period of|term of|laufzeit|dauer|durée"
    r"|duración|survive|expire|terminate"
)
_OTHER_TERM = re.compile(
    r"solicit|hire|employ|stand ?still|compete|severance|salary|base pay|notice|purchase"
    r"|acquire|following the (?:termination|closing)"
)
_OF_IT_ALL = re.compile(r"this (?:letter )?agreement|obligations|confidentiality|these terms|vertrag|accord")
_EFFECTIVE = re.compile(
    r"effective (?:date|as of)|as of|entered into|made (?:and entered|this|on|as of)|dated|this|stand vom|in kraft"
    r"|geschlossen am|en date du|fecha"
)


def find(unit: UnitText) -> Iterator[KeyField]:
    """Yields parties from the begin of the first unit, and date, term and law from where they are said."""
    # A name goes on over the end of a line: lines of a paragraph are one here, and every place stays.
    text = _LINE_END.sub(lambda match: " " * len(match.group()), unit.text[:MOST_CHARACTERS])
    scan = Scan(text, "en")
    if unit.unit == 1:
        yield from _parties(scan, unit.unit)
        yield from _effective(scan, unit.unit)
    yield from _law(text, unit.unit)
    yield from _term(scan.folded, text, unit.unit)


def _parties(scan: Scan, unit: int) -> Iterator[KeyField]:
    """Names after `between` or before a defined word: the contract says whose it is where it begins."""
    head = Scan(scan.text[:_HEAD], scan.language)
    starts = [match.end() for match in _BETWEEN.finditer(head.folded)]
    seen: set[str] = set()
    named = sorted((*organisations.find(head), *people.find(head)), key=lambda one: (one.start, -one.end))
    last = 0
    for one in named:
        if one.start < last or one.source in ("well-known letters", "kind of institution"):
            continue
        value = one_line(scan.text[one.start : one.end])
        near = any(0 <= one.start - start <= 250 for start in starts)
        defined = _DEFINED.match(scan.text, one.end, one.end + 260) is not None
        if (near or defined) and value.casefold() not in seen:
            seen.add(value.casefold())
            last = one.end
            confidence = 85 if near and defined else 65
            yield KeyField("contract", "party", value, value.strip(" ,."), unit, one.start, one.end, confidence)


def _effective(scan: Scan, unit: int) -> Iterator[KeyField]:
    found = []
    for dated in dates.find(scan.folded[:_HEAD], month_first=dates.order(scan.text) == "month"):
        before = scan.folded[max(0, dated.start - 60) : dated.start]
        words = [match.end() for match in _EFFECTIVE.finditer(before)]
        confidence = 85 if words and "effective" in before else 75 if words else 45
        text = one_line(scan.text[dated.start : dated.end])
        found.append(KeyField("contract", "effective_date", text, dated.iso, unit, dated.start, dated.end, confidence))
    if found:
        yield max(found, key=lambda field: (field.confidence, -field.start))


def _law(text: str, unit: int) -> Iterator[KeyField]:
    known = gazetteers()
    for match in _LAW.finditer(text):
        place = _known(one_line(match["place"]), known.places)
        if place:
            governed = _GOVERNED.search(text[max(0, match.start() - 160) : match.start()].lower())
            start = match.start("place")
            yield KeyField(
                "contract", "jurisdiction", place, place, unit, start, match.end("place"), 90 if governed else 60
            )
    for match in _LAW_DE.finditer(text):
        yield KeyField("contract", "jurisdiction", match["place"], match["place"], unit, *match.span("place"), 75)


def _known(place: str, places: frozenset[str]) -> str:
    words = place.split()
    return next((" ".join(words[:size]) for size in range(len(words), 0, -1) if " ".join(words[:size]) in places), "")


def _term(folded: str, text: str, unit: int) -> Iterator[KeyField]:
    for match in _LENGTH.finditer(folded):
        count = match["digits"] or match["word"]
        if not count:
            continue
        number = int(count) if count.isdigit() else _NUMBERS[count]
        before = folded[max(0, match.start() - 200) : match.start()]
        words = list(_TERM.finditer(before))
        close = bool(words) and len(before) - words[-1].end() < 40
        # What else lasts so long is said in the same sentence.
        around = before[-160:].rpartition(". ")[2] + folded[match.end() : match.end() + 60].partition(".")[0]
        if close and 0 < number < 100 and not _OTHER_TERM.search(around):
            normal = f"{number} {_UNITS[match['unit']]}"
            confidence = 85 if _OF_IT_ALL.search(before) else 65
            yield KeyField(
                "contract", "term", one_line(text[match.start() : match.end()]), normal, unit, *match.span(), confidence
            )
