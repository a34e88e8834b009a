# SPDX-License-Identifier: Apache-2.0
"""Recognises organisations by what their names end, begin or are written with: legal forms, kinds of institutions."""

import re
from collections.abc import Iterator

from ream_classify.entities.named import Named, runs
from ream_classify.scan import Scan
from ream_classify.word_lists import word_lists

_FORMS = (
    r"Incorporated|Corporation|Enterprises|Sp\. z o\.o|Associates|ENTERPRISE|Companies|S\.à r\.l|Holdings"
    r"|Partners|Company|Holding|L\.L\.C|L\.L\.P|Limited|S\.A\.S|S\.L\.U|S\.p\.A|S\.r\.l|s\.r\.o|Gruppe|Group"
    r"|Trust|B\.V|CORP|Corp|GmbH|K\.K|L\.P|Ltda|N\.V|SARL|S\.A|S\.L|a\.s|e\.V|A/S|ASA|ApS|BHD|Bhd|INC|Inc|Kft"
    r"|LLC|LLP|LTD|Lda|Ltd|OHG|Oyj|PLC|Pte|Pty|SAS|SDN|Sdn|SpA|Srl|Zrt|mbH|plc|AB|AG|AS|BV|CO|Co|KG|LP|NV|Oy|SA"
    r"|SE|SL|UG|eG"
)
_WITH_FORM = re.compile(
    r"(?<![\w])(?=[A-Z0-9\u00c0-\u00de])(?![0-9]{3,}(?![\w]))"
    r"(?:[\w][\w'\u2019&+/-]{0,30}(?:\.[\w]{1,20}){0,4}\.?|&)(?:[ ](?:&|and|und|et|y|of|de|der|für"
    r"|(?![0-9]{3,}(?![\w]))[A-Z0-9\u00c0-\u00de][\w'\u2019.&+/-]{0,30}|\([A-Z][\w ]{0,20}\))){0,6}?"
    rf",?[ ](?:{_FORMS})\b\.?(?:[ ,]{{1,2}}(?:{_FORMS})\b\.?|[ ]&[ ]Co\b\.?){{0,3}}(?![\w])"
)
_ENDS = word_lists("names.yaml")["institutions"]
_BEGINS = re.compile(
    r"(?:University|Bank|Ministry|Department|House|Court|Institute|Universität|Universidad|Université|Banco|Banque"
    r"|Ministère|Ministerio) (?:of|de|des|für|der)\b"
)
_ARTICLES = (
    "The ",
    "Die ",
    "Der ",
    "Das ",
    "Le ",
    "La ",
    "El ",
    "And ",
    "In ",
    "At ",
    "By ",
    "For ",
    "With ",
    "From ",
    "A ",
    "Between ",
    "Our ",
)
_ROLE = re.compile(r"(?:CEO|CFO|COO|CTO|Chief|Chairman|Chairwoman|Head|Secretary|Treasurer) of (?:the )?")
# A sentence that ends inside: a word of four letters or more with a full stop, which no abbreviation of a name has.
_SENTENCE_END = re.compile(rf"\b(?!(?:{_FORMS})\.)[^\W\d_]{{4,30}}\. (?=[A-Z\u00c0-\u00de])")
_AND = re.compile(" and ")
_FAMILY = re.compile(
    r"(?<![\w])[A-Z][a-z]+, (?:[A-Z][a-z]+, )?[A-Z][a-z]+,? (?:and|&) (?:Co|Company|Sons"
    r"|[A-Z][a-z]+)\b\.?"
)
_LETTERS = re.compile(
    r"(?<![\w.])(?:NATO|UNESCO|UNICEF|WHO|WTO|IMF|OECD|NASA|ESA|FBI|CIA|SEC|FDA|EPA|IRS|BBC|CNN|NBC|CBS|ABC|FIFA"
    r"|UEFA|IOC|ITU|IEEE|ISO"
    r"|IBM|BMW|BASF|AT&T|HSBC|UBS|SAP|EADS|BT|GM|HP|AOL|EU|UN|UNO|ARD|ZDF|TÜV|ADAC)(?![\w])"
)


def find(scan: Scan) -> Iterator[Named]:
    """Yields organisations."""
    for match in _WITH_FORM.finditer(scan.text):
        start = match.start() + _before_name(match.group())
        if match.end() - start > _shortest(match.group()):
            yield Named("organisation", start, match.end(), 90, "legal form")
    for run in runs(scan.text):
        for start, end in _institutions(run.group()):
            yield Named("organisation", run.start() + start, run.start() + end, 75, "kind of institution")
    for match in _FAMILY.finditer(scan.text):
        yield Named("organisation", *match.span(), 85, "legal form")
    for match in _LETTERS.finditer(scan.text):
        yield Named("organisation", *match.span(), 70, "well-known letters")


def _institutions(run: str) -> Iterator[tuple[int, int]]:
    """Yields the run itself where it is an institution, else those of its parts around `and` that are one."""
    if _is_institution(run[_article(run) :]):
        yield _article(run), len(run)
        return
    place = 0
    for part in _AND.split(run):
        start = place + _article(part)
        if part != run and _is_institution(part[_article(part) :]):
            yield start, place + len(part)
        place += len(part) + len(" and ")


def _is_institution(name: str) -> bool:
    words = name.split()
    return len(words) > 1 and (_BEGINS.match(name) is not None or words[-1].rstrip(".") in _ENDS)


def _person(name: str) -> int:
    """A person with a title before the name is not part of it: `Dr. Holm of Acme Ltd`."""
    titled = name.split(" ", 1)[0].rstrip(".") in word_lists("names.yaml")["titles"]
    return name.find(" of ") + len(" of ") if titled and " of " in name else 0


def _before_name(found: str) -> int:
    """What stands before a name with a legal form and is not part of it: a sentence, an office, a title, an article."""
    least = _shortest(found)
    ends = (match.end() for match in _SENTENCE_END.finditer(found))
    start = max((end for end in ends if len(found) - end > least), default=0)
    name = found[start:]
    role = _ROLE.match(name)
    start += role.end() if role else _person(name)
    return start + _article(found[start:])


def _article(name: str) -> int:
    return next((len(one) for one in _ARTICLES if name.startswith(one)), 0)


def _shortest(name: str) -> int:
    """A name is more than its legal form."""
    return len(name.rsplit(" ", 1)[-1]) + 1
