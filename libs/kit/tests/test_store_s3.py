# SPDX-License-Identifier: Apache-2.0
"""The store in a bucket keeps the rules of every store on a real server, and says in words when one is away."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest

from ream_kit import store_s3
from ream_kit.errors import Retry
from ream_kit.store import NotFound, Store
from ream_kit.store_cache import Cache
from ream_kit.store_contract import SharedStoreContract
from ream_kit.store_open import open_store
from ream_kit.store_s3 import Bucket, S3Blobs
from ream_local.testing import S3Server

PART = 5 << 20  # the smallest part that S3 joins


@pytest.fixture(scope="module")
def bucket(s3_server: S3Server) -> Bucket:
    name = f"ream-kit-{uuid.uuid4().hex[:12]}"
    client = boto3.client(
        "s3",
        endpoint_url=s3_server.endpoint_url,
        region_name=s3_server.region,
        aws_access_key_id=s3_server.access_key,
        aws_secret_access_key=s3_server.secret_key,
    )
    client.create_bucket(Bucket=name)
    client.close()
    return Bucket(name, "", s3_server.endpoint_url, s3_server.region, s3_server.access_key, s3_server.secret_key)


@pytest.fixture
def environ(bucket: Bucket, tmp_path: Path) -> Mapping[str, str]:
    return {
        "REAM_STORE": f"s3://{bucket.name}/{uuid.uuid4().hex}",
        "REAM_S3_ENDPOINT": bucket.endpoint or "",
        "REAM_S3_REGION": bucket.region or "",
        "REAM_S3_ACCESS_KEY": bucket.access_key or "",
        "REAM_S3_SECRET_KEY": bucket.secret_key or "",
        "REAM_STORE_CACHE": str(tmp_path / "cache"),
    }


@pytest.mark.servers
class TestS3Store(SharedStoreContract):
    @pytest.fixture
    def store(self, environ: Mapping[str, str]) -> Store:
        return open_store(environ)


def _blobs(bucket: Bucket, cache: Path, part: int = PART) -> S3Blobs:
    place = Bucket(bucket.name, uuid.uuid4().hex, bucket.endpoint, bucket.region, bucket.access_key, bucket.secret_key)
    return S3Blobs(place, Cache(cache, 1 << 30), part=part)


@pytest.mark.servers
def test_of_many_who_send_parts_one_writes(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = _blobs(bucket, tmp_path / "cache")
    # All have looked before any has written: only the last step, joining the parts, decides.
    monkeypatch.setattr(S3Blobs, "_is_there", lambda *_: False)
    start = threading.Barrier(4)

    def race(number: int) -> bool:
        source = tmp_path / f"source-{number}"
        source.write_bytes(b"%d" % number * (PART + 1))
        start.wait()
        return blobs.put("one", source)

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(race, range(4)))
    assert won.count(True) == 1
    assert b"".join(blobs.read("one", 1 << 20)) == b"%d" % won.index(True) * (PART + 1)
    uploads = blobs._s3.list_multipart_uploads(Bucket=bucket.name)
    assert uploads.get("Uploads", []) == []


@pytest.mark.servers
@pytest.mark.parametrize("size", [10, PART + 1])
def test_a_write_whose_answer_was_lost_is_our_own(
    bucket: Bucket, tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second try of the client library finds the name taken: by the first."""
    blobs = _blobs(bucket, tmp_path / "cache")
    for call in ("put_object", "complete_multipart_upload"):
        real = getattr(blobs._s3, call)

        def twice(real: Any = real, **request: Any) -> Any:
            real(**request)
            if "Body" in request:
                request["Body"].seek(0)
            return real(**request)

        monkeypatch.setattr(blobs._s3, call, twice)
    assert blobs.put("claim", b"x" * size)
    monkeypatch.undo()
    assert not blobs.put("claim", b"y" * size)


@pytest.mark.servers
def test_names_are_listed_over_many_pages(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_s3, "_PAGE", 3)
    blobs = _blobs(bucket, tmp_path)
    wanted = [f"n/{number:02}" for number in range(10)]
    for name in wanted:
        blobs.put(name, b"")
    assert list(blobs.names("n/")) == wanted


@pytest.mark.servers
def test_the_copy_of_a_deleted_object_is_not_given(bucket: Bucket, tmp_path: Path) -> None:
    blobs = _blobs(bucket, tmp_path)
    for data in (b"first", b"other"):
        blobs.put("incoming/a", data)
        with blobs.local("incoming/a") as path:
            assert path.read_bytes() == data
        blobs.delete("incoming/a")
        with pytest.raises(NotFound), blobs.local("incoming/a"):
            pass


@pytest.mark.servers
@pytest.mark.parametrize("wrong", [{"name": "ream-no-such-bucket"}, {"secret_key": "wrong-secret"}])
def test_a_bucket_that_refuses_is_waited_for(bucket: Bucket, tmp_path: Path, wrong: dict[str, str]) -> None:
    fields = {name: getattr(bucket, name) for name in ("name", "endpoint", "region", "access_key", "secret_key")}
    blobs = S3Blobs(Bucket(**{**fields, **wrong}), Cache(tmp_path, 0))
    with pytest.raises(Retry, match="the object store answers"):
        blobs.put("a", b"x")
    with pytest.raises(Retry):
        list(blobs.names(""))


@contextlib.contextmanager
def _server_that(status: int, body: bytes = b"", length: int | None = None) -> Iterator[str]:
    """A server that answers every request alike."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.send_header("ETag", '"tag"')
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            self.close_connection = True

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _at(endpoint: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(store_s3, "_ATTEMPTS", 1)
    return Store(S3Blobs(Bucket("b", "p", endpoint, "us-east-1", "key", "secret"), Cache(folder, 1000)))


@pytest.mark.slow
@pytest.mark.parametrize("status", [500, 503, 403, 429])
def test_a_server_that_answers_with_an_error_is_waited_for(
    status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _server_that(status) as endpoint:
        store = _at(endpoint, tmp_path, monkeypatch)
        for use in (
            store.get,
            store.exists,
            store.delete,
            lambda n: store.put(n, b"x"),
            lambda n: list(store.names(n)),
        ):
            with pytest.raises(Retry, match=f"waiting for store: the object store answers {status}"):
                use("a")


def test_a_server_that_is_away_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _server_that(200) as endpoint:
        pass
    store = _at(endpoint, tmp_path, monkeypatch)
    with pytest.raises(Retry, match="does not answer"):
        store.get("a")
    with pytest.raises(Retry, match="does not answer"):
        store.put("documents/x/1/original", b"x")


def test_an_answer_that_breaks_off_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _server_that(200, b"only this", length=100) as endpoint:
        store = _at(endpoint, tmp_path, monkeypatch)
        with pytest.raises(Retry):
            store.get("a")
        with pytest.raises(Retry), store.local("a"):
            pass
    assert list((tmp_path / "kept").iterdir()) == []
