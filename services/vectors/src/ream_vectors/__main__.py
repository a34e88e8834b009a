# SPDX-License-Identifier: Apache-2.0
"""Runs vectors: `python -m ream_vectors`."""

import os

from ream_kit.runner import run
from ream_vectors.service import vectors

_GIVES_WAY = 10

if __name__ == "__main__":
    os.nice(_GIVES_WAY)  # nobody waits for it: whatever makes documents complete goes first
    raise SystemExit(run(vectors))
