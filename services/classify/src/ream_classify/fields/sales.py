# SPDX-License-Identifier: Apache-2.0
"""Finds the fields of a receipt or invoice: who sold, where, when, for how much, and by which number."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from stdnum.eu import vat

from ream_classify import dates
from ream_classify.entities.gazetteers import gazetteers
from ream_classify.fields import totals
from ream_classify.fields.field import Line, field_of, lines
from ream_classify.fields.totals import MONEY, cents
from ream_classify.recognizers import address, iban
from ream_classify.scan import Scan
from ream_contracts.artifacts import KeyField, UnitText

_HEAD = 14
_LEGAL = re.compile(
    r"\b(?:sdn\.? ?bhd|bhd|s/b|enterprise|trading|company|co\.|corp|corporation|inc|llc|ltd|limited|plc|gmbh|ag|kg"
    r"|ohg|b\.v|bv|n\.v"
    r"|s\.a|sa|sas|sarl|s\.l|s\.r\.l|srl|s\.p\.a|oy|ab|a/s|aps|pty|holdings?|group|syarikat|e\.k|lda|ltda"
    r"|sp\. ?z ?o\.o|s\.c|sarl|eurl|aktiebolag|gbr)\b"
)
_TRADE = re.compile(
    r"\b(?:restaurant|restoran|cafe|hardware|stores?|shop|supermarket|mart|market|pharmacy|hotel|bakery|services"
    r"|industries|machinery"
    r"|stationery|books?|kedai|perniagaan|bistro|pub|pasar|apotheke|bäckerei|markt|tienda|boulangerie)\b"
)
_NO_COMPANY = re.compile(
    r"(?:tax )?invoice|receipt|rechnung|facture|factuur|factura|fattura|cash (?:sales|bill)|bill to|ship to|welcome"
    r"|thank|date|datum|fecha"
    r"|page|seite|tel\b|phone|fax|gst|vat\b|reg\b|customer|kunde|klant\b|cliente?\b|nabywca|recipient|empfänger|destinata|spett|copy|duplicate|table|order|www\.|http|@|total"
    r"|^[\W\d_]*$"
)
_DOTTED_FORM = re.compile(r"(?<!\w)(?:\w{1,2}\.){2,4}$")
_SENDER = re.compile(r"[ \t]{1,8}[·•∙|][ \t]{1,8}")
_TO = re.compile(
    r"^(?:(?:bill|ship|sold|invoice|deliver)(?:e?d)? to|to|for|attn|an|rechnung an|client|cliente"
    r"|klant|kunde|customer|rechnungsempfänger|empfänger|lieferadresse|rechnungsadresse|facturé à|adressé à"
    r"|destinataire|destinatario|facturar a|spett(?:\.le|abile)|nabywca|aan|billing address|shipping address)[ .:]*$"
)
_TO_ANOTHER = 35
_NUMBERED = re.compile(r"\s*\((?:co\.? ?reg[^()]*|[A-Za-z]{0,3}[0-9]{5,12}[- ]?[A-Za-z]?)\)?$")
_REGISTERED = re.compile(
    r"(?:co\.? ?\.?reg|reg(?:istration)?\.? ?no|\([a-z]{0,3}[0-9]{5,12}[- ]?[a-z]\)|gst|roc"
    r"|company no)"
)
_ADDRESS = re.compile(
    r"\b(?:jalan|jln|lot|taman|kawasan|lorong|persiaran|street|st\.|road|rd|avenue|ave|lane|drive|blvd|suite|floor"
    r"|building|plaza|level|bangunan|block|blok|wisma|menara|kompleks|seksyen|section"
    r"|straße|strasse|str\.|platz|weg|rue|boulevard|calle|avenida|via|piazza|straat|laan|weena|p\.?o\.? box"
    r"|postfach)\b|^no\.? ?[0-9]"
    r"|\b[0-9]{5}\b|\b[0-9]{4} ?[a-z]{2}\b|selangor|johor|kuala lumpur|darul|pahang|perak|kedah|melaka"
    r"|pulau pinang|penang|sabah|sarawak|negeri sembilan|malaysia|^[0-9]{1,5}[a-z]?,? "
    # Streets of Germanic languages are one word with their kind, and their number follows.
    r"|\b[^\W\d_]{2,30}(?:straße|strasse|str\.?|gasse|allee|platz|weg|damm|ufer|straat|laan|plein|gracht|kade|dijk|singel"
    r"|gatan|vägen|veien|vegen|vej|gade|gata)[ ,]{1,3}[0-9]{1,4}(?![0-9.]*[,.][0-9])"
)
_POSTCODE = re.compile(
    r"\b[0-9]{5}\b|\b[0-9]{4} ?[A-Z]{2}\b|^(?:[A-Z]{1,2}[- ])?[0-9]{4} [A-ZÀ-Þ][^\W\d_]"
    r"|\b[0-9]{4}-[0-9]{3} [A-ZÀ-Þ]|\b[0-9]{2}-[0-9]{3} [A-ZÀ-Þ]"
    r"|\b[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}\b|\b[A-Z][0-9][A-Z] [0-9][A-Z][0-9]\b"
)
_HOUSE = re.compile(r"^[^\W\d_][^\d\n]{2,40} [0-9]{1,4} ?[a-z]?$")
_NO_ADDRESS = re.compile(
    r"(?:invoice|receipt|involce|guest check|rechnung|facture|factuur|factura|fattura|fatura|faktura|quittung)"
    r"|\b(?:tel|phone|fax|gst|e-?mail|www|http|date|cashier|bill|reg\b|co\.? ?reg|vat|iban|order"
    r"|customer|tax|hp|h/p|"
    r"table|doc|open|total|website|kvk|btw|siret|datum|fecha|telefon|kunde|kundennummer|client|ust-id\w*"
    r"|steuernummer|p\.? ?iva|n\.?i\.?[fp]|cif|anzahl|menge|betrag)\b"
    r"|[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{2,4}|@|[0-9]{2,3}-[0-9]{6,8}"
    r"|\([0-9]{5,}-?[a-z]\)|[0-9]{1,2}:[0-9]{2}"
)
_DATE_WORD = re.compile(
    r"\b(?:invoice date|date of invoice|rechnungsdatum|date de facture|factuurdatum|fecha de factura|data fattura"
    r"|date|datum|fecha|data"
    r"|tarikh|dated?)\b"
)
_EITHER = 15
_OTHER_DATE = re.compile(
    r"due|fällig|limite|zahlbar|échéance|vervaldatum|vencimiento|deliver|liefer|order|bestel|expir"
    r"|period|from|until|print"
)
_CONTACT = re.compile(r"@|www\.|http|tel\b|phone|iban|vat\b|btw|kvk|ust-id|siret|\([0-9]{3}\)-?[0-9]{3}")
_NUMBER = re.compile(
    r"(?:invoice|rechnung(?:s)?|facture|factuur|factura|fattura|fatura|faktura(?: vat)?|credit note|gutschrift|avoir"
    r"|creditnota|inv|bill|receipt|document|doc)[ .-]{0,2}(?:number"
    r"|nummer|nr|no|num|numéro|n°|nº|n\.|#)?"
    r"[ .:#°º-]{0,6}(?P<value>[a-z]{0,6}[-/ ]?[0-9][a-z0-9/-]{2,20})(?![\w.,]*[0-9][.,][0-9])"
)
_PREFIXED = re.compile(r"[a-z]{1,6}[/-]")
_NUMBER_SHORT = re.compile(
    r"\b(?:invoice|rechnung(?:s)?|facture|factuur|factura|fattura|fatura|faktura(?: vat)?|credit note|gutschrift|avoir"
    r"|creditnota)[ .-]{0,2}(?:(?:number|nummer|nr|no|num|numéro|n°|nº|n\.|#)[ .:#°º-]{0,6}[a-z]{0,5}[-/]?[0-9]{1,6}"
    r"|[a-z]{1,5}-[0-9]{1,6})(?![\w/-]|[.,][0-9]| ?(?:of|von|de|/))"
)
_NUMBER_HEAD = re.compile(
    r"\b(?:invoice|rechnung|facture|factuur|factura|fattura)[ .-]{0,2}(?:number|nummer|nr|no|num|numéro|n°|nº|#)?[.:]?$"
)
_VAT = re.compile(
    r"\b(?:AT ?U[0-9]{8}|DE ?[0-9]{9}|FR ?[0-9A-Z]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}"
    r"|NL ?[0-9]{9} ?B[0-9]{2}|ES ?[A-Z][0-9]{7}[A-Z0-9]|IT ?[0-9]{11}|BE ?0[0-9]{9}|GB ?[0-9]{9})\b"
)
_VAT_SPACED = re.compile(rf"\b(?:{'|'.join(sorted(vat.MEMBER_STATES)).upper()})(?:[ .]?[0-9A-Z]){{8,12}}\b")
_YOURS = re.compile(r"\b(?:uw|your|ihre|votre|su|vostra)\b")


def find(unit: UnitText, kind: str) -> Iterator[KeyField]:
    """Yields at most one field of each name, the surest."""
    listed = list(lines(unit.text))
    base = KeyField(kind, "", "", "", unit.unit, 0, 0, 0)
    finders: tuple[Callable[[Sequence[Line]], Iterator[KeyField]], ...] = (
        _company,
        _date,
        totals.total,
        totals.net,
        _number,
        _vat,
        _iban,
    )
    for finder in finders:
        best = max(finder(listed), key=_rank, default=None)
        if best is not None:
            yield replace(best, document=base.document, unit=base.unit)
            if best.name == "company":
                address = _address(listed, best.start)
                if address is not None:
                    yield replace(address, document=base.document, unit=base.unit)


def _rank(field: KeyField) -> tuple[int, int, int]:
    """The surest first; of totals that are as sure the largest, since parts of it are called total too."""
    return field.confidence, cents(field.normal) if field.name == "total" else 0, -field.start


def _company(listed: Sequence[Line]) -> Iterator[KeyField]:
    """Weighs the first lines, and any line with an address and ways to reach somebody below it.

    A legal form, and a registration or address soon after, make a name of a seller.
    """
    placed = len(listed)
    for place, written in enumerate(listed):
        line = _before_address(written)
        above = listed[place - 1].text if place else ""
        if _TO.search(above.lower()):
            continue  # it is who is asked to pay
        if above.endswith("&") or above.count("(") > above.count(")"):
            continue  # it is the rest of a name
        legal, trade = _LEGAL.search(line.folded), _TRADE.search(line.folded)
        if not _may_name(line, legal=legal is not None):
            continue
        following = listed[place + 1 : place + 6]
        if place < _HEAD:
            if not legal and line is written and _begins_address(listed[place : place + 2]):
                continue
            points = 55 - 4 * place + (30 if legal else 3 if trade else 0)
            points += 10 if any(_REGISTERED.search(one.folded) for one in following) else 0
            addressed = line is not written or any(_is_address(one) for one in following[:2])
            points += 10 if addressed else 0
            # Below one with an address stands who is written to.
            points -= _TO_ANOTHER if addressed and placed < place and _ends_address(listed[placed:place]) else 0
            placed = min(placed, place) if addressed else placed
        elif following and _is_street(following[0]) and any(_CONTACT.search(one.folded) for one in following):
            points = 62
        else:
            continue
        name, end = _whole_name(line, following if line is written else (), legal=legal is not None)
        bare = _NUMBERED.sub("", name).strip(" ,:-")
        normal = bare if _DOTTED_FORM.search(bare) else bare.strip(" .,:-")
        yield KeyField("", "company", name, normal, 1, line.start, end, max(5, min(95, points)))


def _before_address(line: Line) -> Line:
    """Cuts the sender's line of an address window to the name: `Feldahorn GmbH · Lindenweg 7 · 10115 Berlin`."""
    cut = _SENDER.search(line.text)
    if not cut or not _POSTCODE.search(line.text, cut.end()):
        return line
    return Line(line.text[: cut.start()], line.folded[: cut.start()], line.start)


