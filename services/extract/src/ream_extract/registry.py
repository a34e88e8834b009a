# SPDX-License-Identifier: Apache-2.0
"""Decides which extractor reads a media type: each file of the package `extractors` brings one, by its own word."""

import importlib
import pkgutil
from functools import cache

from ream_extract import extractors
from ream_extract.catalogue import Catalogue, Known
from ream_extract.reading import Extractor, PlansConverted, ReadTogether, StartsPrograms, TakesPasswords


@cache
def found() -> tuple[Extractor, ...]:
    """Loads every module of the package `extractors` and takes its `EXTRACTOR`, in the order of their names.

    Raises:
        LookupError: two extractors claim one media type, or a file brings none.
    """
    taken: dict[str, str] = {}
    all_found: list[Extractor] = []
    for module in sorted(pkgutil.iter_modules(extractors.__path__), key=lambda one: one.name):
        one: Extractor | None = getattr(
            importlib.import_module(f"{extractors.__name__}.{module.name}"), "EXTRACTOR", None
        )
        if one is None:
            raise LookupError(f"extractors/{module.name}.py has no EXTRACTOR")
        for media_type in one.media_types:
            if media_type in taken:
                raise LookupError(f"{media_type} is claimed by both {taken[media_type]} and {one.name}")
            taken[media_type] = one.name
        all_found.append(one)
    return tuple(all_found)


def known() -> Catalogue:
    """Says which extractors there are, for who must not load them."""
    return Catalogue(
        tuple(
            Known(
                one.name, one.version, one.media_types, one.convert_to,
                one.together if isinstance(one, ReadTogether) else (),
                isinstance(one, TakesPasswords) and one.takes_passwords,
                isinstance(one, StartsPrograms) and one.programs,
                isinstance(one, PlansConverted) and one.plans_converted,
            )
            for one in found()
        )
    )  # fmt: skip


def named(name: str) -> Extractor:
    """Returns the extractor of this name; it was planned with, so it must be there.

    Raises:
        LookupError: there is none of this name.
    """
    for one in found():
        if one.name == name:
            return one
    raise LookupError(f"no extractor is called {name}")
