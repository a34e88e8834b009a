# SPDX-License-Identifier: Apache-2.0
"""Decides whether bytes are a text in an encoding."""

import codecs


def fits(data: bytes, name: str, *, whole: bool = True) -> bool:
    """Says whether the bytes are a text in this encoding.

    Args:
        data: the text, or its beginning.
        name: Python's name of the encoding.
        whole: it is all there; else its last character may be cut off.
    """
    try:
        codecs.getincrementaldecoder(name)("strict").decode(data, final=whole)
    except (UnicodeError, LookupError):
        return False
    return True
