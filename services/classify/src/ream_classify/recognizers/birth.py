# SPDX-License-Identifier: Apache-2.0
"""Recognises dates of birth: a real, full date right after words that introduce one."""

import re
from collections.abc import Iterator
from datetime import date

from ream_classify.scan import Hit, Scan

_WORDS = (
    "date of birth", "birth date", "birthdate", "birthday", "dob", "d.o.b.", "born", "born on",
    "geboren am", "geb. am", "geb.", "geboren", "geburtsdatum", "geburtstag",
    "né le", "née le", "né(e) le", "né(e)", "date de naissance",
    "nacido el", "nacida el", "fecha de nacimiento", "f. nacimiento",
    "nato il", "nata il", "data di nascita", "geboren op", "geboortedatum",
    "data de nascimento", "nascido em", "nascida em", "data urodzenia", "urodzony", "urodzona", "urodzony dnia",
    "urodzona dnia", "ur.", "ur. dnia", "födelsedatum", "född", "född den", "fødselsdato", "født", "født den",
    "syntynyt", "syntymäaika", "narozen", "narozena", "datum narození", "nar.", "narodený", "narodená",
    "dátum narodenia", "született", "születési idő", "születési dátum", "născut la", "născută la", "data nașterii",
    "doğum tarihi", "doğum tar.", "дата рождения", "родился", "родилась", "род.", "дата народження",
    "ημερομηνία γέννησης", "γεννήθηκε", "出生日期", "出生年月日", "生年月日", "생년월일", "تاريخ الميلاد", "תאריך לידה",
)  # fmt: skip
# The place of birth may stand between the word and the date.
_BORN_IN = (
    "born", "geboren", "geb.", "né", "née", "né(e)", "nacido", "nacida", "nato", "nata", "nascido", "nascida",
    "urodzony", "urodzona", "ur.", "född", "født", "syntynyt", "narozen", "narozena", "родился", "родилась",
    "născut", "născută",
)  # fmt: skip
MONTHS = {
    name: number
    for number, names in enumerate((
        "january jan januar janvier enero gennaio januari janeiro stycznia ledna ianuarie ocak января січня "
        "tammikuuta január",
        "february feb februar février fevrier febrero febbraio februari fevereiro lutego února februarie "
        "şubat февраля лютого helmikuuta február",
        "march mar märz maerz mars marzo maart março marca března martie mart марта березня maaliskuuta március",
        "april apr avril abril aprile kwietnia dubna aprilie nisan апреля квітня huhtikuuta április",
        "may mai mayo maggio mei maio maja maj května may\u0131s мая травня toukokuuta május",
        "june jun juni juin junio giugno junho czerwca června iunie haziran июня червня kesäkuuta június",
        "july jul juli juillet julio luglio julho lipca července iulie temmuz июля липня heinäkuuta július",
        "august aug août aout agosto augustus augusti sierpnia srpna ağustos августа серпня elokuuta augusztus",
        "september sep sept septembre septiembre settembre setembro września září septembrie eylül сентября "
        "вересня syyskuuta szeptember",
        "october oct okt oktober octobre octubre ottobre outubro października října octombrie ekim октября "
        "жовтня lokakuuta október",
        "november nov novembre noviembre novembro listopada listopadu noiembrie kas\u0131m ноября "
        "листопада marraskuuta",
        "december dec dez dezember décembre decembre diciembre dicembre dezembro grudnia prosince decembrie "
        "aral\u0131k декабря грудня joulukuuta",
    ), start=1)
    for name in names.split()
}  # fmt: skip
"""By lower-case name or abbreviation in many languages."""
_GAP = (
    r"[^\w]{0,8}(?:\((?:dd|mm|yyyy|jj|aaaa|tt|[/.-]){3,8}\)[^\w]{0,4})?"
    r"(?:on |am |le |el |il |op |the |em |den |dnia |la data de )?"
)
_PLACE = re.compile(
    r"(?:[ \n](?:in|at|à|a|au|aux|en|em|no|na|ad|te|w|we|i|v|ve|в|во|la)[ \n]|: ?)"
    r"(?P<name>[^\W\d_][^\d\n.;:!?,()]{0,40}?)(?: ?\([^()\n\d]{1,20}\))?,?"
    r"(?: (?:on|am|le|el|il|op|em|den|dnia|dne))?[ \n]"
    r"(?=[0-9]|[^\W\d_]{3,14}\.? [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4})"
)
_PARTICLES = frozenset((
    "am", "an", "auf", "bei", "der", "die", "im", "ob", "a", "aan", "den", "de", "del", "d'", "da", "das", "do",
    "dos", "di", "el", "in", "la", "las", "le", "les", "los", "y", "of", "on", "upon", "sur", "sous", "en", "van",
    "nad", "pod", "w",
))  # fmt: skip
# Who founds a company says of it, too, that it was born.
_NO_PERSON = (
    "company", "firm", "business", "brand", "group", "project", "idea", "concept", "foundation", "organisation",
    "organization", "corporation", "band", "club", "startup", "start-up", "league", "movement", "unternehmen", "firma",
    "marke", "gesellschaft", "verein", "entreprise", "société", "empresa", "sociedad", "azienda", "società", "bedrijf",
    "nation", "state", "republic", "euro", "internet", "web", "network", "product", "partnership",
)  # fmt: skip
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
_PLACE_REACH = 90
_SUBJECT = 40
_SUBJECT_WORDS = 4
_LETTERS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def find(scan: Scan) -> Iterator[Hit]:
    """Yields the dates as `personal:birth-date`; a place may stand between the word and the date."""
    for word in _WORDS:
        for start, end in scan.places(word):
            yield from _dated(scan, start, end)
    for word in _BORN_IN:
        for start, end in scan.places(word):
            place = _PLACE.match(scan.plain, end, end + _PLACE_REACH)
            if place and _is_name(place["name"]):
                yield from _dated(scan, start, place.end())


def _is_name(place: str) -> bool:
    """Says whether each word is written as in a name: with a capital letter, or one that stands in names of places."""
    first, *others = place.split()
    return first[0].isupper() and all(word[0].isupper() or word in _PARTICLES for word in others)


def _dated(scan: Scan, start: int, end: int) -> Iterator[Hit]:
    """Takes the date that stands right after `end`, unless the word at `start` is said of a company."""
    match = _DATE.match(scan.folded, end, end + _REACH)
    if match and _is_date(match) and scan.is_free(*match.span("date")) and not _is_of_a_company(scan, start):
        yield Hit("personal:birth-date", *match.span("date"), confidence=90)


def _is_of_a_company(scan: Scan, start: int) -> bool:
    sentence = re.split(r"[.;!?\n]", scan.folded[max(0, start - _SUBJECT) : start])[-1]
    return any(word in _NO_PERSON for word in _LETTERS.findall(sentence)[-_SUBJECT_WORDS:])


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
