# SPDX-License-Identifier: Apache-2.0
"""Decides which words in a text are a mark of secrecy or of release, and not part of a sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ream_classify.scan import Hit, Scan
from ream_classify.yaml_lines import parse

LEVELS = ("restricted", "confidential", "internal", "public")
"""From the most to the least secret; a place that fits several counts as the first."""

_REACH = 80
_MORE = " ..."
_BORDER_BEFORE = re.compile(r"(?:\A|[\n\r\f|_*\[(<:/=#\u2022\u00b7\u2014]|(?:\A|\s)-)[ \t]{0,20}\Z")
_BORDER_AFTER = re.compile(r"[ \t]{0,20}(?:\Z|[\n\r\f|_*\])>.!/=#;:\u2022\u00b7\u2014]|-(?:\s|\Z))")
_REST = re.compile(r" [^\n\r\f.]{1,60}\.?[ \t]{0,20}(?:\Z|[\n\r\f])(?![ \t]*[a-z])")
_LINE_BEFORE = re.compile(r"(?:\A|[\n\r\f])[ \t*(\[-]{0,20}\Z")
_LINE_AFTER = re.compile(r"[ \t*!.)\]-]{0,20}(?:\Z|[\n\r\f])")
# A sentence in lower case that goes over several lines, and text that was broken into one word a line.
_GOES_ON = re.compile(r"[^\n\r]{0,20}[\r\n]+[ \t]*[^\W\d_A-Z]")
_WORD_LINE_BEFORE = re.compile(r"(?:\A|\n)[ \t]*\w+[ \t]*\n\s*\Z")
_WORD_LINE_AFTER = re.compile(r"[ \t]*\n\s*\w+[ \t]*(?:\Z|\n)")
_WORD_LINES_AFTER = re.compile(r"[ \t]*\n\s*\w+[ \t]*\n\s*\w+[ \t]*(?:\Z|\n)")
_CONFIDENCE = 90
_CONFIDENCE_LOWER_CASE = 75


@dataclass(frozen=True, slots=True)
class Markings:
    """The marked words: (level, lower-case phrase), longer phrases first within a level."""

    phrases: tuple[tuple[str, str], ...]


def load(text: str, file: str) -> Markings:
    """Reads the file of marked words: level, then language, then phrases.

    Raises:
        RuleError: with file, line and reason.
    """
    phrases: list[tuple[str, str]] = []
    for key, level, languages in parse(text, file).items("the file of markings"):
        if level not in LEVELS:
            raise key.error(f"there is no level {level!r}; levels are {', '.join(LEVELS)}")
        for _, language, listed in languages.items(f"level {level}"):
            for phrase in listed.each(f"phrases of {level}, {language}"):
                phrases.append((level, phrase.text("a phrase").lower()))
    unique = dict.fromkeys(phrases)
    return Markings(tuple(sorted(unique, key=lambda item: (LEVELS.index(item[0]), -len(item[1]), item[1]))))


def find(scan: Scan, markings: Markings) -> Iterator[Hit]:
    """Yields the marks as `mark:<level>`; of marks that overlap, the most secret and longest."""
    marked = Scan(scan.text)
    for level, phrase in markings.phrases:
        wanted = phrase.removesuffix(_MORE)
        for start, end in scan.places(wanted):
            confidence = _as_mark(scan, start, end, more=phrase.endswith(_MORE))
            if confidence and marked.is_free(start, end):
                marked.take(start, end)
                yield Hit(f"mark:{level}", start, end, confidence)


def _as_mark(scan: Scan, start: int, end: int, *, more: bool) -> int:
    """Says how surely the phrase stands as a mark: apart from other words, and written like one; 0 when it does not.

    With `more` its line may go on, if it is short and no sentence goes on in the next.
    """
    text = scan.plain
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    if not _BORDER_BEFORE.search(before) or not (_BORDER_AFTER.match(after) or (more and _REST.match(after))):
        return 0
    if " " not in text[start:end] and _is_broken(before, after):
        return 0
    if not text[start].islower():
        return _CONFIDENCE
    alone = _LINE_BEFORE.search(before) and _LINE_AFTER.match(after)
    return _CONFIDENCE_LOWER_CASE if alone and not _GOES_ON.match(after) else 0


def _is_broken(before: str, after: str) -> bool:
    """Says whether a word alone in its line is only one of a text that was broken into one word a line."""
    if _WORD_LINES_AFTER.match(after):
        return True
    return _WORD_LINE_BEFORE.search(before) is not None and _WORD_LINE_AFTER.match(after) is not None
