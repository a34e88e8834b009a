# SPDX-License-Identifier: Apache-2.0
"""Decides from scores who may see a text: of a whole document, or of one segment before the whole is known."""

from collections.abc import Mapping
from typing import Literal

Sensitivity = Literal["public", "internal", "confidential", "restricted"]

LEVELS: tuple[Sensitivity, ...] = ("public", "internal", "confidential", "restricted")

MANY_TELLING = 20
"""So many numbers that belong to somebody are a list of people, not a letter to one."""

MANY_PERSONAL = 500
"""So many pieces of personal data of any kind are one too."""

HARMLESS = frozenset({"email", "phone", "ip", "address", "name"})
"""Kinds that stand on every letterhead: they keep a document inside, no more."""

NOBODYS = frozenset({"url"})
"""Kinds that are noted but say nothing about a person by themselves: they change no level."""

SECRET_PERSONAL = frozenset({"card"})
"""Kinds with which somebody else can pay."""


def labels(scores: Mapping[str, int], kind: str) -> dict[str, int]:
    """Returns the labels of one kind that have any points, of scores named kind:label."""
    prefix = f"{kind}:"
    return {name.removeprefix(prefix): n for name, n in sorted(scores.items()) if name.startswith(prefix) and n > 0}


def sensitivity(scores: Mapping[str, int]) -> Sensitivity:
    """Takes the strictest level that anything found asks for.

    restricted: a secret (password, key), a payment card, or a list of people; confidential: an account number, a
    national number, or any other personal data that does not stand on every letterhead; public: marked so, with no
    personal data at all; internal: everything else, since nobody has said that it may go out. A marking counts as
    what it says, but one that says `public` never lowers what was found.
    """
    marks = labels(scores, "mark")
    personal = {kind: hits for kind, hits in labels(scores, "personal").items() if kind not in NOBODYS}
    telling = _telling(personal)
    many = telling >= MANY_TELLING or sum(personal.values()) >= MANY_PERSONAL
    if labels(scores, "secret") or many or SECRET_PERSONAL & personal.keys():
        level = 3
    elif telling:
        level = 2
    else:
        level = 0 if "public" in marks and not personal else 1
    marked = max((LEVELS.index(each) for each in LEVELS if each in marks), default=0)
    return LEVELS[max(level, marked)]


def until_decided(scores: Mapping[str, int]) -> Sensitivity:
    """Says who may see a segment while its document is under way.

    Somebody's numbers on one page may be the first of a list of people, so they are kept back until that is known; and
    nothing is public before all of it was looked at.
    """
    own = sensitivity(scores)
    if own == "confidential" and _telling(labels(scores, "personal")):
        return "restricted"
    return "internal" if own == "public" else own


def _telling(personal: Mapping[str, int]) -> int:
    return sum(hits for kind, hits in personal.items() if kind not in HARMLESS | NOBODYS)
