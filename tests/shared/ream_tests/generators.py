# SPDX-License-Identifier: Apache-2.0
"""Decides how tests ask a script whether the file that it makes is up to date."""

import contextlib
import io
import runpy
import sys
from pathlib import Path
from unittest import mock


def check(script: Path) -> tuple[int, str]:
    """Runs a script of `scripts/` with `--check`; returns its exit code and what it says.

    In this process: most of what such a script needs is imported here already, and importing it is most of its work.
    """
    said = io.StringIO()
    with (
        mock.patch.object(sys, "argv", [str(script), "--check"]),
        mock.patch.object(sys, "path", [str(script.parent), *sys.path]),
        contextlib.redirect_stdout(said),
    ):
        try:
            runpy.run_path(str(script), run_name="__main__")
        except SystemExit as ended:
            return int(ended.code or 0), said.getvalue()
    return 0, said.getvalue()
