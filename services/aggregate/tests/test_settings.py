# SPDX-License-Identifier: Apache-2.0
"""Wrong settings are named; names follow from the prefixes."""

import socket
from pathlib import Path

import pytest

from ream_aggregate.settings import Settings, names
from ream_aggregate.worker import EXIT_SETTINGS, main
from ream_kit.process import BrokerSettings
from ream_kit.settings import SettingsError, load


def test_defaults() -> None:
    own = load(Settings, {}, prefix="REAM_AGGREGATE_")
    assert (own.store, own.max_units) == ("rocksdb", 100_000)
    assert names(load(BrokerSettings, {})).group == "ream-aggregate"


def test_prefixes_keep_installations_apart() -> None:
    called = names(load(BrokerSettings, {"REAM_TOPIC_PREFIX": "t1.", "REAM_GROUP_PREFIX": "g1-"}))
    assert called.group == "g1-aggregate"
    assert called.parts == "t1.documents.parts"
    assert called.dead_letters == "t1.documents.parts.dlq"
    assert called.completed == "t1.documents.completed"
    assert called.changelog == "t1.g1-aggregate-documents-changelog"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LINGER_MS", "-1"),
        ("COMMIT_SECONDS", "nan"),
        ("MAX_UNITS", "0"),
        ("SESSION_SECONDS", "5"),
        ("STALL_SECONDS", "-1"),
        ("STORE", "aerospike"),
        ("LINGER_MS", "x"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"REAM_AGGREGATE_{name}"):
        load(Settings, {f"REAM_AGGREGATE_{name}": value}, prefix="REAM_AGGREGATE_")


def test_a_wrong_setting_ends_the_program_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main({"REAM_STORE": "/tmp", "REAM_AGGREGATE_MAX_UNITS": "none"}) == EXIT_SETTINGS
    assert "REAM_AGGREGATE_MAX_UNITS='none' is not a whole number" in capsys.readouterr().err


def test_a_health_port_that_somebody_has_ends_the_program_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main({"REAM_STORE": str(tmp_path), "REAM_HEALTH_PORT": str(port)}) == EXIT_SETTINGS
    assert f"REAM_HEALTH_PORT={port}" in capsys.readouterr().err
