# SPDX-License-Identifier: Apache-2.0
"""Decides what `ream ingest` says at its end: a number for each outcome, and by name what did not come out whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ream_cli.accounting import Account, Totals
from ream_cli.advice import advice
from ream_cli.finding import PassedOver
from ream_cli.screen import safe
from ream_contracts import layout
from ream_contracts.artifacts import DocumentRecord, Source
from ream_contracts.codec import Malformed
from ream_contracts.outcomes import Outcome
from ream_kit import Erased, Retry, Store
from ream_kit.store import NotFound

WHOLE = (Outcome.COMPLETE, Outcome.EMPTY)


@dataclass(frozen=True, slots=True)
class Ending:
    """How one document ended, for people."""

    document_id: str
    name: str
    outcome: str
    cause: str | None
    reason: str | None
    advice: str


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one `ream ingest`.

    Attributes:
        not_whole: documents that are neither complete nor empty.
        outstanding: names by document of what has not ended yet.
        not_submitted: files that became no document.
        interrupted: whether it was ended before everything had its end.
    """

    totals: Totals
    seconds: float
    not_whole: tuple[Ending, ...]
    outstanding: Mapping[str, str]
    not_submitted: tuple[PassedOver, ...]
    interrupted: bool

    @property
    def fine(self) -> bool:
        """Whether nothing failed, is outstanding, or could not be brought."""
        lost = any(each.lost for each in self.not_submitted)
        return not (self.totals.outcomes[Outcome.FAILED] or self.totals.outstanding or self.totals.refused or lost)

    def to_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return {
            **self.totals.outcomes,
            "submitted": self.totals.submitted,
            "children": self.totals.children,
            "outstanding": self.totals.outstanding,
            "dead_letters": self.totals.refused,
            "seconds": round(self.seconds, 3),
            "interrupted": self.interrupted,
            "not_whole": [asdict(ending) for ending in self.not_whole],
            "outstanding_documents": dict(self.outstanding),
            "not_submitted": [
                {"path": safe(str(each.path)), "cause": each.cause, "reason": each.reason, "lost": each.lost}
                for each in self.not_submitted
            ],
        }


class Names:
    """What documents are called: the path they were brought from, or the place inside such a file."""

    def __init__(self, account: Account, paths: Mapping[str, Path], store: Store) -> None:
        self._account = account
        self._paths = paths
        self._store = store

    def of(self, document_id: str) -> str:
        """A name for people, fit for a terminal."""
        if document_id in self._paths:
            return safe(str(self._paths[document_id]))
        entry = self._account.documents.get(document_id)
        if entry is None:
            return document_id
        try:
            source = self._store.get_artifact(Source, layout.source(document_id, entry.age[0]))
        except _NOT_TO_BE_HAD:
            return document_id
        inside = safe(source.path or source.name or document_id)
        return f"{self.of(entry.parent_id)} > {inside}" if entry.parent_id else inside


_NOT_TO_BE_HAD = (NotFound, Malformed, Erased, Retry)


def endings(account: Account, names: Names, store: Store) -> Iterator[Ending]:
    """Yields what ended otherwise than whole, in the order in which it was brought."""
    for document_id, entry in account.documents.items():
        if entry.finished and entry.outcome not in WHOLE:
            record = _record(document_id, entry.indexed_version, store)
            reason = (record.document.get("reason") or record.document.get("missing")) if record else None
            yield Ending(
                document_id,
                names.of(document_id),
                entry.outcome,
                entry.cause,
                str(reason) if reason else None,
                advice(entry.outcome, entry.cause),
            )


def outstanding(account: Account, names: Names) -> dict[str, str]:
    """Names what has not ended; children that nobody has heard of count with the parent that awaits them."""
    found = {}
    for document_id, entry in account.documents.items():
        unheard = account.unheard(document_id)
        if not entry.finished:
            given_up = f" (given up by {entry.given_up})" if entry.given_up else ""
            found[document_id] = names.of(document_id) + given_up
        elif unheard:
            found[document_id] = f"{names.of(document_id)} ({unheard} documents inside)"
    return found


def _record(document_id: str, version: int, store: Store) -> DocumentRecord | None:
    try:
        return store.get_artifact(DocumentRecord, layout.document_record(document_id, version))
    except _NOT_TO_BE_HAD:
        return None
