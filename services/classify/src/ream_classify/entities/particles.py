# SPDX-License-Identifier: Apache-2.0
"""Recognises people whose family name has a Dutch particle: van der Berg, ten Brink, in 't Veld."""

import re
from collections.abc import Iterator

from ream_classify.entities.gazetteers import gazetteers
from ream_classify.entities.named import WORD, Named
from ream_classify.scan import Scan

_PARTICLE = re.compile(
    r"(?<![\w-])(?:[Vv]an(?: (?:de[nr]?|het|['\u2019]t))?"
    r"|(?:[Ii]n|[Oo]p|[Aa]an|[Uu]it|[Oo]ver|[Oo]nder) (?:den?|het|['\u2019]t)"
    r"|[Dd]en?|[Tt]e[nr]?|['\u2019]t) (?=[A-Z\u00c0-\u00de])"
)
_FIRST = re.compile(
    r"(?:(?P<title>\b(?:[Dd]e [Hh]eer|[Mm]evrouw|[Mm]evr\.?|[Mm]w\.?|[Dd]hr\.?|[Dd]rs?\.|[Ii]r\.|[Mm]r\.|[Pp]rof\.)) )?"
    r"(?P<first>(?:(?:\b[A-Z]\.){1,4}|\b[A-Z\u00c0-\u00de][\w-]{1,20})"
    r"(?: (?:[A-Z]\.|[A-Z\u00c0-\u00de][\w-]{1,20})){0,2})? ?\Z"
)
_REACH = 60
_NO_INITIALS = frozenset({"de", "den", "te"})
"""Particles that stand in other languages and sentences too: initials alone before them are not enough."""


def find(scan: Scan) -> Iterator[Named]:
    """Yields people with such a name: behind a title, initials, or a given name."""
    text, known, behind = scan.text, gazetteers(), 0
    for particle in _PARTICLE.finditer(text):
        if particle.start() < behind:
            continue
        family = WORD.match(text, particle.end())
        before = text[max(behind, particle.start() - _REACH) : particle.start()].rpartition("\n")[2]
        first = _FIRST.search(before)
        if family is None or first is None:
            continue
        names = (first["first"] or "").split()
        start = particle.start() - (len(before) - first.start("first") if names else 0)
        while names and not first["title"] and "." not in names[0] and names[0] not in known.given:
            start += len(names[0]) + 1  # the begin of a sentence, or what the person is
            names = names[1:]
        sure = _sureness(names, particle.group().strip().lower(), known.doubtful, titled=first["title"] is not None)
        if sure:
            behind = family.end()
            yield Named("person", start, behind, sure, "particle")


def _sureness(names: list[str], particle: str, doubtful: frozenset[str], *, titled: bool) -> int:
    if titled:
        return 90
    if not names or names[0] in doubtful:
        return 0
    if "." in names[0]:
        return 0 if particle in _NO_INITIALS else 75
    return 85
