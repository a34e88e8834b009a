# SPDX-License-Identifier: Apache-2.0
"""Decides which language packs a page is read with: of those wanted, those that are installed, in the wanted order."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ream_ocr.engine import EngineError

ENDING = ".traineddata"

FOLDERS = (
    Path("/usr/share/tesseract-ocr/5/tessdata"),
    Path("/usr/share/tesseract-ocr/4.00/tessdata"),
    Path("/usr/share/tessdata"),
    Path("/usr/local/share/tessdata"),
    Path("/opt/homebrew/share/tessdata"),
)
"""Where distributions put language data, the newest first."""

_NOT_LANGUAGES = frozenset({"osd", "equ"})


OF_SCRIPT = MappingProxyType(
    {
        "Arabic": ("ara", "fas", "urd", "pus", "uig", "snd", "kur_ara", "script/Arabic"),
        "Armenian": ("hye", "script/Armenian"),
        "Bengali": ("ben", "asm", "script/Bengali"),
        "Cyrillic": ("rus", "ukr", "bul", "srp", "mkd", "bel", "kaz", "kir", "mon", "tat", "tgk", "uzb_cyrl",
                     "aze_cyrl", "script/Cyrillic"),
        "Devanagari": ("hin", "mar", "nep", "san", "script/Devanagari"),
        "Georgian": ("kat", "kat_old", "script/Georgian"),
        "Greek": ("ell", "grc", "script/Greek"),
        "Gujarati": ("guj", "script/Gujarati"),
        "Gurmukhi": ("pan", "script/Gurmukhi"),
        "Han": ("chi_sim", "chi_tra", "jpn", "script/HanS", "script/HanT", "script/Japanese"),
        "Hangul": ("kor", "script/Hangul"),
        "Hebrew": ("heb", "yid", "script/Hebrew"),
        "Hiragana": ("jpn", "script/Japanese"),
        "Japanese": ("jpn", "script/Japanese"),
        "Kannada": ("kan", "script/Kannada"),
        "Katakana": ("jpn", "script/Japanese"),
        "Khmer": ("khm", "script/Khmer"),
        "Korean": ("kor", "script/Hangul"),
        "Malayalam": ("mal", "script/Malayalam"),
        "Tamil": ("tam", "script/Tamil"),
        "Telugu": ("tel", "script/Telugu"),
        "Thai": ("tha", "script/Thai"),
    }
)  # fmt: skip
"""Packs that read a script, the likeliest first; of scripts that are not here nobody says that a pack is missing."""


_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA")
_LETTERS = {"Han": ("CJK",), "Korean": ("HANGUL",), **dict.fromkeys(("Japanese", "Hiragana", "Katakana"), _EAST_ASIAN)}
"""What the names of a script's letters begin with in Unicode, where that is not its own name."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which packs to read with, and which were wanted and are not there."""

    languages: tuple[str, ...]
    missing: tuple[str, ...]


def tessdata(setting: Path | None, environ: Mapping[str, str] | None = None) -> Path:
    """Finds the folder of language data: the setting's, else TESSDATA_PREFIX's, else the distribution's.

    Raises:
        EngineError: no folder with language data is there.
    """
    environ = os.environ if environ is None else environ
    prefix = environ.get("TESSDATA_PREFIX")
    if setting is not None:
        folders: tuple[Path, ...] = (setting,)
    else:
        folders = (*((Path(prefix), Path(prefix) / "tessdata") if prefix else ()), *FOLDERS)
    for folder in folders:
        if installed(folder):
            return folder
    raise EngineError(
        f"no language data of Tesseract in {', '.join(map(str, folders))}: install the package tesseract-ocr-eng, "
        "or name the folder in REAM_OCR_TESSDATA"
    )


def installed(folder: Path) -> frozenset[str]:
    """Names the languages that the folder holds packs of; empty when there is no such folder."""
    names = {path.name.removesuffix(ENDING) for path in folder.glob(f"*{ENDING}")}
    return frozenset(names - _NOT_LANGUAGES)


def is_read(script: str, languages: Iterable[str]) -> bool:
    """Says whether one of these packs reads a script, named as Tesseract names it."""
    packs = {language.removesuffix("_vert") for language in languages}
    return script not in OF_SCRIPT or not packs.isdisjoint(OF_SCRIPT[script])


def is_written_in(text: str, script: str) -> bool:
    """Says whether at least half of the letters of a text are of a script: an engine may take them for others."""
    names = _LETTERS.get(script, (script.upper(),))
    told = [unicodedata.name(character, "").startswith(names) for character in text if character.isalpha()]
    return 2 * sum(told) >= len(told) > 0


def choose(wanted: Iterable[str], there: frozenset[str]) -> Choice:
    """Takes the wanted packs that are there, each once.

    All of them read a page together: the first one that is sure of a word decides, so that a page costs little more
    than with one pack, and a page in another language is read right at the first try (figures in ADR 0003).

    Raises:
        EngineError: none of the wanted packs is there.
    """
    wanted = tuple(dict.fromkeys(wanted))
    found = tuple(language for language in wanted if language in there)
    missing = tuple(language for language in wanted if language not in there)
    if not found:
        packages = (
            " ".join(f"tesseract-ocr-{language.replace('_', '-')}" for language in missing) or "tesseract-ocr-eng"
        )
        raise EngineError(
            f"none of the languages {', '.join(wanted) or '(none named)'} is installed; there are "
            f"{', '.join(sorted(there)) or 'none'}: install {packages}, or name others in REAM_OCR_LANGUAGES"
        )
    return Choice(found, missing)
