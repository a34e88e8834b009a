# SPDX-License-Identifier: Apache-2.0
"""Recognises people: names after a title or word that introduces one, and given names followed by a family name."""

import re
from collections.abc import Iterator

from ream_classify.entities.gazetteers import Gazetteers, gazetteers
from ream_classify.entities.named import WORD, Named, begins_sentence, runs
from ream_classify.scan import Scan
from ream_classify.word_lists import word_lists

_TITLES = word_lists("names.yaml")["titles"]
_LABEL = re.compile(
    r"(?:name|attn|attention|contact|contact person|signed|by|dear|from|to|ansprechpartner(?:in)?"
    r"|sachbearbeiter(?:in)?|z\. ?hd|"
    r"nom|nombre|naam|sehr geehrter? (?:herr|frau)|president|chairman|chief executive|ceo|cfo|director|manager"
    r"|minister|"
    r"chancellor|secretary|coach|captain|actor|actress|singer|author|analyst|spokesman|spokeswoman)[ :,.]{1,3}\Z"
)
_INITIAL = re.compile(r"[A-Z]\.?")
_SMALL = frozenset({"de", "del", "della", "di", "da", "do", "dos", "du", "van", "von", "der", "den", "la", "le"})
_MOST = 4
_SHORT_RUN = 3
"""In a longer run of capitals a given name is a word of a heading more often than of a person."""


def find(scan: Scan) -> Iterator[Named]:
    """Yields people with two names or more, or with a title."""
    known = gazetteers()
    for run in runs(scan.text):
        words = list(re.finditer(r"\S+", run.group()))
        place = 0
        while place < len(words):
            size, confidence, source = _name(scan, run.start(), words, place, known)
            if size:
                start = run.start() + words[place].start()
                end = run.start() + words[place + size - 1].end()
                yield Named("person", start, end, confidence, source)
            place += max(1, size)


def _name(scan: Scan, base: int, words: list[re.Match[str]], place: int, known: Gazetteers) -> tuple[int, int, str]:
    """Says how many words from here are a person's name, how surely and why."""
    texts = [word.group().strip(".,") for word in words[place : place + _MOST + 1]]
    start = base + words[place].start()
    if place and words[place - 1].group().strip(".,") in _TITLES:
        size = _length(texts, known)
        return (size, 90, "title") if size else (0, 0, "")
    if texts[0] in _TITLES:
        return 0, 0, ""
    if len(texts) < 2 or (texts[1] in _SMALL and len(texts) < 3):
        return 0, 0, ""
    size = _length(texts, known)
    last = texts[size - 1] if size >= 2 else ""
    if (
        size < 2
        or texts[0] not in known.given
        or (last.upper() == last and len(last) > 3 and texts[0].upper() != texts[0])
    ):
        return _introduced(scan, start, texts, size, known)
    if last in known.family and texts[0] not in known.doubtful:
        return size, 85, "names"
    if texts[0] in known.doubtful or (begins_sentence(scan.text, start) and last in known.places):
        return _introduced(scan, start, texts, size, known)
    return (size, 65, "given name") if len(words) <= _SHORT_RUN else (0, 0, "")


def _introduced(scan: Scan, start: int, texts: list[str], size: int, known: Gazetteers) -> tuple[int, int, str]:
    if size < 2 or texts[0] in known.places or not _LABEL.search(scan.folded[max(0, start - 25) : start]):
        return 0, 0, ""
    return (size, 70, "introduced") if texts[0] in known.given else (0, 0, "")


def _length(texts: list[str], known: Gazetteers) -> int:
    """Counts the words that can be one person's name: no places in it, not more than four."""
    size = 0
    for word in texts[:_MOST]:
        if word in _SMALL and size:
            size += 1
        elif WORD.fullmatch(word) and (len(word) > 1 or _INITIAL.fullmatch(word)) and word not in {"The", "And", "Of"}:
            size += 1
            if size >= 2 and word in known.family:
                return size
        else:
            break
    while size and texts[size - 1] in _SMALL:
        size -= 1
    return min(size, 3)
