# SPDX-License-Identifier: Apache-2.0
"""`ream classify check` says line and reason of every mistake before classify meets it, and changes nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ream_cli.__main__ import main

GOOD = {
    "taxonomy": "labels:\n  note:\n    description: A note.\n    words: {en: {note: 9}}\n",
    "topics": "labels:\n  boats:\n    description: Boats.\n    words: {en: {4: [oar]}}\n",
    "markings": "public:\n  en: [open]\n",
}


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("REAM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("REAM_HOME", str(tmp_path / "home"))


def file(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder / name


@pytest.mark.parametrize("kind", GOOD)
def test_what_can_be_used_is_told_by_its_contents(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = file(tmp_path, "own.yaml", GOOD[kind])
    assert main(["classify", "check", str(own), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["files"]
    assert (told["kind"], told["reason"]) == (kind, None)
    assert not (tmp_path / "home" / "store").exists()


@pytest.mark.parametrize(
    ("kind", "old", "new", "line"),
    [
        ("taxonomy", "9", "99", 4),
        ("topics", "[oar]", "oar", 4),
        ("markings", "[open]", "open", 2),
        ("taxonomy", "{note: 9}}", "{note: 9}", 5),
    ],
)
def test_a_mistake_is_told_with_line_and_reason(
    kind: str, old: str, new: str, line: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = file(tmp_path, "good.yaml", GOOD[kind]), file(tmp_path, "bad.yaml", GOOD[kind].replace(old, new))
    assert main(["classify", "check", str(good), str(bad)]) == 1
    out = capsys.readouterr().out
    assert f"{good}: can be used as {kind}" in out
    assert f"{bad}, line {line}: " in out


def test_without_a_file_those_of_the_settings_are_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REAM_CLASSIFY_TOPICS", str(file(tmp_path, "mine.yaml", "labels: [")))
    assert main(["classify", "check", "--as", "topics", "--json"]) == 1
    (told,) = json.loads(capsys.readouterr().out)["files"]
    assert (told["file"], told["line"]) == (str(tmp_path / "mine.yaml"), 1)
    assert main(["classify", "check", "--as", "taxonomy"]) == 2
    assert "REAM_CLASSIFY_TAXONOMY names no file" in capsys.readouterr().err


@pytest.mark.slow
def test_without_a_setting_what_ships_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", "check"]) == 0
    assert capsys.readouterr().out.count("ships with classify") >= 3


def test_what_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", "check", str(tmp_path / "absent.yaml"), "--as", "topics"]) == 1
    assert "cannot be read" in capsys.readouterr().out
