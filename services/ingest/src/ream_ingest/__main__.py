# SPDX-License-Identifier: Apache-2.0
"""Runs ingest: `python -m ream_ingest`."""

from ream_ingest.service import ingest
from ream_kit.runner import run

if __name__ == "__main__":
    raise SystemExit(run(ingest))
