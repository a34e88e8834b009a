# SPDX-License-Identifier: Apache-2.0
"""Decides which addresses of a message may be opened: names from strangers never choose where we read."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

STORE_NAMES = re.compile(r"(incoming/|documents/[a-z2-7]{32}/[0-9]+/children/)[^\x00-\x1f\x7f]+")


class BadSource(Exception):
    """The address of a message can't be opened, now or ever.

    Attributes:
        cause: a code, e.g. outside-allowed-roots.
        reason: a sentence for people, with what to do.
    """

    def __init__(self, cause: str, reason: str) -> None:
        super().__init__(f"{cause}: {reason}")
        self.cause = cause
        self.reason = reason


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """An object in our own store."""

    name: str


@dataclass(frozen=True, slots=True)
class FileAddress:
    """A file below an allowed root, with every link in its path resolved."""

    path: Path


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """An object in an allowed bucket of an S3 service."""

    bucket: str
    key: str


Address = StoreAddress | FileAddress | BucketAddress


def parse(source: str, roots: tuple[str, ...], buckets: tuple[str, ...]) -> Address:
    """Turns the `source` of a message into an address that may be opened.

    Args:
        source: `store:NAME`, `s3://BUCKET/KEY` or `file:///PATH` (percent-encoded).
        roots: folders below which files may be read; none means no file may.
        buckets: buckets that may be read.

    Raises:
        BadSource: the scheme is another, or the place lies outside what is allowed.
    """
    if source.startswith("store:"):
        return _store(source.removeprefix("store:"))
    try:
        scheme = urlsplit(source).scheme
    except ValueError:
        scheme = ""
    if scheme == "file":
        return _file(source, roots)
    if scheme == "s3":
        return _bucket(source, buckets)
    raise BadSource("unknown-scheme", "the source must begin with store:, file:/// or s3://")


def _store(name: str) -> StoreAddress:
    if ".." in name.split("/") or not STORE_NAMES.fullmatch(name):
        raise BadSource(
            "outside-allowed-roots", "only incoming/ and children of documents may be submitted from the store"
        )
    return StoreAddress(name)


def _file(source: str, roots: tuple[str, ...]) -> FileAddress:
    rest = source[len("file:") :]
    if not rest.startswith("///"):
        raise BadSource(
            "outside-allowed-roots", "a file source is file:/// and an absolute path; other hosts are not read"
        )
    raw = unquote_to_bytes(rest[2:])
    if b"\x00" in raw:
        raise BadSource("outside-allowed-roots", "the path holds a NUL byte")
    return FileAddress(below(Path(os.fsdecode(raw)), roots))


def below(path: Path, roots: tuple[str, ...]) -> Path:
    """Resolves every link of a path and returns it when it lies below a root.

    Raises:
        BadSource: it lies elsewhere, or its links loop.
    """
    try:
        real = Path(os.path.realpath(path, strict=False))
    except OSError as error:
        raise BadSource("no-such-object", f"the path can't be followed: {error.strerror}") from None
    if not any(real.is_relative_to(os.path.realpath(root)) for root in roots):
        raise BadSource(
            "outside-allowed-roots",
            "the file lies outside the allowed roots; REAM_INGEST_ROOTS names the folders that may be read",
        )
    return real


def _bucket(source: str, buckets: tuple[str, ...]) -> BucketAddress:
    # Not urlsplit: keys may hold ? and #.
    bucket, _, key = source[len("s3://") :].partition("/")
    if bucket not in buckets:
        raise BadSource(
            "outside-allowed-roots", "this bucket may not be read; REAM_INGEST_BUCKETS names those that may"
        )
    if not key:
        raise BadSource("no-such-object", "the source names a bucket and no key")
    return BucketAddress(bucket, key)
