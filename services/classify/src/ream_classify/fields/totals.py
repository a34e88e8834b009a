# SPDX-License-Identifier: Apache-2.0
"""Finds what a receipt or invoice comes to: the total with tax, and the amount before it."""

import re
from collections.abc import Iterator, Sequence

from ream_classify import amounts
from ream_classify.fields.field import Line, field_of
from ream_contracts.artifacts import KeyField

_CURRENCY = r"[$€£¥₹]|rm|eur|usd|gbp|chf|jpy|inr|pln|sek|nok|dkk|cad|aud|sgd|cny|krw|huf|czk|kr\.?|zł|rs\.?"
MONEY = re.compile(
    rf"(?<![\w.,/-])(?:{_CURRENCY})? ?(-?[0-9]{{1,3}}(?:[., '][0-9]{{3}})*[.,] ?[0-9]{{2}}"
    r"|-?[0-9]{1,7}[.,][0-9]{2})(?![0-9.,%]|\w)"
)
_WHOLE_NUMBER = r"-?[0-9]{1,3}(?:[., '][0-9]{3}){1,3}|-?[0-9]{1,9}"
_WHOLE = re.compile(
    rf"(?<![\w.,/-])(?:(?:{_CURRENCY}) ?(?P<after>{_WHOLE_NUMBER})(?![0-9.,%/-]|\w)"
    rf"|(?P<before>{_WHOLE_NUMBER})(?:,-)? ?(?:{_CURRENCY})(?!\w)"
    r"|(?P<last>-?[0-9]{1,3}(?:[.,'][0-9]{3}){1,3})$)"
)
_NO_TOTAL = re.compile(
    r"qty|quantity|items?\b|discount|disc\b|saving|points?|sub ?-?total|subtotal|subtotaal|zwischensumme|excl"
    r"|before|exclud|w/o|without"
    r"|tendered|number of|count|supplies|saved|round(?:ing)? adj|untaxed|\bht\b|netto|change|serv"
)
_TAX = re.compile(r"\bptu\b|podatek|podatku|\bmoms\b|tax\b|gst|vat\b|mwst|btw|tva|\biva\b")
_TOTALS: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern), weight)
    for pattern, weight in (
        (
            r"(?:total rounded|rounded total|total after rounding|round(?:ed)? (?:total|amt|amount)|total \(rounded\)"
            r"|total amt rounded)",
            98,
        ),
        (
            r"(?:amount due|balance due|total due|total payable|amount payable|grand total|total ttc|net à payer"
            r"|à payer|te betalen"
            r"|zu zahlen|rechnungsbetrag|gesamtbetrag|endbetrag|bruttobetrag|total a pagar|totale da pagare"
            r"|importe total|totaal te betalen|invoice total|do zapłaty|należność ogółem|kwota należności|att betala)",
            94,
        ),
        (
            r"(?:total.{0,24}incl|nett? total|total amount|total sales?|net amount|nett\b|total inc|gesamtsumme|totaal"
            r"|montant ttc|razem brutto|wartość brutto|suma brutto|ogółem brutto)",
            88,
        ),
        (r"(?:total|\btl\b|summe|gesamt|totale|sum\b|amount\b|\brazem\b|\bogółem\b|\bsuma\b|\bsumma\b)", 75),
    )
)
_NET = re.compile(
    r"\b(?:sub ?-?total|subtotaal|untaxed amount|amount untaxed|net amount|nettobetrag|netto|zwischensumme|total ht"
    r"|montant ht"
    r"|wartość netto|kwota netto|exkl\.? moms"
    r"|base imponible|imponibile|excl(?:\.|usief|uding)? ?(?:btw|vat|tax|gst)?|total excl)"
)
_CASH = re.compile(r"^(?:cash|tendered|tender|paid|bar|gegeben|amount paid|payment|gotówka|gotówką|kontant)\b")
_BEFORE = re.compile(
    r"\b(?:amount paid|(?:already|pre-?) ?paid|paid(?! by)|payments?(?: received| made| applied| to date)?"
    r"|(?:pre|down ?)-?payments?|deposit|advance|credit applied|anzahlung(?:en)?|angezahlt|akonto|à-?konto"
    r"|abschlags\w*|teilzahlung(?:en)?|(?:bereits |schon )?(?:gezahlt|bezahlt)|zahlungen|acomptes?"
    r"|déjà (?:payé|réglé|versé)e?|montant (?:payé|réglé)|anticipos?|pagado|acconto|già (?:pagato|versato)"
    r"|aanbetaling|vooruitbetaald|reeds (?:betaald|voldaan)|betaald|sinal|já pago|zaliczka|zapłacono)\b"
)
_LESS = re.compile(r"(?:less|minus|abzüglich|abzgl|davon|moins|menos|meno|min|of which|[-./: ]){0,4}")
_STILL_DUE = re.compile(
    r"\b(?:due|payable|outstanding|remaining|balance|rest\w*|offen\w*|noch zu|zu zahlen|zahlbetrag|à payer|reste"
    r"|solde|a pagar|pendiente|da pagare|saldo|residuo|te betalen|openstaand|do zapłaty)\b"
)
_WORD_OF_MONEY = re.compile(
    rf"{_TOTALS[-1][0].pattern}|{_TOTALS[1][0].pattern}|{_NET.pattern}|{_TAX.pattern}|{_BEFORE.pattern}|discount|rabatt"
    r"|remise|shipping|versand|rounding|service charge"
)
_LONGEST_COLUMN = 12
_MOST_PAYMENTS = 20
_OF_A_PART = 40
_CHANGE = re.compile(r"^(?:change|rückgeld|baki|wechselgeld|reszta)\b")


