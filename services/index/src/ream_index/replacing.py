# SPDX-License-Identifier: Apache-2.0
"""Decides when a pair of indices that is written anew takes the place of another, and what it is like then."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from opensearchpy import OpenSearch

from ream_index.next_indices import Builder, Counts, Pair, Stand
from ream_index.rebuild import Rebuild
from ream_index.settings import IndexSettings
from ream_index.stored import end_of
from ream_kit import Store
from ream_kit.store_walk import share

_NOTED_EVERY = 5.0


class InUse(Exception):
    """What was to be thrown away is what searches and writes use; the text is for a person."""

    def __init__(self, pair: Pair) -> None:
        super().__init__(
            f"{pair.documents} and {pair.passages} are what is searched, so they are not thrown away: "
            "'ream rebuild-index' without a day builds others that take their place"
        )


class Listener(Protocol):
    """Is told how the building goes on."""

    def said(self, sentence: str) -> None:
        """Something has begun or is done."""

    def progress(self, part: float, documents: int, passages: int) -> None:
        """How much of all documents was gone through (0 to 1), and what was written so far."""


@dataclass(frozen=True, slots=True)
class Built:
    """What came of it.

    Attributes:
        pair: the indices that were filled.
        before: those that were searched until now; None where the new ones did not take their place.
        documents: entries that there are.
        outstanding: of them, those that are not completed.
        again: documents that changed meanwhile and were written once more.
        erased: documents of the installation that were erased, ever.
        damaged: by id, why something of a document is not in them; the first hundred.
        there: whether it was there already, and nothing was done.
    """

    pair: Pair
    before: Pair | None = None
    documents: int = 0
    outstanding: int = 0
    passages: int = 0
    again: int = 0
    erased: int = 0
    damaged: dict[str, str] = field(default_factory=dict)
    damaged_documents: int = 0
    there: bool = False


@dataclass(frozen=True, slots=True)
class Replacing:
    """Builds indices of an installation from its store.

    Attributes:
        client: an administrator's.
        settings: those that index itself goes by.
    """

    store: Store
    client: OpenSearch
    settings: IndexSettings
    listener: Listener
    monotonic: Callable[[], float] = time.monotonic

    def anew(self, *, restart: bool = False) -> Built:
        """Writes a new pair and lets it take the place of the one that is searched; goes on where it was ended.

        It does not take the place while something of a document cannot be read from the store: what is found now
        would not be found then.

        Args:
            restart: throw away what was begun before.

        Raises:
            Retry: OpenSearch or the store stays away.
            Reject: OpenSearch refuses the request.
        """
        builder = Builder(self.client, self.settings.prefix)
        begun = builder.begun()
        if begun is not None and restart:
            builder.give_up(begun)
            begun = None
        pair = begun or builder.begin()
        work = Rebuild(self.store, self.client, pair, self.settings)
        self.listener.said(
            f"{'Going on with' if begun else 'Building'} {pair.documents} and {pair.passages} from the store; "
            "searches and writes go on meanwhile."
        )
        self._fill(builder, pair, work)
        self.listener.said("Looking for what has changed meanwhile.")
        settled = work.settle(lambda last: self.listener.progress(share(last), 0, 0))
        erased = self._forget(builder, pair, work)
        if settled.damaged:
            return self._built(builder, pair, None, settled, erased)
        before = builder.switch(pair)
        self.listener.said(f"Searches use {pair.documents} and {pair.passages} now.")
        last = work.catch_up()
        erased = self._forget(builder, pair, work)
        return self._built(builder, pair, before, settled.plus(last), erased)

    def as_of(self, day: date, *, switch: bool = False, restart: bool = False) -> Built:
        """Builds a pair as it was at the end of a day, in UTC, with a name of its own; what was erased since stays so.

        Args:
            day: which day.
            switch: let it take the place of the pair that is searched.
            restart: throw away what was built before.

        Raises:
            InUse: what is to be thrown away has taken the place of the pair that was searched.
            Retry: OpenSearch or the store stays away.
            Reject: OpenSearch refuses the request.
        """
        builder = Builder(self.client, as_of_prefix(self.settings.prefix, day))
        if restart and (there := builder.current()) is not None:
            if there == Builder(self.client, self.settings.prefix).current():
                raise InUse(there)
            builder.give_up(there)
        pair = builder.make()
        work = Rebuild(self.store, self.client, pair, self.settings, until=end_of(day))
        there_before = builder.stand(pair).full
        if not there_before:
            self.listener.said(f"Building {pair.documents} and {pair.passages} as of the end of {day} (UTC).")
            self._fill(builder, pair, work)
        builder.finish(pair)
        erased = self._forget(builder, pair, work)
        before = None
        counts = builder.stand(pair).counts
        if switch and not counts.damaged:
            before = Builder(self.client, self.settings.prefix).switch(pair)
        return self._built(builder, pair, before, counts, erased, there=there_before)

    def abandon(self) -> Pair | None:
        """Deletes a pair that was begun and never took the other's place; None where there is none."""
        builder = Builder(self.client, self.settings.prefix)
        begun = builder.begun()
        if begun is not None:
            builder.give_up(begun)
        return begun

    def delete(self, pair: Pair) -> None:
        """Deletes a pair that is searched no more."""
        Builder(self.client, self.settings.prefix).give_up(pair)

    def _fill(self, builder: Builder, pair: Pair, work: Rebuild) -> None:
        stand = builder.stand(pair)
        if stand.full:
            return
        builder.slow_refresh(pair)
        noted = self.monotonic()

        def tell(now: Stand) -> None:
            nonlocal noted
            self.listener.progress(share(now.until), now.counts.documents, now.counts.passages)
            if self.monotonic() - noted >= _NOTED_EVERY:
                noted = self.monotonic()
                builder.note(pair, now)

        builder.note(pair, work.fill(stand, tell))

    def _forget(self, builder: Builder, pair: Pair, work: Rebuild) -> int:
        """Who erased a document while this was built deleted it from the pair that is searched alone."""
        total = 0
        for ids in work.erased():
            builder.forget(pair, ids)
            total += len(ids)
        return total

    def _built(
        self, builder: Builder, pair: Pair, before: Pair | None, counts: Counts, erased: int, *, there: bool = False
    ) -> Built:
        documents, outstanding, passages = builder.count(pair)
        return Built(
            pair, before, documents, outstanding, passages, counts.documents, erased,
            counts.damaged, counts.damaged_documents, there,
        )  # fmt: skip


def as_of_prefix(prefix: str, day: date) -> str:
    """What the names of indices begin with that show a day: given as REAM_INDEX_PREFIX, it is what is searched."""
    return f"{prefix}as-of-{day}-"
