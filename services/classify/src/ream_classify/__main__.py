# SPDX-License-Identifier: Apache-2.0
"""Runs classify: `python -m ream_classify`."""

from ream_classify.service import classify
from ream_kit.runner import run

if __name__ == "__main__":
    raise SystemExit(run(classify))
