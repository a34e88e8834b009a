# SPDX-License-Identifier: Apache-2.0
"""Decides in which languages words are found in other forms too, and which of them a word may belong to."""

import re
import unicodedata

ANALYZERS = {
    "ar": "arabic", "cjk": "cjk", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "fi": "finnish", "fr": "french", "hi": "hindi", "hu": "hungarian", "it": "italian", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "th": "thai",
    "tr": "turkish",
}  # fmt: skip
"""Field below `stems` of a passage, and the analyser of it that comes with OpenSearch."""
FIELD_OF = {**{name: name for name in ANALYZERS}, "zh": "cjk", "ja": "cjk", "ko": "cjk", "nb": "no", "nn": "no"}
"""Field by language, ISO 639-1."""
_LATIN = ("en", "de", "fr", "es", "it", "pt", "nl")
"""Asked for a word in Latin letters. Each field more makes every query dearer, so that those of which an archive has
little are asked only where the query names the language."""
_SCRIPTS = (
    (re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"), "cjk"),
    (re.compile(r"[\u0600-\u06ff]"), "ar"),
    (re.compile(r"[\u0400-\u04ff]"), "ru"),
    (re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"), "el"),
    (re.compile(r"[\u0900-\u097f]"), "hi"),
    (re.compile(r"[\u0e00-\u0e7f]"), "th"),
)


def stem_field(language: str) -> str | None:
    """Names the field that finds other forms of the words of a language; None where there is no analyser for it."""
    return FIELD_OF.get(language)


def fields_for(words: str, languages: tuple[str, ...] = ()) -> list[str]:
    """Names the stem fields in which words are looked for: those of the languages, else those of their letters."""
    if languages:
        return sorted({field for one in languages if (field := stem_field(one)) is not None})
    found = [field for letters, field in _SCRIPTS if letters.search(words)]
    if any(character.isalpha() and "LATIN" in unicodedata.name(character, "") for character in words):
        found += _LATIN
    return found
