# SPDX-License-Identifier: Apache-2.0
"""Recognises dates and amounts of money, each with its one form."""

from collections.abc import Iterator

from ream_classify import amounts, dates
from ream_classify.entities.named import Named
from ream_classify.scan import Scan


def find(scan: Scan) -> Iterator[Named]:
    """Yields dates as in ISO 8601, and amounts as currency and number (`EUR 12.50`)."""
    for dated in dates.find(scan.folded):
        yield Named("date", dated.start, dated.end, dated.confidence, "calendar", dated.iso)
    for amount in amounts.find(scan.folded):
        yield Named("amount", amount.start, amount.end, 90, "currency", f"{amount.currency} {amount.number}")
