# SPDX-License-Identifier: Apache-2.0
"""What keeps `make test-fast` fast sees a planted test that is not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = slow\n")
    (tmp_path / "test_planted.py").write_text(
        "import time\n\n\ndef test_busy():\n    over = time.process_time() + 0.3\n"
        "    while time.process_time() < over:\n        pass\n"
    )
    return tmp_path


@pytest.mark.parametrize("workers", ["0", "1"])
@pytest.mark.parametrize(("budget", "code"), [("0.2", 1), ("30", 0)])
def test_tests_that_take_too_much_fail_the_session(planted: Path, budget: str, code: int, workers: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", workers, "--cpu-budget", budget],
        cwd=planted, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == code, ran.stdout
    assert "1 passed" in ran.stdout
    assert ("test_planted.py::test_busy" in ran.stdout) == bool(code)


def test_make_asks_for_it() -> None:
    (line,) = [line for line in (ROOT / "Makefile").read_text().splitlines() if "--cpu-budget" in line]
    assert "not slow" in line
