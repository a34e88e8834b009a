# SPDX-License-Identifier: Apache-2.0
"""Names every metric: how it is measured, what is wanted, and what the corpus must hold for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ream_quality import (
    breadth,
    entities,
    examples,
    fields,
    made,
    ocr_pages,
    personal_data,
    receipts,
    tables,
    tables_given,
    tables_scanned,
    topics,
    types,
)
from ream_quality.library import Library

MEASURES: tuple[Callable[[Library], dict[str, float]], ...] = (
    ocr_pages.measure,
    made.measure,
    receipts.measure,
    tables.measure,
    tables_given.measure,
    tables_scanned.measure,
    breadth.measure,
    topics.measure,
    types.measure,
    examples.measure,
    personal_data.measure,
    fields.measure,
    entities.measure,
)


@dataclass(frozen=True, slots=True)
class Aim:
    """What is wanted of a metric.

    Attributes:
        at_most: whether less is better.
        needs: the part of a corpus that it is measured on.
    """

    value: float
    at_most: bool
    needs: str

    def met(self, figure: float) -> bool:
        """Whether a figure is as wanted."""
        return figure <= self.value if self.at_most else figure >= self.value

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.value:g}"


AIMS: Mapping[str, Aim] = {
    "ocr_pages_cer": Aim(0.01, True, "ocr-pages"),
    "ocr_unlv_cer": Aim(0.06, True, "ocr-pages"),
    "ocr_degraded_cer": Aim(0.05, True, "pages of our own"),
    "receipts_word_recall": Aim(0.92, False, "receipts"),
    "receipts_word_precision": Aim(0.92, False, "receipts"),
    "tables_cell_f1": Aim(0.80, False, "tables"),
    "tables_cell_f1_regions_given": Aim(0.90, False, "tables"),
    "pdf_words_in_order": Aim(0.995, False, "files of our own"),
    "formats_complete": Aim(0.97, False, "formats"),
    "silent_loss": Aim(0, True, "any folder"),
    "text_read_twice": Aim(0, True, "files of our own"),
    "picture_words": Aim(0.95, False, "files of our own"),
    "reports_document_at_5": Aim(0.90, False, "reports"),
    "reports_page_at_5": Aim(0.60, False, "reports"),
    "news_accuracy_described": Aim(0.90, False, "news"),
    "type_f1_described": Aim(0.90, False, "folders of one kind"),
    "type_f1_examples": Aim(0.95, False, "folders of one kind"),
    "news_accuracy_10_examples": Aim(0.95, False, "news"),
    "personal_data_f1_formed": Aim(0.90, False, "personal-data"),
    "false_cards_and_ibans": Aim(0, True, "reports, news"),
    "false_national_numbers": Aim(1, True, "reports, news"),
    "receipts_fields": Aim(0.80, False, "receipts"),
    "contracts_fields": Aim(0.60, False, "contracts"),
    "invoices_fields": Aim(0.80, False, "invoices"),
    "duplicates_pair_f1": Aim(0.97, False, "contracts, invoices, tables, news, receipts, reports"),
    "duplicates_between_reports": Aim(0, True, "reports"),
}


def measure(library: Library) -> dict[str, float]:
    """Returns all metrics for which the library holds something."""
    figures: dict[str, float] = {}
    for one in MEASURES:
        figures |= one(library)
    return {name: round(float(figure), 4) for name, figure in figures.items()}
