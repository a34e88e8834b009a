# SPDX-License-Identifier: Apache-2.0
"""Scores families of versions: which documents the index puts together, and which were made from one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import PurePosixPath

from rapidfuzz.distance import LCSseq

from ream_bench.installation import Installation, Tell
from ream_contracts import identity
from ream_contracts.sketches import words
from ream_index.opensearch import Indices
from ream_index.versions import around
from ream_quality.flowing import NAMESPACE, through_the_flow
from ream_quality.library import Library
from ream_quality.versions_made import Version, company, versions

_KINDS = ("contracts/", "invoices/", "tables/", "news/", "receipts/img/", "reports/")
_TOGETHER = 50
_TRUE_VERSIONS = 0.85
"""Words in order that two documents of a corpus share, of all, from which they are versions whoever made them."""
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs of documents by name.

    Attributes:
        left_out: found pairs of documents of the corpus that are versions by all of their words; nobody says whether
            they ought to be, so they count for nothing.
    """

    right: frozenset[Pair]
    wrong: frozenset[Pair]
    missed: frozenset[Pair]
    left_out: frozenset[Pair] = field(default_factory=frozenset)

    def metrics(self) -> dict[str, float]:
        """The figures; none where no versions were made."""
        wanted, found = len(self.right) + len(self.missed), len(self.right) + len(self.wrong)
        if not wanted:
            return {}
        return {
            "duplicates_pair_f1": 2 * len(self.right) / (wanted + found),
            "duplicates_pair_precision": len(self.right) / found if found else 0.0,
            "duplicates_pair_recall": len(self.right) / wanted,
            "duplicates_pairs": wanted,
            "duplicates_between_reports": sum(map(_is_between_reports, self.wrong)),
        }


def found(installation: Installation, library: Library, tell: Tell) -> Score:
    """Takes versions of documents of a library through the flow, and asks the index for families.

    Raises:
        BenchError: a service ended, or documents come to no end.
        Retry: a server is away.
    """
    made = list(versions(library))
    if not made:
        return Score(frozenset(), frozenset(), frozenset())
    tell(f"{len(made)} versions of documents were made")
    second = through_the_flow(installation, library.root, [one.given for one in made], tell)
    asked = [*second.readings, *(name for name in library.readings if name.startswith(_KINDS) or _is_base(name, made))]
    names = {identity.document_id(NAMESPACE, name): name for name in asked}
    together: set[Pair] = set()
    with installation.surroundings.opensearch() as client:
        indices = Indices(client, installation.surroundings.index_prefix)
        indices.refresh()
        ids = list(names)
        for start in range(0, len(ids), _TOGETHER):
            for family in around(client, indices.documents, ids[start : start + _TOGETHER]).values():
                members = [names[one.document_id] for one in family.members if one.document_id in names]
                together.update(map(_pair, combinations(members, 2)))
    texts = {name: reading.text for name, reading in library.readings.items()}
    score = scored(together, made, texts)
    for kind, pairs in (("wrong", score.wrong), ("missed", score.missed), ("left out", score.left_out)):
        for one, other in sorted(pairs):
            tell(f"{kind}: {one} and {other}")
    return score


def scored(together: Iterable[Pair], made: Iterable[Version], texts: Mapping[str, str]) -> Score:
    """Compares pairs that were put together with those that belong together.

    Args:
        together: pairs of names.
        made: the versions.
        texts: of the documents of the corpus, by name.
    """
    groups: dict[str, list[str]] = {}
    of: dict[str, str] = {}
    for one in made:
        groups.setdefault(one.of, [one.of]).append(one.given.name)
        of[one.given.name] = one.of
    wanted = {_pair(pair) for names in groups.values() for pair in combinations(names, 2)}
    put = {_pair(pair) for pair in together}
    strange = {pair: _pair((of.get(pair[0], pair[0]), of.get(pair[1], pair[1]))) for pair in put - wanted}
    alike = {bases for bases in set(strange.values()) if not _is_between_reports(bases) and _same(bases, texts)}
    left_out = frozenset(pair for pair, bases in strange.items() if bases in alike)
    return Score(frozenset(put & wanted), frozenset(strange) - left_out, frozenset(wanted - put), left_out)


def _same(pair: Pair, texts: Mapping[str, str]) -> bool:
    one, other = (words(texts.get(name, "")) for name in pair)
    return bool(one) and bool(other) and LCSseq.normalized_similarity(one, other) >= _TRUE_VERSIONS


def _is_base(name: str, made: Iterable[Version]) -> bool:
    return any(one.of == name for one in made)


def _pair(names: Iterable[str]) -> Pair:
    one, other = sorted(names)
    return one, other


def _is_between_reports(pair: Pair) -> bool:
    """Whether they are of different reports of one company, or versions of those."""
    reports = [path for name in pair for path in _report(name)]
    return len(reports) == 2 and reports[0].name != reports[1].name and len({*map(company, reports)}) == 1


def _report(name: str) -> Iterator[PurePosixPath]:
    path = PurePosixPath(name)
    if path.parent.name == "reports":
        yield path
