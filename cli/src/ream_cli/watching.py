# SPDX-License-Identifier: Apache-2.0
"""Decides when an ingest has ended: everything brought, and every document of it searchable, or its time is over."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ream_cli import asking, following, services, starting
from ream_cli.accounting import Account
from ream_cli.failures import UNAVAILABLE, CommandError
from ream_cli.feeding import Brought, Feeder, Withdrawn
from ream_cli.finding import File, PassedOver
from ream_cli.outcome_list import Names, Report, endings, outstanding
from ream_cli.progress import View
from ream_cli.surroundings import Surroundings
from ream_kit import Store
from ream_kit.observe import Announcer, Observer, Tail

_POLL_SECONDS = 0.2
_QUIET_SECONDS = 5.0
_END_SECONDS = 10.0


@dataclass(slots=True)
class Watch:
    """One ingest from its first file to its last document."""

    surroundings: Surroundings
    store: Store
    view: View
    timeout: float | None
    account: Account = field(default_factory=Account)
    paths: dict[str, Path] = field(default_factory=dict)
    not_submitted: list[PassedOver] = field(default_factory=list)
    interrupted: bool = False

    def run(
        self, found: Iterable[File | PassedOver], tags: tuple[str, ...], password_ref: tuple[str, ...] = ()
    ) -> Report:
        """Brings what was found and follows it; comes back when all has ended, time is over, or at Ctrl-C.

        Raises:
            Retry: Kafka is away at the beginning.
        """
        began = time.monotonic()
        kafka = self.surroundings.kafka()
        with Tail(kafka, following.FOLLOWED) as tail:
            feeder = Feeder(found, self.store, Announcer(kafka, "cli"), tags, password_ref)
            feeder.start()
            try:
                self._follow(feeder, tail, began)
            except KeyboardInterrupt:
                self.interrupted = True
            self._end(feeder)
        return self._report(time.monotonic() - began)

    def _follow(self, feeder: Feeder, tail: Tail, began: float) -> None:
        heard, note = began, None
        while not self._over(feeder, began):
            seen = tail.poll(_POLL_SECONDS)
            self._hear(feeder)  # before what was seen: a document is known before it is spoken of
            for each in seen:
                following.note(self.account, each, self.store)
            now = time.monotonic()
            if seen:
                heard, note = now, None
            elif now - heard > _QUIET_SECONDS:
                heard, note = now, waiting(self.surroundings) or self._given_up()
            if feeder.waiting_for:
                note = f"waiting for {feeder.waiting_for} to take more"
            self.view.show(self.account.totals(), bringing=feeder.is_alive(), note=note)

    def _given_up(self) -> str | None:
        stuck = [entry.given_up for entry in self.account.documents.values() if entry.given_up and not entry.finished]
        if not stuck:
            return None
        return f"{len(stuck)} were given up, the last by {stuck[-1]}; sweep sends them again"

    def _over(self, feeder: Feeder, began: float) -> bool:
        if self.timeout is not None and time.monotonic() - began > self.timeout:
            return True
        if feeder.is_alive():
            return False
        self._hear(feeder)
        return self.account.totals().outstanding == 0

    def _hear(self, feeder: Feeder) -> None:
        while not feeder.news.empty():
            news = feeder.news.get()
            if isinstance(news, Brought):
                self.paths[news.document_id] = news.path
                self.account.submitted(news.document_id)
            elif isinstance(news, Withdrawn):
                self.account.withdrawn(news.document_id)
            else:
                self.not_submitted.append(news)

    def _end(self, feeder: Feeder) -> None:
        feeder.over.set()
        feeder.join(_END_SECONDS)
        self._hear(feeder)
        if feeder.defect is not None:
            raise feeder.defect

    def _report(self, seconds: float) -> Report:
        names = Names(self.account, self.paths, self.store)
        refused = [
            PassedOver(self.paths.get(document_id, Path(names.of(document_id))), cause, "ingest refused the submission")
            for document_id, cause in self.account.refusals.items()
        ]
        return Report(
            totals=self.account.totals(),
            seconds=seconds,
            not_whole=tuple(endings(self.account, names, self.store)),
            outstanding=outstanding(self.account, names),
            not_submitted=(*self.not_submitted, *refused),
            interrupted=self.interrupted,
        )


def require_topics(surroundings: Surroundings) -> None:
    """Makes sure that there is a broker with our topics.

    Raises:
        CommandError: nobody listens, or the topics are missing.
        Retry: the broker does not answer.
    """
    kafka = surroundings.kafka()
    if not asking.listens(kafka.kafka_bootstrap):
        own = "kafka" in surroundings.own_servers
        advice = "'ream up' starts it" if own else "Start it there, or correct REAM_KAFKA_BOOTSTRAP"
        raise CommandError(f"No Kafka listens on {kafka.kafka_bootstrap}. {advice}.", UNAVAILABLE)
    missing = set(following.FOLLOWED) - Observer(kafka).partitions(following.FOLLOWED).keys()
    if missing:
        names = ", ".join(sorted(kafka.topic(name) for name in missing))
        raise CommandError(f"Kafka has no topic {names}. 'ream up' makes the topics.", UNAVAILABLE)


def waiting(surroundings: Surroundings) -> str | None:
    """Says who waits for whom, where the services of this machine are known; None when nobody does."""
    plan = services.known_plan(surroundings)
    if plan is None:
        return None
    if starting.supervisor(surroundings).state() is None:
        return "the services do not run: 'ream up' starts them, and they go on where they were"
    for name, answer in asking.ask_all(plan.ports).items():
        for each in answer.waiting():
            return f"{name} waits for {each.get('for')} since {each.get('since')}: {each.get('reason')}"
        if not answer.ready and not answer.status:
            return f"{name}: {answer.why_not}"
    return None
