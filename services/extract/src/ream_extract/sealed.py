# SPDX-License-Identifier: Apache-2.0
"""Decides what lies in an S/MIME envelope (CMS): content that is only signed or compressed is taken out of it."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
LARGEST = 256 << 20
"""Bytes of what is taken out."""
_DEPTH = 24
_SIGNED, _ENVELOPED = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d010703")
_ENCRYPTED = bytes.fromhex("2a864886f70d010706")
_COMPRESSED, _AUTHENTICATED = bytes.fromhex("2a864886f70d0109100109"), bytes.fromhex("2a864886f70d0109100117")
_SEQUENCE, _OCTETS, _OBJECT, _FIRST = 0x30, 0x04, 0x06, 0xA0
_CONSTRUCTED = 0x20


@dataclass(frozen=True, slots=True)
class Sealed:
    """An envelope."""

    kind: Literal["signed", "encrypted"]
    content: bytes | None = None
    """What is inside; None where only a signature is, and where it is encrypted."""


class _Broken(Exception):
    pass


def opened(data: bytes) -> Sealed | None:
    """Opens an envelope; None where the bytes are none."""
    try:
        return _opened(data)
    except (_Broken, IndexError, zlib.error, RecursionError):
        return None


def _opened(data: bytes) -> Sealed | None:
    kind, inside = _typed(data, _one(data, 0, len(data), 0))
    if kind in (_ENVELOPED, _ENCRYPTED, _AUTHENTICATED):
        return Sealed("encrypted")
    if kind not in (_SIGNED, _COMPRESSED) or inside is None:
        return None
    # The content is the first thing in it that has a type of its own; algorithms stand in a set, or hold no content.
    for tag, begin, end in _each(data, inside[1], inside[2]):
        if tag != _SEQUENCE:
            continue
        _, content = _typed(data, (tag, begin, end, end))
        if content is not None:
            held = _octets(data, content, 0)
            return Sealed("signed", _inflated(held) if kind == _COMPRESSED else held)
    return Sealed("signed")


def _typed(data: bytes, node: tuple[int, int, int, int]) -> tuple[bytes, tuple[int, int, int] | None]:
    """Reads a type and, behind it, what has it."""
    if node[0] != _SEQUENCE:
        raise _Broken
    parts = list(_few(data, node[1], node[2]))
    if not parts or parts[0][0] != _OBJECT:
        raise _Broken
    kind = data[parts[0][1] : parts[0][2]]
    if len(parts) < 2 or parts[1][0] != _FIRST:
        return kind, None
    return kind, next(_each(data, parts[1][1], parts[1][2]), None)


def _few(data: bytes, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    for _, part in zip(range(2), _each(data, begin, end), strict=False):
        yield part


def _each(data: bytes, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    while begin < end:
        tag, first, last, begin = _one(data, begin, end, 0)
        yield tag, first, last


def _one(data: bytes, at: int, end: int, depth: int) -> tuple[int, int, int, int]:
    """Reads the head of a value: its tag, where its contents begin and end, and where the next one stands."""
    if at + 2 > end or depth > _DEPTH:
        raise _Broken
    tag, size = data[at], data[at + 1]
    at += 2
    if size == 0x80:
        begin = at
        while data[at : at + 2] != b"\x00\x00":
            at = _one(data, at, end, depth + 1)[3]
        return tag, begin, at, at + 2
    if size > 0x80:
        count = size & 0x7F
        size = int.from_bytes(data[at : at + count], "big")
        at += count
    if at + size > end:
        raise _Broken
    return tag, at, at + size, at + size


def _octets(data: bytes, node: tuple[int, int, int], depth: int) -> bytes:
    tag, begin, end = node
    if depth > _DEPTH or tag & ~_CONSTRUCTED != _OCTETS:
        raise _Broken
    if not tag & _CONSTRUCTED:
        return data[begin:end]
    return b"".join(_octets(data, part, depth + 1) for part in _each(data, begin, end))


def _inflated(data: bytes) -> bytes:
    worker = zlib.decompressobj()
    out = worker.decompress(data, LARGEST)
    if worker.unconsumed_tail:
        raise _Broken
    return out
