# SPDX-License-Identifier: Apache-2.0
"""Decides which pages a second engine reads too, and which of the two readings is kept: the better one, never both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ream_ocr.engine import SURE
from ream_ocr.languages import is_written_in

UNREADABLE = "unreadable"
"""Cause of a page on which somebody has written, and the first engine recognised no word of that."""


READ = 85
"""Confidence from which a second engine has read a page whose script the first has no pack for."""


def is_doubtful(answer: Mapping[str, Any], sure: int) -> bool:
    """Says whether a second engine should look at a page.

    Args:
        answer: the first engine's, as `cell.read` yields it.
        sure: confidence from which the first engine is believed.
    """
    if "cause" in answer:
        return bool(answer["cause"] == UNREADABLE)
    return int(answer["confidence"]) < sure


def better(first: Mapping[str, Any], second: Mapping[str, Any]) -> Mapping[str, Any]:
    """Gives the answer in which more was recognised rather than guessed; the second's where they are alike.

    Both are answers for the same page; the second engine is asked only where the first is in doubt.
    """
    if "cause" in second or not _worth(second):
        return first
    if "cause" not in first and _worth(first) > _worth(second):
        return first
    looks = int(first.get("looks", 1)) + 1
    script = first.get("script")
    read = script is None or (int(second["confidence"]) >= READ and is_written_in(str(second["text"]), script))
    return {**second, "looks": looks, "picture_hash": first.get("picture_hash"), "script": None if read else script}


def _worth(answer: Mapping[str, Any]) -> int:
    letters = sum(character.isalnum() for character in str(answer["text"]))
    return letters * max(0, int(answer["confidence"]) - SURE)
