# SPDX-License-Identifier: Apache-2.0
"""Recognises postal addresses: a street with its number, and the place and postal code that go with it."""

import re
from collections.abc import Iterator
from heapq import merge

from ream_classify.scan import Hit, Scan

_NAME = r"(?:[^\W\d_a-zß-öø-ÿ][^\W\d_]{0,24}+(?:['\u2019.-][^\W\d_]{1,24}+){0,2}+\.?|[0-9]{1,3}(?:st|nd|rd|th))"
_NUMBER = r"[0-9]{1,6}(?:[ ]?[-/][ ]?[0-9]{1,5}|[ ]?[A-Za-z](?![\w]))?"
_SMALL = (
    r"(?:de|del|de la|des|du|da|do|dos|la|le|les|las|los|van|van de|van den|van der|der|den|of|the|di|della|dei|d'|l'|y"
    r"|e)"
)
_NAMES = rf"(?:{_SMALL}[ ])?{_NAME}(?:[ ](?:{_SMALL}[ ])?{_NAME}){{0,3}}"

_ENGLISH_TYPES = (
    "Street|St|Avenue|Ave|Av|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Square|Sq|Terrace|Ter|Parkway"
    "|Pkwy|Highway|Hwy|Circle|Cir|Crescent|Cres|Close|Trail|Trl|Turnpike|Alley|Row|Gardens|Grove|Quay|Mews|Walk|Wharf"
    "|Plaza|Esplanade|Parade|Freeway|Expressway|Route|Rte|Center|Centre|Loop|Pike|Broadway|Green|Hill|Rise|Pass|Crossing"
)
_ENGLISH = (
    rf"{_NUMBER},?[ ](?:[NSEW]{{1,2}}\.?[ ])?(?:{_NAME}[ ]){{1,4}}(?:{_ENGLISH_TYPES})\b\.?(?:[ ][NSEW]{{1,2}}\b\.?)?"
)
_ENDED = (
    r"(?:str\.|straße|strasse|gasse|allee|platz|damm|ufer|chaussee|straat|laan|plein|gracht|kade|gatan|vägen|väg"
    r"|gränd|veien|vegen|vej|gade|gata|torget|katu|tie|polku|utca|ring|weg|steig|dijk|singel|vænget|allé)"
)
_GERMANIC = (
    rf"(?:[^\W\d_a-zß-öø-ÿ][\w.'\u2019-]{{0,30}}?{_ENDED}|(?:[^\W\d_a-zß-öø-ÿ][\w.'\u2019-]{{0,24}}[ -]){{1,3}}"
    rf"(?:Straße|Strasse|Str\.|Allee|Platz|Weg|Ring|Damm|Ufer|Gasse|Laan|Straat|Plein|Markt))[ ]{_NUMBER}"
)
_FRENCH = (
    rf"{_NUMBER}(?:[ ](?:bis|ter|quater))?,?[ ](?i:rue|avenue|av\.|boulevard|bd|place|chemin|allée|impasse|quai|route"
    rf"|cours|square|passage|faubourg|sentier|voie|esplanade)[ ]{_NAMES}"
)
_ROMANCE = (
    r"(?:(?:Calle|C/|C\.|Avenida|Avda\.?|Av\.|Plaza|Pza\.?|Paseo|P\.º|Camino|Carrera|Ronda|Travesía|Carretera|Ctra\.|Via|Viale"
    r"|Piazza|Piazzale|Corso|Largo|Vicolo|Strada|Rua|Travessa|Praça|Alameda|Estrada|ul\.|ulica|al\.|aleja|pl\.|ulice"
    r"|str\.|Strada|Bulevardul|calle|via|rua|avenida|plaza|piazza|JALAN|Jalan|JLN|Jln|Jl\.|LORONG|Lorong|PERSIARAN|Persiaran|LEBUH)"
    rf"[ ]?{_NAMES}(?:[ ][0-9]{{1,2}}/[0-9]{{1,3}}[A-Z]?)?,?[ ](?:n\.?[º°o]?[ ]?|nº[ ]?|núm\.[ ]?)?{_NUMBER})"
)
_MALAY = (
    r"(?:(?:LOT|Lot|NO|No|UNIT|Unit)\b[.: ]{0,3}[A-Z]{0,3}-?[0-9]{1,6}[A-Za-z]?"
    r"(?:[ ]?[-&,./][ ]?[A-Z]?[0-9]{1,5}[A-Z]?){0,4}[., ]{1,3}"
    r"(?i:jalan|jln|jl\.|lorong|persiaran|lebuh|lebuhraya|taman|kampung|kg\.)[ ][\w./() -]{2,40})"
)
_BOX = (
    r"(?:(?:P\.?[ ]?O\.?[ ]?Box|PO[ ]Box|Post(?:al)?[ ]Box|Postfach|Postbus|Boîte postale|B\.P\."
    r"|Apartado(?: de correos)?|Casella postale|Caixa postal|PSC)[ ]{0,2}(?:n[º°.][ ]?)?"
    r"[0-9](?:[ ]?[0-9]){0,8}(?![0-9])(?:,?[ ]Box[ ][0-9]{1,5})?)"
)
_MILITARY = (
    r"(?:[Uu]nit[ ][0-9]{4}[ ][Bb]ox[ ][0-9]{4}|(?:USNS|USS|USCGC)[ ][A-Z][a-z]{2,20})(?=,?\s{1,2}(?i:[adf]po)[ ])"
)
_STREET = re.compile(
    rf"(?<![\w$€£#.,/-])(?:(?:[0-9]{{2,6}}[ ])?(?:{_ENGLISH}|{_FRENCH}|{_GERMANIC}|{_ROMANCE})|{_MALAY}|{_BOX}"
    rf"|{_MILITARY})(?![\w])"
)
# After words that say so, a name with a number is an address whatever the street is called.
_SAID = re.compile(
    r"\b(?:(?:my|our|your|his|her|the|new|home|mailing|postal|billing|shipping)[ ]address(?:[ ]is|:)|address:"
    r"|lives?[ ]at|resid(?:es|ing)[ ]at|located[ ]at|anschrift:|adresse[ ]?:|wohnhaft(?:[ ]in)?|demeurant(?:[ ]au)?"
    r"|domicilié(?:e)?[ ]au|domicili(?:o|ado|ada)[ ]en|dirección:|indirizzo:|residente[ ]in|adres:)\s{1,3}"
)
_ANY_STREET = re.compile(rf"(?:[0-9]{{2,6}}[ ])?(?:{_NUMBER}[ ]{_NAMES}|{_NAMES}[ ]{_NUMBER})(?![\w])")

