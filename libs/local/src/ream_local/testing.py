# SPDX-License-Identifier: Apache-2.0
"""Decides where tests find real servers: those that the environment names, else some started for the test session.

A broker that can't be put together on this machine is looked for in a container, where an engine answers.

A pytest plugin (entry point `ream_local`). Tests ask for the fixtures `kafka_bootstrap`, `opensearch`, `s3_server` and
`tika_url`.
Without servers such tests are skipped with the reason; with REQUIRE_SERVERS=1 they fail instead.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, NoReturn, TypeVar

import pytest

from ream_local import settings
from ream_local.containers import start_kafka
from ream_local.errors import LocalStackError
from ream_local.object_store import ObjectStore, S3Server
from ream_local.ports import free_ports
from ream_local.stack import Endpoints, Login, Stack

__all__ = ["OpenSearchServer", "S3Server", "kafka_bootstrap", "opensearch", "s3_server", "tika_url"]

_T = TypeVar("_T")
_PORTS = ("kafka_port", "kafka_controller_port", "opensearch_port", "opensearch_transport_port", "tika_port")


@dataclass(frozen=True, slots=True)
class OpenSearchServer:
    """A real OpenSearch with its users.

    Attributes:
        url: `https://host:port`.
        ca_file: Authority to trust, or None for those of the system.
        admin: May do everything.
        application: May read and write documents of `ream-*` only.
        reader: May only read `ream-*`, and neither values of personal data nor what is restricted.
        privileged: May read all of `ream-*`.
    """

    url: str
    ca_file: Path | None
    admin: Login
    application: Login
    reader: Login
    privileged: Login

    @classmethod
    def of(cls, found: Endpoints) -> OpenSearchServer:
        """That of a local stack."""
        users = found.admin, found.application, found.reader, found.privileged
        return cls(found.opensearch_url, found.opensearch_ca_file, *users)


class _Once(Generic[_T]):
    """A server that is looked for once; the reason why there is none is kept too."""

    def __init__(self, find: Callable[[], _T]) -> None:
        self._find = find
        self._found: _T | LocalStackError | None = None

    def look(self) -> _T | LocalStackError:
        if self._found is None:
            try:
                self._found = self._find()
            except LocalStackError as error:
                self._found = error
        return self._found

    def value(self) -> _T:
        found = self.look()
        if isinstance(found, LocalStackError):
            _without(str(found))
        return found


class SessionServers:
    """The servers of one test session: each is started when it is first wanted, all are ended together."""

    def __init__(self, environment: Mapping[str, str], tell: Callable[[str], None]) -> None:
        self._environment, self._tell = environment, tell
        self._endings = contextlib.ExitStack()
        self.kafka_bootstrap = _Once(lambda: environment.get("KAFKA_BOOTSTRAP_SERVERS") or self._kafka())
        self.opensearch = _Once(lambda: named_opensearch(environment) or self._opensearch())
        self.s3_server = _Once(lambda: named_s3(environment) or self._s3())
        self.tika_url = _Once(lambda: environment.get("TIKA_URL") or self._tika())

    def look(self, fixture: str) -> None:
        """Start a server before the tests that want it, so that its start does not count against their time limit."""
        servers: dict[str, _Once[Any]] = {
            "kafka_bootstrap": self.kafka_bootstrap,
            "opensearch": self.opensearch,
            "s3_server": self.s3_server,
            "tika_url": self.tika_url,
        }
        if fixture in servers:
            servers[fixture].look()

    def end(self) -> None:
        self._endings.close()

    def _kafka(self) -> str:
        try:
            return self._stack("kafka").endpoints().kafka_bootstrap_servers
        except LocalStackError as error:
            return self._kafka_in_container(error)

    def _kafka_in_container(self, why_not_local: LocalStackError) -> str:
        ports: dict[str, Any] = dict(zip(_PORTS, free_ports(len(_PORTS)), strict=True))
        chosen = replace(settings.from_environment(self._environment), **ports)
        try:
            address, end = start_kafka(chosen)
        except LocalStackError as error:
            raise LocalStackError(f"{why_not_local} {error}") from error
        self._endings.callback(end)
        return address

    def _opensearch(self) -> OpenSearchServer:
        return OpenSearchServer.of(self._stack("opensearch").endpoints())

    def _tika(self) -> str:
        return f"http://127.0.0.1:{self._stack('tika').settings.tika_port}"

    def _s3(self) -> S3Server:
        store = ObjectStore(self._folder("s3"), settings.cache_home(self._environment), free_ports(1)[0])
        self._endings.callback(store.stop)
        return store.start(self._tell, ends_with_caller=True)

    def _stack(self, server: str) -> Stack:
        chosen = settings.from_environment(self._environment)
        ports: dict[str, Any] = dict(zip(_PORTS, free_ports(len(_PORTS)), strict=True))
        stack = Stack(replace(chosen, data_dir=self._folder(server), **ports), [server])
        self._endings.callback(stack.stop)
        stack.start(self._tell, ends_with_caller=True)
        return stack

    def _folder(self, name: str) -> Path:
        # Not pytest's own temporary folder, which is closed to the user that root's servers run as.
        folder = Path(tempfile.mkdtemp(prefix=f"ream-test-{name}-"))
        self._endings.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o711)
        return folder


def named_opensearch(environment: Mapping[str, str]) -> OpenSearchServer | None:
    """The server that OPENSEARCH_URL and its companions name (`python -m ream_local env` prints them)."""
    if "OPENSEARCH_URL" not in environment:
        return None
    ca_file = environment.get("OPENSEARCH_CA_FILE")
    return OpenSearchServer(
        environment["OPENSEARCH_URL"],
        Path(ca_file) if ca_file else None,
        Login("admin", environment.get("OPENSEARCH_ADMIN_PASSWORD", "")),
        Login(environment.get("OPENSEARCH_USER", "ream"), environment.get("OPENSEARCH_PASSWORD", "")),
        Login("reader", environment.get("OPENSEARCH_READER_PASSWORD", "")),
        Login("privileged", environment.get("OPENSEARCH_PRIVILEGED_PASSWORD", "")),
    )


def named_s3(environment: Mapping[str, str]) -> S3Server | None:
    """The server that S3_ENDPOINT_URL names, with the keys in the variables that AWS's own tools read."""
    if "S3_ENDPOINT_URL" not in environment:
        return None
    return S3Server(
        environment["S3_ENDPOINT_URL"],
        environment.get("AWS_ACCESS_KEY_ID", ""),
        environment.get("AWS_SECRET_ACCESS_KEY", ""),
        environment.get("AWS_REGION", "us-east-1"),
        "given",
    )


