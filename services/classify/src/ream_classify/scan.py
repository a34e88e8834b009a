# SPDX-License-Identifier: Apache-2.0
"""Decides how a unit's text is looked at: folded forms in which every place is the same as in the text itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

_DIGITS = {ord(zero) + value: str(value) for zero in "\u0660\u06f0\u0966\u09e6\uff10" for value in range(10)}
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u2009\u3000"), " ")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")
_PLAIN = {**_DIGITS, **_SPACES, **_DASHES, ord("\uff0b"): "+", ord("\uff20"): "@", ord("\u2019"): "'"}

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found in a unit's text.

    `score` names the additive score that counts it (`personal:iban`); `form` tells variants of one kind apart
    (`us-ssn`) and may be empty. `start` and `end` are places in the text as it was given; `confidence` is 0 to 100.
    """

    score: str
    start: int
    end: int
    confidence: int
    form: str = ""

    @property
    def kind(self) -> str:
        """The score's name, followed by the form where there is one."""
        return f"{self.score}:{self.form}" if self.form else self.score


def _lower(text: str) -> str:
    """Lower case without moving a character: a few capitals have lower forms of two characters."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


@dataclass
class Scan:
    """One unit's text, and which of its characters have been recognised already.

    Recognizers run one after another, the surest first; none takes characters that an earlier one took.
    """

    text: str
    language: str = "und"
    _taken: bytearray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._taken = bytearray(len(self.text))

    @cached_property
    def plain(self) -> str:
        """The text with digits of other scripts, odd spaces and odd dashes in their ASCII form; same length."""
        return self.text.translate(_PLAIN)

    @cached_property
    def folded(self) -> str:
        """The plain text in lower case; same length."""
        return _lower(self.plain)

    def is_free(self, start: int, end: int) -> bool:
        """Says whether nothing has been recognised there yet."""
        return self._taken.find(1, start, end) < 0

    def take(self, start: int, end: int) -> None:
        """Marks a place as recognised."""
        self._taken[start:end] = b"\x01" * (end - start)

    def places(self, phrase: str) -> Iterator[tuple[int, int]]:
        """Yields where a lower-case phrase stands as whole words, in linear time."""
        return whole(self.folded, phrase)


def whole(folded: str, phrase: str) -> Iterator[tuple[int, int]]:
    """Yields the places (start, end) where the phrase stands in the text as whole words.

    Scripts without spaces between words have no word boundary: there every occurrence counts.
    """
    size = len(phrase)
    guarded_start, guarded_end = _spaced(phrase[0]), _spaced(phrase[-1])
    start = folded.find(phrase)
    while start >= 0:
        end = start + size
        before = guarded_start and start > 0 and folded[start - 1].isalnum()
        after = guarded_end and end < len(folded) and folded[end].isalnum()
        if not before and not after:
            yield start, end
        start = folded.find(phrase, end)


def _spaced(character: str) -> bool:
    return character.isalnum() and not _UNSPACED.match(character)
