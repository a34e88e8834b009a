# SPDX-License-Identifier: Apache-2.0
"""Decides how stages use the store: checked names, write-once objects and artifacts, nothing of erased documents."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

from ream_contracts import codec, layout, units
from ream_contracts.artifacts import SegmentRecord, SegmentText
from ream_contracts.messages import DocumentCompleted, SegmentRead
from ream_kit.errors import Erased
from ream_kit.guard import Guard
from ream_kit.store_blobs import CHUNK, BadName, Blobs, NotFound, Unreadable, check_name, check_prefix

__all__ = ["ERASED_SECONDS", "BadName", "NotFound", "Store", "Unreadable"]

T = TypeVar("T")

ERASED_SECONDS = 5.0
"""How long an answer about erasure is believed: who erases waits this long, then deletes once more."""

_REMEMBERED = 10_000


class Store:
    """The store as stages see it: thread-safe, over any `Blobs`.

    Names are relative paths (see `store_blobs.check_name`, which raises BadName). Every method raises
    `Retry("store", ...)` when the store is away. What lies under `documents/<id>/` raises Erased once
    `erased/<id>` is there, except `names` and `delete`, which the one who erases needs.

    Attributes:
        guard: the breaker that it stands behind, where it has one.
    """

    def __init__(
        self, blobs: Blobs, *, clock: Callable[[], float] = time.monotonic, guard: Guard | None = None
    ) -> None:
        self.guard = guard
        self._blobs = blobs
        self._clock = clock
        self._lock = threading.Lock()
        self._erased: OrderedDict[str, tuple[float, bool]] = OrderedDict()

    def put(self, name: str, data: bytes | Path) -> bool:
        """Keeps bytes, or the bytes of a file, under a name that is written once.

        Whole or not at all, however many write at once: exactly one caller gets True, so that a small object is
        also an exclusive claim. False means that the name was taken; what lies there stays as it is. A file under
        `scratch()` is taken over without a copy and must not be changed afterwards.

        Raises:
            Unreadable: the file is a link, a folder, a pipe or a device, or cannot be read.
        """
        self._guard(name)
        created = self._blobs.put(name, data)
        if name.startswith("erased/"):
            self._forget(name)
        return created

    def get(self, name: str) -> bytes:
        """Gives the bytes; for what is known to be small.

        Raises:
            NotFound: there is no such object.
        """
        return b"".join(self.read(name))

    def read(self, name: str, chunk: int = CHUNK) -> Iterator[bytes]:
        """Gives the bytes in pieces of at most `chunk` bytes, none of them empty.

        Raises:
            NotFound: there is no such object (in place of the first piece).
        """
        self._guard(name)
        return self._blobs.read(name, chunk)

    def exists(self, name: str) -> bool:
        """Says whether the object is there, whole."""
        try:
            self.size(name)
        except NotFound:
            return False
        return True

    def size(self, name: str) -> int:
        """Gives the number of bytes.

        Raises:
            NotFound: there is no such object.
        """
        self._guard(name)
        return self._blobs.size(name)

    def local(self, name: str) -> AbstractContextManager[Path]:
        """Gives a local file with the bytes, to be read and never written, for as long as the context is open.

        Raises:
            NotFound: there is no such object (on entering).
        """
        self._guard(name)
        return self._blobs.local(name)

    def scratch(self) -> AbstractContextManager[Path]:
        """Gives an empty folder of one's own, removed at the end, from which `put` takes files without a copy."""
        return self._blobs.scratch()

    def names(self, prefix: str) -> Iterator[str]:
        """Gives every name that starts with `prefix` (`""` for all), ascending by its UTF-8 bytes."""
        return self._blobs.names(check_prefix(prefix))

    def delete(self, name: str) -> None:
        """Takes an object away for good; nothing happens when it is not there."""
        self._blobs.delete(check_name(name))
        if name.startswith("erased/"):
            self._forget(name)

    def put_artifact(self, name: str, artifact: Any) -> bool:
        """Keeps an artifact or message as checked JSON; True if this call wrote it, see `put`."""
        return self.put(name, codec.dumps(artifact))

    def get_artifact(self, cls: type[T], name: str) -> T:
        """Gives an artifact back as its type.

        Raises:
            NotFound: there is no such object.
            ream_contracts.codec.Malformed: the object is not such an artifact.
        """
        return codec.loads(cls, self.get(name))

    def text(self, message: SegmentRead | DocumentCompleted) -> str:
        """Gives the text of a segment or of a whole document: its units in order, an empty line between them.

        Raises:
            NotFound: a text that the message or its records name is not there.
        """
        if isinstance(message, SegmentRead):
            found = self.get_artifact(SegmentText, message.text)
            return "\n\n".join(unit.text for unit in found.units)
        texts: dict[int, str] = {}
        for unit, text in self._texts(message):
            # Each unit once, whatever the records say: a text that stands twice is worse than an old one.
            texts.setdefault(unit, text)
        return "\n\n".join(texts[unit] for unit in sorted(texts))

    def segment_records(self, document_id: str, generation: int, run: int) -> Iterator[SegmentRecord]:
        """Yields the records of a run in the order of their segments; names sort 10 before 2."""
        yield from self._records(layout.segment_records(document_id, generation, run))

    def early_records(self, document_id: str, generation: int, run: int) -> Iterator[SegmentRecord]:
        """Yields the records of what is found of a run though its pictures are read yet, in the same order."""
        yield from self._records(layout.early_records(document_id, generation, run))

    def _records(self, prefix: str) -> Iterator[SegmentRecord]:
        for name in sorted(self.names(prefix), key=lambda one: (len(one), one)):
            yield self.get_artifact(SegmentRecord, name)

    def _texts(self, document: DocumentCompleted) -> Iterator[tuple[int, str]]:
        """The record of a segment says which artifact answers which units in this run."""
        prefix = layout.segment_records(document.document_id, document.generation, document.run)
        for name in self.names(prefix):
            record = self.get_artifact(SegmentRecord, name)
            if record.read:
                for unit in self.get_artifact(SegmentText, record.text).units:
                    if units.contains(record.read, unit.unit):
                        yield unit.unit, unit.text

    def _guard(self, name: str) -> None:
        parts = check_name(name).split("/", 2)
        if parts[0] == "documents" and len(parts) > 2 and self._is_erased(parts[1]):
            raise Erased(parts[1])

    def _is_erased(self, document_id: str) -> bool:
        now = self._clock()
        with self._lock:
            asked, erased = self._erased.get(document_id, (now - ERASED_SECONDS, False))
        if now - asked < ERASED_SECONDS:
            return erased
        try:
            self._blobs.size(layout.erased(document_id))
            erased = True
        except NotFound:
            erased = False
        with self._lock:
            self._erased[document_id] = (now, erased)
            self._erased.move_to_end(document_id)
            if len(self._erased) > _REMEMBERED:
                self._erased.popitem(last=False)
        return erased

    def _forget(self, name: str) -> None:
        with self._lock:
            self._erased.pop(name.removeprefix("erased/"), None)
