# SPDX-License-Identifier: Apache-2.0
"""Runs index: `python -m ream_index`."""

from ream_index.service import index
from ream_kit.runner import run

if __name__ == "__main__":
    raise SystemExit(run(index))
