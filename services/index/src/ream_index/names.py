# SPDX-License-Identifier: Apache-2.0
"""Decides which names a passage lists, so that it can be filtered and counted by them.

Names of people are not among them: who may search all passages need not be one who may see personal data.
"""

from collections.abc import Iterable, Sequence

from ream_contracts.artifacts import Entity

FIELDS = {"organisation": "organisations", "place": "places", "product": "products"}
"""By kind of name, the field of a passage that lists it."""
MOST = 50
"""Names of a kind in one passage: a page that is a list of names would be larger by them than by its text."""
LONGEST = 300


def names_of(entities: Iterable[Entity], unit: int) -> list[Entity]:
    """Returns what is listed of a unit's names, in the order in which they stand."""
    return sorted((one for one in entities if one.unit == unit and one.kind in FIELDS), key=lambda one: one.start)


def names_within(names: Sequence[Entity], start: int, end: int) -> dict[str, list[str]]:
    """Returns the names that begin between two places of a unit's text, by field; each once, as it is written first."""
    found: dict[str, dict[str, str]] = {}
    for one in names:
        if start <= one.start < end:
            found.setdefault(FIELDS[one.kind], {}).setdefault(one.text[:LONGEST].casefold(), one.text[:LONGEST])
    return {field: list(written.values())[:MOST] for field, written in sorted(found.items())}
