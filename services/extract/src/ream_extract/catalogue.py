# SPDX-License-Identifier: Apache-2.0
"""Decides by whom a media type is read, without loading any parser: the service itself never touches a document."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to know of an extractor before it reads."""

    name: str
    version: str
    media_types: tuple[str, ...]
    convert_to: str | None
    together: tuple[str, ...] = ()
    """Kinds of units that one pass over the document gives all at once: none can be read alone."""
    takes_passwords: bool = False
    """It opens parts of a file with passwords by itself."""
    programs: bool = False
    """It reads by programs of their own."""
    plans_converted: bool = False
    """It plans the converted form too, and without one it knows nothing."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The extractors of this installation."""

    extractors: tuple[Known, ...]

    def find(self, media_type: str) -> Known | None:
        """Returns the extractor of a media type: the exact one, that of the whole kind (`text/*`), of all, or none."""
        by_type = {claimed: one for one in self.extractors for claimed in one.media_types}
        kind = media_type.partition("/")[0] + "/*"
        return by_type.get(media_type) or by_type.get(kind) or by_type.get("*/*")

    def converting_to(self, endings: Collection[str]) -> "Catalogue":
        """Leaves out the extractors that know nothing without a converted form that nobody makes here."""
        left = (one for one in self.extractors if not one.plans_converted or one.convert_to in endings)
        return Catalogue(tuple(left))

    def named(self, name: str) -> Known:
        """Returns the extractor that a manifest names.

        Raises:
            LookupError: it is not part of this installation.
        """
        for one in self.extractors:
            if one.name == name:
                return one
        raise LookupError(f"no extractor is called {name}: it planned this document and is not installed now")
