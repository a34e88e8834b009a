# SPDX-License-Identifier: Apache-2.0
"""Commands that need no server: topics and logs, and what is said of a command line that cannot be meant."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ream_cli.__main__ import main
from ream_cli.rebuild_index import Told
from ream_contracts import topics
from ream_local.ports import free_ports


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("REAM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("REAM_HOME", str(tmp_path))
    monkeypatch.setenv("REAM_KAFKA_PORT", str(free_ports(1)[0]))
    return tmp_path


def test_topics_are_listed_without_kafka(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["topics"]) == 0
    out = capsys.readouterr().out
    for topic in topics.ALL:
        assert topic.name in out
    assert "the newest of each" in out
    assert "Kafka is away" in out


def test_topics_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["topics", "--json"]) == 0
    listed = {line["topic"]: line for line in json.loads(capsys.readouterr().out)["topics"]}
    assert listed.keys() == {topic.name for topic in topics.ALL}
    submitted = listed["documents.submitted"]
    assert (submitted["read_by"], submitted["retention_days"], submitted["records"]) == (["ingest"], 7, None)


def test_the_end_of_each_log_is_shown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "logs").mkdir()
    (home / "logs" / "ocr.log").write_text("one\ntwo\nthree \x1b[31m\n")
    assert main(["logs", "ocr", "-n", "2"]) == 0
    assert capsys.readouterr().out.splitlines()[1:3] == ["two", "three \\x1b[31m"]
    assert main(["logs"]) == 0
    assert "sweep.log" in capsys.readouterr().out


def test_a_log_that_nobody_writes_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logs", "../secrets"]) == 2
    assert "There is no log of '../secrets'" in capsys.readouterr().err


def test_redriving_needs_to_be_told_what(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "store").mkdir()
    assert main(["dead-letters", "redrive"]) == 2
    assert "--all" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--switch"], "--switch belongs to --as-of"),
        (["--as-of", "yesterday"], "'yesterday' is no day"),
        (["--as-of", "2999-01-01"], "has not come yet"),
    ],
)
def test_an_index_is_not_built_by_what_cannot_be_meant(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(["rebuild-index", *words])
    except SystemExit as ended:
        code = int(str(ended.code))
    assert code == 2
    assert sentence in capsys.readouterr().err


def test_building_an_index_somewhere_else_needs_its_administrator(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REAM_OPENSEARCH_URL", "https://127.0.0.1:9")
    assert main(["rebuild-index"]) == 78
    assert "REAM_OPENSEARCH_ADMIN_PASSWORD" in capsys.readouterr().err


def test_progress_is_told_now_and_then_with_the_time_that_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = iter([0.0, 0.0, 1.0, 6.0, 7.0, 12.0])
    told = Told(lambda: next(seconds))
    told.said("Going on.")
    for part in (0.5, 0.6, 0.7, 0.75):
        told.progress(part, 1234, 5)
    assert capsys.readouterr().err.splitlines() == [
        "Going on.",
        "   60% gone through: 1,234 documents, 5 passages, about 24 s left",
        "   75% gone through: 1,234 documents, 5 passages, about 12 s left",
    ]
