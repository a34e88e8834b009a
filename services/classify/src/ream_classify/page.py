# SPDX-License-Identifier: Apache-2.0
"""What the signs of layout look at: a unit's text in lower case, its lines, and where a title may stand."""

import re
from dataclasses import dataclass
from functools import cached_property

from ream_contracts.artifacts import UnitText

_MOST = 50_000
_LINE = 300


_TITLE_LINES = 25
_RUNS_ON = (".", ",", ";")
_TITLE_LENGTH = 80
AMOUNT = re.compile(r"(?<![0-9])[0-9]{1,3}(?:[., '][0-9]{3}){0,4}[.,][0-9]{2}(?![0-9])")
TOTAL = re.compile(
    r"(?:grand |sub|invoice )?(?:total|amount due|balance due|amount payable|summe|gesamt|gesamtbetrag|rechnungsbetrag"
    r"|endbetrag|zu zahlen|razem|ogółem|suma|do zapłaty|summa|att betala"
    r"|montant total|net à payer|total ttc|importe total|total a pagar|totale|totaal|te betalen)\b"
)


@dataclass
class Page:
    """What the signals look at: the first 50,000 characters of a unit, in lower case, and its lines."""

    unit: UnitText
    folded: str

    @cached_property
    def lines(self) -> list[str]:
        """Lines that are not empty, without the spaces around them, cut at 300 characters."""
        return [line for raw in self.folded.splitlines() if (line := raw[:_LINE].strip())]

    @cached_property
    def title_lines(self) -> list[str]:
        """Headings, and short lines near the top that are no part of a sentence: where a title stands."""
        headings = [heading.text.strip() for heading in self.unit.headings[:_TITLE_LINES]]
        written = [line.strip() for line in self.unit.text[: 4 * _TITLE_LINES * _TITLE_LENGTH].splitlines()]
        short = [line for line in written if 0 < len(line) <= _TITLE_LENGTH][:_TITLE_LINES]
        return [_even(line) for line in headings + short if not line[:1].islower() and line[-1:] not in _RUNS_ON]


def count(page: Page, pattern: re.Pattern[str], most: int, lines: int = 1_000) -> int:
    """Counts lines that begin with the pattern, up to what is needed."""
    seen = 0
    for line in page.lines[:lines]:
        if pattern.match(line):
            seen += 1
            if seen >= most:
                break
    return seen


def page_of(unit: UnitText) -> Page:
    """Prepares a unit for its signals; the cost is bounded by the first 50,000 characters."""
    return Page(unit, _even(unit.text[:_MOST]))


def _even(text: str) -> str:
    """Lower case, with plain spaces and apostrophes: as words of a taxonomy are written."""
    return text.lower().replace("\u00a0", " ").replace("\u2019", "'")