def _ends_address(between: Sequence[Line]) -> bool:
    return any(_POSTCODE.search(line.text) for line in between)


def _may_name(line: Line, *, legal: bool) -> bool:
    own = _NUMBERED.sub("", line.text)
    letters = sum(letter.isalpha() for letter in own)
    if letters < 3 or letters * 2 < len(own) or _NO_COMPANY.search(line.folded) or MONEY.search(line.folded):
        return False
    return legal or not _ADDRESS.search(line.folded)


def _is_address(line: Line) -> bool:
    return _ADDRESS.search(line.folded) is not None or _is_street(line)


def _is_street(line: Line) -> bool:
    return next(address.find(Scan(line.text)), None) is not None


def _whole_name(line: Line, following: Sequence[Line], *, legal: bool) -> tuple[str, int]:
    """Adds the lines over which a name goes on: until its legal form, or after an `&`."""
    name, end = line.text, line.end
    for one in following[:2]:
        goes_on = name.endswith(("&", "-")) or name.count("(") > name.count(")")
        goes_on = goes_on or (not legal and _LEGAL.search(one.folded) is not None)
        if not goes_on or _NO_COMPANY.search(one.folded) or (_ADDRESS.search(one.folded) and not goes_on):
            break
        name, end, legal = f"{name} {one.text}", one.end, _LEGAL.search(one.folded) is not None
    return name, end


