# SPDX-License-Identifier: Apache-2.0
"""What all that finds names has in common: a name with its place, and runs of words with capitals."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["person", "organisation", "place", "date", "amount", "product"]

_CAPITAL = "A-Z\u00c0-\u00d6\u00d8-\u00de\u0100-\u024f\u0386-\u03ab\u0410-\u042f"
_WORD = rf"[{_CAPITAL}](?:\w|['\u2019.&-](?=\w)){{0,30}}"
_INSIDE = r"(?:of|the|and|de|del|della|di|da|do|dos|du|des|la|le|van|von|der|den|und|für|zu|y|e|et|&)"
_SHORT = r"(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|Sra|Sig|Dott|Hr|Fr|Dipl|Ing|Gen|Sen|Rep|Gov|[A-Z])\.(?=[ ])"
RUN = re.compile(rf"(?<![\w])(?:{_SHORT}|{_WORD})(?:[ ](?!and the )(?:{_INSIDE}[ ]){{0,2}}(?:{_SHORT}|{_WORD})){{0,7}}")
"""Words that begin with a capital, on one line, with the small words that names have inside."""

WORD = re.compile(rf"{_WORD}")


@dataclass(frozen=True, slots=True)
class Named:
    """Something named in a text.

    Attributes:
        normal: one form for all ways of writing it, where there is one.
        confidence: 0 to 100.
        source: which rule or model.
    """

    kind: Kind
    start: int
    end: int
    confidence: int
    source: str
    normal: str | None = None


def runs(text: str) -> Iterator[re.Match[str]]:
    """Yields the runs of words with capitals."""
    return RUN.finditer(text)


def begins_sentence(text: str, start: int) -> bool:
    """Says whether a place is at the begin of a sentence or line, where a capital says little."""
    before = text[max(0, start - 3) : start].rstrip(" ")
    return not before or before[-1] in ".!?:\n\r\u201c\"'(\u2022"
