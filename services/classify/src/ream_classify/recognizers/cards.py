# SPDX-License-Identifier: Apache-2.0
"""Recognises payment cards: issuer, length, grouping and Luhn digit, and tells them from other long numbers."""

import re
from collections import Counter
from collections.abc import Iterator

from stdnum import luhn

from ream_classify.recognizers.context import Column, near
from ream_classify.scan import Hit, Scan

# Together, or grouped as cards are printed: 4-4-4-4(-3), 4-6-5 (Amex), 4-6-4 (Diners), 4-3-3-3 (old Visa).
_CANDIDATE = re.compile(
    r"(?<![\w])(?<![0-9][.,/:-])(?<![.,])"
    r"(?:[0-9]{12,19}+"
    r"|[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{3})?+"
    r"|3[0-9]{3}([ -])[0-9]{6}\2[0-9]{4,5}+"
    r"|4[0-9]{3}([ -])[0-9]{3}\3[0-9]{3}\3[0-9]{3})"
    r"(?![\w]|[.,/:-][0-9])"
)
_GROUP_BEFORE = re.compile(r"[0-9][ -]\Z")
_GROUP_AFTER = re.compile(r"[ -]?[0-9]{4}(?![0-9])")
_CARD_WORDS = (
    "card", "cards", "cc", "visa", "mastercard", "amex", "american express", "discover", "diners", "maestro", "jcb",
    "unionpay", "credit", "debit", "pan", "karte", "kreditkarte", "kartennummer", "carte", "carte bancaire", "tarjeta",
    "carta", "creditcard", "cartão", "карта", "卡号", "cardnumber",
)  # fmt: skip
_OTHER_NUMBERS = (
    "isbn", "ean", "gtin", "upc", "imei", "barcode", "tracking", "serial", "order", "invoice", "ref", "reference",
    "iccid", "sscc", "id", "uuid", "sku", "ticket", "case", "file", "article", "policy", "meter", "rechnung",
    "bestellung", "sendung", "facture", "commande", "factura", "pedido", "doi", "transaction", "trace", "batch",
)  # fmt: skip
# (first, last, lengths) over the first four digits
_ISSUERS: tuple[tuple[int, int, frozenset[int]], ...] = (
    (1800, 1800, frozenset({15})), (2131, 2131, frozenset({15})), (2200, 2204, frozenset({16})),
    (2221, 2720, frozenset({16})), (3000, 3059, frozenset({14, 16})), (3095, 3095, frozenset({14, 16})),
    (3088, 3088, frozenset({16})), (3096, 3096, frozenset({16})), (3112, 3112, frozenset({16})),
    (3400, 3499, frozenset({15})), (3528, 3589, frozenset({16, 17, 18, 19})), (3600, 3699, frozenset({14, 16})),
    (3700, 3799, frozenset({15})), (3800, 3999, frozenset({14, 16})), (4000, 4999, frozenset({13, 16, 19})),
    (5018, 5018, frozenset(range(12, 20))), (5020, 5020, frozenset(range(12, 20))),
    (5038, 5038, frozenset(range(12, 20))), (5100, 5599, frozenset({16})), (5893, 5893, frozenset(range(12, 20))),
    (6011, 6011, frozenset({16, 19})), (6200, 6299, frozenset({16, 17, 18, 19})),
    (6304, 6304, frozenset(range(12, 20))), (6440, 6599, frozenset({16, 19})),
    (6759, 6763, frozenset(range(12, 20))),
)  # fmt: skip
_COMMON_LENGTHS = (15, 16)
_BY_CHANCE = 3
"""So many wrong check digits to a right one: of numbers that are no cards, one in ten is right by chance."""
_FEW = 5


def issuer_allows(digits: str) -> bool:
    """Says whether some issuer gives out numbers that begin so and are so long."""
    prefix = int(digits[:4])
    return any(first <= prefix <= last and len(digits) in lengths for first, last, lengths in _ISSUERS)


def find(scan: Scan) -> Iterator[Hit]:
    """Yields card numbers as `personal:card`.

    Grouped as printed, or 15 or 16 digits together, a number stands for itself unless words (before it, or at the
    head of its column) say that it is something else; other lengths, and groups inside a row of more numbers, need
    a word about cards nearby. So does every one in a unit where most numbers of an issuer's form are none.
    """
    column = Column(scan, _OTHER_NUMBERS, 30)
    judged = [(match, is_valid, column.says(*match.span())) for match, is_valid in _of_issuers(scan)]
    counts = Counter((_is_grouped(match), is_valid) for match, is_valid, _ in judged if is_valid is not None)
    for match, is_valid, is_other in judged:
        if is_valid and scan.is_free(*match.span()):
            grouped = _is_grouped(match)
            wrong = counts[grouped, False]
            by_chance = wrong >= _FEW and wrong > _BY_CHANCE * counts[grouped, True]
            confidence = _confidence(scan, match, is_other=is_other or by_chance)
            if confidence:
                yield Hit("personal:card", *match.span(), confidence=confidence)


def _of_issuers(scan: Scan) -> Iterator[tuple[re.Match[str], bool | None]]:
    """Yields long numbers, and of those that an issuer may have given out whether their check digit holds."""
    for match in _CANDIDATE.finditer(scan.plain):
        digits = match.group().replace(" ", "").replace("-", "")
        possible = len(set(digits)) > 1 and issuer_allows(digits)
        yield match, luhn.is_valid(digits) if possible else None


def _is_grouped(match: re.Match[str]) -> bool:
    return not match.group().isdigit()


def _confidence(scan: Scan, match: re.Match[str], *, is_other: bool) -> int:
    """Judges a number that an issuer may have given out; 0 when it is taken for something else."""
    start, end = match.span()
    if near(scan, start, _CARD_WORDS, before=60, end=end, after=30):
        return 99
    if is_other or sum(map(str.isdigit, match.group())) not in _COMMON_LENGTHS:
        return 0
    if not _is_grouped(match):
        return 60
    in_a_row = _GROUP_BEFORE.search(scan.plain[max(0, start - 2) : start]) or _GROUP_AFTER.match(scan.plain, end)
    return 0 if in_a_row else 85
