# SPDX-License-Identifier: Apache-2.0
"""A proxy that misbehaves as it is told, and only then."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ream_local.fault_proxy import FaultProxy
from ream_local.http_fault_proxy import HttpFaultProxy

pytestmark = pytest.mark.slow


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("X-Host", self.headers["Host"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1234")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    made.daemon_threads = True
    thread = threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield made.server_address[1]
    made.shutdown()
    made.server_close()
    thread.join()


@contextmanager
def connected(port: int) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        yield connection
    finally:
        connection.close()


def ask(port: int, body: bytes = b"hello") -> tuple[int, bytes]:
    with connected(port) as connection:
        connection.request("POST", "/a?b=c", body)
        answer = connection.getresponse()
        return answer.status, answer.read()


def piece(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1000)
    except ConnectionResetError:
        return b""


def test_carries_everything(server: int) -> None:
    with FaultProxy("127.0.0.1", server) as proxy:
        big = b"x" * 3_000_000
        assert ask(proxy.port, big) == (200, big)


def test_refuses_until_it_heals(server: int) -> None:
    with FaultProxy("127.0.0.1", server) as proxy, connected(proxy.port) as living:
        living.request("POST", "/", b"a")
        assert living.getresponse().read() == b"a"
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            ask(proxy.port)
        living.sock.settimeout(5)
        assert piece(living.sock) == b"", "the living connection is cut too"
        proxy.heal()
        assert ask(proxy.port) == (200, b"hello")


def test_cuts_once(server: int) -> None:
    with FaultProxy("127.0.0.1", server) as proxy, socket.create_connection(("127.0.0.1", proxy.port), 5) as living:
        living.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na")
        assert living.recv(4)
        proxy.cut()
        while piece(living):
            pass
        assert ask(proxy.port)[0] == 200


def test_holds_back_what_is_under_way(server: int) -> None:
    with FaultProxy("127.0.0.1", server) as proxy:
        proxy.stall()
        found: list[tuple[int, bytes]] = []
        asking = threading.Thread(target=lambda: found.append(ask(proxy.port)))
        asking.start()
        asking.join(0.3)
        assert asking.is_alive()
        proxy.heal()
        asking.join(5)
        assert found == [(200, b"hello")]


def test_is_slow(server: int) -> None:
    with FaultProxy("127.0.0.1", server) as proxy:
        proxy.delay(0.3)
        started = time.monotonic()
        assert ask(proxy.port)[0] == 200
        assert time.monotonic() - started > 0.25


def test_answers_in_the_place_of_the_server(server: int) -> None:
    with HttpFaultProxy(f"http://127.0.0.1:{server}") as proxy:
        proxy.answer(429, b"busy", {"Retry-After": "1"}, times=1, only=lambda request: request.path.startswith("/a"))
        assert ask(proxy.port) == (429, b"busy")
        assert ask(proxy.port) == (200, b"hello")
        proxy.answer(413, only=lambda request: request.size > 5)
        assert (ask(proxy.port)[0], ask(proxy.port, b"larger")[0]) == (200, 413)
        proxy.answer(503)
        assert ask(proxy.port) == (503, b"")
        proxy.heal()
        assert ask(proxy.port) == (200, b"hello")
        assert [(one.status, one.by_server) for one in proxy.asked] == [
            (429, False),
            (200, True),
            (200, True),
            (413, False),
            (503, False),
            (200, True),
        ]


def test_passes_the_host_on_as_it_came(server: int) -> None:
    with HttpFaultProxy(f"http://127.0.0.1:{server}") as proxy, connected(proxy.port) as connection:
        connection.request("POST", "/", b"a", {"Host": "bucket.example"})
        assert connection.getresponse().getheader("X-Host") == "bucket.example"


def test_an_answer_without_a_body_keeps_its_length(server: int) -> None:
    with HttpFaultProxy(f"http://127.0.0.1:{server}") as proxy, connected(proxy.port) as connection:
        connection.request("HEAD", "/")
        answer = connection.getresponse()
        assert (answer.read(), answer.getheader("Content-Length")) == (b"", "1234")


def test_a_server_that_is_away_is_away_behind_the_proxy() -> None:
    with FaultProxy("127.0.0.1", 9) as proxy, pytest.raises((OSError, http.client.HTTPException)):
        ask(proxy.port)
