# SPDX-License-Identifier: Apache-2.0
"""Decides when the local Kafka and OpenSearch, and Tika where it is wanted, are started, count as up, and are ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ream_local import java, locks
from ream_local.capacity import require_disk, require_memory
from ream_local.detached import DetachedSupervisor
from ream_local.errors import LocalStackError
from ream_local.installation import Progress
from ream_local.kafka import Kafka
from ream_local.opensearch import OpenSearch
from ream_local.opensearch_users import ADMIN, APPLICATION, PRIVILEGED, READER
from ream_local.ownership import require_reachable
from ream_local.ports import require_free
from ream_local.processes import resident_bytes
from ream_local.settings import Settings
from ream_local.supervisor import ProgramState
from ream_local.tika import Tika

_DATA_MB = 1000
_SMALL_OVERHEAD_MB = 250
_START_SECONDS = 180.0
_POLL_SECONDS = 0.1

Server = Kafka | OpenSearch | Tika


@dataclass(frozen=True, slots=True)
class Login:
    """A user of OpenSearch."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the servers of a stack are reached.

    Attributes:
        kafka_bootstrap_servers: `host:port`, without TLS, on the loopback address.
        opensearch_url: `https://host:port`.
        opensearch_ca_file: Authority that signed OpenSearch's certificate, in PEM.
        admin: May do everything; for migrations and repairs only.
        application: May read and write documents of `ream-*`, but not make indices, fields or templates.
        reader: May only read `ream-*`, and neither values of personal data nor what is restricted.
        privileged: May read all of `ream-*`.
        store_dir: Folder for the store.
        data_dir: Folder that holds everything of this stack.
    """

    kafka_bootstrap_servers: str
    opensearch_url: str
    opensearch_ca_file: Path
    admin: Login
    application: Login
    reader: Login
    privileged: Login
    store_dir: Path
    data_dir: Path


@dataclass(frozen=True, slots=True)
class ServerState:
    """A server as it is at one moment; `resident_bytes` is 0 while it does not run."""

    program: ProgramState
    ready: bool
    resident_bytes: int


@dataclass(frozen=True, slots=True)
class StackState:
    """The servers that a running stack has."""

    servers: tuple[ServerState, ...]

    @property
    def ready(self) -> bool:
        """Whether all of them answer."""
        return all(server.ready for server in self.servers)


class Stack:
    """Kafka, OpenSearch and what else is wanted as plain processes of this machine, on the loopback address only.

    The processes belong to a supervisor in a session of its own: they outlive the caller, and come back when they die.
    """

    def __init__(self, settings: Settings, servers: Sequence[str] | None = None) -> None:
        """Describe a stack; nothing happens yet.

        Args:
            settings: folders, ports, memory.
            servers: which of `kafka`, `opensearch` and `tika` it has; None takes those that the settings want.
        """
        self._settings = settings
        self._kafka, self._opensearch = Kafka(settings), OpenSearch(settings)
        every: tuple[Server, ...] = (self._kafka, self._opensearch, Tika(settings))
        wanted = settings.servers if servers is None else servers
        self._servers = tuple(server for server in every if server.name in wanted)
        self._supervisor = DetachedSupervisor(settings.data_dir / "run", "servers")

    @property
    def settings(self) -> Settings:
        """What it was made with."""
        return self._settings

    def install(self, progress: Progress) -> None:
        """Bring servers and Java runtime into the cache; quick when they are there.

        Raises:
            LocalStackError: too little disk, Maven failed, or a file is not the one that was locked.
        """
        cache = self._settings.cache_dir
        require_reachable(cache, self._settings.drops_to(), "REAM_CACHE")
        if not cache.exists():
            cache.mkdir(parents=True, exist_ok=True)
            cache.chmod(0o755)  # whatever the umask: it holds nothing secret, and root's servers must reach it
        for server in self._servers:
            server.install(progress)
        java.runtime(cache, progress)

    def start(self, progress: Progress, ends_with_caller: bool = False) -> None:
        """Install what is missing, start the servers and wait until all of them answer.

        Nothing is done when this stack runs already.

        Args:
            progress: told what happens, in sentences.
            ends_with_caller: end the servers when the calling process ends, however that happens.

        Raises:
            LocalStackError: a port is in use, disk or memory is too small, a server did not come up, or another command
                is starting or ending this stack at this moment.
        """
        busy = f"Another command is starting or ending the stack in {self._settings.data_dir}. Wait for it to finish."
        with locks.held(self._prepared_data_dir() / "run" / "stack.lock", busy):
            started_here = self._supervisor.state() is None
            if started_here:
                # What a killed supervisor left behind holds the ports.
                self._supervisor.stop()
                self._require_room()
                self.install(progress)
                programs = [server.prepare(progress) for server in self._servers]
                self._supervisor.start(programs, ends_with_caller)
            self._wait_until_ready(progress, started_here)
            if self._opensearch in self._servers:
                self._opensearch.refresh_roles()

    def stop(self) -> bool:
        """End exactly the processes that this stack's supervisor started, and the supervisor.

        Returns:
            whether any of them was running.
        """
        return self._supervisor.stop()

    def running(self) -> StackState | None:
        """The state of the servers, or None when the stack is not started."""
        state = self._supervisor.state()
        if state is None:
            return None
        ready = {server.name: server for server in self._servers}
        return StackState(
            tuple(
                ServerState(
                    program,
                    program.process is not None and program.name in ready and ready[program.name].ready(),
                    resident_bytes(program.process.pid) if program.process else 0,
                )
                for program in state.programs
            )
        )

    def endpoints(self) -> Endpoints:
        """Addresses and logins; the passwords are made at the first call, whether or not the stack runs."""
        passwords = self._opensearch.passwords()
        return Endpoints(
            kafka_bootstrap_servers=self._kafka.bootstrap_servers,
            opensearch_url=self._opensearch.url,
            opensearch_ca_file=self._opensearch.ca_file,
            admin=Login(ADMIN, passwords[ADMIN]),
            application=Login(APPLICATION, passwords[APPLICATION]),
            reader=Login(READER, passwords[READER]),
            privileged=Login(PRIVILEGED, passwords[PRIVILEGED]),
            store_dir=self._settings.data_dir / "store",
            data_dir=self._settings.data_dir,
        )

    def _prepared_data_dir(self) -> Path:
        """The data folder, closed to others; a user that servers drop to may pass through, but not look."""
        folder, uid = self._settings.data_dir, self._settings.drops_to()
        require_reachable(folder.parent, uid, "REAM_HOME")
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700 if uid is None else 0o711)
        (folder / "store").mkdir(mode=0o700, exist_ok=True)
        return folder

    def _require_room(self) -> None:
        require_disk(self._settings.data_dir, _DATA_MB, "The local stack")
        chosen = self._settings
        heaps = {"kafka": chosen.kafka_heap_mb, "opensearch": chosen.opensearch_heap_mb, "tika": chosen.tika_heap_mb}
        require_memory(sum(heaps[each.name] + _SMALL_OVERHEAD_MB for each in self._servers), "The local stack")
        for server in self._servers:
            for port, setting in server.ports().items():
                require_free(port, server.name, setting)

    def _wait_until_ready(self, progress: Progress, started_here: bool) -> None:
        waiting, began, pause = list(self._servers), time.monotonic(), threading.Event()
        while waiting:
            for server in [each for each in waiting if each.ready()]:
                progress(f"{server.name}: up after {time.monotonic() - began:.1f} s")
                waiting.remove(server)
            late = time.monotonic() - began > _START_SECONDS
            failed = [each for each in waiting if late or (started_here and self._died(each))]
            if failed:
                if started_here:
                    self._supervisor.stop()
                raise LocalStackError(self._last_words(failed[0].name, late))
            if waiting:
                pause.wait(_POLL_SECONDS)

    def _died(self, server: Server) -> bool:
        state = self._supervisor.state()
        return state is None or any(p.name == server.name and p.last_exit is not None for p in state.programs)

    def _last_words(self, name: str, late: bool) -> str:
        log = self._settings.data_dir / "logs" / f"{name}.log"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:] if log.exists() else []
        why = f" within {_START_SECONDS:.0f} s: if the machine was busy, try again" if late else ""
        return f"{name} did not come up{why}. The end of its log ({log}):\n  " + "\n  ".join(lines)
