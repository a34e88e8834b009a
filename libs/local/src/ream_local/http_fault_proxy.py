# SPDX-License-Identifier: Apache-2.0
"""Decides which requests a real HTTP server never sees, and what its client is answered instead."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from ream_local.fault_proxy import FaultProxy

_SECONDS = 120.0
_OF_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "expect", "server", "date"}


@dataclass(frozen=True, slots=True)
class Request:
    """What came.

    Attributes:
        path: with the query.
        size: bytes of its body.
    """

    method: str
    path: str
    size: int


Chosen = Callable[[Request], bool]
"""Whether a request is meant."""


@dataclass(slots=True)
class Answer:
    """What is said in the server's place.

    Attributes:
        times: how often; None for as long as nobody says otherwise.
        only: which requests are answered so.
    """

    status: int
    body: bytes
    headers: Mapping[str, str]
    times: int | None
    only: Chosen


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came, and how it was answered.

    Attributes:
        by_server: whether the server has seen it.
    """

    method: str
    path: str
    status: int
    by_server: bool


@dataclass
class _Rules:
    """What is answered at present, and what was."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    answer: Answer | None = None
    asked: list[Asked] = field(default_factory=list)

    def take(self, request: Request) -> Answer | None:
        with self.lock:
            found = self.answer
            if found is None or found.times == 0 or not found.only(request):
                return None
            if found.times is not None:
                found.times -= 1
            return found

    def note(self, asked: Asked) -> None:
        with self.lock:
            self.asked.append(asked)


class HttpFaultProxy(FaultProxy):
    """A `FaultProxy` that can also answer requests in the server's place; clients speak plain HTTP to it.

    The header `Host` goes on as it came, so that signed requests (S3) stay valid.
    """

    def __init__(self, url: str, ca_file: Path | None = None) -> None:
        """Names the server, `http://…` or `https://…`, and the authority that its certificate is checked by."""
        self._rules = _Rules()
        self._inner = ThreadingHTTPServer(("127.0.0.1", 0), _forwarder(url, ca_file, self._rules))
        self._inner.daemon_threads = True
        super().__init__("127.0.0.1", self._inner.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._inner.serve_forever, args=(0.05,), name="fault-proxy-http", daemon=True).start()
        return super().__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        super().__exit__(kind, error, at)
        self._inner.shutdown()
        self._inner.server_close()

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"http://{self.address}"

    @property
    def asked(self) -> list[Asked]:
        """Every request that was answered so far."""
        with self._rules.lock:
            return list(self._rules.asked)

    def answer(
        self,
        status: int,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        times: int | None = None,
        only: Chosen = lambda request: True,
    ) -> None:
        """Answers requests with this in the server's place: so many times, only those that are meant, until `heal`."""
        with self._rules.lock:
            self._rules.answer = Answer(status, body, dict(headers or {}), times, only)

    def heal(self) -> None:
        """Lets everything through again."""
        with self._rules.lock:
            self._rules.answer = None
        super().heal()


def _forwarder(url: str, ca_file: Path | None, rules: _Rules) -> type[BaseHTTPRequestHandler]:
    place = urlsplit(url)

    def connect() -> http.client.HTTPConnection:
        host, port = place.hostname or "127.0.0.1", place.port
        if place.scheme == "https":
            context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
            return http.client.HTTPSConnection(host, port, timeout=_SECONDS, context=context)
        return http.client.HTTPConnection(host, port, timeout=_SECONDS)

    class Forwarder(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        server_side: http.client.HTTPConnection | None = None

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            instead = rules.take(Request(self.command, self.path, len(body)))
            if instead is not None:
                rules.note(Asked(self.command, self.path, instead.status, False))
                self._send(instead.status, instead.headers, instead.body)
                return
            try:
                status, headers, answer = self._ask(body)
            except (OSError, http.client.HTTPException):
                self.close_connection = True  # as the server did
                return
            rules.note(Asked(self.command, self.path, status, True))
            self._send(status, headers, answer)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _do

        def _ask(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
            if self.server_side is None:
                self.server_side = connect()
            self.server_side.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _OF_ONE_HOP:
                    self.server_side.putheader(name, value)
            if body or "Content-Length" in self.headers:
                self.server_side.putheader("Content-Length", str(len(body)))
            self.server_side.endheaders(body or None)
            found = self.server_side.getresponse()
            read = found.read()
            headers = {name: value for name, value in found.getheaders() if name.lower() not in _OF_ONE_HOP}
            if self.command == "HEAD" and (length := found.getheader("Content-Length")):
                headers["Content-Length"] = length
            return found.status, headers, read

        def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers and status not in (204, 304):
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: `asked` tells."""

        def finish(self) -> None:
            super().finish()
            if self.server_side is not None:
                self.server_side.close()

    return Forwarder
