# SPDX-License-Identifier: Apache-2.0
"""Decides how a cell and its caller talk: frames of a tag, a length and JSON, never pickle: a cell may be hostile."""

from __future__ import annotations

import json
import struct
from typing import Any

MAX_FRAME = 64 << 20
_HEADER = struct.Struct("!cI")

REQUEST = b"q"
HELLO = b"h"
RESULT = b"r"
DONE = b"d"
FAILED = b"f"
NO_MEMORY = b"m"
TOO_MUCH = b"o"

_PAYLOADS = {HELLO, RESULT, FAILED}
_BARE = {DONE, NO_MEMORY, TOO_MUCH}


class BadFrame(Exception):
    """The cell sent something that no cell sends: it is not itself any more."""


class TooLarge(Exception):
    """A message is larger than a frame may be."""


def frame(tag: bytes, value: Any = None) -> bytes:
    """Makes the bytes of one message.

    Raises:
        TooLarge: it has more than 64 MB: such results are files in the scratch folder.
        TypeError, ValueError: the value is not JSON.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # A lone surrogate in a text becomes its JSON escape, and comes back as it was.
    payload = text.encode("utf-8", "backslashreplace")
    if len(payload) > MAX_FRAME:
        raise TooLarge(f"a message of {len(payload)} bytes: at most {MAX_FRAME}; larger results are files")
    return _HEADER.pack(tag, len(payload)) + payload


class Frames:
    """Cuts what a cell sends into messages; holds at most one frame and one read."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Takes bytes as they come."""
        self._buffer += data

    def next(self) -> tuple[bytes, Any, int] | None:
        """Gives the next whole message: tag, value, bytes; None while it is not all there.

        Raises:
            BadFrame: it is none.
        """
        if len(self._buffer) < _HEADER.size:
            return None
        tag, size = _HEADER.unpack_from(self._buffer)
        if size > MAX_FRAME or tag not in _PAYLOADS | _BARE:
            raise BadFrame("a frame with an unknown tag or an impossible length")
        if len(self._buffer) < _HEADER.size + size:
            return None
        payload = bytes(self._buffer[_HEADER.size : _HEADER.size + size])
        del self._buffer[: _HEADER.size + size]
        return tag, _parse(payload) if tag in _PAYLOADS else None, size


def _parse(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"a result that is not JSON ({type(error).__name__})") from None
    if not isinstance(value, dict):
        raise BadFrame("a result that is no JSON object")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
