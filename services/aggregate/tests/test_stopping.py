# SPDX-License-Identifier: Apache-2.0
"""A worker that is told to stop ends, also where the library does not."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import asyncio, os, signal, sys
import faust
from mode import Service
from ream_aggregate import worker

worker.STOP_SECONDS = 20.0 if sys.argv[1] == "stops" else 0.5

class App(Service):
    def __init__(self, stops):
        super().__init__()
        self.conf = faust.App("of-a-test", broker="memory://").conf
        self.stops = stops
    async def on_start(self):
        os.kill(os.getpid(), signal.SIGTERM)
    async def on_stop(self):
        if not self.stops:
            await asyncio.Event().wait()

worker._worker(App(sys.argv[1] == "stops"), Service()).execute_from_commandline()
"""


@pytest.mark.parametrize(("app", "code"), [("stops", 0), ("hangs", 70)])
def test_a_worker_that_is_told_to_stop_ends(app: str, code: int) -> None:
    command = [sys.executable, "-c", PROGRAM, app]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30, env=os.environ)
    assert done.returncode == code, done.stderr
    assert ("ending_process reason=stop_hangs seconds=0.5" in done.stderr) == (code == 70)