def _address(listed: Sequence[Line], company: int) -> KeyField | None:
    """Takes the lines after the seller's name that look like an address, until one that does not."""
    of_sender = next((line for line in listed if line.start == company), None)
    if of_sender is not None and (own := _before_address(of_sender)) is not of_sender:
        return _of_sender(of_sender, len(own.text))
    below = [line for line in listed if line.start > company][:8]
    while below and not _begins_address(below):
        below.pop(0)
    taken: list[Line] = []
    ended = False
    for line in below:
        if _no_address(line) or len(taken) == 5 or (ended and not _goes_on(taken[-1], line)):
            break
        taken.append(line)
        ended = ended or _POSTCODE.search(line.text) is not None
    if not taken:
        return None
    text = " ".join(line.text for line in taken)
    confidence = 80 if _POSTCODE.search(text) else 55
    return KeyField("", "address", text, text.strip(" ,."), 1, taken[0].start, taken[-1].end, confidence)


def _of_sender(line: Line, name: int) -> KeyField:
    """The address in the line of the sender, behind the name."""
    cut = _SENDER.match(line.text, name)
    start = cut.end() if cut else name
    normal = ", ".join(part.strip(" ,.") for part in _SENDER.split(line.text[start:]))
    return field_of("address", line, 80, normal, (start, len(line.text)))


