# SPDX-License-Identifier: Apache-2.0
"""A real node with the configuration, certificates and jobs of deploy/: it begins without users, and ends with ours."""

import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ream_local import settings
from ream_local.detached import DetachedSupervisor
from ream_local.errors import LocalStackError
from ream_local.opensearch import OpenSearch
from ream_local.ownership import give
from ream_local.ports import free_ports
from ream_local.settings import Settings

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OF_THE_MACHINE = ("path.data", "path.logs", "path.repo", "network.host", "http.port", "transport.port")
"""Settings of a node that are not those of deploy/: a container has addresses and folders of its own."""

PASSWORDS = {
    "REAM_OPENSEARCH_ADMIN_PASSWORD": "Jq7-boss-Lk29-wet-Rz",
    "REAM_OPENSEARCH_PASSWORD": "Wm3-hull-Pd84-dry-Vt",
    "REAM_OPENSEARCH_READER_PASSWORD": "Hn5-lamp-Ys61-hot-Bc",
    "REAM_OPENSEARCH_PRIVILEGED_PASSWORD": "Dr9-pier-Oc52-sly-Mu",
    "REAM_OPENSEARCH_DASHBOARDS_PASSWORD": "Fg8-cork-Xa37-raw-Ne",
}


@dataclass
class Node:
    """A running node, and how it is asked."""

    url: str
    certificates: Path

    def ask(self, user: str | None, password: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Returns status and answer; None as user sends no password."""
        request = urllib.request.Request(self.url + path, method=method)  # noqa: S310 (https on loopback)
        request.add_header("Content-Type", "application/json")
        if user is not None:
            request.add_header("Authorization", "Basic " + b64encode(f"{user}:{password}".encode()).decode())
        data = None if body is None else json.dumps(body).encode()
        context = ssl.create_default_context(cafile=str(self.certificates / "authority" / "ca.pem"))
        try:
            with urllib.request.urlopen(request, data, 30, context=context) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def job(self, name: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """Runs a job as compose does, with its environment."""
        given = {variable: str(value) for variable, value in COMPOSE[name]["environment"].items()}
        own = {one: value.replace("/certificates", str(self.certificates)) for one, value in given.items()}
        for variable, value in own.items():
            if value.startswith("${"):
                own[variable] = PASSWORDS[value[2:].partition(":")[0]]
        own |= {"REAM_OPENSEARCH_URL": self.url, **changes}
        command = [sys.executable, *COMPOSE[name]["entrypoint"][1:]]
        return subprocess.run(command, env={"PATH": os.environ["PATH"], **own}, capture_output=True, text=True)


def deployed(server: OpenSearch, folder: Path, chosen: Settings) -> None:
    """Puts the files of deploy/ where a local node has its own."""
    config, uid = folder / "opensearch" / "config", chosen.drops_to()
    owner = str(os.getuid() if uid is None else uid)
    users = {"NODE_USER": owner, "REAM_USER": str(os.getuid()), "PATH": os.environ["PATH"]}
    certificates = folder / "certificates"
    certificates.mkdir()
    subprocess.run([DEPLOY / "prepare.sh", certificates, folder / "objects"], env=users, check=True)
    shutil.rmtree(config / "certs")
    shutil.copytree(certificates / "node", config / "certs")
    for name in ("internal_users.yml", "roles_mapping.yml"):
        shutil.copy(DEPLOY / "opensearch" / name, config / "opensearch-security" / name)
    # That of one machine has our roles already; that of the image has not.
    (config / "opensearch-security" / "roles.yml").write_text('{"_meta": {"type": "roles", "config_version": 2}}')
    local = json.loads((config / "opensearch.yml").read_text())
    wanted = yaml.safe_load((DEPLOY / "opensearch" / "opensearch.yml").read_text())
    wanted |= {name: local[name] for name in OF_THE_MACHINE}
    wanted["cluster.routing.allocation.disk.threshold_enabled"] = False
    (config / "opensearch.yml").write_text(json.dumps(wanted))
    give(folder / "opensearch", uid)


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    folder = Path(tempfile.mkdtemp(prefix="ream-test-deployed-"))
    folder.chmod(0o711)
    http, transport = free_ports(2)
    chosen = settings.from_environment({**os.environ, "REAM_HOME": str(folder)})
    chosen = Settings(folder, chosen.cache_dir, opensearch_port=http, opensearch_transport_port=transport,
                      opensearch_heap_mb=384, server_uid=chosen.server_uid)  # fmt: skip
    server = OpenSearch(chosen)
    supervisor = DetachedSupervisor(folder / "run", "deployed")
    try:
        program = server.prepare(lambda _: None)
        deployed(server, folder, chosen)
        supervisor.start([program], ends_with_caller=True)
        found = Node(f"https://127.0.0.1:{http}", folder / "certificates")
        wait_until_healthy(found, folder / "logs" / "opensearch.log")
        yield found
    except LocalStackError as error:
        if os.environ.get("REQUIRE_SERVERS") == "1":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
    finally:
        supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_healthy(node: Node, log: Path) -> None:
    """Asks what the health check of compose asks, without a password, as it does."""
    (address,) = [word for word in COMPOSE["opensearch"]["healthcheck"]["test"] if word.startswith("https://")]
    path = address.removeprefix("https://localhost:9200")
    over, pause = time.monotonic() + 240, threading.Event()
    while time.monotonic() < over:
        try:
            if node.ask(None, "", "GET", path)[0] == 200:
                return
        except OSError:
            pass
        pause.wait(0.3)
    raise AssertionError(log.read_text()[-3000:])


def test_the_way_from_no_users_to_an_application_that_may_not_make_indices(node: Node) -> None:
    """One story on one node: starting it takes longer than everything that is asked here."""
    known = [
        ("admin", "admin"),
        ("kibanaserver", "kibanaserver"),
        ("admin", PASSWORDS["REAM_OPENSEARCH_ADMIN_PASSWORD"]),
    ]
    assert [node.ask(user, word, "GET", "/")[0] for user, word in known] == [401, 401, 401]

    first = node.job("roles")
    assert first.returncode == 0, first.stderr
    assert "made internalusers/ream" in first.stdout
    again = node.job("roles")
    assert "were there" in again.stdout, again.stdout + again.stderr

    made = node.job("indices")
    assert made.returncode == 0, made.stderr
    assert "made alias ream-passages" in made.stdout
    assert "nothing to do" in node.job("indices").stdout

    ream = ("ream", PASSWORDS["REAM_OPENSEARCH_PASSWORD"])
    entry = {"document_id": "a" * 32, "unit": 1, "text": "a lease"}
    assert node.ask(*ream, "PUT", "/ream-passages/_doc/a?refresh=true", entry)[0] == 201
    refused = {
        "an index": ("PUT", "/ream-other", {}),
        "an index of his own name": ("PUT", "/ream", {}),
        "a field": ("PUT", "/ream-passages/_mapping", {"properties": {"more": {"type": "keyword"}}}),
        "a template": ("PUT", "/_index_template/x", {"index_patterns": ["ream-x*"]}),
        "a user": ("PUT", "/_plugins/_security/api/internalusers/x", {"password": "x" * 20}),
    }
    assert {what: node.ask(*ream, *asked)[0] for what, asked in refused.items()} == dict.fromkeys(refused, 403)

    reader = ("reader", PASSWORDS["REAM_OPENSEARCH_READER_PASSWORD"])
    found = node.ask(*reader, "GET", "/ream-passages/_search", {"query": {"match": {"text": "lease"}}})
    assert found[1]["hits"]["total"]["value"] == 1
    assert node.ask(*reader, "PUT", "/ream-passages/_doc/b", entry)[0] == 403

    owned = {"document_id": "b" * 32, "sensitivity": "internal", "people": ["Ann Lee"]}
    assert node.ask(*ream, "PUT", "/ream-documents/_doc/b?refresh=true", owned)[0] == 201
    privileged = ("privileged", PASSWORDS["REAM_OPENSEARCH_PRIVILEGED_PASSWORD"])
    seen = {who[0]: node.ask(*who, "GET", "/ream-documents/_doc/b")[1]["_source"] for who in (reader, privileged)}
    assert seen == {"reader": {name: owned[name] for name in ("document_id", "sensitivity")}, "privileged": owned}

    admin = ("admin", PASSWORDS["REAM_OPENSEARCH_ADMIN_PASSWORD"])
    for somebody in (ream, admin):
        assert node.ask(*somebody, "PUT", "/ream-typo/_doc/a", entry)[0] == 404, "an index was made by writing to it"
    dashboards = ("kibanaserver", PASSWORDS["REAM_OPENSEARCH_DASHBOARDS_PASSWORD"])
    assert node.ask(*dashboards, "PUT", "/.kibana_1", {})[0] == 200
    assert node.ask(*dashboards, "GET", "/ream-passages/_search")[0] == 403

    changed = "Qb2-mule-Tu95-icy-Ko"
    assert node.job("roles", REAM_OPENSEARCH_PASSWORD=changed).returncode == 0
    assert node.ask("ream", changed, "GET", "/ream-passages/_count")[0] == 200
    assert node.ask(*ream, "GET", "/ream-passages/_count")[0] == 401


def test_who_shows_no_certificate_of_the_administrator_makes_nobody(node: Node) -> None:
    own = {
        "REAM_OPENSEARCH_ADMIN_CERTIFICATE": str(node.certificates / "node" / "node.pem"),
        "REAM_OPENSEARCH_ADMIN_KEY": str(node.certificates / "node" / "node.key"),
    }
    ran = node.job("roles", **own)
    assert ran.returncode == 1
    assert "it answered 401" in ran.stderr or "it answered 403" in ran.stderr
    assert not any(password in ran.stderr for password in PASSWORDS.values())
