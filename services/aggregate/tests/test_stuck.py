# SPDX-License-Identifier: Apache-2.0
"""A worker whose event loop does not turn is ended from outside of it: what looks after it lives in that loop."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys, time
from types import SimpleNamespace
from ream_aggregate import presence, worker
from ream_aggregate.watch import Sight

def start(broker, own, store, presence, proof):
    seen = SimpleNamespace(sight=Sight({}, False, 0), looked_at=time.monotonic(), still_for=lambda now: 0.0)
    presence.overseer = seen
    time.sleep(60)

presence.LONGEST_TURN_SECONDS = 0.5
worker._start = start
raise SystemExit(worker.main({"REAM_STORE": sys.argv[1], "REAM_STUCK_SECONDS": "1"}))
"""


@pytest.mark.slow
def test_a_worker_whose_loop_hangs_is_ended(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=50, env=os.environ)
    assert done.returncode == 70, done.stderr
    assert "ending_process" in done.stderr
    assert "the loop has not turned" in done.stderr