_GAP = r"[ ]{0,2}(?:,|\\,|\n|;|·|\||-|\u2013)?[ ,]{0,2}\n?[ ]{0,8}"
_UNIT = (
    r"(?:(?i:apt|apartment|suite|ste|unit|room|rm|flat|floor|fl|building|bldg|box|piso|étage|stock|etage|bus|level"
    r"|p\.o\. box)\b[.:#]{0,2}[ ]?[A-Z]?[0-9]{0,5}[A-Z]?\b|#[ ]?[0-9]{1,5}[A-Z]?|[0-9]{1,3}(?:st|nd|rd|th)[ ][Ff]loor)"
)
_CODE = (
    r"(?:[A-Z]{1,2}[0-9][0-9A-Z]?[ ][0-9][A-Z]{2}|[A-Z][0-9][A-Z][ -]?[0-9][A-Z][0-9]"
    r"|(?i:[adf]po)[ ](?i:a[aep])[ ][0-9]{5}|[0-9]{4}[ ]?[A-Z]{2}\b"
    r"|(?:[A-Z]{1,2}-)?[0-9]{5}(?:-[0-9]{3,4})?|[0-9]{4}(?:-[0-9]{3})?|[0-9]{3}[ ][0-9]{2}|[0-9]{2}-[0-9]{3}|[0-9]{6})"
    r"(?![\w]|[.,][0-9])"
)
_STATE = r"(?:[A-Z]{2}\b|[A-Z][a-z]{3,13}(?:[ ][A-Z][a-z]{3,9})?)"
_TOWN = (
    r"(?:[^\W\d_a-zß-öø-ÿ][^\W\d_]{1,24}+(?:[ '\u2019/-][^\W\d_]{1,20}+){0,3}(?:[ ](?:Cedex|CEDEX)(?:[ ][0-9]{1,2})?)?)"
)
_WITH_CODE = re.compile(
    rf"(?:{_GAP}{_UNIT}){{0,2}}(?:{_GAP}{_TOWN}){{0,2}}?{_GAP}(?:{_CODE}(?:[ ,]{{1,2}}\n?{_TOWN})?"
    rf"|{_TOWN},?[ ]{{1,2}}(?:{_STATE},?[ ]{{1,2}})?{_CODE}|{_STATE},?[ ]{{1,2}}{_CODE})(?![\w])"
)
_WITH_UNIT = re.compile(rf"(?:{_GAP}{_UNIT}){{1,2}}")
_REACH = 180
_STREET_ALONE = 60
_SAID_ALONE = 70
_NO_END = " -(/"
_RINGS = frozenset({"de", "nl", "sv", "da", "no", "nn", "nb", "fi", "lb"})
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
# `During 2017` and `Offering 2018` end as German streets do.
_LIKE_ENGLISH = re.compile(r"\w*(?:ing|tie) ")


def find(scan: Scan) -> Iterator[Hit]:
    """Yields addresses as `personal:address`, surer where a postal code stands behind the street."""
    done = 0
    streets = ((match, _STREET_ALONE) for match in _STREET.finditer(scan.plain))
    for match, alone in merge(streets, _said(scan), key=lambda one: one[0].start()):
        if match.start() < done or (scan.language not in _RINGS and _LIKE_ENGLISH.match(match.group())):
            continue
        end, confidence = _extended(scan.plain, match.end(), alone)
        if confidence == _STREET_ALONE and _YEAR.search(match.group()):
            continue
        if scan.is_free(match.start(), end):
            done = end
            yield Hit("personal:address", match.start(), end, confidence)


def _said(scan: Scan) -> Iterator[tuple[re.Match[str], int]]:
    for words in _SAID.finditer(scan.folded):
        if match := _ANY_STREET.match(scan.plain, words.end(), words.end() + _REACH):
            yield match, _SAID_ALONE


def _extended(text: str, end: int, alone: int) -> tuple[int, int]:
    """Returns where the address ends with what follows the street, and how sure it is."""
    limit = end + _REACH
    if place := _WITH_CODE.match(text, end, limit):
        return place.end(), 90
    if unit := _WITH_UNIT.match(text, end, limit):
        return unit.end(), 75
    while text[end - 1] in _NO_END or text[end - 2 : end] == " .":
        end -= 1
    return end, alone
