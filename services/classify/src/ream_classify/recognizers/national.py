# SPDX-License-Identifier: Apache-2.0
"""Recognises national and tax numbers of persons near the words that introduce them."""

from collections.abc import Iterator
from heapq import merge

from ream_classify.recognizers.context import Column
from ream_classify.recognizers.national_forms import FORMS, Form
from ream_classify.scan import Hit, Scan, whole

_BEFORE = 25
_AFTER = 70
_NEXT_ROW = 120
_OF_GOODS = (
    "part", "parts", "part no", "sku", "item", "items", "article", "artikel", "artikelnummer", "teilenummer", "model",
    "product", "serial", "catalog", "catalogue", "order", "invoice", "bestellnummer", "référence", "réf", "artículo",
    "articolo", "codice articolo", "artikelnr", "nsn", "stock",
)  # fmt: skip
"""Words of numbers that only look like those of persons."""


def find(scan: Scan) -> Iterator[Hit]:
    """Yields numbers whose checksum holds, as `personal:national-number` and `personal:tax-number`."""
    for form in FORMS:
        yield from _introduced(scan, form)
    for form in FORMS:
        if form.alone:
            goods = Column(scan, _OF_GOODS, 30)
            for match in form.alone.finditer(scan.plain):
                is_of_goods = goods.says(*match.span())
                if not is_of_goods and scan.is_free(*match.span()) and form.check(match.group()):
                    yield Hit(form.score, *match.span(), confidence=70, form=form.name)


def _introduced(scan: Scan, form: Form) -> Iterator[Hit]:
    """Searches around the form's words; a hit widens the search, so a column under one heading is found whole.

    No character is searched twice, however many words there are.
    """
    done = 0
    words = [whole(scan.folded, word) for word in form.words if word in scan.folded]
    for word_start, word_end in merge(*words):
        done = max(done, word_start - _BEFORE)
        limit = min(word_end + _AFTER, len(scan.plain))
        while done < limit and (match := form.pattern.search(scan.plain, done, limit)):
            # The end of the search is no end of the number: it must also match in the text as it goes on.
            whole_match = form.pattern.match(scan.plain, match.start())
            if whole_match and scan.is_free(*whole_match.span()) and form.check(whole_match.group()):
                yield Hit(form.score, *whole_match.span(), confidence=95, form=form.name)
                limit = max(limit, min(whole_match.end() + _NEXT_ROW, len(scan.plain)))
            done = (whole_match or match).end()
        done = max(done, limit)
