# SPDX-License-Identifier: Apache-2.0
"""Decides how a process answers about itself: alive, ready, metrics and status, over HTTP on loopback."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Protocol

from ream_kit import log
from ream_kit.metrics import METRICS, Metrics
from ream_kit.process import ProcessSettings
from ream_kit.settings import SettingsError

_LOG = log.logger("kit.health")


class Subject(Protocol):
    """Who is asked. Each answer is None when all is well, else a sentence that says what is not."""

    def not_alive(self) -> str | None:
        """Why the process should be restarted."""
        ...

    def not_ready(self) -> str | None:
        """Why it does no work at present."""
        ...

    def status(self) -> dict[str, Any]:
        """What it does now, as JSON values."""
        ...


class Health:
    """A small HTTP server in a thread of its own: `/livez`, `/readyz`, `/metrics`, `/status`."""

    def __init__(self, subject: Subject, port: int, host: str = "127.0.0.1", metrics: Metrics = METRICS) -> None:
        self._server = _Server((host, port), _handler(subject, metrics))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="health", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on: that of the machine's choice where it was given 0."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Health:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(2)


def open_health(
    subject: Subject, settings: ProcessSettings, metrics: Metrics = METRICS
) -> AbstractContextManager[Health | None]:
    """Opens the health port that the settings name, or none where they name none.

    Raises:
        SettingsError: nobody can listen there; the text names the port.
    """
    if not settings.health_port:
        return nullcontext()
    try:
        return Health(subject, settings.health_port, settings.health_host, metrics)
    except OSError as error:
        raise SettingsError(
            f"REAM_HEALTH_PORT={settings.health_port} cannot be listened on at {settings.health_host} "
            f"(REAM_HEALTH_HOST): {error.strerror or error}. End what has the port, or give another one."
        ) from None


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of who asks and does not wait for the answer: probes have deadlines of their own."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError | TimeoutError):
            _LOG.warning("health_failed", error=log.where(error))


def _handler(subject: Subject, metrics: Metrics) -> type[BaseHTTPRequestHandler]:
    def verdict(why_not: str | None) -> tuple[int, str, bytes]:
        return (200, "text/plain", b"ok\n") if why_not is None else (503, "text/plain", f"{why_not}\n".encode())

    pages: dict[str, Callable[[], tuple[int, str, bytes]]] = {
        "/livez": lambda: verdict(subject.not_alive()),
        "/readyz": lambda: verdict(subject.not_ready()),
        "/metrics": lambda: (200, "text/plain; version=0.0.4", metrics.exposition()),
        "/status": lambda: (200, "application/json", json.dumps(subject.status()).encode()),
    }

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            page = pages.get(self.path.split("?", 1)[0])
            try:
                code, kind, body = page() if page else (404, "text/plain", b"no such page\n")
            except Exception as error:
                # A question about the process must never be what stops its work.
                _LOG.warning("health_failed", page=self.path, error=log.where(error))
                code, kind, body = 500, "text/plain", b"failed\n"
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing: probes come every few seconds."""

    return Handler
