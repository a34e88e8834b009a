# SPDX-License-Identifier: Apache-2.0
"""Whose fault it is that a store fails: a bucket on a real server behind a proxy, a folder on a disk that is full."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from ream_kit import store_s3
from ream_kit.breaker import THRESHOLD
from ream_kit.broker_bus import wait_until
from ream_kit.errors import Retry
from ream_kit.metrics import Metrics
from ream_kit.store import Store
from ream_kit.store_blobs import NotFound
from ream_kit.store_cache import Cache
from ream_kit.store_disk import DiskBlobs
from ream_kit.store_guard import GuardedBlobs
from ream_kit.store_s3 import Bucket, S3Blobs
from ream_local.http_fault_proxy import HttpFaultProxy
from ream_local.testing import S3Server

ERROR = "<Error><Code>{}</Code><Message>for a test</Message></Error>"


@dataclass
class Bench:
    """A store in a bucket of its own, reached through a proxy that can misbehave."""

    proxy: HttpFaultProxy
    client: object
    blobs: GuardedBlobs
    store: Store
    bucket: str

    def answer(self, status: int, code: str) -> None:
        self.proxy.answer(status, ERROR.format(code).encode(), {"Content-Type": "application/xml"})


@pytest.fixture
def bench(s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    # The client's own tries and patience make each failure slow, and prove nothing.
    monkeypatch.setattr(store_s3, "_ATTEMPTS", 1)
    monkeypatch.setattr(store_s3, "_READ_SECONDS", 3)
    name = f"ream-kit-{uuid.uuid4().hex[:12]}"
    keys = {"aws_access_key_id": s3_server.access_key, "aws_secret_access_key": s3_server.secret_key}
    client = boto3.client("s3", endpoint_url=s3_server.endpoint_url, region_name=s3_server.region, **keys)
    client.create_bucket(Bucket=name)
    with HttpFaultProxy(s3_server.endpoint_url) as proxy:
        place = Bucket(name, "", proxy.url, s3_server.region, s3_server.access_key, s3_server.secret_key)
        blobs = GuardedBlobs(S3Blobs(place, Cache(tmp_path / "cache", 1 << 30)), metrics=Metrics(), hurry=0.1)
        yield Bench(proxy, client, blobs, Store(blobs), name)
        blobs.guard.close()
    client.close()


def fail_until_open(bench: Bench, call: Callable[[], object], match: str) -> None:
    for _ in range(THRESHOLD):
        with pytest.raises(Retry, match=match) as caught:
            call()
        assert caught.value.waiting_for == "store"
    assert bench.blobs.guard.is_open


def goes_on(bench: Bench) -> None:
    bench.proxy.heal()
    wait_until(lambda: not bench.blobs.guard.is_open, what="the store's return")
    assert bench.store.put(f"after/{uuid.uuid4().hex}", b"bytes")


@pytest.mark.servers
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "InternalError"),
        (503, "SlowDown"),
        (403, "AccessDenied"),
        (403, "InvalidAccessKeyId"),
        (400, "ExpiredToken"),
        (404, "NoSuchBucket"),
        (507, "InsufficientStorage"),
    ],
)
def test_a_server_that_does_not_serve_us_is_waited_for(bench: Bench, status: int, code: str) -> None:
    bench.answer(status, code)
    fail_until_open(bench, lambda: bench.store.put("a", b"bytes"), code)
    asked = len(bench.proxy.asked)
    for _ in range(50):
        with pytest.raises(Retry):
            bench.store.get("a")
    assert len(bench.proxy.asked) <= asked + 6, "nobody but the probe asks"
    goes_on(bench)


@pytest.mark.servers
def test_a_server_that_is_stopped_is_waited_for(bench: Bench) -> None:
    bench.store.put("a", b"bytes")
    bench.proxy.refuse()
    fail_until_open(bench, lambda: bench.store.get("a"), "does not answer")
    goes_on(bench)
    assert bench.store.get("a") == b"bytes"


@pytest.mark.servers
def test_a_server_that_hangs_is_waited_for(bench: Bench) -> None:
    bench.store.put("a", b"bytes")
    bench.proxy.stall()
    fail_until_open(bench, lambda: bench.store.get("a"), "does not answer")
    goes_on(bench)


@pytest.mark.servers
def test_a_server_that_breaks_off_in_the_middle_is_waited_for(bench: Bench) -> None:
    bench.store.put("a", b"x" * 100_000)
    bench.proxy.answer(200, b"x" * 10, {"Content-Length": "100000", "ETag": '"a"'})

    def cut_off() -> None:
        for _ in bench.store.read("a"):
            bench.proxy.cut()

    with pytest.raises(Retry, match="does not answer"):
        cut_off()


@pytest.mark.servers
def test_a_bucket_that_is_gone_is_not_an_object_that_is_gone(bench: Bench) -> None:
    with pytest.raises(NotFound):
        bench.store.size("nothing")
    bench.client.delete_bucket(Bucket=bench.bucket)  # type: ignore[attr-defined]
    bench.blobs._blobs._seen = 0.0  # type: ignore[attr-defined]
    fail_until_open(bench, lambda: bench.store.size("nothing"), "there is no bucket")
    bench.client.create_bucket(Bucket=bench.bucket)  # type: ignore[attr-defined]
    goes_on(bench)


@pytest.mark.servers
@pytest.mark.parametrize("code", ["EntityTooLarge", "InvalidArgument", "KeyTooLongError"])
def test_a_request_of_ours_that_is_wrong_is_not_waited_for(bench: Bench, code: str) -> None:
    bench.answer(400, code)
    for _ in range(THRESHOLD + 1):
        with pytest.raises(ClientError, match=code):
            bench.store.put("a", b"bytes")
    assert not bench.blobs.guard.is_open


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 1 MB, where the machine lets us have one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="only root can mount a disk")
def test_a_full_disk_is_waited_for_until_there_is_room(small_disk: Path) -> None:
    blobs = GuardedBlobs(DiskBlobs(small_disk / "store"), metrics=Metrics(), hurry=0.05)
    store = Store(blobs)
    store.put("kept", b"bytes")
    (small_disk / "ballast").write_bytes(bytes(900_000))
    for number in range(THRESHOLD):
        with pytest.raises(Retry, match="No space left on device"):
            store.put(f"b{number}", bytes(500_000))
    assert blobs.guard.is_open
    with pytest.raises(Retry):
        store.get("kept")
    (small_disk / "ballast").unlink()
    wait_until(lambda: not blobs.guard.is_open, what="room")
    assert store.put("b", bytes(500_000))
    assert (store.get("kept"), sorted(store.names(""))) == (b"bytes", ["b", "kept"])
    blobs.guard.close()


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="only root can mount a disk")
def test_a_disk_that_was_mounted_read_only_is_waited_for(small_disk: Path) -> None:
    blobs = GuardedBlobs(DiskBlobs(small_disk / "store"), metrics=Metrics(), hurry=0.05)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for number in range(THRESHOLD):
        with pytest.raises(Retry, match="Read-only file system"):
            blobs.put(f"a{number}", b"bytes")
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    wait_until(lambda: not blobs.guard.is_open, what="the store's return")
    assert blobs.put("a", b"bytes")
    blobs.guard.close()


def test_a_scratch_folder_of_a_store_that_was_unmounted_is_waited_for(tmp_path: Path) -> None:
    disk = DiskBlobs(tmp_path / "store")
    (tmp_path / "store").rename(tmp_path / "elsewhere")
    with pytest.raises(Retry, match="mount it"), disk.scratch():
        pass
