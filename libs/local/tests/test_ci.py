# SPDX-License-Identifier: Apache-2.0
"""`.ci/run` fails when anything failed, and its last line is pytest's closing line."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
RUN = ROOT / ".ci" / "run"
CLOSING = "======= 3 passed, 1 skipped in 2.50s ======="
pytestmark = pytest.mark.skipif(not RUN.exists(), reason="this is not a checkout")


def _run(folder: Path, check: str, test: str) -> subprocess.CompletedProcess[str]:
    """Run it with a `make` that does only what is said here."""
    make = folder / "make"
    make.write_text(f"#!/bin/sh\ncase $1 in check) {check};; test) {test};; esac\n", encoding="utf-8")
    make.chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    return subprocess.run((str(RUN),), env=environment, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize(
    ("check", "test", "code"),
    [
        ("true", f"echo '{CLOSING}'", 0),
        ("exit 1", f"echo '{CLOSING}'", 1),
        ("true", f"echo '{CLOSING}'; echo 'make: *** [test] Error 1' >&2; exit 2", 1),
    ],
)
def test_exit_code_and_last_line(tmp_path: Path, check: str, test: str, code: int) -> None:
    done = _run(tmp_path, check, test)
    assert done.returncode == code
    assert done.stdout.splitlines()[-1] == CLOSING


def test_no_tests_at_all_is_a_failure(tmp_path: Path) -> None:
    done = _run(tmp_path, "true", "echo '==== no tests ran in 0.01s ===='; exit 5")
    assert done.returncode == 1
    assert "no tests ran" in done.stdout.splitlines()[-1]


def test_a_pytest_that_did_not_finish_is_a_failure(tmp_path: Path) -> None:
    done = _run(tmp_path, "true", "echo collecting")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "pytest did not come to its closing line"


def test_the_corpus_is_named_by_its_absolute_path(tmp_path: Path) -> None:
    done = _run(tmp_path, "true", f'echo "corpus=$REAM_CORPUS required=$REQUIRE_CORPUS"; echo "{CLOSING}"')
    corpus = (RUN.parents[2] / "shared" / "corpus").resolve()
    assert f"corpus={corpus} required=1" in done.stdout


def test_each_folder_of_tests_is_in_one_of_the_groups_with_servers() -> None:
    """Pytest takes no --ignore of a folder that it is told to read, so the groups name what they read."""
    groups = re.findall(r"-m servers ([a-z0-9/ ]+[a-z])", (ROOT / "scripts" / "test.sh").read_text())
    folders = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["testpaths"]
    across = {f"tests/{path.parent.name}" for path in (ROOT / "tests").glob("*/test_*.py")}
    assert len(groups) == 2
    assert sorted(" ".join(groups).split()) == sorted({*folders, *across} - {"tests"})
