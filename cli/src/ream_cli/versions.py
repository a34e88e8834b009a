# SPDX-License-Identifier: Apache-2.0
"""Says what tells the versions of a document apart: of hits as far as the index knows, of one document by its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console

from ream_cli import documents, screen
from ream_cli.failures import CommandError
from ream_cli.surroundings import Surroundings
from ream_contracts import units
from ream_contracts.artifacts import DocumentRecord
from ream_contracts.codec import Malformed
from ream_contracts.sketches import RUN, runs, words
from ream_contracts.units import Ranges
from ream_index.hits import DocumentHit, Version
from ream_index.opensearch import Indices
from ream_index.versions import around, version
from ream_kit import Erased, Reject, Retry, Store
from ream_kit.store import NotFound

_NAMED = 3
_COMPARED = 5
_MOST_PAGES = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """What tells another document apart from one, by the texts of both.

    Attributes:
        words: per cent of the different runs of three words of both that are in both.
        changed: units of the other one that are like none of the first, word for word.
        more: units that only the other one has.
        fewer: units that only the first has.
    """

    words: int
    changed: Ranges
    more: int
    fewer: int


def versions_of(hit: DocumentHit) -> str:
    """A line on the other versions of a hit: how many there are, and the first of them."""
    named = "; ".join(told(one) for one in hit.versions[:_NAMED])
    left = "" if hit.other_versions <= _NAMED else "; ..."
    many = "at least " if not hit.all_versions_counted else ""
    ending = "s" if hit.other_versions > 1 else ""
    return screen.safe(f"and {many}{screen.number(hit.other_versions)} more version{ending}: {named}{left}")


def told(one: Version) -> str:
    """Names a version and what the index knows of its difference."""
    if one.same:
        differs = "the same bytes"
    else:
        shares = [f"about {one.words} % of all words in both"] if one.words is not None else ["it looks alike"]
        pages = one.units_more or 0
        if pages:
            shares.append(f"{abs(pages)} page{'s' if abs(pages) > 1 else ''} {'more' if pages > 0 else 'fewer'}")
        differs = ", ".join(shares)
    return f"{one.name or one.document_id} ({differs})"


def look_up(surroundings: Surroundings, document_id: str) -> tuple[list[Version], str]:
    """Asks the index for the other versions of a document; returns them, and why nobody could say where that is so."""
    try:
        with surroundings.opensearch() as client:
            index = Indices(client, surroundings.index_prefix).documents
            family = around(client, index, [document_id]).get(document_id)
    except (Retry, Reject, CommandError) as error:
        return [], f"Other versions could not be looked for: {error}"
    if family is None:
        return [], ""
    own = next(member for member in family.members if member.document_id == document_id)
    return [version(own, other) for other in family.members if other.document_id != document_id], ""


def compared(store: Store, record: DocumentRecord, other_id: str) -> Difference | None:
    """Compares the texts of two documents; None where the other's cannot be read (erased, or not complete any more)."""
    try:
        other = documents.known(store, other_id).record
        if other is None:
            return None
        texts = [{unit.unit: unit.text for unit in documents.said(store, one)} for one in (record, other)]
    except (NotFound, Erased, Malformed, CommandError):
        return None
    return difference(*texts)


def difference(one: dict[int, str], other: dict[int, str]) -> Difference:
    """Says what tells texts apart, by unit; a page that moved is found where it went, and counts as the same."""
    own = {number: frozenset(runs(words(text), RUN)) for number, text in one.items()}
    others = {number: frozenset(runs(words(text), RUN)) for number, text in other.items()}
    all_own = frozenset().union(*own.values())
    all_other = frozenset().union(*others.values())
    union = len(all_own | all_other)
    share = 100 * len(all_own & all_other) // union if union else 100
    same = set(own.values())
    changed = units.of(number for number, page in others.items() if page not in same)
    return Difference(share, changed, max(0, len(other) - len(one)), max(0, len(one) - len(other)))


def lines(store: Store, record: DocumentRecord, found: Sequence[Version]) -> Iterator[str]:
    """Yields a line for each version; the texts of the first five are compared, of the others the index is asked."""
    for number, one in enumerate(found):
        differs = compared(store, record, one.document_id) if number < _COMPARED and not one.same else None
        said = told(one) if differs is None else f"{one.name or one.document_id} ({_in_words(differs)})"
        yield f"{one.document_id}  {said}"


def _in_words(differs: Difference) -> str:
    parts = [f"{differs.words} % of all words in both"]
    parts += [f"{differs.more} pages more"] if differs.more else []
    parts += [f"{differs.fewer} pages fewer"] if differs.fewer else []
    if differs.changed:
        shown = ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in differs.changed[:_MOST_PAGES])
        parts.append(
            f"unlike any page of this one: page {shown}{', ...' if len(differs.changed) > _MOST_PAGES else ''}"
        )
    return ", ".join(parts)


def show(store: Store, record: DocumentRecord, surroundings: Surroundings, console: Console) -> None:
    """Prints the other versions of a document, where there are any."""
    found, why_not = look_up(surroundings, record.document_id)
    if why_not:
        console.print(screen.safe(f"\n{why_not}"), style="dim")
    if found:
        console.print(f"\nOther versions: {screen.number(len(found))}", style="bold")
        for line in lines(store, record, found):
            console.print(screen.cell(line))


def to_json(surroundings: Surroundings, document_id: str) -> list[dict[str, Any]] | None:
    """The other versions for `--json`; null where the index could not be asked."""
    found, why_not = look_up(surroundings, document_id)
    return None if why_not else [asdict(one) for one in found]
