# SPDX-License-Identifier: Apache-2.0
"""Whatever goes wrong, a command ends with a sentence and a documented exit code, never with a traceback."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from ream_cli import __main__ as command
from ream_cli.failures import EXIT_CODES, CommandError, explained
from ream_contracts.codec import Malformed
from ream_kit import Erased, Reject, Retry
from ream_kit.migration import MigrationError
from ream_kit.settings import SettingsError
from ream_kit.store import NotFound
from ream_local.errors import LocalStackError
from ream_local.ports import free_ports


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which nothing was ever started."""
    for name in [name for name in os.environ if name.startswith("REAM_")]:
        monkeypatch.delenv(name)
    kafka, opensearch = free_ports(2)
    monkeypatch.setenv("REAM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REAM_KAFKA_PORT", str(kafka))
    monkeypatch.setenv("REAM_OPENSEARCH_PORT", str(opensearch))


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def run(_: object) -> int:
        raise error

    monkeypatch.setattr(command, "_module", lambda _: SimpleNamespace(arguments=lambda parser: None, run=run))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CommandError("no"), 1),
        (CommandError("no", 2), 2),
        (Retry("kafka", "no broker answers"), 69),
        (Retry("opensearch", "it refuses us: check REAM_OPENSEARCH_USER"), 69),
        (Reject("not-indexable", "OpenSearch answered 400"), 1),
        (Erased("a" * 32), 1),
        (SettingsError("REAM_WORKERS='x' is not a whole number"), 78),
        (MigrationError("topic x has 3 partitions"), 1),
        (LocalStackError("Port 1 is in use."), 1),
        (NotFound("documents/x"), 1),
        (Malformed("not-json", "it is not JSON"), 1),
        (PermissionError(13, "Permission denied", "/var/lib/ream/secrets.json"), 1),
        (KeyError("something nobody foresaw"), 70),
        (KeyboardInterrupt(), 130),
    ],
)
def test_every_end_has_a_sentence_and_a_code(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, error)
    assert command.main(["status"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("ream: ")
    assert "Traceback" not in err
    assert f"\n  {code} " in EXIT_CODES


def test_what_nobody_foresaw_names_its_place_and_not_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, ValueError("text of a document"))
    command.main(["status"])
    err = capsys.readouterr().err
    assert "text of a document" not in err
    assert "ValueError in test_main.py" in err
    monkeypatch.setenv("REAM_LOG_LEVEL", "debug")
    command.main(["status"])
    assert "Traceback" in capsys.readouterr().err


def test_strangers_text_in_a_sentence_is_made_harmless(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, CommandError("first\nsecond \x1b[31m"))
    command.main(["status"])
    assert capsys.readouterr().err == "ream: first\nsecond \\x1b[31m\n"


@pytest.mark.parametrize("words", [[], ["nonsense"], ["ingest"], ["dead-letters"], ["status", "--no"]])
def test_wrong_usage_is_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(words)
    assert ended.value.code == 2
    assert "usage: ream" in capsys.readouterr().err


@pytest.mark.parametrize("name", command.COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main([name, "--help"])
    assert ended.value.code == 0
    assert EXIT_CODES.strip() in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [["ingest", "."], ["search", "x"], ["show", "abcd"], ["dead-letters", "list"], ["status", "abcd"]],
)
def test_with_nothing_running_commands_say_how_to_start(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(words) == 69
    assert "'ream up'" in capsys.readouterr().err


def test_looking_changes_nothing_on_the_machine(tmp_path: Path) -> None:
    command.main(["status"])
    command.main(["down"])
    command.main(["topics"])
    assert not (tmp_path / "home").exists()


def test_without_kafka_a_store_still_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "home" / "store").mkdir(parents=True)
    assert command.main(["ingest", str(tmp_path)]) == 69
    assert "No Kafka listens" in capsys.readouterr().err
    assert command.main(["status", "a" * 32]) == 1
    assert "The store has no document" in capsys.readouterr().err


def test_a_wrong_setting_is_78(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "home" / "store").mkdir(parents=True)
    monkeypatch.setenv("REAM_GROUP_PROTOCOL", "pigeons")
    assert command.main(["ingest", str(tmp_path)]) == 78
    assert "REAM_GROUP_PROTOCOL" in capsys.readouterr().err


def test_only_foreseen_errors_are_explained() -> None:
    assert explained(KeyError("x")) is None


def test_a_reader_who_has_seen_enough_is_no_error(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, BrokenPipeError())
    turned: list[str] = []
    monkeypatch.setattr(
        os, "dup2", lambda source, target: turned.append(str(Path(f"/proc/self/fd/{source}").readlink()))
    )
    assert command.main(["status"]) == 0
    assert turned == ["/dev/null"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("given", ["hunter 2!", "a+b", "../bank"])
def test_a_password_in_place_of_its_name_is_refused_and_not_repeated(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        command.main(["ingest", "--password-ref", given, "a.pdf"])
    assert given not in capsys.readouterr().err
