# SPDX-License-Identifier: Apache-2.0
"""Decides where Kafka, OpenSearch and the store are: what the environment says, else the stack of this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ream_cli.failures import UNAVAILABLE, CommandError
from ream_index.settings import IndexSettings, OpenSearchSettings
from ream_kit import Store
from ream_kit.kafka import KafkaSettings
from ream_kit.settings import load
from ream_kit.store_open import open_store
from ream_local import settings as local_settings
from ream_local.settings import Settings
from ream_local.stack import Endpoints, Login, Stack

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

SERVER_OF = {"kafka": "REAM_KAFKA_BOOTSTRAP", "opensearch": "REAM_OPENSEARCH_URL", "tika": "REAM_TIKA_URL"}
"""Which variable names a server that is not ours."""
_ADMIN_USER, _ADMIN_PASSWORD = "REAM_OPENSEARCH_ADMIN_USER", "REAM_OPENSEARCH_ADMIN_PASSWORD"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One installation of Ream as the commands see it.

    Attributes:
        environ: the variables that services and clients are given; what was set by hand stays as it is.
        settings: folders, ports and memory of the stack of this machine.
        own_servers: those of `kafka`, `opensearch` and `tika` that this machine runs for us: wanted, and not named by
            the environment.
        administrator: who may make indices; None when OpenSearch is somebody else's and the environment names nobody.
    """

    environ: Mapping[str, str] = field(repr=False)
    settings: Settings
    own_servers: tuple[str, ...]
    administrator: Login | None

    @property
    def run_dir(self) -> Path:
        """Folder of what is known about running processes."""
        return self.settings.data_dir / "run"

    @property
    def log_dir(self) -> Path:
        """Folder of the logs of everything that was started here."""
        return self.settings.data_dir / "logs"

    def stack(self) -> Stack:
        """The servers of this machine."""
        return Stack(self.settings, self.own_servers)

    def kafka(self) -> KafkaSettings:
        """Which broker, and under which names."""
        return load(KafkaSettings, self.environ)

    def store(self) -> Store:
        """The store, which must be there.

        Raises:
            CommandError: nothing was ever started here.
        """
        place = self.environ["REAM_STORE"]
        if "://" not in place and not Path(place).is_dir():
            raise CommandError(
                f"There is no store in {place}. 'ream up' makes it; if it lies elsewhere, name it in REAM_STORE.",
                UNAVAILABLE,
            )
        return open_store(self.environ)

    @property
    def index_prefix(self) -> str:
        """What the names of the indices begin with."""
        return load(IndexSettings, self.environ, "REAM_INDEX_").prefix

    @contextmanager
    def opensearch(self, login: Login | None = None, connections: int = 2) -> Iterator[OpenSearch]:
        """A client, as the application's user where no other login is given."""
        # Loading the client takes longer than most commands do that need none.
        from ream_index.opensearch import connect

        own = load(OpenSearchSettings, self.environ, "REAM_OPENSEARCH_")
        if login is not None:
            own = OpenSearchSettings(own.url, login.user, login.password, own.ca)
        client = connect(own, connections)
        try:
            yield client
        finally:
            client.close()


def find(environ: Mapping[str, str] | None = None, *, make: bool = False) -> Surroundings:
    """Finds this machine's installation.

    Args:
        environ: variables that say otherwise; those of the process by default.
        make: make the passwords when there are none yet. Commands that only look leave the machine as it is.

    Raises:
        LocalStackError: a setting of the local stack cannot be used.
    """
    environ = os.environ if environ is None else environ
    settings = local_settings.from_environment(environ)
    given = {name: value for name, value in environ.items() if name.startswith("REAM_") and value}
    own = tuple(name for name in settings.servers if SERVER_OF[name] not in given)
    known = "opensearch" in own and (make or (settings.data_dir / "secrets.json").exists())
    endpoints = Stack(settings).endpoints() if known else None
    # Nobody but the one who makes indices needs this password.
    named = Login(given.pop(_ADMIN_USER, "admin"), given.pop(_ADMIN_PASSWORD, ""))
    administrator = endpoints.admin if endpoints else named if named.password else None
    return Surroundings({**_local(settings, endpoints), **given}, settings, own, administrator)


def _local(settings: Settings, endpoints: Endpoints | None) -> dict[str, str]:
    data = settings.data_dir
    found = {
        "REAM_KAFKA_BOOTSTRAP": f"127.0.0.1:{settings.kafka_port}",
        "REAM_OPENSEARCH_URL": f"https://127.0.0.1:{settings.opensearch_port}",
        "REAM_STORE": str(data / "store"),
        "REAM_AGGREGATE_DATA_DIR": str(data / "aggregate"),
    }
    if settings.tika:
        found["REAM_TIKA_URL"] = f"http://127.0.0.1:{settings.tika_port}"
    if endpoints is not None:
        found["REAM_OPENSEARCH_USER"] = endpoints.application.user
        found["REAM_OPENSEARCH_PASSWORD"] = endpoints.application.password
        found["REAM_OPENSEARCH_CA"] = str(endpoints.opensearch_ca_file)
    return found