def _without(reason: str) -> NoReturn:
    if os.environ.get("REQUIRE_SERVERS") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


_SERVERS = pytest.StashKey[SessionServers]()


def pytest_configure(config: pytest.Config) -> None:
    """Have servers at hand for the session; none is started yet."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    tell = reporter.write_line if reporter else print
    config.stash[_SERVERS] = SessionServers(os.environ, tell)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start what the collected tests want."""
    if session.config.option.collectonly:
        return
    wanted = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    for fixture in sorted(wanted):
        session.config.stash[_SERVERS].look(fixture)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what was started."""
    if _SERVERS in config.stash:
        config.stash[_SERVERS].end()


@pytest.fixture(scope="session")
def kafka_bootstrap(pytestconfig: pytest.Config) -> str:
    """`host:port` of a real Kafka broker. Make your own topics, with names that no other test has."""
    return pytestconfig.stash[_SERVERS].kafka_bootstrap.value()


@pytest.fixture(scope="session")
def opensearch(pytestconfig: pytest.Config) -> OpenSearchServer:
    """A real OpenSearch with TLS and users. Name your indices `ream-...`, so that no other test has them."""
    return pytestconfig.stash[_SERVERS].opensearch.value()


@pytest.fixture(scope="session")
def s3_server(pytestconfig: pytest.Config) -> S3Server:
    """A real S3 server. Make your own bucket in it."""
    return pytestconfig.stash[_SERVERS].s3_server.value()


@pytest.fixture(scope="session")
def tika_url(pytestconfig: pytest.Config) -> str:
    """Where a real server of Apache Tika answers."""
    return pytestconfig.stash[_SERVERS].tika_url.value()
