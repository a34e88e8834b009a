# SPDX-License-Identifier: Apache-2.0
"""Decides which servers a run has: some of its own, that may be killed, beside those that it only uses."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from ream_local import settings
from ream_local.ports import free_ports
from ream_local.stack import Stack
from ream_local.testing import OpenSearchServer

Tell = Callable[[str], None]

_PORTS = ("kafka_port", "kafka_controller_port", "opensearch_port", "opensearch_transport_port")


class Breakable(Protocol):
    """What stands before a server and can break."""

    def refuse(self) -> None:
        """Refuses connections, and cuts those that live."""

    def delay(self, seconds: float) -> None:
        """Holds every piece of a request back."""

    def answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Answers in the server's place."""

    def heal(self) -> None:
        """Lets everything through again."""


@dataclass
class World:
    """Servers for installations.

    Attributes:
        folder: takes the folders of installations.
        tell: told what happens, in sentences.
        kafka: the broker, when it belongs to this run.
        search: the OpenSearch node, when it belongs to this run.
        store: what stands before the S3 server, when the store is in a bucket of this run's own.
    """

    folder: Path
    bootstrap: str
    opensearch: OpenSearchServer
    tell: Tell
    kafka: Stack | None = None
    search: Stack | None = None
    store: Breakable | None = None
    _count: int = field(default=0)

    def place(self, name: str) -> Path:
        """Makes an empty folder for an installation."""
        self._count += 1
        made = self.folder / f"{self._count}-{name}"
        made.mkdir()
        return made

    def require_store(self) -> Breakable:
        """What stands before the store.

        Raises:
            RuntimeError: the store is a folder.
        """
        if self.store is None:
            raise RuntimeError("the store is a folder: nothing stands before it that could break")
        return self.store

    def kill_broker(self) -> None:
        """Kills the broker; its supervisor starts it again.

        Raises:
            RuntimeError: the broker is not this run's own.
        """
        if self.kafka is None:
            raise RuntimeError("the broker belongs to somebody else: it may not be killed")
        _kill(self.kafka)

    def stop_search(self) -> None:
        """Ends OpenSearch, until `start_search`.

        Raises:
            RuntimeError: OpenSearch is not this run's own.
        """
        if self.search is None:
            raise RuntimeError("OpenSearch belongs to somebody else: it may not be stopped")
        self.search.stop()

    def start_search(self) -> None:
        """Starts OpenSearch where it was stopped, and waits until it answers."""
        if self.search is not None:
            self.search.start(lambda _: None, ends_with_caller=True)


def _kill(stack: Stack) -> None:
    state = stack.running()
    for server in state.servers if state else ():
        if server.program.process is not None:
            os.kill(server.program.process.pid, signal.SIGKILL)


@contextlib.contextmanager
def own_servers(tell: Tell) -> Iterator[World]:
    """Starts a broker and an OpenSearch for this run alone, and ends them."""
    with contextlib.ExitStack() as endings:
        kafka = endings.enter_context(own_server("kafka", tell))
        search = endings.enter_context(own_server("opensearch", tell))
        server = OpenSearchServer.of(search.endpoints())
        folder = endings.enter_context(folder_of("world"))
        yield World(folder, kafka.endpoints().kafka_bootstrap_servers, server, tell, kafka, search)


@contextlib.contextmanager
def own_server(name: str, tell: Tell) -> Iterator[Stack]:
    """Starts one server for this run alone, and ends it."""
    with folder_of(name) as folder:
        ports: dict[str, Any] = dict(zip(_PORTS, free_ports(len(_PORTS)), strict=True))
        stack = Stack(replace(settings.from_environment(), data_dir=folder, **ports), [name])
        stack.start(tell, ends_with_caller=True)
        try:
            yield stack
        finally:
            stack.stop()


@contextlib.contextmanager
def folder_of(name: str) -> Iterator[Path]:
    """Makes a folder that root's servers can reach, and removes it."""
    folder = Path(tempfile.mkdtemp(prefix=f"ream-chaos-{name}-"))
    folder.chmod(0o711)  # root's servers run as another user
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