def total(listed: Sequence[Line]) -> Iterator[KeyField]:
    """Weighs lines that say total by how final they sound; what cash and change say together makes sure.

    The total is what the sale comes to with tax (EN 16931, BT-112), also where a part of it was paid before. What is
    still due (BT-115) counts as the total only where the paper does not say what it is the rest of.
    """
    paid, where = _paid(listed)
    if where is not None and paid:
        line, span, _ = where
        yield field_of("total", line, 50, f"{paid // 100}.{paid % 100:02d}", span)
    said = list(_said(listed))
    wholes, parts = _paid_in_part(listed, {cents(number) for (_, _, number), _ in said})
    for (line, span, number), weight in said:
        value = cents(number)
        if value in wholes or (value == paid and value not in parts):
            weight = 99
        elif value in parts:
            weight = _OF_A_PART
        yield field_of("total", line, weight, number, span)


def _said(listed: Sequence[Line]) -> Iterator[tuple["Found", int]]:
    """Yields the amounts of the lines that say total, each with the weight of its words."""
    for place, line in enumerate(listed):
        weight = next((points for pattern, points in _TOTALS if pattern.search(line.folded)), 0)
        taxed = _TAX.search(line.folded) and "inc" not in line.folded and "ttc" not in line.folded
        if not weight or taxed or _NO_TOTAL.search(line.folded) or _is_payment(line):
            continue
        found = _amount(line) or _column(listed, place) or _next_amount(listed, place)
        if found is not None and cents(found[2]):
            yield found, weight


def _is_payment(line: Line) -> bool:
    """Says whether a line begins with what was paid: `amount paid 20.00` is not what the sale comes to."""
    less = _LESS.match(line.folded)
    start = less.end() if less else 0
    begins = _CASH.search(line.folded) or _BEFORE.match(line.folded, start)
    return begins is not None and _STILL_DUE.search(line.folded) is None


def _paid_in_part(listed: Sequence[Line], said: set[int]) -> tuple[set[int], set[int]]:
    """Returns totals from which payments leave what is still due, and the payments and rests themselves."""
    payments: list[int] = []
    due = set()
    for place, line in enumerate(listed):
        still_due = _STILL_DUE.search(line.folded) is not None
        if not still_due and not _BEFORE.search(line.folded):
            continue
        found = _amount(line) or _column(listed, place) or _next_amount(listed, place)
        if found is not None and still_due:
            due.add(cents(found[2]))
        elif found is not None and len(payments) < _MOST_PAYMENTS:
            payments.append(abs(cents(found[2])))
    paid = {*payments, sum(payments)} - {0}
    wholes = {value for value in said if any(value > one and value - one in due for one in paid)}
    return wholes, (paid | due) - wholes if wholes else set()


