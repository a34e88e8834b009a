# SPDX-License-Identifier: Apache-2.0
"""Decides page by page whether the text that a page carries can be used, or whether its image must be read."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

SPARSE = 100
"""Visible characters below which text on a page covered by an image is taken for a stamp or a page number."""
COVERED = 0.5
"""Share of the page under images from which the image is what the page says."""
DRAWN = 0.2
"""Share of the page under images or outlines from which they may be what the page says."""
LITTLE = 0.15
"""Share of the page touched by text below which the text is a stamp, a page number or a title beside what is drawn."""
JUNK = 0.15
"""Share of characters without meaning from which the text layer is broken."""
LETTERS = 200
"""Letters needed before letter statistics say anything."""
COMMON_LETTERS = frozenset("etaoinsrhldcu")
VOWELS = frozenset("aeiouy")
WORDS = re.compile(r"[^\W\d_]{4,}")


class Layer(StrEnum):
    """What a page's text layer is worth."""

    GOOD = "good"
    BLANK = "blank"
    """Nothing is on the page: no text, no image, no drawing."""
    NO_TEXT = "no-text"
    BROKEN = "broken-text"


@dataclass(frozen=True, slots=True)
class PageLook:
    """What was seen of a page before its text is trusted."""

    text: str
    image_share: float
    """Share of the page under images, 0 to 1."""
    drawings: int
    """Images, lines, fills and shadings on the page."""
    unmapped_share: float = 0.0
    """Share of glyphs whose font says no character."""
    hidden: bool = False
    """The text is drawn invisibly, as OCR programs lay it over a scan."""
    covered_share: float = 0.0
    """Share of the page under images or letters drawn as outlines, 0 to 1."""
    text_share: float = 1.0
    """Share of the page that the text touches, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The judgement and how sure the text is, 0 to 100."""

    layer: Layer
    confidence: int


def judge(look: PageLook) -> Judged:
    """Judges one page.

    A page is never called blank while anything is drawn on it: letters may be drawn as outlines. Text is judged by its
    place and not by its length alone: a stamp of any length on a scan does not say what the scan says.
    """
    # Counted once, then looked at by distinct characters: pages have thousands of letters and dozens of kinds.
    visible = Counter({char: number for char, number in Counter(look.text).items() if not char.isspace()})
    total = visible.total()
    if not total:
        return Judged(Layer.NO_TEXT if look.drawings else Layer.BLANK, 0 if look.drawings else 100)
    junk = max(junk_share(visible), look.unmapped_share)
    little = min(LITTLE, look.covered_share / 2)
    stamp = look.covered_share >= DRAWN and look.text_share < little and not look.hidden
    if stamp or (look.image_share >= COVERED and total < SPARSE):
        return Judged(Layer.NO_TEXT, round(50 * (1 - junk)))
    if junk >= JUNK or _shuffled_latin(visible) or _mixed_scripts(look.text, visible):
        return Judged(Layer.BROKEN, round(30 * (1 - junk)))
    return Judged(Layer.GOOD, round((80 if look.hidden else 100) * (1 - junk)))


def junk_share(visible: Mapping[str, int]) -> float:
    """Says which share of the characters means nothing: replacement, private use, control, unassigned."""
    total = sum(visible.values())
    junk = sum(
        number
        for char, number in visible.items()
        if char == "\N{REPLACEMENT CHARACTER}" or unicodedata.category(char) in _JUNK
    )
    return junk / total if total else 0.0


_JUNK = frozenset({"Cc", "Co", "Cn", "Cs"})


def _shuffled_latin(visible: Mapping[str, int]) -> bool:
    """Says whether letters are as frequent as in no language: a font with a shifted or shuffled encoding."""
    letters: Counter[str] = Counter()
    for char, number in visible.items():
        base = unicodedata.normalize("NFD", char)[0].lower()
        if "a" <= base <= "z":
            letters[base] += number
    total = letters.total()
    if total < LETTERS:
        return False
    common = sum(letters[char] for char in COMMON_LETTERS) / total
    vowels = sum(letters[char] for char in VOWELS) / total
    return common < 0.55 and vowels < 0.25


def _mixed_scripts(text: str, visible: Mapping[str, int]) -> bool:
    """Says whether letters of several scripts stand in one word as often as in no text of people's."""
    if len({_script(char) for char in visible if char.isalpha()} - {""}) < 2:
        return False
    words = WORDS.findall(text[:20_000])
    if len(words) < 25:
        return False
    mixed = sum(len({_script(char) for char in word} - {""}) > 1 for word in words)
    return mixed / len(words) > 0.3


def _script(char: str) -> str:
    """Names the script by the code point's block, coarsely; empty for Han and kana, which mix by nature."""
    code = ord(char)
    for below, name in _BLOCKS:
        if code < below:
            return name
    return ""


_BLOCKS = (
    (0x250, "latin"),
    (0x370, ""),
    (0x400, "greek"),
    (0x530, "cyrillic"),
    (0x590, "armenian"),
    (0x600, "hebrew"),
    (0x780, "arabic"),
    (0x1E00, "other"),
    (0x1F00, "latin"),
    (0x2000, "greek"),
)
