# SPDX-License-Identifier: Apache-2.0
"""Starts a worker: `python -m ream_aggregate`."""

from ream_aggregate.worker import main

if __name__ == "__main__":
    raise SystemExit(main())
