# SPDX-License-Identifier: Apache-2.0
"""Decides how tests run an installation: all services as processes, on topics, indices and a store of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ream_index.migrate import migrate as migrate_indices
from ream_index.opensearch import connect
from ream_index.settings import OpenSearchSettings
from ream_index.testing import unmake
from ream_kit.kafka import KafkaSettings
from ream_kit.migration import migrate as migrate_topics
from ream_kit.observe import Observer, Seen, Tail
from ream_kit.store import Store
from ream_kit.store_open import open_store
from ream_local.ports import free_ports
from ream_local.testing import OpenSearchServer

SERVICES = ("ingest", "extract", "ocr", "classify", "aggregate", "index", "sweep", "vectors")
READY_SECONDS = 90


@dataclass
class Flow:
    """A running installation.

    Attributes:
        environment: of its services and of the command.
        processes: by name: that of the service, or `service-2` for a second process of it.
        logs: folder with a log file for each.
        changed: variables by service in which its environment differs.
    """

    environment: dict[str, str]
    logs: Path
    kafka: KafkaSettings
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    changed: dict[str, dict[str, str]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Starts one process of a service."""
        service, _, number = name.partition("-")
        port = self.ports.setdefault(name, free_ports(1)[0])
        own = {"REAM_HEALTH_PORT": str(port), **self.changed.get(service, {})}
        if number:  # two workers may share a topic, never a folder of tables
            own["REAM_AGGREGATE_DATA_DIR"] = f"{self.environment['REAM_AGGREGATE_DATA_DIR']}-{number}"
        with (self.logs / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", f"ream_{service}"],
                env={**self.environment, **own},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # as their supervisor does it: the kernel divides the cores between sessions
            )

    def start_missing(self) -> None:
        """Starts each service again that has ended, so that a test that fails half way leaves nothing to the next."""
        ended = [name for name in SERVICES if name not in self.processes or self.processes[name].poll() is not None]
        for name in ended:
            self.start(name)
        for name in ended:
            self.wait_ready(name)

    def kill(self, name: str) -> None:
        """Kills a process, as a machine does that loses power."""
        self.processes[name].kill()
        self.processes[name].wait()

    def is_ready(self, name: str) -> bool:
        """Whether a process works, and waits for nobody."""
        return self.not_ready(name) is None

    def not_ready(self, name: str) -> str | None:
        """Why a process does not work, in its own words; None when it does."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}/readyz", timeout=2):
                return None
        except urllib.error.HTTPError as error:
            return error.read().decode(errors="replace").strip()
        except OSError as error:
            return f"it does not answer: {error}"

    def wait_ready(self, name: str) -> None:
        """Waits until a service works; fails with the end of its log when it doesn't."""
        pause, until = threading.Event(), time.monotonic() + READY_SECONDS
        while not self.is_ready(name):
            assert self.processes[name].poll() is None, f"{name} ended:\n{self.log(name)[-3000:]}"
            assert time.monotonic() < until, f"{name} is not ready after {READY_SECONDS} s:\n{self.log(name)[-3000:]}"
            pause.wait(0.25)

    def status(self, name: str) -> dict[str, Any]:
        """Asks a service what it does."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}/status", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def stop(self, *names: str) -> None:
        """Ends every process that was started, or those named; a frozen one is woken first."""
        ending = [self.processes.pop(name) for name in names or tuple(self.processes)]
        for process in ending:
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGCONT)
        for process in ending:
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def log(self, name: str) -> str:
        """Returns what a service wrote."""
        return (self.logs / f"{name}.log").read_text(errors="replace")

    def ream(self, *arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Runs the command."""
        return subprocess.run(
            [sys.executable, "-m", "ream_cli", *arguments],
            env=self.environment, capture_output=True, text=True, errors="replace", timeout=timeout, check=False,
        )  # fmt: skip

    def ingest(self, *paths: Path, timeout: float = 600) -> dict[str, Any]:
        """Runs `ream ingest --json` and returns the object that it ends with."""
        ran = self.ream("ingest", "--json", *map(str, paths), timeout=timeout)
        assert ran.stdout.strip(), ran.stderr
        found: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
        return found

    def everything(self, *names: str) -> list[Seen]:
        """Reads topics from their beginnings to where they end now, however slowly a busy broker answers."""
        ends = Observer(self.kafka).ends(names)
        seen: list[Seen] = []
        with Tail(self.kafka, names, "beginning") as tail:
            for _ in range(120):
                seen += tail.poll(0.5)
                stands = tail.positions()
                if all(stands[name][part] >= end for name in names for part, end in ends[name].items()):
                    return seen
        raise AssertionError(f"the topics {names} could not be read to their ends within a minute")

    @property
    def store(self) -> Store:
        """The store of this installation."""
        return open_store(self.environment)

    @property
    def opensearch(self) -> Any:
        """A client of the application role."""
        own = self.environment
        return connect(
            OpenSearchSettings(
                own["REAM_OPENSEARCH_URL"],
                own["REAM_OPENSEARCH_USER"],
                own["REAM_OPENSEARCH_PASSWORD"],
                own["REAM_OPENSEARCH_CA"],
            )
        )


