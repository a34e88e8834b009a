# SPDX-License-Identifier: Apache-2.0
"""Runs extract: `python -m ream_extract`."""

from ream_extract.service import extract
from ream_kit.runner import run

if __name__ == "__main__":
    raise SystemExit(run(extract))
