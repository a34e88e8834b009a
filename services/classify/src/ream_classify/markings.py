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
_ALONE = " (alone)"
_BORDER_BEFORE = re.compile(
    r"(?:\A|[\n\r\f|_*\[(<:/=#\u2022\u00b7\u2014\u3010\u300c\uff08\uff1a\uff3b]|(?:\A|\s)-)[ \t]{0,20}\Z"
)
_BORDER_AFTER = re.compile(
    r"[ \t]{0,20}(?:\Z|[\n\r\f|_*\])>.!/=#;:\u2022\u00b7\u2014\u3011\u300d\uff09\uff1a\uff3d]|-(?:\s|\Z))"
)
_REST = re.compile(r" [^\n\r\f.]{1,60}\.?[ \t]{0,20}(?:\Z|[\n\r\f])(?![ \t]*[a-z])")
_LINE_BEFORE = re.compile(r"(?:\A|[\n\r\f])[ \t*(\[-]{0,20}\Z")
_LINE_AFTER = re.compile(r"[ \t*!.)\]-]{0,20}(?:\Z|[\n\r\f])")
# A sentence in lower case that goes over several lines, and text that was broken into one word a line.
_GOES_ON = re.compile(r"[^\n\r]{0,20}[\r\n]+[ \t]*[^\W\d_A-Z]")
_WORD_LINE_BEFORE = re.compile(r"(?:\A|\n)[ \t]*\w+[ \t]*\n\s*\Z")
_WORD_LINE_AFTER = re.compile(r"[ \t]*\n\s*\w+[ \t]*(?:\Z|\n)")
_WORD_LINES_AFTER = re.compile(r"[ \t]*\n\s*\w+[ \t]*\n\s*\w+[ \t]*(?:\Z|\n)")
# What names the level of a document, with the sign after it. In compounds too: Dokumentenklassifizierung.
_INTRODUCTION = re.compile(
    r"(?:(?<!re)(?:classification|sensitivity|confidentiality|security|protective marking)"
    r"|classificatie|classificazione|classificação|clasificación|klassifizierung|klassifikation|klassificering"
    r"|klassifisering|klassifikace|klasyfikacja|klassning|gradering|rubricering|einstufung|geheimhaltungsstufe"
    r"|vertraulichkeit(?:sstufe)?|schutzklasse|confidentialité|confidencialidade?|riservatezza|vertrouwelijkheid"
    r"|poufności|klauzula|sekretess|классификация|конфиденциальности|гриф(?: секретности)?|密级|密級|機密区分)"
    r"(?: (?:level|label|marking|status|class|stufe))?"
    r"[ \t]{0,5}[:=|\uff1a][ \t]{0,20}(?:\r?\n[ \t]{0,20})?"
)
# A banner of an authority: SECRET//NOFORN.
_BANNER_AFTER = re.compile(r"//[A-Z]")
_PAGE_WORD = re.compile(
    r"\b(?:page|seite|página|pagina|pag|strona|str|sida|side|sivu|strana|страница|стр|draft|entwurf|version|rev)\b"
)
# What else may stand in the line of a single word that is a mark: the number of a page, a version.
_FURNITURE = re.compile(
    rf"(?:[^\w\n]|[0-9]|{_PAGE_WORD.pattern}|\b(?:of|von|de|sur|di|van|av|af|из|z|p|s|v)\b){{0,40}}"
)
_DECORATION = frozenset(" \t\r*!.()[]-<>#=_\u2013\u2014\u3010\u3011\uff08\uff09\uff3b\uff3d")
_NEXT_LINE = re.compile(r"\s*[^\n]*")
# Scripts that write no spaces break no text into one word a line.
_MANY_WORDS = re.compile("[ \u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_EDGE_LINES = 5
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
    return Markings(tuple(sorted(unique, key=lambda item: (LEVELS.index(item[0]), -len(_wanted(item[1])), item[1]))))


def _wanted(phrase: str) -> str:
    """The words of a phrase without the sign that says where they may stand."""
    return phrase.removesuffix(_MORE).removesuffix(_ALONE)


def find(scan: Scan, markings: Markings) -> Iterator[Hit]:
    """Yields the marks as `mark:<level>`; of marks that overlap, the most secret and longest. Time is linear."""
    marked, frame = Scan(scan.text), _Frame.of(scan)
    for level, phrase in markings.phrases:
        for start, end in scan.places(_wanted(phrase)):
            confidence = _as_mark(scan, start, end, more=phrase.endswith(_MORE), said=start in frame.introduced)
            if confidence and phrase.endswith(_ALONE) and not _stands_out(scan, start, end, frame):
                continue
            if confidence and marked.is_free(start, end):
                marked.take(start, end)
                yield Hit(f"mark:{level}", start, end, confidence)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where in a text a word may be a mark that elsewhere would be a word.

    Attributes:
        introduced: the places right after "Classification:" and the like.
        top: where the first five lines with something in them end.
        bottom: where the last five begin.
    """

    introduced: frozenset[int]
    top: int
    bottom: int

    @classmethod
    def of(cls, scan: Scan) -> "_Frame":
        introduced = frozenset(match.end() for match in _INTRODUCTION.finditer(scan.folded))
        text, top, bottom = scan.plain, 0, len(scan.plain.rstrip())
        for _ in range(_EDGE_LINES):
            line = _NEXT_LINE.match(text, top)
            top = line.end() if line else top
            bottom = len(text[: text.rfind("\n", 0, bottom) + 1].rstrip())
        return cls(introduced, top, bottom)


def _stands_out(scan: Scan, start: int, end: int, frame: _Frame) -> bool:
    """Says whether a word that is as often no mark (public, restricted) can only be one where it stands.

    That is: where a level is announced, in a banner of an authority, or written with a capital letter alone in a
    line at the top or the bottom.
    """
    text = scan.plain
    if start in frame.introduced or (text[start:end].isupper() and _BANNER_AFTER.match(text, end)):
        return True
    if frame.top <= start < frame.bottom or text[start].islower():
        return False
    before, after = _rest_of_line(text, start, end)
    # "Unrestricted" beside it: these are heads of columns.
    return _is_furniture(before, after) and f"un{scan.folded[start:end]}" not in scan.folded


def _rest_of_line(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands in the line before and after a place; of a long line enough of it to see that it is one."""
    before = text[max(0, start - _REACH) : start]
    if "\n" not in before and start > _REACH:
        before = "long line " + before
    return before.rpartition("\n")[2], text[end : end + _REACH].partition("\n")[0]


def _is_furniture(before: str, after: str) -> bool:
    """Says whether a line holds nothing else, or a page number or version beside it."""
    if _DECORATION.issuperset(before) and _DECORATION.issuperset(after):
        return True
    rest = (before.lower(), after.lower())
    return any(map(_PAGE_WORD.search, rest)) and all(map(_FURNITURE.fullmatch, rest))


def _as_mark(scan: Scan, start: int, end: int, *, more: bool, said: bool) -> int:
    """Says how surely the phrase stands as a mark: apart from other words, and written like one; 0 when it does not.

    With `more` its line may go on, if it is short and no sentence goes on in the next. Where it is `said` before
    it that a mark follows, it may be written in any way.
    """
    text = scan.plain
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    if not _BORDER_BEFORE.search(before) or not (_BORDER_AFTER.match(after) or (more and _REST.match(after))):
        return 0
    if said:
        return _CONFIDENCE
    if not _MANY_WORDS.search(text, start, end) and _is_broken(before, after):
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
