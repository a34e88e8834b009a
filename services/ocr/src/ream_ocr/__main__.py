# SPDX-License-Identifier: Apache-2.0
"""Runs ocr: `python -m ream_ocr`."""

from ream_kit.runner import run
from ream_ocr.service import ocr

if __name__ == "__main__":
    raise SystemExit(run(ocr))
