# SPDX-License-Identifier: Apache-2.0
"""Decides what a person asks for: words, phrases and fields of a query, or a sentence that says what is wrong."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from ream_contracts.outcomes import Outcome

LONGEST = 2_000
MOST_WORDS = 80
"""OpenSearch takes 1,024 clauses in a query; a word is one in each field that is asked."""
_TOKEN = re.compile(
    r'(?P<minus>-?)(?:(?P<field>[A-Za-z_]{2,20}):(?!//))?(?:"(?P<phrase>[^"]*)"(?:~(?P<slop>[0-9]{1,2}))?|(?P<word>[^\s"]+))'
)
_EXCLUDED = re.compile(r"(?:^|(?<=\s))-[^\W_]\S*")
_OPERATORS = re.compile(r"[|()]|(?<!\S)OR(?!\S)")
_QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02"), '"')
# A word in capitals between others is the sign that it stands for; inside a phrase it is a word.
_SIGN_WORD = re.compile(r'"[^"]*"|(?<!\S)NOT\s+(?=[\w"])|(?<=\S)\s+AND(?=\s+\S)')
_DATE = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{1,2})(?:-(?P<day>[0-9]{1,2}))?)?")
_PAGES = re.compile(r"(?P<first>[0-9]{1,9})(?:-(?P<last>[0-9]{1,9}))?")


class QueryError(ValueError):
    """A query that cannot be read; the text is a sentence for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Field:
    """What may stand before a colon.

    Attributes:
        passages: the field of a passage.
        documents: that of a document's entry; None where documents have none.
        folded: whether capital letters make no difference.
    """

    passages: str
    documents: str | None
    folded: bool = False

    def asked(self, values: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The conditions of passages and of documents that one of these is the field's value."""
        one, other = self._terms(self.passages, values), self.documents
        return one, None if other is None else self._terms(other, values)

    def _terms(self, name: str, values: Sequence[str]) -> dict[str, Any]:
        if not self.folded:
            return {"terms": {name: list(values)}}
        each = [{"term": {name: {"value": value, "case_insensitive": True}}} for value in values]
        return {"bool": {"should": each, "minimum_should_match": 1}}


EXACT = {
    "type": Field("type", "type"),
    "sensitivity": Field("document_sensitivity", "sensitivity"),
    "language": Field("language", "languages"),
    "topic": Field("topics", "topics"),
    "sentiment": Field("sentiment", "sentiment"),
    "source": Field("namespace", "namespace"),
    "outcome": Field("outcome", "outcome"),
    "media": Field("media_type", "media_type"),
    "method": Field("method", "methods"),
    "organisation": Field("organisations", "organisations", folded=True),
    "place": Field("places", "places", folded=True),
    "product": Field("products", "products", folded=True),
    "tag": Field("tags", "tags"),
    "path": Field("path", "path"),
    "id": Field("document_id", "document_id"),
}
IN_WORDS = {"name": Field("name", "name"), "heading": Field("heading", None), "text": Field("text", "text")}
DATES = ("date", "after", "before")
CLOSED = {
    "outcome": (*Outcome, "outstanding"),
    "sensitivity": ("public", "internal", "confidential", "restricted"),
    "sentiment": ("positive", "negative", "neutral", "mixed"),
}
"""Fields with a list of values that nobody adds to."""
LOWER = ("type", "topic", "language")
"""Fields whose values have no capital letters, however they are asked."""
PAGE = "page"
FIELDS = (*EXACT, *IN_WORDS, *DATES, PAGE)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition that a passage, and where they can be asked a document, must meet; or must not."""

    passages: dict[str, Any]
    documents: dict[str, Any] | None
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand one after another, with up to `slop` moves between them."""

    words: str
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was read.

    Attributes:
        words: what is left of it without fields and phrases, as OpenSearch's simple query strings are written.
        said: it as it was written, without fields: what a question means hangs on all of it.
        languages: those that it asks for.
        types: those that it asks for.
    """

    words: str = ""
    phrases: tuple[Phrase, ...] = ()
    conditions: tuple[Condition, ...] = ()
    languages: tuple[str, ...] = ()
    said: str = ""
    types: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether its words are nothing but words."""
        return not re.search(r'[|()+*~"\\]|(?:^|\s)-', self.words)

    @property
    def plain_words(self) -> str:
        """Its words without signs; what is excluded is left out."""
        words = re.sub(r'[|()+*"\\]|~[0-9]*', " ", _EXCLUDED.sub(" ", self.words))
        return " ".join(one for one in words.split() if any(map(str.isalnum, one)))

    @property
    def excluded_words(self) -> str:
        """What none of its hits may hold."""
        return " ".join(one[0].strip()[1:] for one in _EXCLUDED.finditer(self.words))


@dataclass(slots=True)
class _Reading:
    words: list[str] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    end: int = -1

    def add(self, token: re.Match[str]) -> None:
        """Takes a word; what was written without a space between stays so."""
        if self.words and token.start() == self.end:
            self.words[-1] += token[0]
        else:
            self.words.append("|" if token[0] == "OR" and self.words else token[0])
        self.end = token.end()


def read(text: str) -> Query:
    """Reads a query: `words "a phrase" -without type:invoice,receipt after:2024-05 name:lease`.

    Raises:
        QueryError: it cannot be read.
    """
    if len(text) > LONGEST:
        raise QueryError(f"The query has {len(text)} characters; {LONGEST} are the most.")
    text = text.translate(_QUOTES)
    if text.count('"') % 2:
        raise QueryError('A quotation mark is not closed: write "words of a phrase", or leave it out.')
    text = _SIGN_WORD.sub(_sign, text)
    made = _Reading()
    # Alternatives of phrases can be told only by who reads the operators between them.
    whole = bool(_OPERATORS.search(re.sub(r'"[^"]*"', "", text)))
    tokens = list(_TOKEN.finditer(text))
    _refuse_joined(tokens)
    for token in tokens:
        _take(made, token, whole)
    words = " ".join(made.words)
    if len(words.split()) > MOST_WORDS:
        raise QueryError(f"The query has {len(words.split())} words; {MOST_WORDS} are the most.")
    said = " ".join(made.said)
    return Query(words, tuple(made.phrases), tuple(made.conditions), tuple(made.languages), said, tuple(made.types))


def _sign(word: re.Match[str]) -> str:
    return word[0] if word[0].startswith('"') else "-" if word[0].startswith("NOT") else ""


def _refuse_joined(tokens: Sequence[re.Match[str]]) -> None:
    """Fields narrow a query, all of them; alternatives of them would be taken for words, and find nothing."""
    for before, after in pairwise(tokens):
        follows = bool(before["field"]) and (after[0] == "OR" or after[0].startswith("|"))
        leads = bool(after["field"]) and not before["field"] and before[0].endswith("|")
        if follows or leads:
            raise QueryError(_no_join(after[0] if after[0] == "OR" else "|"))
    if any(token["field"] and "|" in (token["word"] or "") for token in tokens):
        raise QueryError(_no_join("|"))


def _no_join(sign: str) -> str:
    return (
        f"`{sign}` cannot join fields: a document must meet all of them. "
        "Several values of one field are written like outcome:failed,partial."
    )


def _take(made: _Reading, token: re.Match[str], whole: bool) -> None:
    name, phrase, word = token["field"], token["phrase"], token["word"]
    value = phrase if phrase is not None else word
    if name is None:
        made.said.append(token[0])
        if phrase is None or whole or token["minus"] or not phrase.strip():
            made.add(token)
        else:
            made.phrases.append(Phrase(phrase, int(token["slop"] or 0)))
        return
    if name.lower() not in FIELDS:
        raise QueryError(
            f"There is no field {name!r}; those that there are: {', '.join(FIELDS)}. "
            f'To find the words themselves, write "{name}:{value}" in quotation marks.'
        )
    if not value.strip():
        raise QueryError(f"After {name}: a value is missing.")
    made.conditions += _conditions(name.lower(), value, is_phrase=phrase is not None, excluded=bool(token["minus"]))
    if not token["minus"] and name.lower() == "language":
        made.languages += value.lower().split(",")
    elif not token["minus"] and name.lower() == "type":
        made.types += [one.lower() for one in _values(value, is_phrase=phrase is not None)]


def _conditions(name: str, value: str, *, is_phrase: bool, excluded: bool) -> Iterator[Condition]:
    if name in EXACT:
        values = _values(value, is_phrase=is_phrase)
        if name in CLOSED:
            values = [_known(name, one) for one in values]
        elif name in LOWER:
            values = [one.lower() for one in values]
        yield Condition(*EXACT[name].asked(values), excluded)
    elif name in IN_WORDS:
        asked: dict[str, Any] = {
            "query": value,
            "type": "phrase" if is_phrase else "best_fields",
            "operator": "and",
            "lenient": True,
        }
        found = IN_WORDS[name]
        documents = {"multi_match": {**asked, "fields": [found.documents]}} if found.documents else None
        yield Condition({"multi_match": {**asked, "fields": [found.passages]}}, documents, excluded)
    elif name == PAGE:
        yield Condition({"range": {"unit": _pages(value)}}, None, excluded)
    else:
        day = {"range": {"submitted": _days(name, value)}}
        yield Condition(day, day, excluded)


def _values(value: str, *, is_phrase: bool) -> list[str]:
    return [value] if is_phrase else [one for one in value.split(",") if one]


def _known(name: str, value: str) -> str:
    if value.lower() not in CLOSED[name]:
        raise QueryError(f"There is no {name} {value!r}; there are: {', '.join(CLOSED[name])}.")
    return value.lower()


def _pages(value: str) -> dict[str, int]:
    found = _PAGES.fullmatch(value)
    if found is None:
        raise QueryError(f"{value!r} is no page: write page:7 or page:7-12.")
    first, last = int(found["first"]), int(found["last"] or found["first"])
    if last < first:
        raise QueryError(f"Page {last} is not after page {first}: write page:{last}-{first}.")
    return {"gte": first, "lte": last}


def _days(name: str, value: str) -> dict[str, str]:
    """The days that a year, a month or a day stands for; `after` and `before` leave them out."""
    found = _DATE.fullmatch(value)
    try:
        if found is None:
            raise ValueError
        first = date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
        end = _end(first, found)
    except (ValueError, OverflowError):
        raise QueryError(f"{value!r} is no date: write {name}:2024, {name}:2024-05 or {name}:2024-05-31.") from None
    if name == "after":
        return {"gte": end.isoformat()}
    return {"lt": first.isoformat()} if name == "before" else {"gte": first.isoformat(), "lt": end.isoformat()}


def _end(first: date, found: re.Match[str]) -> date:
    if found["day"]:
        return first + timedelta(days=1)
    if found["month"]:
        return date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return date(first.year + 1, 1, 1)
