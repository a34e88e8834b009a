# SPDX-License-Identifier: Apache-2.0
"""Runs sweep: `python -m ream_sweep`."""

from ream_sweep.running import main

if __name__ == "__main__":
    raise SystemExit(main())
