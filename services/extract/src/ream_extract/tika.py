# SPDX-License-Identifier: Apache-2.0
"""Decides how a server of Apache Tika is asked: a file goes there, a page comes back, bounded in size and time.

What comes back is a stranger's, as the file was: it is kept, and read in a cell.
"""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from ream_extract.settings import TikaSettings
from ream_kit import Retry
from ream_kit.guard import Guard
from ream_pages.office import ConversionFailed

T = TypeVar("T")
SERVER = "tika"
BACK_SECONDS = 30.0
"""How long a server that went down over a file is waited for, to try the file once more."""
_PIECE = 1 << 16
_END, _END_BYTES = b"</html>", 64
_NO_SERVER = {401, 403, 404, 405}
_BUSY = {429, 502, 503, 504}
_AWAY = "no server of Apache Tika answers at REAM_TIKA_URL: start it there, or unset the variable"


class _WentDown(Exception):
    """The connection ended while the server was at work."""


@contextmanager
def opened(chosen: TikaSettings, most_bytes: int) -> "Iterator[Tika | None]":
    """Gives the server that the settings name; None where they name none."""
    if chosen.tika_url is None:
        yield None
        return
    with closing(Tika(chosen.tika_url, chosen.tika_seconds, most_bytes)) as server:
        yield server


class Tika:
    """A server of Apache Tika; one file at a time.

    Attributes:
        guard: its breaker.
    """

    def __init__(self, url: str, seconds: float, most_bytes: int) -> None:
        """Describes a server; it is not asked yet.

        Args:
            url: http or https, with a path where it has one.
            seconds: longest time for one file.
            most_bytes: largest page that is taken.
        """
        self._parts = urlsplit(url)
        self._seconds = seconds
        self._most = most_bytes
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._connected: socket.socket | None = None
        self.guard = Guard(SERVER, self._probe)

    def convert(self, source: Path, target: Path) -> None:
        """Makes HTML of a file.

        Raises:
            ConversionFailed: refused, out-of-time, too-large, or crashed (twice over this file).
            Retry: the server is away or busy, or the service is ending; the document has no part in it.
        """
        with self._lock, self.guard.calling():
            try:
                self._made(source, target)
            except _WentDown:
                # Somebody else may have ended it; a document that does so ends the next one too.
                self._wait_until_back()
                try:
                    self._made(source, target)
                except _WentDown as again:
                    self._require_time()
                    raise ConversionFailed("crashed") from again

    def close(self) -> None:
        """Cuts off what is asked: a file may take minutes, and an orderly end has seconds."""
        self._over.set()
        if (connected := self._connected) is not None:
            with suppress(OSError):  # it may have ended by itself
                connected.shutdown(socket.SHUT_RDWR)
        self.guard.close()

    def _require_time(self) -> None:
        if self._over.is_set():
            raise Retry(SERVER, "the service is ending")

    def _made(self, source: Path, target: Path) -> None:
        until = time.monotonic() + self._seconds
        with closing(self._connection(self._seconds)) as connection, target.open("wb") as page:
            self._connected = connection.sock
            self._require_time()  # the end may have come before there was a connection that it could cut
            within = _Deadline(connection.sock, until)
            self._send(connection, source, within)
            size, end = 0, b""
            with closing(within.call(connection.getresponse)) as response:
                _require_page(response.status)
                while piece := within.call(response.read1, _PIECE):
                    size, end = size + len(piece), (end + piece)[-_END_BYTES:]
                    if size > self._most:
                        raise ConversionFailed("too-large")
                    page.write(piece)
            if size and not end.rstrip().endswith(_END):
                raise _WentDown

    def _send(self, connection: http.client.HTTPConnection, source: Path, within: "_Deadline") -> None:
        connection.putrequest("PUT", f"{self._parts.path.rstrip('/')}/tika")
        connection.putheader("Accept", "text/html")
        connection.putheader("Content-Type", "application/octet-stream")
        connection.putheader("Content-Length", str(source.stat().st_size))
        with source.open("rb") as file:
            within.call(connection.endheaders)
            for piece in iter(lambda: file.read(_PIECE), b""):
                within.call(connection.send, piece)

    def _connection(self, seconds: float) -> http.client.HTTPConnection:
        secure = self._parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=seconds)
        try:
            connection.connect()
        except OSError as failure:
            connection.close()
            raise Retry(SERVER, _AWAY) from failure
        return connection

    def _probe(self) -> None:
        """Asks which version it is.

        Raises:
            Retry: it does not say.
        """
        with closing(self._connection(5.0)) as connection:
            try:
                connection.request("GET", f"{self._parts.path.rstrip('/')}/version")
                with closing(connection.getresponse()) as response:
                    said = response.read(200)
            except (OSError, http.client.HTTPException) as failure:
                raise Retry(SERVER, _AWAY) from failure
        if not said.startswith(b"Apache Tika"):
            raise Retry(SERVER, "what REAM_TIKA_URL names is no server of Apache Tika")

    def _wait_until_back(self) -> None:
        until = time.monotonic() + BACK_SECONDS
        while True:
            self._require_time()
            try:
                self._probe()
            except Retry:
                if time.monotonic() > until:
                    raise
                self._over.wait(0.5)
            else:
                return


class _Deadline:
    """A connection that must be done with by some time."""

    def __init__(self, connected: socket.socket, until: float) -> None:
        self._socket = connected
        self._until = until

    def call(self, do: Callable[..., T], *arguments: object) -> T:
        """Calls what waits for the server.

        Raises:
            ConversionFailed: out-of-time.
            _WentDown: the connection ended.
        """
        left = self._until - time.monotonic()
        if left <= 0:
            raise ConversionFailed("out-of-time")
        self._socket.settimeout(left)
        try:
            return do(*arguments)
        except TimeoutError as late:
            raise ConversionFailed("out-of-time") from late
        except (OSError, http.client.HTTPException) as failure:
            raise _WentDown from failure


def _require_page(status: int) -> None:
    """Says whose fault it is that no page comes.

    Raises:
        ConversionFailed: the server refuses the file.
        Retry: there is no such server at the address, or it is busy.
    """
    if status in _BUSY:
        raise Retry(SERVER, f"the server of Apache Tika is busy (it answers {status})")
    if status in _NO_SERVER:
        raise Retry(SERVER, f"what REAM_TIKA_URL names answers {status}, as no server of Apache Tika does")
    if status not in (200, 204):
        raise ConversionFailed("refused")
