# SPDX-License-Identifier: Apache-2.0
"""The install script says in a sentence what is missing, and touches nothing when all is there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "bootstrap.sh"
pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="this is not a checkout")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs that come before the real ones: an ordinary user's Debian on which nothing is installed."""
    programs = tmp_path / "bin"
    programs.mkdir()
    _program(programs, "id", "echo 1000")
    _program(programs, "dpkg-query", "exit 1")
    _program(programs, "df", "echo header; echo disk 100000 1 99999 1% /")
    _program(programs, "apt-get", "echo apt-get was run >&2; exit 99")
    return programs


def _program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def _run(machine: Path, *arguments: str, script: Path = SCRIPT) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": f"{machine}:{os.environ['PATH']}",
        "HOME": str(machine),
        "REAM_CACHE": str(machine / "cache"),
    }
    return subprocess.run(
        (str(script), *arguments), env=environment, capture_output=True, text=True, timeout=30, check=False
    )


def test_missing_packages_without_root(machine: Path) -> None:
    done = _run(machine, "all")
    assert done.returncode == 1
    assert "apt-get install --no-install-recommends" in done.stderr
    for package in ("maven", "libreoffice-writer-nogui", "libreoffice-impress-nogui", "tesseract-ocr-deu", "antiword"):
        assert package in done.stderr
    assert "apt-get was run" not in done.stderr


def test_too_little_disk(machine: Path) -> None:
    _program(machine, "id", "echo 0")
    _program(machine, "df", "echo header; echo disk 10 9 7 90% /")
    done = _run(machine, "all")
    assert done.returncode == 1
    assert "About 4000 MB of disk are needed, but /usr has 7 MB left" in done.stderr
    assert "apt-get was run" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("full", "advice"),
    [("checkout", "clone the repository to another disk"), ("cache", "set REAM_CACHE to a folder on another disk")],
)
def test_too_little_disk_for_the_python_packages(machine: Path, tmp_path: Path, full: str, advice: str) -> None:
    """In a checkout without an environment; `df` finds one of the two disks full."""
    _program(machine, "dpkg-query", 'printf "ii "')
    checkout = tmp_path / "checkout"
    (checkout / "scripts").mkdir(parents=True)
    shutil.copy(SCRIPT, checkout / "scripts")
    for file in (
        "uv.lock",
        "pyproject.toml",
        *(f"{part}/one/pyproject.toml" for part in ("libs", "services")),
        "cli/pyproject.toml",
    ):
        (checkout / file).parent.mkdir(parents=True, exist_ok=True)
        (checkout / file).touch()
    folder = {"checkout": checkout, "cache": machine / "cache"}[full]
    _program(
        machine, "df", f'echo header; case "$2" in {folder}) echo disk 10 9 7 90% /;; *) echo disk 9 1 9999 1% /;; esac'
    )
    done = _run(machine, "python", script=checkout / "scripts" / SCRIPT.name)
    assert done.returncode == 1
    assert f"About 1500 MB of disk are needed, but {folder} has 7 MB left. Make room, or {advice}." in done.stderr
    assert not (checkout / ".venv").exists()


def test_apt_that_fails_is_quoted(machine: Path) -> None:
    _program(machine, "id", "echo 0")
    done = _run(machine, "all")
    assert done.returncode == 1
    assert "apt-get was run" in done.stderr
    assert str(machine / "cache" / "apt.log") in done.stderr


def test_an_old_python_is_named(machine: Path) -> None:
    _program(machine, "python3", '[ "$1" = --version ] && echo Python 3.9.2 || exit 1')
    done = _run(machine, "python")
    assert done.returncode == 1
    assert "Python 3.9.2 is too old" in done.stderr


def test_a_wrong_word_shows_how_it_is_used(machine: Path) -> None:
    done = _run(machine, "everything")
    assert done.returncode == 2
    assert "bootstrap.sh python" in done.stderr
