# SPDX-License-Identifier: Apache-2.0
"""Wires sweep: follows the topics, moves the wave, and sends again what was never answered."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from ream_contracts import layout, topics
from ream_contracts.codec import Malformed
from ream_contracts.messages import (
    DeadLetter,
    DocumentCompleted,
    DocumentEmbedded,
    DocumentIndexed,
    DocumentIngested,
    PartExpired,
)
from ream_kit import Erased, Retry, Store, kafka
from ream_kit.clock import Clock
from ream_kit.log import logger
from ream_kit.observe import Announcer, Observer, Seen, Tail
from ream_kit.rerun import run_message
from ream_kit.store import NotFound
from ream_sweep import stored
from ream_sweep.forgetting import Forgetting, Passing, stale
from ream_sweep.ledger import Ledger, plausible
from ream_sweep.settings import SweepSettings
from ream_sweep.sweeping import Action, Embed, Embedding, Expire, SendAgain, Sweeper
from ream_sweep.wave import STEPS, TO_VECTORS, Progress, beyond, waits_for

NAME = "sweep"
LETTERS = topics.DOCUMENTS_PARTS.dead_letters
FOLLOWED = (
    topics.DOCUMENTS_INGESTED.name,
    topics.DOCUMENTS_COMPLETED.name,
    topics.DOCUMENTS_INDEXED.name,
    topics.DOCUMENTS_EMBEDDED.name,
    LETTERS,
)
DAYS = topics.DOCUMENTS_INGESTED.retention_days or 7
"""What was ingested longer ago is not followed any more: topics begin to forget it, one sooner than the other."""
FLUSH_SECONDS = 20.0
"""What does not reach the broker in this time is said again at the next turn: a turn may not take longer than 30 s."""

_LOG = logger(NAME)


def starts(observer: Observer) -> dict[tuple[str, int], int]:
    """Returns where to begin following the topics that tell more than is needed: by (topic, partition).

    Raises:
        Retry: the broker is away.
    """
    done = observer.passed(NAME, [topics.DOCUMENTS_COMPLETED.name, LETTERS])
    return {(name, partition): offset for name, stands in done.items() for partition, offset in stands.items()}


class ToldToEnd(Exception):
    """The process was told to end in the middle of a turn; what the turn did not come to, the next process does."""


@dataclass
class Sweep:
    """One turn after another of looking and acting; everything it knows is rebuilt from the topics."""

    settings: SweepSettings
    store: Store
    tail: Tail
    observer: Observer
    announcer: Announcer
    clock: Clock
    ledger: Ledger = field(default_factory=Ledger)
    letters: list[tuple[int, int, DeadLetter]] = field(default_factory=list)
    resent: int = 0
    expired: int = 0
    turned: Callable[[], None] = lambda: None
    """Told between the steps of a turn that it gets on."""
    told_to_end: Callable[[], bool] = lambda: False
    """Asked between the steps of a turn, of which there may be thousands."""

    def __post_init__(self) -> None:
        self.sweeper = Sweeper(self.ledger)
        self.embedding = Embedding(self.ledger, self.sweeper)
        self.forgetting = Forgetting(self.settings.forget_days)
        self.passing = Passing(self.settings.submitted_hours)
        self._tidied: datetime | None = None
        self._target = self.observer.ends(FOLLOWED)
        done = self.observer.passed(NAME, [topics.DOCUMENTS_COMPLETED.name, LETTERS])
        self._forgotten = done[topics.DOCUMENTS_COMPLETED.name]
        self._handled = done[LETTERS]
        self._answered: set[tuple[int, int]] = set()  # letters that only wait to be committed with the others

    def look(self, seconds: float) -> None:
        """Takes note of what was said, waiting at most so long for more."""
        since = self._since().timestamp() * 1000
        for seen in self.tail.poll(seconds):
            self._note(seen, since)

    def _note(self, seen: Seen, since: float) -> None:
        message = seen.message
        if isinstance(message, DeadLetter):
            if seen.offset >= self._handled.get(seen.partition, 0):
                self.letters.append((seen.partition, seen.offset, message))
            return
        if not plausible(message.generation, message.run, getattr(message, "version", 0)):
            _LOG.warning("passed_over", topic=seen.topic, partition=seen.partition, offset=seen.offset)
            return
        if isinstance(message, DocumentCompleted) and seen.offset >= self._forgotten.get(seen.partition, 0):
            self.forgetting.completed(message, seen.partition, seen.offset, seen.timestamp_ms)
        was_there = seen.offset < self._target[seen.topic].get(seen.partition, 0)
        if seen.timestamp_ms >= since or not was_there:
            self._enter(message, seen)

    def _enter(self, message: Any, seen: Seen) -> None:
        if isinstance(message, DocumentIngested):
            self.ledger.ingested(message, seen.partition, seen.offset, seen.timestamp_ms)
        elif isinstance(message, DocumentCompleted):
            self.ledger.completed(message, seen.timestamp_ms)
        elif isinstance(message, DocumentIndexed):
            self.ledger.indexed(message, seen.timestamp_ms)
        elif isinstance(message, DocumentEmbedded):
            self.ledger.embedded(message, seen.timestamp_ms)

    def _since(self) -> datetime:
        """From when on documents are followed; whole hours, so that a restart counts what was counted before it."""
        return self.clock.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=DAYS)

    def to_read(self) -> int:
        """Says how many records of before the start are still to be read; until then the totals are not whole."""
        stands = self.tail.positions()
        return sum(
            max(0, end - stands.get(name, {}).get(partition, end))
            for name, ends in self._target.items()
            for partition, end in ends.items()
        )

    def act(self) -> None:
        """Moves the wave and does what is due.

        Raises:
            Retry: Kafka or the store is away; nothing is lost, a later turn does it.
            ToldToEnd: the rest of the turn was left.
        """
        self._each([self._sweep, self._answer_letters, self._forget, self._tidy])

    def _each(self, steps: Iterable[Callable[[], None]]) -> None:
        """Takes steps that do not need each other: one that waits for the store does not hold up the rest.

        Raises:
            Retry: who was away first; without Kafka, none of the steps after gets on.
            ToldToEnd: the steps after were not taken.
        """
        away: Retry | None = None
        for step in steps:
            self._get_on()
            try:
                step()
            except Retry as error:
                if error.waiting_for == kafka.SERVER:
                    raise
                away = away or error
        if away is not None:
            raise away

    def _get_on(self) -> None:
        self.turned()
        if self.told_to_end():
            raise ToldToEnd

    def _sweep(self) -> None:
        progress = self.progress()
        actions = [partial(self._send, action) for action in self.sweeper.tick(progress)]
        self._each([*actions, *(partial(self._embed, action) for action in self.embedding.tick(progress))])

    def progress(self) -> Progress:
        """Asks how far everybody is: readers first, ends later (see Progress)."""
        steps = (*STEPS, *TO_VECTORS)
        names = sorted({topic for step in steps for topic in step.topics})
        begins = self.observer.begins(names)
        passed: dict[tuple[str, str], Any] = {}
        for step in steps:
            found = self.tail.positions() if step.group == NAME else self.observer.passed(step.group, step.topics)
            passed.update({(step.group, topic): beyond(found.get(topic, {}), begins[topic]) for topic in step.topics})
        return Progress(self.observer.ends(names), passed)

    def _send(self, action: Action) -> None:
        if isinstance(action, SendAgain):
            self.run_again(action.document_id, action.generation, action.run)
        else:
            facts = {"document_id": action.document_id, "generation": action.generation, "run": action.run}
            _LOG.warning("units_expired", **facts, wave=self.sweeper.number)
            expired = PartExpired(action.document_id, action.generation, action.run, ())
            self.announcer.send(topics.DOCUMENTS_PARTS, expired)
        self.announcer.flush(FLUSH_SECONDS)
        self.sweeper.sent(action)
        self.resent += isinstance(action, SendAgain)
        self.expired += isinstance(action, Expire)

    def _embed(self, action: Embed) -> None:
        facts = {"document_id": action.document_id, "generation": action.generation, "run": action.run}
        _LOG.warning("vectors_missing", **facts, wave=self.sweeper.number)
        self.run_again(action.document_id, action.generation, action.run)
        self.announcer.flush(FLUSH_SECONDS)
        self.embedding.sent(action)
        self.resent += 1

    def run_again(self, document_id: str, generation: int, run: int) -> None:
        """Says again that a document may be read, in the same run: whatever is done finds its artifacts."""
        try:
            message = run_message(self.store, document_id, generation, run)
        except Erased:
            self.ledger.erased(document_id)
            return
        except (NotFound, Malformed) as error:
            # One damaged object holds up no other document: what of this one is missing expires like anything else.
            reason = "nothing is stored" if isinstance(error, NotFound) else f"what is stored is damaged: {error}"
            _LOG.error("nothing_to_send_again", document_id=document_id, generation=generation, run=run, reason=reason)
            return
        facts = {"document_id": document_id, "generation": generation, "run": run}
        _LOG.warning("sent_again", **facts, wave=self.sweeper.number)
        self.announcer.send(topics.DOCUMENTS_INGESTED, message)

    def _answer_letters(self) -> None:
        """A part that met no entry in aggregate's table: the document is run again, which opens it."""
        letters = list(self.letters)
        again: dict[str, set[tuple[int, int]]] = {}
        for partition, offset, letter in letters:
            if letter.cause == "no-entry" and letter.document_id and (partition, offset) not in self._answered:
                again.setdefault(letter.document_id, set()).add((partition, offset))
        self._each([partial(self._answer, *one) for one in sorted(again.items())])
        self.observer.commit(NAME, LETTERS, _after(letters))
        self._handled.update(_after(letters))
        del self.letters[: len(letters)]
        self._answered.clear()

    def _answer(self, document_id: str, places: set[tuple[int, int]]) -> None:
        # Records of documents.ingested are kept for days only; what lies in the store is there as long as it.
        newest = self.ledger.newest(document_id) or stored.newest(self.store.names(layout.document(document_id)))
        if newest is not None:
            self.run_again(document_id, *newest)
        self.announcer.flush(FLUSH_SECONDS)
        self._answered |= places

    def _forget(self) -> None:
        parts, done = self.forgetting.due(self.clock.now().timestamp() * 1000)
        for part in parts:
            self.announcer.send(topics.DOCUMENTS_PARTS, part)
        self.announcer.flush(FLUSH_SECONDS)
        self.observer.commit(NAME, topics.DOCUMENTS_COMPLETED.name, done)
        self.forgetting.done(done)

    def _tidy(self) -> None:
        now = self.clock.now()
        submitted = topics.DOCUMENTS_SUBMITTED.name
        self.passing.note(now, self.observer.passed("ingest", [submitted]).get(submitted, {}))
        self.observer.delete_before(submitted, self.passing.deletable(now))
        if self._tidied is None or (now - self._tidied).total_seconds() > 3600 or now.hour != self._tidied.hour:
            self._tidied = now
            self.ledger.forget_before(self._since().timestamp() * 1000)
            for name in stale(self._brought(), now, self.settings.incoming_days):
                self.store.delete(name)

    def _brought(self) -> Iterator[str]:
        for name in self.store.names(layout.INCOMING):
            self._get_on()
            yield name

    def status(self) -> dict[str, Any]:
        """Says for people what is owed and what the wave waits for."""
        wave, left = self.sweeper.wave, self.to_read()
        waits = waits_for(wave) if wave else "the next look"
        return {
            "totals": self.ledger.totals(),
            "days": DAYS,
            "wave": {"number": self.sweeper.number, "waits_for": reading(left) if left else waits},
            "sent_again": self.resent,
            "expired": self.expired,
            "without_vectors": self.ledger.count_unembedded(),
        }


def reading(left: int) -> str:
    """Says for people that the totals are not whole."""
    return f"sweep, which reads the topics again: {left:,} records to go, until then the totals are too low"


def _after(letters: Iterable[tuple[int, int, DeadLetter]]) -> dict[int, int]:
    done: dict[int, int] = {}
    for partition, offset, _ in letters:
        done[partition] = max(done.get(partition, 0), offset + 1)
    return done
