# SPDX-License-Identifier: Apache-2.0
"""Runs ocr: `python -m ream_ocr`."""

import os
import sys

from ream_kit import settings
from ream_kit.runner import MISCONFIGURED, run
from ream_ocr.reader import how_many
from ream_ocr.service import ocr
from ream_ocr.settings import OcrSettings


def main() -> int:
    """Runs with as many threads as cells, unless REAM_WORKERS says otherwise; returns the exit code."""
    try:
        cells = how_many(settings.load(OcrSettings, os.environ, "REAM_OCR_"))
    except settings.SettingsError as error:
        print(error, file=sys.stderr)
        return MISCONFIGURED
    return run(ocr, {"REAM_WORKERS": str(cells), **os.environ})


if __name__ == "__main__":
    raise SystemExit(main())
