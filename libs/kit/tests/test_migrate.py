# SPDX-License-Identifier: Apache-2.0
"""The command that makes the topics says what it made, and why it could not."""

import pytest

from ream_kit import migrate
from ream_kit.errors import Retry
from ream_kit.migration import Migration, MigrationError

ENVIRON = {"REAM_KAFKA_BOOTSTRAP": "kafka:9092", "REAM_TOPIC_PREFIX": "t.", "REAM_GROUP_PREFIX": "g-"}


def test_it_says_what_it_made(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked = []

    def done(*arguments: str) -> Migration:
        asked.append(arguments)
        return Migration(("t.a",), ("t.b",), ())

    monkeypatch.setattr(migrate, "migrate", done)
    assert migrate.main(ENVIRON) == 0
    assert asked == [("kafka:9092", "t.", "g-")]
    assert capsys.readouterr().out == "made t.a\naltered t.b\n"


def test_nothing_to_do_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(migrate, "migrate", lambda *_: Migration((), (), ()))
    assert migrate.main(ENVIRON) == 0
    assert "nothing to do" in capsys.readouterr().out


@pytest.mark.parametrize("error", [Retry("kafka", "no broker answers"), MigrationError("topic a has 3 partitions")])
def test_a_failure_is_a_sentence_and_an_exit_code(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: str) -> Migration:
        raise error

    monkeypatch.setattr(migrate, "migrate", refuse)
    assert migrate.main(ENVIRON) == 1
    assert str(error) in capsys.readouterr().err


def test_a_wrong_setting_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert migrate.main({"REAM_GROUP_PROTOCOL": "newest"}) == 1
    assert "REAM_GROUP_PROTOCOL" in capsys.readouterr().err
