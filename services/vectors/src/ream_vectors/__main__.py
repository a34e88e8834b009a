# SPDX-License-Identifier: Apache-2.0
"""Runs vectors: `python -m ream_vectors`."""

import os

from ream_kit.priority import give_way
from ream_kit.runner import run
from ream_vectors.service import vectors

_GIVES_WAY = 10
_GRACE = "REAM_GRACE_SECONDS"
_GRACE_SECONDS = "5"
"""A long document takes minutes, so it is left at once: the vectors of each segment that has them are kept."""

if __name__ == "__main__":
    give_way(_GIVES_WAY)  # nobody waits for it: whatever makes documents complete goes first
    os.environ[_GRACE] = os.environ.get(_GRACE) or _GRACE_SECONDS
    raise SystemExit(run(vectors))
