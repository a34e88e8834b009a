# SPDX-License-Identifier: Apache-2.0
"""Decides in which language a text is written, and when it is in none."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]  # it ships no types

from ream_classify.word_lists import word_lists

NONE = "und"
"""Text in no language: numbers, codes, noise, or too few words to say."""

_NOT_TEXT = "zxx"
_MADE_UP = frozenset({"eo", "vo"})
_SAMPLE = 4_000
_BLOCK = 300
_BLOCKS = 200
_LETTERS = 12
_SURE = 0.35
_LIKELY = 0.15
_AHEAD = 3.5
"""A language that is less sure than `_SURE` is taken where it is so many times as likely as the next one."""
_SURE_OF_A_CHANGE = 0.95
_PLAIN_SHARE = 0.25
_PLAIN_CONFIDENCE = 97
_WORDS_OF_A_LINE = 8
_LONGEST_LINE = 2_000
_WHITE = re.compile(r"\s+")
_WORDLIKE = re.compile(r"[^\W\d_]+")
_NO_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Guess:
    """A language as ISO 639-1 code, or `und`, and how sure that is (0 to 100)."""

    language: str
    confidence: int


@dataclass(frozen=True, slots=True)
class Parts:
    """The main language of a text, and by language its characters, and those times how sure that is (per cent)."""

    main: Guess
    characters: Counter[str]
    sure: Counter[str]

    def add(self, guess: Guess, characters: int) -> None:
        """Counts characters as that language."""
        if characters:
            self.characters[guess.language] += characters
            self.sure[guess.language] += characters * guess.confidence // 100


@cache
def _identifier() -> LanguageIdentifier:
    """The model of py3langid, kept to natural languages that have a two-letter code, and to `no language`."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(
        [label for label in identifier.labels if label == _NOT_TEXT or (len(label) == 2 and label not in _MADE_UP)]
    )
    # set_languages leaves a half-precision view with gaps that numpy converts for every text: a third of the time.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc).astype(np.float32)
    return identifier


def warm_up() -> None:
    """Loads the model (about 0.7 s), so that the first document does not wait for it."""
    _identifier()


def identify(text: str) -> Guess:
    """Names the language of a text from at most 4,000 of its characters, in constant time.

    Returns:
        `und` with confidence 0 where there are too few letters, or letters that no language puts together.
    """
    return _guess(_sample(text), _SURE)


def identify_parts(text: str) -> Parts:
    """Names the language of a whole text, and counts its characters by language.

    Lines that go together and whose small words are plainly those of another language are counted as that language,
    and so are blocks of about three hundred characters whose language is surely another; all others as the whole.
    The counts add up to the number of characters that are not white space.
    """
    main = identify(text)
    parts = Parts(main, Counter(), Counter())
    for plain, stretch in _stretches(text):
        if plain is not None and plain != main.language and main.language != NONE:
            parts.add(Guess(plain, _PLAIN_CONFIDENCE), _dense(stretch))
        else:
            _count(parts, stretch, is_whole=len(stretch) == len(text))
    return parts


def _count(parts: Parts, text: str, *, is_whole: bool) -> None:
    """Counts a stretch that may be in the language of the whole, block by block."""
    main = parts.main
    if is_whole and len(text) <= _BLOCK:
        parts.add(main, _dense(text))
        return
    empty = word_lists("stopwords.yaml").get(main.language, frozenset())
    for block in _blocks(text):
        if _is_plainly(block, empty):
            parts.add(Guess(main.language, max(main.confidence, _PLAIN_CONFIDENCE)), _dense(block))
            continue
        parts.add(_agreed(main, _guess(_sample(block), _SURE)), _dense(block))


def _stretches(text: str) -> Iterator[tuple[str | None, str]]:
    """Cuts a text between lines that are plainly in two languages; lines that do not say go with those before them."""
    start = place = 0
    current: str | None = None
    for line in text.splitlines(keepends=True):
        plain = _plainly(line)
        if plain is not None and current is not None and plain != current:
            yield current, text[start:place]
            start = place
        current = plain or current
        place += len(line)
    if start < len(text):
        yield current, text[start:]


@cache
def _small_words() -> Mapping[str, tuple[str, ...]]:
    """The languages of each small word that holds sentences together."""
    languages: dict[str, tuple[str, ...]] = {}
    for language, words in word_lists("stopwords.yaml").items():
        for word in words:
            languages[word] = (*languages.get(word, ()), language)
    return languages


def _plainly(line: str) -> str | None:
    """Names the language of which a line has plainly the small words: a quarter of it, and far more than of others."""
    # Initials of names (J. Lewsey, M Stevens) are no words of French.
    words = [word.lower() for word in line[:_LONGEST_LINE].split() if len(word) > 1 or word.islower()]
    if len(words) < _WORDS_OF_A_LINE:
        return None
    counts = Counter(language for word in words for language in _small_words().get(word, ()))
    (first, most), (_, second) = [*counts.most_common(2), ("", 0), ("", 0)][:2]
    is_ahead = most >= second + 3 and 2 * most >= 3 * second
    return first if most > _PLAIN_SHARE * len(words) and is_ahead else None


def _is_plainly(block: str, empty: frozenset[str]) -> bool:
    """Says whether so many words of a block are those that hold sentences of the language together that it is in it."""
    words = block.lower().split()
    return sum(word in empty for word in words) > _PLAIN_SHARE * len(words)


def _agreed(main: Guess, block: Guess) -> Guess:
    """Takes a block for what the whole is, unless it is surely another; where both agree, the surer of them."""
    if block.language == main.language:
        return max(main, block, key=lambda guess: guess.confidence)
    sure = block.language != NONE and block.confidence >= 100 * _SURE_OF_A_CHANGE
    return block if sure else main


def _guess(sample: str, sure: float) -> Guess:
    words = _WORDLIKE.findall(sample)
    letters = sum(map(len, words))
    if letters + 3 * len(_NO_SPACES.findall(sample)) < _LETTERS or letters * 5 < len("".join(sample.split())):
        return Guess(NONE, 0)
    (language, probability), (_, next_one) = _identifier().rank(sample)[:2]
    if language == _NOT_TEXT or not (probability >= sure or _is_ahead(probability, next_one)):
        return Guess(NONE, 0)
    return Guess(language, round(100 * min(1.0, float(probability))))


def _is_ahead(probability: float, next_one: float) -> bool:
    return probability >= _LIKELY and probability >= _AHEAD * next_one


def _sample(text: str) -> str:
    """Takes the text itself, or pieces of its beginning, middle and end."""
    if len(text) <= _SAMPLE:
        return text
    piece, middle = _SAMPLE // 4, len(text) // 2
    return "\n".join((text[: 2 * piece], text[middle : middle + piece], text[-piece:]))


def _blocks(text: str) -> Iterator[str]:
    """Cuts at line ends after at least three hundred characters; a long text into at most 200 blocks."""
    size = max(_BLOCK, len(text) // _BLOCKS + 1)
    start = 0
    while start < len(text):
        cut = text.find("\n", start + size, start + 2 * size)
        end = start + size if cut < 0 else cut + 1
        yield text[start:end]
        start = end


def _dense(text: str) -> int:
    return len(text) - sum(map(len, _WHITE.findall(text)))
