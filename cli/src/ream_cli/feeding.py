# SPDX-License-Identifier: Apache-2.0
"""Brings files into the store and submits them, in a thread of its own, while others watch what becomes of them."""

from __future__ import annotations

import hashlib
import os
import queue
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import quote_from_bytes

from ream_cli.copying import Changing, Unwritable, copy_settled
from ream_cli.finding import File, PassedOver, failed
from ream_contracts import identity, layout, topics
from ream_contracts.messages import DocumentSubmitted
from ream_contracts.topic import AnyTopic
from ream_kit import Retry, Store
from ream_kit.clock import SystemClock
from ream_kit.store import Unreadable

T = TypeVar("T")

NAMESPACE = "default"
_LONGEST_KEY = 4000
_BATCH = 100
_BATCH_SECONDS = 1.0
_AWAY_SECONDS = 60.0
_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that is in the store and is submitted next; said before its submission can be answered."""

    document_id: str
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A file that was brought and could not be submitted after all; a PassedOver follows."""

    document_id: str


News = Brought | Withdrawn | PassedOver


class Speaker(Protocol):
    """Says messages on topics (`ream_kit.observe.Announcer`)."""

    def send(self, topic: AnyTopic, message: DocumentSubmitted, key: str | None = None) -> None:
        """Hands a message over."""

    def flush(self, seconds: float = 60.0) -> None:
        """Waits until everything has arrived; raises Retry when something did not."""


def key_of(path: Path, host: str) -> str:
    """Names a file so that the same file is the same document when it comes again: its address on its host."""
    key = f"file://{host}{quote_from_bytes(os.fsencode(path))}"
    if len(key) <= _LONGEST_KEY:
        return key
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()
    return f"{key[: _LONGEST_KEY - 100]}#sha256={digest}"


def document_id(path: Path, host: str) -> str:
    """The document that a file becomes."""
    return identity.document_id(NAMESPACE, key_of(path, host))


def readable_name(path: Path) -> str:
    """The file's name as text; bytes that are not UTF-8 are shown as such."""
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")


def folder_name(now: datetime) -> str:
    """A name in incoming/ that nobody else takes, from which sweep can tell when it was brought."""
    return f"{layout.INCOMING}{now.astimezone(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:12]}"


class Feeder(threading.Thread):
    """Brings one file after another. What it does is told on `news`; it has ended when it is not alive any more."""

    def __init__(
        self,
        found: Iterable[File | PassedOver],
        store: Store,
        speaker: Speaker,
        tags: tuple[str, ...],
        password_ref: tuple[str, ...] = (),
    ) -> None:
        super().__init__(name="feeder", daemon=True)
        self.news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self.over = threading.Event()
        self.waiting_for: str | None = None
        self.defect: Exception | None = None
        self._found = found
        self._store = store
        self._speaker = speaker
        self._tags = tags
        self._password_ref = password_ref
        self._host = socket.gethostname()
        self._folder = folder_name(SystemClock().now())
        self._pending: list[tuple[Brought, DocumentSubmitted]] = []
        self._flushed = time.monotonic()
        self._patience = _AWAY_SECONDS

    def run(self) -> None:
        """Brings everything; ends early when `over` is set, and then names nothing of the rest."""
        try:
            for number, each in enumerate(self._found, 1):
                if self.over.is_set():
                    break
                if isinstance(each, PassedOver):
                    self.news.put(each)
                else:
                    self._bring(each.path, f"{self._folder}/{number}")
                if len(self._pending) >= _BATCH or time.monotonic() - self._flushed > _BATCH_SECONDS:
                    self._flush()
            self._flush()
        except Exception as error:  # shown by the one who watches: a thread has nobody to raise it to
            self.defect = error

    def _bring(self, path: Path, name: str) -> None:
        try:
            size = self._while_away(lambda: self._put(path, name))
        except OSError as error:
            self.news.put(failed(path, error))
        except Unreadable as error:
            self.news.put(PassedOver(path, "unreadable", str(error)))
        except Changing:
            self.news.put(
                PassedOver(path, "changing", "it changed each time while it was copied: bring it when it rests")
            )
        except Retry as away:
            self.news.put(PassedOver(path, f"{away.waiting_for}-away", away.reason))
        else:
            self._submit(Brought(document_id(path, self._host), path, size), name)

    def _put(self, path: Path, name: str) -> int:
        """Copies first and names then: what has a name in the store is whole and as the file was at one moment."""
        with self._store.scratch() as folder:
            copy = folder / "copy"
            try:
                size = copy_settled(path, copy, self.over)
            except Unwritable as error:
                raise Retry("store", f"it takes no more bytes: {error}") from error
            self._store.put(name, copy)
            return size

    def _submit(self, brought: Brought, name: str) -> None:
        message = DocumentSubmitted(
            source=f"store:{name}",
            key=key_of(brought.path, self._host),
            name=readable_name(brought.path),
            namespace=NAMESPACE,
            tags=self._tags,
            password_ref=self._password_ref or None,
        )
        self.news.put(brought)
        self._pending.append((brought, message))
        self._speaker.send(topics.DOCUMENTS_SUBMITTED, message)

    def _flush(self) -> None:
        """Makes sure that what was submitted has arrived; what has not is said again, as long as somebody waits."""
        again = False

        def arrive() -> None:
            nonlocal again
            for _, message in self._pending if again else ():
                self._speaker.send(topics.DOCUMENTS_SUBMITTED, message)
            again = True
            self._speaker.flush()

        try:
            if self._pending:
                self._while_away(arrive)
        except Retry as away:
            for brought, _ in self._pending:
                self.news.put(Withdrawn(brought.document_id))
                self.news.put(PassedOver(brought.path, f"{away.waiting_for}-away", away.reason))
        self._pending.clear()
        self._flushed = time.monotonic()

    def _while_away(self, work: Callable[[], T]) -> T:
        """Does something that needs a server, again and again for a minute while that is away.

        When the minute was in vain, what comes after has one try, until one succeeds.
        """
        deadline = time.monotonic() + self._patience
        while True:
            try:
                done = work()
            except Retry as away:
                self.waiting_for = away.waiting_for
                if time.monotonic() >= deadline or self.over.wait(_PAUSE_SECONDS):
                    self._patience = 0.0
                    raise
            else:
                self.waiting_for, self._patience = None, _AWAY_SECONDS
                return done
