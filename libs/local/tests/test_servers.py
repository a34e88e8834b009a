# SPDX-License-Identifier: Apache-2.0
"""The real servers do what the rest of Ream relies on."""

from __future__ import annotations

import base64
import http.client
import json
import os
import shutil
import signal
import ssl
import tempfile
import threading
import time
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from ream_local.object_store import ObjectStore, S3Server
from ream_local.ports import free_ports
from ream_local.settings import Settings, cache_home
from ream_local.stack import Login, ServerState, Stack
from ream_local.testing import OpenSearchServer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

VECTORS = {
    "settings": {"index.knn": True},
    "mappings": {
        "dynamic": "strict",
        "properties": {
            "text": {"type": "text"},
            "vector": {
                "type": "knn_vector",
                "dimension": 2,
                "method": {"name": "hnsw", "engine": "lucene", "space_type": "l2"},
            },
        },
    },
}


def _ask(
    server: OpenSearchServer, login: Login, method: str, path: str, body: object = None
) -> tuple[int, dict[str, Any]]:
    context = ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)
    address = urllib.parse.urlsplit(server.url)
    connection = http.client.HTTPSConnection(address.hostname or "", address.port, timeout=60, context=context)
    token = base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
    headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
    content = body if isinstance(body, str) or body is None else json.dumps(body)
    try:
        connection.request(method, path, content, headers)
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    return answer.status, json.loads(text) if text.startswith(b"{") else {}


def _lines(*lines: object) -> str:
    return "".join(json.dumps(line) + "\n" for line in lines)


@pytest.fixture
def index(opensearch: OpenSearchServer) -> Iterator[str]:
    name = f"ream-test-{uuid.uuid4().hex}"
    assert _ask(opensearch, opensearch.admin, "PUT", f"/{name}", VECTORS)[0] == 200
    yield name
    assert _ask(opensearch, opensearch.admin, "DELETE", f"/{name}")[0] == 200


def test_kafka_gives_back_what_it_was_given(kafka_bootstrap: str) -> None:
    topic = f"test-{uuid.uuid4().hex}"
    admin = AdminClient({"bootstrap.servers": kafka_bootstrap})
    admin.create_topics([NewTopic(topic, 3, 1)])[topic].result(30)
    producer = Producer({"bootstrap.servers": kafka_bootstrap, "enable.idempotence": True})
    for number in range(100):
        producer.produce(topic, key=str(number), value=f"value {number}")
    assert producer.flush(30) == 0
    settings = {"bootstrap.servers": kafka_bootstrap, "group.id": topic, "auto.offset.reset": "earliest"}
    consumer = Consumer({**settings, "group.protocol": "consumer"})
    try:
        consumer.subscribe([topic])
        messages = [message for _ in range(100) if (message := consumer.poll(30))]
    finally:
        consumer.close()
    assert {message.value() for message in messages} == {f"value {number}".encode() for number in range(100)}
    admin.delete_topics([topic])[topic].result(30)


def test_kafka_makes_no_topic_by_itself(kafka_bootstrap: str) -> None:
    topic = f"test-{uuid.uuid4().hex}"
    failed: list[object] = []
    producer = Producer({"bootstrap.servers": kafka_bootstrap, "message.timeout.ms": 2000})
    producer.produce(topic, b"x", on_delivery=lambda error, _: failed.append(error))
    producer.flush(30)
    assert failed[0] is not None
    assert topic not in AdminClient({"bootstrap.servers": kafka_bootstrap}).list_topics(timeout=30).topics


def test_application_sees_the_cluster(opensearch: OpenSearchServer) -> None:
    status, health = _ask(opensearch, opensearch.application, "GET", "/_cluster/health")
    assert status == 200
    assert health["status"] in {"green", "yellow"}


def test_a_wrong_password_and_none_are_refused(opensearch: OpenSearchServer) -> None:
    assert _ask(opensearch, Login("admin", "admin"), "GET", "/")[0] == 401
    assert _ask(opensearch, Login("", ""), "GET", "/")[0] == 401


