# SPDX-License-Identifier: Apache-2.0
"""Brings the bytes of a submission onto the local disk, from wherever its message says they are."""

import base64
import binascii
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ream_contracts.messages import DocumentSubmitted
from ream_ingest import sources
from ream_ingest.copying import PASSING, Received, TooLarge, copy, copy_file, hash_file
from ream_ingest.settings import IngestSettings
from ream_ingest.sources import BadSource, BucketAddress, FileAddress, StoreAddress
from ream_kit import Retry, Store
from ream_kit.store import NotFound


class Buckets(Protocol):
    """Somebody's S3 service."""

    def open(self, bucket: str, key: str) -> tuple[int, Iterator[bytes]]:
        """Returns size and chunks; raises BadSource when there is no such object."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Opens sources within the settings' limits."""

    settings: IngestSettings
    store: Store
    buckets: Buckets

    @contextmanager
    def receive(self, submitted: DocumentSubmitted) -> Iterator[Received]:
        """Gives the bytes as a local file while the context is open.

        Raises:
            BadSource: there is nothing to be had from this message.
            TooLarge: it is more than max_bytes.
            Retry: a disk is full or away.
        """
        with room(), self.store.scratch() as folder:
            copied = folder / "original"
            if submitted.body is not None:
                yield self._inline(submitted.body, copied)
                return
            address = sources.parse(submitted.source or "", self.settings.roots, self.settings.buckets)
            if isinstance(address, StoreAddress):
                with self._from_store(address.name) as received:
                    yield received
            elif isinstance(address, FileAddress):
                yield copy_file(address.path, copied, self.settings.max_bytes, self._allowed)
            else:
                yield self._from_bucket(address, copied)

    @contextmanager
    def _from_store(self, name: str) -> Iterator[Received]:
        try:
            if (size := self.store.size(name)) > self.settings.max_bytes:
                raise TooLarge(size)
        except NotFound:
            raise BadSource("no-such-object", "the store has no object of this name") from None
        with self.store.local(name) as path:
            yield hash_file(path, self.settings.max_bytes)

    def _allowed(self, path: Path) -> Path:
        return sources.below(path, self.settings.roots)

    def _inline(self, body: str, target: Path) -> Received:
        limit = self.settings.max_inline_bytes
        if len(body) // 4 * 3 - body[-2:].count("=") > limit:
            raise BadSource(
                "body-too-large", f"an inline body may hold {limit} bytes; put the file in the store instead"
            )
        return copy([decoded(body)], target, limit)

    def _from_bucket(self, address: BucketAddress, target: Path) -> Received:
        size, chunks = self.buckets.open(address.bucket, address.key)
        if size > self.settings.max_bytes:
            raise TooLarge(size)
        return copy(chunks, target, self.settings.max_bytes)


@contextmanager
def room() -> Iterator[None]:
    """Turns what the machine is short of into waiting for it: it has as little to do with this file as with the next.

    Raises:
        Retry: a disk is full or away, or too much is open.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in PASSING:
            raise
        said = os.strerror(error.errno or 0)
        raise Retry(
            "scratch", f"a file can't be copied now: {said}. Make room on the disk that holds the store and TMPDIR"
        ) from error


def decoded(body: str) -> bytes:
    """Decodes an inline body.

    Raises:
        BadSource: it is not base64.
    """
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise BadSource("body-not-base64", "the inline body is not base64") from None


def body_sha256(submitted: DocumentSubmitted) -> str | None:
    """Returns the hash of the inline body, which names the document when it has no key; None without a body.

    Raises:
        BadSource: it is not base64.
    """
    return None if submitted.body is None else hashlib.sha256(decoded(submitted.body)).hexdigest()
