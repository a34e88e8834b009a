# SPDX-License-Identifier: Apache-2.0
"""Reads the lists of names that packages carry: given names, family names, countries, states and cities (Faker)."""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

import yaml

from ream_classify.keyphrases import stopwords
from ream_classify.word_lists import word_lists

_LOCALES = (
    "en_US", "en_GB", "en_IE", "en_IN", "de_DE", "de_AT", "de_CH", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_PT",
    "pt_BR", "pl_PL",
    "sv_SE", "da_DK", "no_NO", "fi_FI", "cs_CZ", "hu_HU", "ro_RO", "tr_TR",
)  # fmt: skip
_COUNTRIES = (
    "en",
    "en_US",
    "en_GB",
    "de",
    "de_DE",
    "fr_FR",
    "es",
    "es_ES",
    "it_IT",
    "nl_NL",
    "pt_BR",
    "pl_PL",
    "sv_SE",
    "da_DK",
)
_PLACES = ("cities", "states", "provinces", "counties", "regions", "departments")
_SHORT = frozenset({"US", "UK"})


@dataclass(frozen=True, slots=True)
class Gazetteers:
    """Sets of names as they are written, with capitals."""

    given: frozenset[str]
    family: frozenset[str]
    places: frozenset[str]
    doubtful: frozenset[str]
    """Names that are common words too: alone they say nothing."""


@cache
def gazetteers() -> Gazetteers:
    """Loads all lists (about a second), once a process."""
    given: set[str] = set()
    family: set[str] = set()
    places: set[str] = set(_more_places())
    for locale in _LOCALES:
        provider = _provider("person", locale)
        for name in dir(provider):
            if name.startswith(("first_names", "last_names")):
                (given if name.startswith("first") else family).update(_listed(provider, name))
    for locale in dict.fromkeys((*_LOCALES, *_COUNTRIES)):
        provider = _provider("address", locale)
        for name in (*_PLACES, *(("countries",) if locale in _COUNTRIES else ())):
            places.update(_listed(provider, name))
    empty = frozenset().union(*stopwords().values())
    doubtful = {name for names in (given, family, places) for name in names if name.lower() in empty}
    kept = frozenset(name for name in places if len(name) > 2 or name in _SHORT)
    words_too = word_lists("names.yaml")["words_too"]
    return Gazetteers(frozenset(given), frozenset(family), kept, frozenset(doubtful | words_too))


def _more_places() -> list[str]:
    """Names of countries, states and great cities in their languages that the package lacks."""
    listed: list[str] = yaml.safe_load(files("ream_classify").joinpath("places.yaml").read_text("utf-8"))
    return listed


def _provider(kind: str, locale: str) -> Any:
    try:
        return import_module(f"faker.providers.{kind}.{locale}").Provider
    except ModuleNotFoundError:
        return None


def _listed(provider: Any, name: str) -> list[str]:
    values = getattr(provider, name, None)
    if not isinstance(values, (tuple, list, dict)):
        return []
    return [value for value in values if isinstance(value, str) and value[:1].isupper()]
