# SPDX-License-Identifier: Apache-2.0
"""Decides how antiword is run: inside a cell, on a file without its name, for text and nothing else."""

import shutil
import subprocess
from pathlib import Path

SECONDS = 60


def available() -> bool:
    """Says whether the program is installed."""
    return shutil.which("antiword") is not None


def text_of(path: Path) -> str | None:
    """Returns the text of a legacy Word document; None when antiword is not there or cannot read it."""
    program = shutil.which("antiword")
    if program is None:
        return None
    arguments = [program, "-m", "UTF-8.txt", "-w", "0", str(path)]
    try:
        done = subprocess.run(arguments, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL)
    except (subprocess.TimeoutExpired, OSError):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