def test_a_client_that_does_not_trust_the_authority_refuses(opensearch: OpenSearchServer) -> None:
    stranger = replace(opensearch, ca_file=None)
    with pytest.raises(ssl.SSLCertVerificationError):
        _ask(stranger, stranger.application, "GET", "/")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/ream-made-by-application", {}),
        ("PUT", "/{index}/_mapping", {"properties": {"more": {"type": "keyword"}}}),
        ("PUT", "/_index_template/ream", {"index_patterns": ["ream-x*"]}),
        ("POST", "/_aliases", {"actions": [{"add": {"index": "{index}", "alias": "ream-y"}}]}),
        ("PUT", "/{index}/_settings", {"index": {"number_of_replicas": 0}}),
        ("DELETE", "/{index}", None),
        ("GET", "/.opendistro_security/_search", None),
        ("GET", "/_plugins/_security/api/internalusers", None),
    ],
)
def test_application_may_not(opensearch: OpenSearchServer, index: str, method: str, path: str, body: object) -> None:
    named = json.loads(json.dumps(body).replace("{index}", index))
    status, _ = _ask(opensearch, opensearch.application, method, path.replace("{index}", index), named)
    assert status == 403


def test_no_index_is_made_by_writing(opensearch: OpenSearchServer) -> None:
    for login in (opensearch.application, opensearch.admin):
        status, _ = _ask(opensearch, login, "PUT", f"/ream-{uuid.uuid4().hex}/_doc/1", {"text": "x"})
        assert status in {403, 404}


def test_application_writes_in_bulk_with_external_versions_and_searches(
    opensearch: OpenSearchServer, index: str
) -> None:
    def write(version: int, text: str) -> dict[str, Any]:
        action = {"index": {"_index": index, "_id": "1", "version": version, "version_type": "external"}}
        body = _lines(action, {"text": text, "vector": [1.0, 2.0]})
        status, answer = _ask(opensearch, opensearch.application, "POST", "/_bulk?refresh=true", body)
        assert status == 200
        item: dict[str, Any] = answer["items"][0]["index"]
        return item

    assert write(2, "newer words")["status"] == 201
    assert write(1, "older words")["status"] == 409
    by_word = {"query": {"match": {"text": "newer"}}}
    by_vector = {"query": {"knn": {"vector": {"vector": [1.0, 2.0], "k": 1}}}}
    body = _lines({"index": index}, by_word, {"index": index}, by_vector)
    for login in (opensearch.application, opensearch.reader):
        _, answer = _ask(opensearch, login, "POST", "/_msearch", body)
        assert [each["hits"]["total"]["value"] for each in answer["responses"]] == [1, 1]
    removed = _ask(opensearch, opensearch.application, "POST", f"/{index}/_delete_by_query?refresh=true", by_word)
    assert (removed[0], removed[1]["deleted"]) == (200, 1)


def test_reader_may_not_write(opensearch: OpenSearchServer, index: str) -> None:
    assert _ask(opensearch, opensearch.reader, "PUT", f"/{index}/_doc/1", {"text": "x"})[0] == 403


