# SPDX-License-Identifier: Apache-2.0
"""Who may import whom is checked, and planted violations are seen."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {path.name: path for path in ROOT.glob("*/*/src/ream_*")} | {
    path.name: path for path in ROOT.glob("cli/src/ream_*")
}


LINT = "from importlinter.cli import lint_imports_command as c; c()"


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", LINT, "--config", str(folder / "pyproject.toml"), "--no-cache"],
        cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name, path in PACKAGES.items():
        shutil.copytree(path, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.slow
def test_the_tree_is_clean(copy: Path) -> None:
    ran = lint(copy)
    assert ran.returncode == 0, ran.stdout


PLANTED = {
    "ream_ocr/planted.py": ("import ream_index.search", "services know nothing of each other"),
    "ream_kit/planted.py": ("import ream_ocr.settings", "libraries know no service"),
    "ream_contracts/planted.py": ("import ream_kit.store", "contracts know no plumbing"),
    "ream_sweep/planted.py": ("import confluent_kafka", "only kit's Kafka modules know confluent-kafka"),
}


@pytest.mark.slow
def test_planted_violations_are_seen(copy: Path) -> None:
    for where, (line, _) in PLANTED.items():
        (copy / where).write_text(f"{line}\n")
    ran = lint(copy)
    assert ran.returncode != 0
    assert [broken for _, broken in PLANTED.values() if f"{broken} BROKEN" not in ran.stdout] == []
