# SPDX-License-Identifier: Apache-2.0
"""Decides how a store behaves in memory: for tests and for trying things, with the rules of the real ones."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ream_kit.store import Store
from ream_kit.store_blobs import NotFound
from ream_kit.store_source import pieces


class MemoryBlobs:
    """Keeps everything in a dictionary of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._objects: dict[str, bytes] = {}

    def put(self, name: str, data: bytes | Path) -> bool:
        """See `Blobs.put`."""
        whole = b"".join(pieces(data))
        with self._lock:
            if name in self._objects:
                return False
            self._objects[name] = whole
            return True

    def read(self, name: str, chunk: int) -> Iterator[bytes]:
        """See `Blobs.read`."""
        data = self._get(name)
        yield from (data[at : at + chunk] for at in range(0, len(data), chunk))

    def size(self, name: str) -> int:
        """See `Blobs.size`."""
        return len(self._get(name))

    def names(self, prefix: str) -> Iterator[str]:
        """See `Blobs.names`."""
        with self._lock:
            found = [name for name in self._objects if name.startswith(prefix)]
        return iter(sorted(found, key=str.encode))

    def delete(self, name: str) -> None:
        """See `Blobs.delete`."""
        with self._lock:
            self._objects.pop(name, None)

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """See `Blobs.local`."""
        data = self._get(name)
        with self.scratch() as folder:
            path = folder / "object"
            path.write_bytes(data)
            yield path

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """See `Blobs.scratch`."""
        with tempfile.TemporaryDirectory(prefix="ream-memory-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def _get(self, name: str) -> bytes:
        with self._lock:
            try:
                return self._objects[name]
            except KeyError:
                raise NotFound(name) from None


def memory_store() -> Store:
    """Makes an empty store in memory."""
    return Store(MemoryBlobs())
