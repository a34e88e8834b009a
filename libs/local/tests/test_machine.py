# SPDX-License-Identifier: Apache-2.0
"""What stands in the way on this machine is told in a sentence that says what to do."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from ream_local import locks, ownership, settings
from ream_local.capacity import require_disk, require_memory
from ream_local.errors import LocalStackError
from ream_local.log_files import LogFile
from ream_local.ports import free_ports, require_free
from ream_local.stack import Stack


def _settings(folder: Path) -> settings.Settings:
    ports = free_ports(4)
    return settings.Settings(folder / "data", folder / "cache", *ports, server_uid=os.geteuid())


def test_a_port_in_use_is_named_with_who_to_ask_and_what_to_set() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(LocalStackError) as refusal:
            require_free(port, "Kafka", "REAM_KAFKA_PORT")
    for words in (f"Port {port}", "Kafka", f"ss -ltnp sport = :{port}", "REAM_KAFKA_PORT="):
        assert words in str(refusal.value)
    require_free(port, "Kafka", "REAM_KAFKA_PORT")


def test_free_ports_are_distinct() -> None:
    assert len(set(free_ports(8))) == 8


def test_a_stack_asks_for_its_ports_before_it_downloads(tmp_path: Path) -> None:
    chosen = _settings(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", chosen.opensearch_port))
        taken.listen()
        with pytest.raises(LocalStackError, match="REAM_OPENSEARCH_PORT"):
            Stack(chosen, ["opensearch"]).start(pytest.fail)
    assert not chosen.cache_dir.exists()


def test_two_commands_do_not_start_one_stack(tmp_path: Path) -> None:
    chosen = _settings(tmp_path)
    with (
        locks.held(chosen.data_dir / "run" / "stack.lock"),
        pytest.raises(LocalStackError, match="Another command is starting"),
    ):
        Stack(chosen).start(pytest.fail)


def test_a_stack_that_was_never_started_is_not_running(tmp_path: Path) -> None:
    stack = Stack(_settings(tmp_path))
    assert stack.running() is None
    assert not stack.stop()


def test_a_server_that_does_not_come_up_in_time_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ream_local.stack._START_SECONDS", 0.0)
    with pytest.raises(LocalStackError, match="kafka did not come up within 0 s: if the machine was busy, try again"):
        Stack(_settings(tmp_path))._wait_until_ready(print, started_here=False)


def test_endpoints_are_known_before_the_start_and_hide_passwords(tmp_path: Path) -> None:
    stack = Stack(_settings(tmp_path))
    found = stack.endpoints()
    assert found == stack.endpoints()
    assert found.opensearch_url == f"https://127.0.0.1:{stack.settings.opensearch_port}"
    assert found.application.password not in repr(found)


def test_lost_passwords_are_not_made_anew_for_a_node_that_has_others(tmp_path: Path) -> None:
    stack = Stack(_settings(tmp_path))
    stack.endpoints()
    (stack.settings.data_dir / "opensearch" / "data" / "nodes").mkdir(parents=True)
    (stack.settings.data_dir / "secrets.json").unlink()
    with pytest.raises(LocalStackError, match=r"secrets\.json is gone"):
        stack.endpoints()
    assert not (stack.settings.data_dir / "secrets.json").exists()


def test_too_little_disk(tmp_path: Path) -> None:
    require_disk(tmp_path / "not" / "yet", 1, "It")
    with pytest.raises(LocalStackError, match=r"It needs 999999999 MB of disk, but .* REAM_HOME"):
        require_disk(tmp_path / "not" / "yet", 999_999_999, "It")


def test_too_little_memory(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 8000000 kB\nMemAvailable:  1048576 kB\n", encoding="ascii")
    require_memory(1024, "It", meminfo)
    with pytest.raises(LocalStackError, match=r"It needs 1025 MB of memory, but only 1024 MB"):
        require_memory(1025, "It", meminfo)


def test_a_folder_closed_to_the_servers_user_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    foreign = closed.stat().st_uid + 4242
    with pytest.raises(LocalStackError, match=r"cannot enter .*REAM_HOME=/var/lib/ream"):
        ownership.require_reachable(closed / "below", foreign, "REAM_HOME")
    ownership.require_reachable(closed / "below", None, "REAM_HOME")


def test_cache_is_readable_whatever_the_umask(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir(mode=0o700)
    (tmp_path / "folder" / "data").touch(mode=0o600)
    (tmp_path / "folder" / "program").touch(mode=0o700)
    ownership.make_readable(tmp_path)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert modes == {"folder": 0o755, "data": 0o644, "program": 0o755}


def test_a_lock_waits_for_no_one_when_told_so_and_ends_with_its_block(tmp_path: Path) -> None:
    with (
        locks.held(tmp_path / "lock"),
        pytest.raises(LocalStackError, match="busy"),
        locks.held(tmp_path / "lock", "busy"),
    ):
        pytest.fail("two held it")
    with locks.held(tmp_path / "lock", "busy"):
        pass


def test_a_log_that_grew_too_large_is_put_aside_under_its_writer(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "a.log", limit_bytes=10)
    with log.open() as writer:
        writer.write(b"0123456789")
        log.limit()
        assert not (tmp_path / "a.log.1").exists()
        writer.write(b"x")
        log.limit()
        writer.write(b"new")
    assert (tmp_path / "a.log.1").read_bytes() == b"0123456789x"
    assert (tmp_path / "a.log").read_bytes() == b"new"


def test_settings_come_from_the_environment() -> None:
    found = settings.from_environment({"REAM_HOME": "/a", "XDG_CACHE_HOME": "/c", "REAM_KAFKA_PORT": "1234"})
    assert (found.data_dir, found.cache_dir, found.kafka_port) == (Path("/a"), Path("/c/ream"), 1234)
    assert found.opensearch_port == 19200
    with pytest.raises(LocalStackError, match="REAM_KAFKA_PORT is 'x'"):
        settings.from_environment({"REAM_KAFKA_PORT": "x"})


def test_every_setting_names_its_variable_in_its_documentation() -> None:
    for field in settings.Settings.__dataclass_fields__:
        assert f"{field}: {settings.variable(field)}." in (settings.Settings.__doc__ or "")
