# SPDX-License-Identifier: Apache-2.0
"""Decides how a store that is away is left alone: its breaker, and the probe that does what failed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ream_kit.clock import Clock
from ream_kit.errors import Retry
from ream_kit.guard import Guard
from ream_kit.metrics import METRICS, Metrics
from ream_kit.store_blobs import Blobs, NotFound

SERVER = "store"

_PROBES = ".probes"
"""Names that begin with a dot are the store's own: nobody reads or lists them."""

_PROBE_BYTES = 64 * 1024
"""What is tried to be written: a disk with room for less is full for every purpose."""


class GuardedBlobs:
    """Blobs behind a breaker: while it is open, every call raises Retry at once.

    A full disk still reads: so a probe after a failed write writes, while one after a failed read only reads, as who
    has no right to write must be able to.
    """

    def __init__(
        self, blobs: Blobs, *, clock: Clock | None = None, metrics: Metrics = METRICS, hurry: float = 1.0
    ) -> None:
        self._blobs = blobs
        self._writing_failed = False
        self.guard = Guard(SERVER, self._probe, clock=clock, metrics=metrics, hurry=hurry)

    def put(self, name: str, data: bytes | Path) -> bool:
        """See `Blobs.put`."""
        with self._calling(writes=True):
            created = self._blobs.put(name, data)
        self._writing_failed = False
        return created

    def read(self, name: str, chunk: int) -> Iterator[bytes]:
        """See `Blobs.read`."""
        with self._calling():
            yield from self._blobs.read(name, chunk)

    def size(self, name: str) -> int:
        """See `Blobs.size`."""
        with self._calling():
            return self._blobs.size(name)

    def names(self, prefix: str) -> Iterator[str]:
        """See `Blobs.names`."""
        with self._calling():
            yield from self._blobs.names(prefix)

    def delete(self, name: str) -> None:
        """See `Blobs.delete`."""
        with self._calling(writes=True):
            self._blobs.delete(name)

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """See `Blobs.local`."""
        with ExitStack() as opened:
            with self._calling():
                path = opened.enter_context(self._blobs.local(name))
            yield path

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """See `Blobs.scratch`."""
        with ExitStack() as opened:
            with self._calling(writes=True):
                folder = opened.enter_context(self._blobs.scratch())
            yield folder

    @contextmanager
    def _calling(self, *, writes: bool = False) -> Iterator[None]:
        with self.guard.calling():
            try:
                yield
            except Retry:  # from the blobs: what the breaker refuses was never tried
                self._writing_failed |= writes
                raise

    def _probe(self) -> None:
        if not self._writing_failed:
            with suppress(NotFound):
                self._blobs.size(f"{_PROBES}/nothing")
            return
        name = f"{_PROBES}/{uuid.uuid4().hex}"
        self._blobs.put(name, bytes(_PROBE_BYTES))
        with suppress(Retry):  # it may be written to, which is what was asked
            self._blobs.delete(name)
