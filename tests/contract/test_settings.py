# SPDX-License-Identifier: Apache-2.0
"""What can be set: each variable reaches who reads it, and no number is taken that nothing could be done with."""

import re
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from ream_aggregate import worker
from ream_cli import services, surroundings
from ream_kit.settings import SettingsError, load
from ream_sweep import running

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "generated" / "settings.md").read_text("utf-8")
TABLES = {
    title: set(re.findall(r"^\| `(REAM_\w+)`", text, re.M))
    for title, text in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
}


def tables(title: str) -> set[str]:
    """The variables of all tables whose titles begin so."""
    return set().union(*(table for name, table in TABLES.items() if name.startswith(title)))


def numbers(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[type[Any], str, str]]:
    """Yields every number that can be set: its class, the prefix of its variables, and the variable."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    for _, module, name, prefix in import_module("gen_docs").SETTINGS:
        cls = getattr(import_module(module), name)
        hints = get_type_hints(cls)
        for one in fields(cls):
            if hints[one.name] in (int, float):
                yield cls, prefix, prefix + one.name.upper()


def required(cls: type[Any], prefix: str) -> dict[str, str]:
    return {prefix + one.name.upper(): "given" for one in fields(cls) if one.default is MISSING}


def refusal(cls: type[Any], prefix: str, variable: str, given: str) -> str:
    try:
        load(cls, {**required(cls, prefix), variable: given}, prefix)
    except SettingsError as error:
        return str(error)
    return "it is taken"


@pytest.mark.parametrize("given", ["-1", "nan"])
def test_no_setting_takes_what_is_no_number_from_zero_on(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list(numbers(monkeypatch))
    assert [name for cls, prefix, name in asked if name not in refusal(cls, prefix, name, given)] == []
    assert len(asked) > 40


def test_what_every_service_reads_reaches_every_service(tmp_path: Path) -> None:
    everybody = tables("every service")
    found = surroundings.find({**dict.fromkeys(everybody, "given"), "REAM_HOME": str(tmp_path)})
    hidden = [
        f"{name} from {service}"
        for service in services.NAMES
        for name in sorted(everybody)
        if services.environment(found, service, 2)[name] != "given"
    ]
    assert hidden == []
    assert len(everybody) > 12


class Asked(dict[str, str]):
    """An environment that notes which variables are asked for."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(given)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Callable[[Callable[[Mapping[str, str]], int]], set[str]]]:
    """What a service asks the environment for before it would begin: its port is taken, so it does not."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def ask(main: Callable[[Mapping[str, str]], int]) -> set[str]:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            environ = Asked({"REAM_STORE": str(tmp_path), "REAM_HEALTH_PORT": port})
            assert main(environ) == 78
        return environ.names

    yield ask
    for number, handler in before.items():
        signal.signal(number, handler)


def test_aggregate_reads_what_every_service_does_and_nothing_of_stages(
    asked: Callable[[Callable[[Mapping[str, str]], int]], set[str]],
) -> None:
    assert asked(worker.main) == tables("every service") | TABLES["aggregate"]


def test_sweep_reads_what_every_service_does_and_nothing_of_stages(
    asked: Callable[[Callable[[Mapping[str, str]], int]], set[str]],
) -> None:
    """It is no member of a group, so the protocol of groups that its clients are given changes nothing."""
    read = asked(running.main) - {"REAM_GROUP_PROTOCOL"}
    assert read == (tables("every service") - TABLES["every service but sweep: proof"]) | TABLES["sweep"]


def test_what_stages_alone_read_is_told_apart() -> None:
    stages = tables("every stage of kit (not aggregate, sweep)")
    assert {"REAM_WORKERS", "REAM_GRACE_SECONDS", "REAM_GROUP_PROTOCOL"} <= stages
    assert not stages & tables("every service")