def _begins_address(below: Sequence[Line]) -> bool:
    """Says whether the first line looks like an address, or ends with a house number above a postcode."""
    if _no_address(below[0]):
        return False
    if _is_address(below[0]):
        return True
    return len(below) > 1 and bool(_HOUSE.search(below[0].folded) and _POSTCODE.match(below[1].text))


def _no_address(line: Line) -> bool:
    """Says whether a line is about something else; so is one that ends with a price."""
    priced = list(MONEY.finditer(line.folded))
    return _NO_ADDRESS.search(line.folded) is not None or bool(priced and priced[-1].end() == len(line.folded))


def _goes_on(above: Line, line: Line) -> bool:
    """Says whether an address of which the postcode is past has one more line."""
    if above.text.endswith((",", "-")) or line.text.startswith("(") or _ADDRESS.search(line.folded):
        return True
    places = gazetteers().places
    return any(word.strip(" .,:").title() in places for word in (line.text, *line.text.split(",")))


def _date(listed: Sequence[Line]) -> Iterator[KeyField]:
    """Weighs dates by the word before; where day and month may be either and the paper does not tell, less surely."""
    before = ""
    order = dates.order("\n".join(line.text for line in listed))
    for place, line in enumerate(listed):
        for dated in dates.find(line.folded, month_first=order == "month"):
            said = line.folded[: dated.start] + " " + before
            points = 70 if place < 40 else 55
            points += 20 if _DATE_WORD.search(said) or _NUMBER.search(said) else 0
            points -= 30 if _OTHER_DATE.search(said) else 0
            points -= _EITHER if not order and dated.confidence <= dates.EITHER else 0
            yield field_of("date", line, max(5, points), dated.iso, (dated.start, dated.end))
        before = line.folded if len(line.folded) < 40 else ""


def _iban(listed: Sequence[Line]) -> Iterator[KeyField]:
    for line in listed:
        for hit in iban.find(Scan(line.text)):
            value = line.text[hit.start : hit.end]
            yield field_of("iban", line, 95, re.sub(r"[ .-]", "", value).upper(), (hit.start, hit.end))


def _number(listed: Sequence[Line]) -> Iterator[KeyField]:
    for place, line in enumerate(listed):
        match = _NUMBER.search(line.folded)
        if match and sum(letter.isdigit() for letter in match["value"]) >= 3 and not dates_only(match["value"]):
            start, end = match.span("value")
            yield field_of(
                "number", line, 85 if place < 60 else 60, line.text[start:end].replace(" ", ""), (start, end)
            )
        elif short := _NUMBER_SHORT.search(line.folded):
            start = line.text.rfind(" ", 0, short.end()) + 1
            yield field_of("number", line, 80, line.text[start : short.end()].lstrip(":#.°º"), (start, short.end()))
        elif _NUMBER_HEAD.search(line.folded) and len(line.text.split()) > 1 and place + 1 < len(listed):
            # The last head of a table, and the last value of the row below it.
            below = listed[place + 1]
            value = below.text.split()[-1]
            digits = sum(letter.isdigit() for letter in value)
            if " " in below.text and digits >= 4 and not MONEY.search(value) and not dates_only(value.lower()):
                yield field_of("number", below, 65, value, (len(below.text) - len(value), len(below.text)))


def dates_only(value: str) -> bool:
    """Says whether what stands after `invoice` is its date and not its number."""
    return not _PREFIXED.match(value) and next(dates.find(value), None) is not None


def _vat(listed: Sequence[Line]) -> Iterator[KeyField]:
    """The seller's tax number, however it is spaced: its check digits tell it from what only looks like one."""
    for line in listed:
        sure = 40 if _YOURS.search(line.folded) else 90
        for match in _VAT_SPACED.finditer(line.text):
            number = re.sub(r"[ .]", "", match.group())
            if vat.is_valid(number):
                yield field_of("vat", line, sure, number, match.span())
        if common := _VAT.search(line.text):
            yield field_of("vat", line, sure - 5, common.group().replace(" ", ""), common.span())
