# SPDX-License-Identifier: Apache-2.0
"""Runs peers: programs of the system, and Python packages in an environment of their own, which Ream does not need."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ream_local.settings import cache_home
from ream_quality.corpus import unit
from ream_quality.library import Library, Reading
from ream_quality.silent_loss import Ours

REQUIREMENTS = Path(__file__).parent / "requirements.txt"
_SECONDS, _INSTALL_SECONDS = 600, 900
_SCRIPTS = Path(__file__).parent / "scripts"


class Absent(Exception):
    """A peer cannot be run here; the text says why."""


def output(program: str, *arguments: str | Path) -> str:
    """What a program of the system writes, one thread at most; nothing where it fails at this document.

    Raises:
        Absent: it is not installed.
    """
    found = shutil.which(program)
    if found is None:
        raise Absent(f"{program} is not installed")
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(
        [found, *map(str, arguments)], capture_output=True, env=environment, timeout=_SECONDS, check=False
    )
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def outputs(commands: Iterable[Sequence[str | Path]]) -> list[str]:
    """What several commands write, as many at once as there are cores."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda command: output(str(command[0]), *command[1:]), commands))


def heard(library: Library, texts: Mapping[str, str]) -> Library:
    """The same corpus as it comes out of a peer: by name of the document its text."""
    readings = {name: Reading({}, (unit(1, text),), (), Ours("complete", {})) for name, text in texts.items()}
    return Library(library.root, readings)


def asked(script: str, question: Any) -> Any:
    """Asks a script of `scripts` in the environment of the peers: JSON goes in and comes out.

    Raises:
        Absent: its packages cannot be installed, or it fails.
    """
    python = _python()
    done = subprocess.run(
        [python, _SCRIPTS / script],
        input=json.dumps(question).encode(),
        capture_output=True,
        timeout=_INSTALL_SECONDS,
        check=False,
    )
    if done.returncode:
        raise Absent(f"it failed: {done.stderr.decode(errors='replace').strip()[-300:]}")
    return json.loads(done.stdout)


def program(name: str) -> Path:
    """The path of a program that the packages of the peers bring.

    Raises:
        Absent: they cannot be installed.
    """
    return _python().with_name(name)


def _python() -> Path:
    """Makes the environment once for each set of requirements, in the cache of what is installed."""
    stamp = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()[:12]
    home = cache_home() / f"peers-{stamp}"
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "complete").exists():
            _install(home)
    return home / "bin" / "python"


def _install(home: Path) -> None:
    commands = (
        [sys.executable, "-m", "venv", "--clear", home],
        [home / "bin" / "python", "-m", "pip", "install", "-q", "--require-hashes", "-r", REQUIREMENTS],
    )
    for command in commands:
        done = subprocess.run(command, capture_output=True, timeout=_INSTALL_SECONDS, check=False)
        if done.returncode:
            raise Absent(f"its packages cannot be installed: {done.stderr.decode(errors='replace').strip()[-300:]}")
    (home / "complete").touch()
