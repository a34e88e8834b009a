# SPDX-License-Identifier: Apache-2.0
"""Decides which failures mean that a disk is full: that is nobody's fault, and the document's least of all."""

import errno

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_full(failure: BaseException) -> bool:
    """Says whether something could not be written because there is no room left for it."""
    return isinstance(failure, OSError) and failure.errno in _FULL
