# SPDX-License-Identifier: Apache-2.0
"""Decides into which pieces of its vocabulary the model reads words, as BERT's uncased tokenizer does."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

_UNKNOWN = "[UNK]"
_LONGEST_WORD = 100
_REMEMBERED = 200_000
_WORD = re.compile(r"\S+")


class Pieces:
    """The vocabulary; remembers how words are read, for the same ones come again and again."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._ids = {piece: number for number, piece in enumerate(vocabulary)}
        self.start, self.end = self._ids["[CLS]"], self._ids["[SEP]"]
        self._known: dict[str, tuple[int, ...]] = {}

    def words(self, text: str) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yields where each word between white space begins, and the numbers of its pieces; none where it has none."""
        for word in _WORD.finditer(text):
            yield word.start(), self._of(word[0])

    def _of(self, word: str) -> tuple[int, ...]:
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = tuple(number for part in _parts(word) for number in self._matched(part))
            if len(word) <= _LONGEST_WORD:
                self._known[word] = known
        return known

    def _matched(self, part: str) -> list[int]:
        """The longest piece that the part begins with, then the longest of what is left, and so on."""
        found, start = [], 0
        while start < len(part) <= _LONGEST_WORD:
            end = len(part)
            prefix = "##" if start else ""
            while end > start and prefix + part[start:end] not in self._ids:
                end -= 1
            if end == start:
                break
            found.append(self._ids[prefix + part[start:end]])
            start = end
        return found if found and start == len(part) else [self._ids[_UNKNOWN]]


def _parts(word: str) -> list[str]:
    """Divides a word at punctuation and ideographs, in lower case without accents and control characters."""
    if word.isascii() and word.isalnum():
        return [word.lower()]
    kept = "".join(_letter(one) for one in word)
    plain = "".join(one for one in unicodedata.normalize("NFD", kept) if unicodedata.category(one) != "Mn").lower()
    return "".join(f" {one} " if _stands_alone(one) else one for one in plain).split()


def _letter(one: str) -> str:
    if one == "\ufffd" or unicodedata.category(one) in ("Cc", "Cf", "Cn", "Co", "Cs"):
        return ""
    return f" {one} " if _is_ideograph(one) else one


def _stands_alone(one: str) -> bool:
    code = ord(one)
    if code < 128:
        return not one.isalnum() and 32 < code < 127
    return unicodedata.category(one).startswith("P")


def _is_ideograph(one: str) -> bool:
    code = ord(one)
    return (
        0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x2CEAF
    )
