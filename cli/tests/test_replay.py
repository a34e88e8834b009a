# SPDX-License-Identifier: Apache-2.0
"""A replay is what a person means: counted first, started once, refused with a sentence."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ream_cli import replay
from ream_cli.__main__ import main
from ream_cli.failures import CommandError
from ream_cli.record_fields import FIELDS
from ream_cli.replay import parameter
from ream_contracts import identity, layout
from ream_contracts.artifacts import DocumentRecord, Way
from ream_contracts.messages import Allowance, DocumentIngested, Redo
from ream_contracts.receipts import Line, pack
from ream_contracts.topic import AnyTopic
from ream_kit import Retry, Store
from ream_kit.store_open import open_store


@pytest.mark.parametrize(
    ("text", "value"),
    [("dpi=400", 400), ("languages=deu+eng", "deu+eng"), ("pictures=false", False), ("a=b=c", "b=c"), ("a=", "")],
)
def test_values_are_numbers_truths_or_text(text: str, value: Any) -> None:
    assert parameter(text) == (text.partition("=")[0], value)


@pytest.mark.parametrize("text", ["dpi", "=400", ""])
def test_what_is_no_parameter_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(CommandError, match="NAME=VALUE"):
        parameter(text)


ID = "a" * 32


class Announcer:
    """Keeps what it is given; goes away when it is told to."""

    sent: ClassVar[list[DocumentIngested]] = []
    away = False

    def __init__(self, *_: object) -> None:
        """Connects to nobody."""

    def send(self, topic: AnyTopic, message: DocumentIngested) -> None:
        self.sent.append(message)

    def flush(self) -> None:
        if self.away:
            raise Retry("kafka", "no broker answers")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An installation with one document of two pages, the second read badly."""
    for name in [name for name in os.environ if name.startswith("REAM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("REAM_HOME", str(tmp_path))
    monkeypatch.setattr(replay, "Announcer", Announcer)
    monkeypatch.setattr(Announcer, "sent", [])
    monkeypatch.setattr(Announcer, "away", False)
    (tmp_path / "store").mkdir()
    made = open_store({"REAM_STORE": str(tmp_path / "store")})
    message = DocumentIngested(
        ID, 1, 1, ID, None, 0, "o", 1, "0" * 64, "application/pdf", None, None, Allowance(1, 1), ()
    )
    made.put_artifact(layout.ingested(ID, 1), message)
    way = Way("page", "read", "ocr", None)
    pages = pack(Line(unit, way, 9, 100 - 45 * (unit - 1)) for unit in (1, 2))
    texts = tuple(layout.text(ID, 1, unit, "ocr", "memo00000000") for unit in (1, 2))
    version = identity.version(1, 1, 8)
    record = DocumentRecord(ID, 1, 1, version, "complete", {"outcome": "complete"}, pages, (), texts)
    made.put_artifact(layout.document_record(ID, version), record)
    return made


BADLY = ("replay", "--stage", "ocr", "--where", "confidence < 60", "--set", "dpi=400")


def test_it_counts_before_it_starts_and_starts_only_when_told(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*BADLY, "--dry-run"]) == 0
    assert "ocr would run again with dpi=400 for 1 of 1 documents, 1 units." in capsys.readouterr().out
    assert main(BADLY) == 2
    assert "say --yes" in capsys.readouterr().err
    assert (Announcer.sent, store.exists(layout.run(ID, 1, 2))) == ([], False)
    assert main([*BADLY, "--yes"]) == 0
    assert "1 runs started" in capsys.readouterr().out
    assert [(one.run, one.redo) for one in Announcer.sent] == [(2, (Redo("ocr", {"dpi": 400}, 2, ((2, 2),)),))]
    assert main([*BADLY[:-1], "dpi=300", "--yes"]) == 0
    assert "1 are in work" in capsys.readouterr().out
    assert len(Announcer.sent) == 1


def test_who_says_yes_starts_it_at_a_terminal(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for answer, started in (("", 0), ("n", 0), ("y", 1)):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        assert main(BADLY) == (0 if started else 2)
        assert len(Announcer.sent) == started


def test_what_was_begun_and_not_said_is_said_again(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    Announcer.away = True
    assert main([*BADLY, "--yes"]) == 69
    Announcer.away = False
    assert main([*BADLY, "--yes", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["documents"], told["begun"]) == (1, 1)
    assert told["started"] == [{"document_id": ID, "generation": 1, "run": 2}]
    assert [one.run for one in Announcer.sent] == [2, 2]
    assert not store.exists(layout.run(ID, 1, 3))


def test_a_document_that_is_named_starts_at_once_and_as_a_whole(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", "aaaa", "--stage", "classify"]) == 0
    assert "run 2 started" in capsys.readouterr().out
    assert Announcer.sent[0].redo == (Redo("classify", {}, 2),)


def test_a_document_that_is_named_and_has_nothing_for_the_stage_is_left_out(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    name = layout.document_record(ID, identity.version(1, 1, 8))
    record = store.get_artifact(DocumentRecord, name)
    store.delete(name)
    store.put_artifact(name, replace(record, receipt=replace(record.receipt, ways=(), units=())))
    assert main(["replay", ID, "--stage", "ocr"]) == 0
    said = capsys.readouterr().out
    assert "ocr would run again for 0 of 1 documents, 0 units." in said
    assert "1 have nothing that ocr works on and are left out." in said
    assert Announcer.sent == []


@pytest.mark.parametrize("broken", ["receipt", "version"])
def test_a_document_that_is_named_starts_whatever_its_record_is_like(
    store: Store, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = layout.document_record(ID, identity.version(1, 1, 8))
    record = store.get_artifact(DocumentRecord, name)
    store.delete(name)
    without_ways = replace(record, receipt=replace(record.receipt, ways=()))
    store.put_artifact(name, without_ways if broken == "receipt" else replace(record, version=1))
    assert main(["replay", ID, "--stage", "ocr"]) == 0
    assert "ocr would run again for 1 of 1 documents, 0 units." in capsys.readouterr().out
    assert [one.run for one in Announcer.sent] == [2]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--stage", "ocr", "--where", "confidance < 60"], "did you mean confidence?"),
        (["--stage", "ocr", "--all", "--set", "dpi=5000"], "dpi of ocr must be a whole number from 50 to 600"),
        (["--stage", "classify", "--all", "--set", "dpi=300"], "classify has no such parameter"),
        (["--stage", "ocr"], "--where CONDITION or --all"),
        (["--stage", "index", "--all"], "invalid choice"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_starts(
    store: Store, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(["replay", *words])
    except SystemExit as ended:
        code = int(str(ended.code))
    assert code == 2
    assert sentence in capsys.readouterr().err
    assert Announcer.sent == []


def test_the_help_lists_fields_and_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["replay", "--help"])
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in FIELDS)
    assert "dpi: a whole number from 50 to 600" in shown
