# SPDX-License-Identifier: Apache-2.0
"""Decides how an installation of one's own is started for the measurement, and that nothing of it is left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import KafkaException
from opensearchpy.exceptions import OpenSearchException

from ream_bench.processes import Member, running, tree
from ream_cli import asking, services, starting
from ream_cli.surroundings import Surroundings, find
from ream_index.testing import unmake
from ream_kit.kafka import admin
from ream_local import processes
from ream_local.errors import LocalStackError
from ream_local.processes import ProcessIdentity

Tell = Callable[[str], None]

_READY_SECONDS = 120.0
_STOP_SECONDS = 40.0
_GRACE_SECONDS = 5.0
_NEEDED_BYTES = 3_000_000_000


class BenchError(Exception):
    """The measurement cannot be made; the text says why and what to do."""


@dataclass(slots=True)
class Installation:
    """All services as processes of this machine, on topics, indices and a store of their own.

    Attributes:
        servers: process ids of Kafka and OpenSearch, where this machine runs them.
        changed: variables by service that differ from what `ream up` would set.
    """

    surroundings: Surroundings
    folder: Path
    servers: Mapping[str, int]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    changed: dict[str, dict[str, str]] = field(default_factory=dict)
    _seen: set[ProcessIdentity] = field(default_factory=set)

    def start(self, names: tuple[str, ...] = services.NAMES) -> None:
        """Starts services and waits until they work.

        Raises:
            BenchError: one doesn't; the text holds the end of its log.
        """
        cores = services.cores()
        for name in names:
            own = services.environment(self.surroundings, name, cores)
            own |= {"REAM_HEALTH_PORT": str(self.ports[name])} | self.changed.get(name, {})
            program = next(one for one in services.programs(self.surroundings, self.ports, cores) if one.name == name)
            with self.log(name).open("ab") as log:
                self.running[name] = subprocess.Popen(
                    program.argv, env={**_without_ream(), **own}, cwd=self.folder, stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log,
                )  # fmt: skip
        self._wait_ready(names)

    def log(self, name: str) -> Path:
        """Where a service writes its log."""
        return self.folder / f"{name}.log"

    def _wait_ready(self, names: tuple[str, ...]) -> None:
        deadline, pause = time.monotonic() + _READY_SECONDS, threading.Event()
        while True:
            self.require_running()
            answers = asking.ask_all({name: self.ports[name] for name in names})
            late = [f"{name}: {answer.why_not}" for name, answer in answers.items() if not answer.ready]
            if not late:
                return
            if time.monotonic() > deadline:
                name = late[0].partition(":")[0]
                raise BenchError(starting.last_words(self.log(name), f"Not ready after a while: {'; '.join(late)}"))
            pause.wait(0.3)

    def require_running(self) -> None:
        """Makes sure that no service has ended.

        Raises:
            BenchError: one has; what was measured since means nothing.
        """
        for name, process in self.running.items():
            code = process.poll()
            if code is not None:
                raise BenchError(starting.last_words(self.log(name), f"{name} ended with code {code}"))

    def members(self) -> dict[str, list[Member]]:
        """The processes of each service at this moment; they are also noted, so that they can be ended at the end."""
        known = running()
        found = {name: list(tree(process.pid, known)) for name, process in list(self.running.items())}
        for member in (one for members in found.values() for one in members):
            self._seen.add(ProcessIdentity(member.process.pid, member.process.started))
        return found

    def restart(self, name: str, changed: Mapping[str, str]) -> None:
        """Starts a service anew with other settings."""
        self._end((name,))
        self.changed[name] = dict(changed)
        self.start((name,))

    def stop(self) -> None:
        """Ends every service, and what it may have left."""
        self._end(tuple(self.running))

    def _end(self, names: tuple[str, ...]) -> None:
        self.members()
        ending = [self.running.pop(name) for name in names]
        for process in ending:
            process.send_signal(signal.SIGTERM)
        for process in ending:
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        still = {ProcessIdentity(m.process.pid, m.process.started) for one in self.members().values() for m in one}
        processes.end(self._seen - still, _GRACE_SECONDS)
        self._seen &= still


@contextmanager
def installed(parent: Path, tell: Tell, keep: bool = False) -> Iterator[Installation]:
    """Gives a running installation; ends and removes it afterwards, the servers too where they were started here.

    Args:
        parent: folder in which one is made for store, input and logs.
        tell: told what happens, in sentences.
        keep: leave the folder there, for its logs.

    Raises:
        BenchError: it cannot be started.
    """
    parent.mkdir(parents=True, exist_ok=True)
    if (free := shutil.disk_usage(parent).free) < _NEEDED_BYTES:
        need = f"{_NEEDED_BYTES / 1e9:.0f} GB are needed, {free / 1e9:.1f} GB are free"
        raise BenchError(f"{parent} has too little room: {need}. Make room, or name another folder with --folder.")
    own = uuid.uuid4().hex[:8]
    folder = parent / f"ream-bench-{own}"
    (folder / "store").mkdir(parents=True)
    surroundings = find({**os.environ, **_own_names(own, folder)}, make=True)
    try:
        with servers(surroundings, tell) as ids:
            yield from _with_services(Installation(surroundings, folder, ids), tell)
    except LocalStackError as error:
        raise BenchError(str(error)) from error
    finally:
        if keep:
            tell(f"store and logs are left in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _with_services(installation: Installation, tell: Tell) -> Iterator[Installation]:
    surroundings = installation.surroundings
    if surroundings.administrator is None:
        raise BenchError("Indices must be made: name OpenSearch's administrator in REAM_OPENSEARCH_ADMIN_PASSWORD.")
    try:
        starting.make_topics(surroundings)
        starting.make_indices(surroundings)
        ports = services.free_ports(len(services.NAMES))
        installation.ports = dict(zip(services.NAMES, ports, strict=True))
        tell("starting the services")
        installation.start()
        yield installation
    finally:
        tell("ending the services")
        installation.stop()
        _remove(surroundings, tell)


@contextmanager
def servers(surroundings: Surroundings, tell: Tell) -> Iterator[dict[str, int]]:
    """Gives the process ids of the servers of this machine; those that did not run are started and ended here."""
    stack = surroundings.stack()
    found_running = not surroundings.own_servers or stack.running() is not None
    try:
        if surroundings.own_servers:
            stack.start(tell)
        state = stack.running() if surroundings.own_servers else None
        programs = [server.program for server in state.servers] if state else []
        yield {program.name: program.process.pid for program in programs if program.process}
    finally:
        if not found_running:
            tell("ending the servers")
            stack.stop()


def _own_names(own: str, folder: Path) -> dict[str, str]:
    return {
        "REAM_TOPIC_PREFIX": f"bench-{own}.",
        "REAM_GROUP_PREFIX": f"bench-{own}-",
        "REAM_INDEX_PREFIX": f"ream-bench-{own}-",
        "REAM_STORE": str(folder / "store"),
        "REAM_AGGREGATE_DATA_DIR": str(folder / "aggregate"),
    }


def _without_ream() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("REAM_")}


def _remove(surroundings: Surroundings, tell: Tell) -> None:
    """Takes topics, groups and indices away; what cannot be had away is named, for it does not spoil the result."""
    kafka, prefix = surroundings.kafka(), surroundings.index_prefix
    try:
        client = admin(kafka, "bench")
        names = [name for name in client.list_topics(timeout=10).topics if name.startswith(kafka.topic_prefix)]
        for answer in client.delete_topics(names, operation_timeout=30).values() if names else ():
            answer.result(40)
        groups = [kafka.group(name) for name in services.NAMES]
        for answer in client.delete_consumer_groups(groups, request_timeout=30).values():
            with suppress(KafkaException):  # a service that never came so far has no group
                answer.result(40)
    except KafkaException as error:
        tell(f"topics that begin with {kafka.topic_prefix} are left on the broker: {error}")
    try:
        with surroundings.opensearch(surroundings.administrator) as search:
            unmake(search, prefix)
    except OpenSearchException as error:
        tell(f"indices that begin with {prefix} are left in OpenSearch: {type(error).__name__}")
