# SPDX-License-Identifier: Apache-2.0
"""Recognises products: names with a trade mark sign, and names followed by the number of a model."""

import re
from collections.abc import Iterator

from ream_classify.entities.named import Named
from ream_classify.scan import Scan

_MARKED = re.compile(
    r"(?<![\w])[A-Z\u00c0-\u00de][\w'\u2019-]{1,30}"
    r"(?:[ ][A-Z0-9\u00c0-\u00de][\w'\u2019-]{0,30}){0,3}[ ]?[\u2122\u00ae]"
)
_MODEL = re.compile(
    r"(?<![\w])(?:[A-Z][a-z]{2,20}[ ]){1,2}(?:[A-Z]{1,4}-?[0-9]{1,5}[A-Za-z]{0,3}(?:[-/][A-Z0-9]{1,6})?"
    r"|[0-9]{1,3}[a-z]{1,2}|[0-9]{3,4}[A-Z]{1,3})(?![\w.,]?[\w])"
)
_NUMBERED = re.compile(
    r"(?:Note|Table|Figure|Section|Item|Form|Exhibit|Article|Part|Page|Level|Class|Series|Schedule|Phase|Annex|Rule"
    r"|Topic|Room|Suite|Apt"
    r"|Flat|Box|Building|Gate|Track|Zone|Route|Highway|Abschnitt|Kapitel|Anlage|Tabelle|Seite|Raum|Paragraph|Act"
    r"|Appendix|Unit)[ ]"
)


def find(scan: Scan) -> Iterator[Named]:
    """Yields products."""
    for match in _MARKED.finditer(scan.text):
        yield Named("product", *match.span(), 85, "trade mark")
    for match in _MODEL.finditer(scan.text):
        if not _NUMBERED.search(match.group()):
            yield Named("product", *match.span(), 55, "number of a model")
