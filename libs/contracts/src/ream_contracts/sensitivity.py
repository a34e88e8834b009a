# SPDX-License-Identifier: Apache-2.0
"""Decides from scores who may see a text: of a whole document, or of one segment before the whole is known."""

from collections.abc import Mapping
from typing import Literal

from ream_contracts.decided import decided_type, labels

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

NOTHING_SAID = "nothing-said"
"""The reason for `internal` where nothing was found: nobody has said that it may go out."""


def sensitivity(scores: Mapping[str, int]) -> Sensitivity:
    """Takes the strictest level that anything found asks for.

    restricted: a secret (password, key), a payment card, or a list of people; confidential: an account number, a
    national number, or any other personal data that does not stand on every letterhead; public: marked so, with no
    personal data at all; internal: everything else, since nobody has said that it may go out. A marking counts as
    what it says, but one that says `public` never lowers what was found. A type asks for the level that the rules of
    types give it (scores named type-asks-<level>:<type>), when it is the document's.
    """
    return _strictest(_asked(scores))


def reasons(scores: Mapping[str, int]) -> tuple[str, ...]:
    """Names what asks for the level, as kind:label; `nothing-said` where it is only what holds for everything."""
    asked = _asked(scores)
    level = _strictest(asked)
    found = tuple(name for name, asks in asked.items() if asks == level and name != NOTHING_SAID)
    return found or (NOTHING_SAID,)


def _asked(scores: Mapping[str, int]) -> dict[str, Sensitivity]:
    """The level that each thing found asks for."""
    personal = {kind: hits for kind, hits in labels(scores, "personal").items() if kind not in NOBODYS}
    marks = labels(scores, "mark")
    many_telling, many = _telling(personal) >= MANY_TELLING, sum(personal.values()) >= MANY_PERSONAL
    asked: dict[str, Sensitivity] = {}
    for kind in personal:
        harmless = kind in HARMLESS
        strict = kind in SECRET_PERSONAL or many or (many_telling and not harmless)
        asked[f"personal:{kind}"] = "restricted" if strict else "internal" if harmless else "confidential"
    asked |= {f"secret:{kind}": "restricted" for kind in labels(scores, "secret")}
    asked |= {f"mark:{level}": level for level in LEVELS if level in marks}
    asked |= _by_type(scores, decided_type(scores)[0])
    return asked if "mark:public" in asked else {NOTHING_SAID: "internal", **asked}


def _by_type(scores: Mapping[str, int], label: str) -> dict[str, Sensitivity]:
    """What a type asks for; of segments that were classified by different rules the strictest counts."""
    levels = [level for level in LEVELS if label in labels(scores, asked_by_type(level))]
    return {f"type:{label}": levels[-1]} if levels else {}


def asked_by_type(level: Sensitivity) -> str:
    """The kind of the scores that say of which types the rules ask for a level."""
    return f"type-asks-{level}"


def _strictest(asked: Mapping[str, Sensitivity]) -> Sensitivity:
    return max(asked.values(), key=LEVELS.index)


def until_decided(scores: Mapping[str, int]) -> Sensitivity:
    """Says who may see a segment while its document is under way.

    Somebody's numbers on one page may be the first of a list of people, so they are kept back until that is known;
    it may be of any type that has points here; and nothing is public before all of it was looked at.
    """
    possible = [level for level in LEVELS if labels(scores, asked_by_type(level))]
    own = max([sensitivity(scores), *possible], key=LEVELS.index)
    if own == "confidential" and _telling(labels(scores, "personal")):
        return "restricted"
    return "internal" if own == "public" else own


def _telling(personal: Mapping[str, int]) -> int:
    return sum(hits for kind, hits in personal.items() if kind not in HARMLESS | NOBODYS)