def environment_of(own: str, folder: Path, bootstrap: str, search: OpenSearchServer) -> dict[str, str]:
    """Makes the settings of an installation that shares its servers with others."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("REAM_")},
        "REAM_KAFKA_BOOTSTRAP": bootstrap,
        "REAM_TOPIC_PREFIX": f"e{own}.",
        "REAM_GROUP_PREFIX": f"e{own}-",
        "REAM_STORE": str(folder / "store"),
        "REAM_OPENSEARCH_URL": search.url,
        "REAM_OPENSEARCH_USER": search.application.user,
        "REAM_OPENSEARCH_PASSWORD": search.application.password,
        "REAM_OPENSEARCH_CA": str(search.ca_file),
        "REAM_INDEX_PREFIX": f"ream-e{own}-",
        "REAM_AGGREGATE_DATA_DIR": str(folder / "aggregate"),
        "REAM_SWEEP_INTERVAL_SECONDS": "2",
        "OMP_THREAD_LIMIT": "1",
    }


def administrator(search: OpenSearchServer) -> Any:
    """A client of OpenSearch that may do everything."""
    login, ca = search.admin, str(search.ca_file) if search.ca_file else ""
    return connect(OpenSearchSettings(search.url, login.user, login.password, ca))


@contextmanager
def installed(
    bootstrap: str, search: OpenSearchServer, folder: Path, changed: Mapping[str, str] | None = None
) -> Iterator[Flow]:
    """Gives a whole installation that is ready; ends it afterwards, and removes its indices.

    Args:
        bootstrap: address of the broker.
        search: the OpenSearch.
        folder: empty; takes store, tables and logs.
        changed: variables in which the environment of all services differs.
    """
    with prepared(bootstrap, search, folder, changed) as flow:
        for name in SERVICES:
            flow.start(name)
        for name in SERVICES:
            flow.wait_ready(name)
        yield flow


@contextmanager
def prepared(
    bootstrap: str, search: OpenSearchServer, folder: Path, changed: Mapping[str, str] | None = None
) -> Iterator[Flow]:
    """Gives an installation with topics and indices, none of whose services runs yet."""
    own = uuid.uuid4().hex[:8]
    environment = {**environment_of(own, folder, bootstrap, search), **(changed or {})}
    kafka = KafkaSettings(bootstrap, environment["REAM_TOPIC_PREFIX"], environment["REAM_GROUP_PREFIX"])
    migrate_topics(bootstrap, kafka.topic_prefix, kafka.group_prefix)
    admin = administrator(search)
    migrate_indices(admin, environment["REAM_INDEX_PREFIX"])
    flow = Flow(environment, folder, kafka, ports=dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True)))
    try:
        yield flow
    finally:
        flow.stop()
        unmake(admin, environment["REAM_INDEX_PREFIX"])
        admin.close()