def _listening(pid: int) -> set[str]:
    """Addresses, in the kernel's notation, at which a process accepts connections."""
    inodes = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(str(handle.readlink()))
        except FileNotFoundError:
            continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found.add(fields[1].split(":")[0])
    return found


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A stack that a test may hurt."""
    folder = Path(tempfile.mkdtemp(prefix="ream-test-stack-"))
    folder.chmod(0o711)
    made = Stack(Settings(folder / "data", cache_home(), *free_ports(4)))
    try:
        made.start(lambda _: None, ends_with_caller=True)
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


def _server(stack: Stack, name: str) -> ServerState:
    state = stack.running()
    assert state is not None
    return next(server for server in state.servers if server.program.name == name)


def _pid(stack: Stack, name: str) -> int:
    process = _server(stack, name).program.process
    assert process is not None
    return process.pid


def _when(condition: Callable[[], object], seconds: float = 120.0) -> None:
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        pause.wait(0.1)


def test_servers_listen_on_the_loopback_address_only(stack: Stack) -> None:
    for name in ("kafka", "opensearch"):
        addresses = _listening(_pid(stack, name))
        assert addresses
        assert addresses <= {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}


def test_servers_do_not_run_as_root(stack: Stack) -> None:
    for name in ("kafka", "opensearch"):
        assert Path(f"/proc/{_pid(stack, name)}").stat().st_uid != 0


def test_a_running_stack_is_not_started_twice(stack: Stack) -> None:
    before = [_pid(stack, name) for name in ("kafka", "opensearch")]
    Stack(stack.settings).start(lambda _: None)
    assert [_pid(stack, name) for name in ("kafka", "opensearch")] == before


def test_a_node_that_was_set_up_with_other_roles_gets_those_of_this_version(stack: Stack) -> None:
    found = stack.endpoints()
    server = OpenSearchServer.of(found)
    role = "/_plugins/_security/api/roles/reader"
    may_nothing = {"cluster_permissions": [], "index_permissions": []}
    assert _ask(server, server.admin, "PUT", role, may_nothing)[0] == 200
    assert _ask(server, server.reader, "GET", "/_cluster/health")[0] == 403
    (found.data_dir / "opensearch" / "config" / "ream-roles.json").write_text("{}")
    Stack(stack.settings).start(lambda _: None)
    assert _ask(server, server.reader, "GET", "/_cluster/health")[0] == 200


def test_what_was_acknowledged_survives_a_kill(stack: Stack) -> None:
    found = stack.endpoints()
    server = OpenSearchServer.of(found)
    assert _ask(server, server.admin, "PUT", "/ream-kept", VECTORS)[0] == 200
    document = {"text": "kept", "vector": [1.0, 2.0]}
    assert _ask(server, server.application, "PUT", "/ream-kept/_doc/1", document)[0] == 201
    admin = AdminClient({"bootstrap.servers": found.kafka_bootstrap_servers})
    admin.create_topics([NewTopic("kept", 1, 1)])["kept"].result(30)
    for name in ("kafka", "opensearch"):
        os.kill(_pid(stack, name), signal.SIGKILL)
    _when(lambda: all(_server(stack, name).program.restarts == 1 for name in ("kafka", "opensearch")))
    _when(lambda: (state := stack.running()) and state.ready)
    assert _ask(server, server.application, "GET", "/ream-kept/_doc/1")[1]["_source"] == document
    assert "kept" in admin.list_topics(timeout=30).topics


def _s3_holds_the_first_object_only(server: S3Server) -> None:
    login = {"aws_access_key_id": server.access_key, "aws_secret_access_key": server.secret_key}
    client = boto3.client("s3", endpoint_url=server.endpoint_url, region_name=server.region, **login)
    bucket = f"test-{uuid.uuid4().hex}"
    client.create_bucket(Bucket=bucket)
    client.put_object(Bucket=bucket, Key="a/b", Body=b"first", IfNoneMatch="*")
    with pytest.raises(botocore.exceptions.ClientError, match="PreconditionFailed"):
        client.put_object(Bucket=bucket, Key="a/b", Body=b"second", IfNoneMatch="*")
    assert client.get_object(Bucket=bucket, Key="a/b")["Body"].read() == b"first"
    client.close()
    login["aws_secret_access_key"] = "wrong"
    stranger = boto3.client("s3", endpoint_url=server.endpoint_url, region_name=server.region, **login)
    with pytest.raises(botocore.exceptions.ClientError, match="SignatureDoesNotMatch"):
        stranger.list_objects_v2(Bucket=bucket)
    stranger.close()


def test_s3_does_not_overwrite_and_checks_signatures(s3_server: S3Server) -> None:
    _s3_holds_the_first_object_only(s3_server)


def test_s3proxy_stands_in_where_go_is_missing(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path, cache_home(), free_ports(1)[0], "s3proxy")
    try:
        _s3_holds_the_first_object_only(store.start(lambda _: None, ends_with_caller=True))
    finally:
        store.stop()
