# SPDX-License-Identifier: Apache-2.0
"""Decides which characters a text may hold when it leaves a reader: lines end in a line feed, nothing is invisible."""

import re

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\xad\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]")
_HYPHEN = re.compile("[\x02\ufffe](?=(.?))", re.DOTALL)


def tidy(text: str) -> str:
    """Ends lines with a line feed and drops what nobody sees and no search finds a word behind.

    That is control characters, lone surrogates, places where a word may be divided, and marks of direction.

    Offsets of headings count in the tidied text.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n").replace("\x85", "\n")
    return _CONTROL.sub("", text)


def join_hyphens(text: str) -> str:
    """Joins words that PDFium marks as divided at a line's end.

    A hyphen before a lower-case letter was put there by the line break; before anything else it belongs to the word.
    """
    return _HYPHEN.sub(lambda mark: "" if mark.group(1).islower() else "-", text)