Found = tuple[Line, tuple[int, int], str]
"""A number in one form, and where it stands."""


def _last_amount(line: Line) -> Found | None:
    matches = list(MONEY.finditer(line.folded))
    if not matches:
        return None
    number = amounts.decimal(matches[-1][1])
    return (line, matches[-1].span(1), number) if number else None


def _amount(line: Line) -> Found | None:
    """The last amount of a line that is about money: without decimals where a currency or thousands tell it."""
    found = _last_amount(line)
    if found is not None:
        return found
    matches = list(_WHOLE.finditer(line.folded))
    if not matches:
        return None
    name = matches[-1].lastgroup or "last"
    number = amounts.decimal(matches[-1][name])
    return (line, matches[-1].span(name), number) if number else None


def _column(listed: Sequence[Line], place: int) -> Found | None:
    """Where the words stand in one block and the amounts in the next: the amount as far down as the word."""
    first, end = place, place + 1
    while first and place - first < _LONGEST_COLUMN and _is_word_of_money(listed[first - 1]):
        first -= 1
    while end < len(listed) and end - place < _LONGEST_COLUMN and _is_word_of_money(listed[end]):
        end += 1
    count = end - first
    below = [_only_amount(line) for line in listed[end : end + count]] if count > 1 else []
    return below[place - first] if len(below) == count and all(below) else None


def _is_word_of_money(line: Line) -> bool:
    return _WORD_OF_MONEY.search(line.folded) is not None and _amount(line) is None


def _only_amount(line: Line) -> Found | None:
    return _amount(line) if sum(letter.isalpha() for letter in line.text) <= 4 else None


def _next_amount(listed: Sequence[Line], place: int) -> Found | None:
    """Looks in the next two lines, where a column of words stands before one of numbers."""
    for line in listed[place + 1 : place + 3]:
        if _CASH.search(line.folded):
            return None
        if found := _last_amount(line):
            letters = sum(letter.isalpha() for letter in line.text)
            return found if letters <= 4 else None
    return None


def _paid(listed: Sequence[Line]) -> tuple[int, Found | None]:
    """What was paid less what was given back, in hundredths, and where what was paid stands; 0 where nobody says it."""
    cash: Found | None = None
    change = 0
    for place, line in enumerate(listed):
        if _CASH.search(line.folded):
            cash = _last_amount(line) or _next_amount(listed, place) or cash
        elif _CHANGE.search(line.folded) and (found := _last_amount(line) or _next_amount(listed, place)):
            change = cents(found[2])
    paid = cents(cash[2]) - change if cash else 0
    return max(0, paid), cash


def cents(number: str) -> int:
    """Returns a number in one form as hundredths."""
    whole, _, part = number.partition(".")
    hundredths = abs(int(whole)) * 100 + int((part or "0").ljust(2, "0")[:2])
    return -hundredths if number.startswith("-") else hundredths


def net(listed: Sequence[Line]) -> Iterator[KeyField]:
    """The amount before tax: what stands right after its word, else in the next line; the last one is of the whole."""
    for place, line in enumerate(listed):
        word = _NET.search(line.folded)
        match = MONEY.search(line.folded, word.end()) if word else None
        if match and (number := amounts.decimal(match[1])):
            yield field_of("net", line, 60 + min(20, place // 4), number, match.span(1))
        elif word and (found := _column(listed, place)):
            yield field_of("net", found[0], 60 + min(20, place // 4), found[2], found[1])
        # Where columns carry the words: the amounts of a row that add up are before tax, the tax, and with it.
        row = [(one, number) for one in MONEY.finditer(line.folded) if (number := amounts.decimal(one[1]))]
        if len(row) >= 3:
            before, tax, whole = (cents(number) for _, number in row[-3:])
            if before > tax > 0 and before + tax == whole:
                span = row[-3][0].span(1)
                yield field_of("net", line, 74 if _TOTALS[-1][0].search(line.folded) else 70, row[-3][1], span)
