# SPDX-License-Identifier: Apache-2.0
"""A user's file is loaded and its stage found; what is wrong with it is said with its line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ream_cli import run
from ream_cli.failures import CommandError

CONSUMER = '''
"""Counts."""
from dataclasses import dataclass
import neighbour
from ream_contracts import topics
from ream_contracts.messages import DocumentCompleted
from ream_kit import Store, stage

@dataclass(frozen=True)
class Count:
    number: int = neighbour.ONE

@stage("{name}", reads=topics.DOCUMENTS_COMPLETED)
def keep(document: DocumentCompleted, store: Store) -> None:
    print(Count())
'''


@pytest.fixture(autouse=True)
def unchanged_modules() -> Iterator[None]:
    modules, path = dict(sys.modules), list(sys.path)
    yield
    sys.path[:] = path
    for name in sys.modules.keys() - modules.keys():
        del sys.modules[name]


def test_a_stage_is_found_and_may_import_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "neighbour.py").write_text("ONE = 1")
    file = tmp_path / "my consumer.py"
    file.write_text(CONSUMER.format(name="counts"))
    assert run.choose(run.load(file), file, None).name == "counts"


def test_of_several_stages_one_is_chosen(tmp_path: Path) -> None:
    (tmp_path / "neighbour.py").write_text("ONE = 1")
    file = tmp_path / "two.py"
    file.write_text(CONSUMER.format(name="one") + CONSUMER.format(name="two").replace("def keep", "def other"))
    module = run.load(file)
    assert run.choose(module, file, "two").name == "two"
    with pytest.raises(CommandError, match=r"--stage one\|two"):
        run.choose(module, file, None)
    with pytest.raises(CommandError, match="no stage 'three'"):
        run.choose(module, file, "three")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1\n", "declares no stage"),
        ("x = 1\n\nraise ValueError('no')\n", "line 3: ValueError: no"),
        ("x = (\n", "SyntaxError"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(text)
    with pytest.raises(CommandError, match=told):
        run.choose(run.load(file), file, None)


@pytest.mark.parametrize("name", ["missing.py", "consumer.txt", "."])
def test_what_is_no_python_file_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "consumer.txt").write_text("")
    with pytest.raises(CommandError, match="no Python file"):
        run.load(tmp_path / name)
