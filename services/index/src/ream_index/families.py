# SPDX-License-Identifier: Apache-2.0
"""Decides which documents are versions of one another, and what is told apart of two of them.

It depends on the two alone and not on which was first: whoever looks, at whatever time, gets the same family of the
same documents. The figures come from measurements that ADR 0016 tells.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ream_contracts.sketches import Sketch
from ream_index.likeness import FEW_RUNS, LEAST_RUNS, distance

LEAST_RESEMBLANCE = 0.3
"""Share of all different runs of words that two versions have in common at least: more than that was not added."""
LEAST_CONTAINMENT = 0.62
"""Share of the smaller one's runs that are in the larger one too, in most documents."""
LEAST_CONTAINMENT_BY_FIGURES = 0.5
"""The same where the figures leave no doubt: a scanned table or invoice is read in another order of its cells."""
LEAST_FIGURES = 12
"""Runs with figures from which on these are compared too: what is new in another year's report are its figures."""
LEAST_FIGURES_CONTAINMENT = 0.66
MANY_FIGURES = 30
SURE_FIGURES_CONTAINMENT = 0.75
MOST_BITS = 8
"""Bits of 64 in which the looks of a picture differ that was saved again."""
LEAST_PICTURES = 0.8
LEAST_APART = 2
"""Fields (number, date, total, parties) in which two papers of one form differ: one may be read wrongly in a scan."""
FILLED = "filled-"
"""Begins the names of what was filled into a form of which classify reads no fields: names, dates, amounts."""
MEMBER_FIELDS = [
    "name", "submitted", "sha256", "units", "size", "sketch", "word_bands", "picture_bands", "picture_hashes",
    "told_apart_by",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """What is compared of a document.

    Attributes:
        pictures: the looks of its pages, where it has few words.
        bands: names that documents much like it have some of, by field.
        told_apart_by: hashes of its number, date, total and parties, or of what was filled in, as name:hash.
    """

    document_id: str
    name: str | None = None
    submitted: str = ""
    sha256: str | None = None
    size: int | None = None
    units: int | None = None
    sketch: Sketch | None = None
    pictures: tuple[str, ...] = ()
    bands: tuple[tuple[str, tuple[str, ...]], ...] = ()
    told_apart_by: frozenset[str] = frozenset()

    @classmethod
    def of(cls, document_id: str, entry: Mapping[str, Any]) -> "Member":
        """Reads it from an entry of the index; what cannot be read there is not compared."""
        try:
            sketch = Sketch.loads(entry["sketch"]) if entry.get("sketch") else None
        except ValueError:
            sketch = None
        return cls(
            document_id,
            entry.get("name"),
            str(entry.get("submitted") or ""),
            entry.get("sha256") if entry.get("size") else None,
            entry.get("size"),
            entry.get("units"),
            sketch,
            tuple(entry.get("picture_hashes") or ()),
            tuple((name, tuple(entry.get(name) or ())) for name in ("word_bands", "picture_bands")),
            frozenset(entry.get("told_apart_by") or ()),
        )

    @property
    def age(self) -> tuple[str, str]:
        """Sorts members: the one that was submitted first gives a family its name."""
        return self.submitted, self.document_id


@dataclass(frozen=True, slots=True)
class Family:
    """Documents that are versions of one another, the first submitted one first.

    Attributes:
        whole: False where there are more than were looked for.
    """

    members: tuple[Member, ...]
    whole: bool = True

    @property
    def id(self) -> str:
        """The id of the member that was submitted first."""
        return self.members[0].document_id


def are_versions(one: Member, other: Member) -> bool:
    """Whether two documents are versions of one another; the same whichever is named first."""
    if is_same(one, other):
        return True
    if _are_told_apart(one, other):
        return False
    if one.sketch is None or other.sketch is None:
        return _look_alike(one, other)
    words, others = one.sketch.words, other.sketch.words
    if min(words.runs, others.runs) < LEAST_RUNS:
        return _look_alike(one, other)
    return _read_alike(one.sketch, other.sketch)


def _are_told_apart(one: Member, other: Member) -> bool:
    """Whether they are papers of one form about different things: two fields that both have say other things."""
    mine, theirs = _by_name(one.told_apart_by), _by_name(other.told_apart_by)
    return sum(_differ(name, mine[name], theirs[name]) for name in mine.keys() & theirs.keys()) >= LEAST_APART


def _by_name(fields: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for field in fields:
        found.setdefault(field.partition(":")[0], set()).add(field)
    return found


def _differ(name: str, mine: set[str], theirs: set[str]) -> bool:
    """Whether nothing is in common; of what was filled in half may be: the printed form has names and dates too."""
    common = len(mine & theirs)
    return 2 * common <= min(len(mine), len(theirs)) if name.startswith(FILLED) else not common


def is_same(one: Member, other: Member) -> bool:
    """Whether they have the same bytes, and any."""
    return one.sha256 is not None and one.sha256 == other.sha256


def words_in_common(one: Member, other: Member) -> int | None:
    """Estimates the per cent of all runs of words of two documents that both have; None where one has no words."""
    if one.sketch is None or other.sketch is None or not (one.sketch.words.runs and other.sketch.words.runs):
        return None
    alike = one.sketch.words.resemblance(other.sketch.words)
    # All hundred are said of texts that are the same and of no others, as far as a sketch can tell.
    return 100 if one.sketch == other.sketch else min(99, round(100 * alike))


def _read_alike(one: Sketch, other: Sketch) -> bool:
    if one.words.resemblance(other.words) < LEAST_RESEMBLANCE:
        return False
    of_words = one.words.containment(other.words)
    figures = min(one.figures.runs, other.figures.runs)
    of_figures = one.figures.containment(other.figures)
    if figures >= MANY_FIGURES and of_figures >= SURE_FIGURES_CONTAINMENT:
        return of_words >= LEAST_CONTAINMENT_BY_FIGURES
    if of_words < LEAST_CONTAINMENT:
        return False
    return figures < LEAST_FIGURES or of_figures >= LEAST_FIGURES_CONTAINMENT


def _look_alike(one: Member, other: Member) -> bool:
    """By their pages' looks alone, as long as neither has words to go by."""
    if any(each.sketch is not None and each.sketch.words.runs >= FEW_RUNS for each in (one, other)):
        return False
    small, large = sorted((one.pictures, other.pictures), key=len)
    if not small or len(small) < LEAST_PICTURES * len(large):
        return False
    near = sum(any(distance(look, seen) <= MOST_BITS for seen in large) for look in small)
    return near >= LEAST_PICTURES * len(large)


def grouped(members: Iterable[Member], pairs: Iterable[tuple[str, str]]) -> list[tuple[Member, ...]]:
    """Groups documents that any of the pairs connects, each group by age, the groups by their first."""
    known = {member.document_id: member for member in members}
    head = {document_id: document_id for document_id in known}

    def top(document_id: str) -> str:
        while head[document_id] != document_id:
            head[document_id] = head[head[document_id]]
            document_id = head[document_id]
        return document_id

    for one, other in pairs:
        head[top(one)] = top(other)
    groups: dict[str, list[Member]] = {}
    for document_id, member in known.items():
        groups.setdefault(top(document_id), []).append(member)
    made = (tuple(sorted(group, key=lambda member: member.age)) for group in groups.values())
    return sorted(made, key=lambda group: group[0].age)


def keys(member: Member) -> Sequence[dict[str, Any]]:
    """The terms of which documents share at least one that may be its versions."""
    terms = [{"term": {field: band}} for field, names in member.bands for band in names]
    return [*terms, *([{"term": {"sha256": member.sha256}}] if member.sha256 else [])]
