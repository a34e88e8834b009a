# SPDX-License-Identifier: Apache-2.0
"""Decides what goes wrong between a client and a real server: a proxy on loopback that tests tell to misbehave."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from types import TracebackType
from typing import Self

_PIECE = 1 << 16
_BACKLOG = 128
_RESET = struct.pack("ii", 1, 0)


class FaultProxy:
    """Carries bytes between its own port and a server, until it is told otherwise.

    Whatever it was told holds for living connections too, until `heal`. Use it as a context manager; it serves any
    protocol over TCP. Thread-safe.
    """

    def __init__(self, host: str, port: int, *, listen_on: int = 0) -> None:
        """Names the server, and the port to listen on; 0 lets the machine choose one."""
        self._server = (host, port)
        self._lock = threading.Lock()
        self._flowing, self._over = threading.Event(), threading.Event()
        self._flowing.set()
        self._delay = 0.0
        self._living: set[socket.socket] = set()
        self._listener = self._listen(listen_on)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._serve()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._flowing.set()
        self._stop_listening()
        self.cut()

    @property
    def address(self) -> str:
        """Where clients connect, `host:port`."""
        return f"127.0.0.1:{self.port}"

    def refuse(self) -> None:
        """Refuses connections, and cuts those that live, as if the server's process were gone."""
        self._stop_listening()
        self.cut()

    def cut(self) -> None:
        """Resets all living connections once; new ones are served."""
        with self._lock:
            living, self._living = self._living, set()
        for one in living:
            _reset(one)

    def stall(self) -> None:
        """Holds every byte back, as if the server's process were frozen; connections are still accepted."""
        self._flowing.clear()

    def delay(self, seconds: float) -> None:
        """Holds every piece of a request back for so long."""
        self._delay = seconds

    def heal(self) -> None:
        """Carries everything again; what was held back goes on."""
        self._delay = 0.0
        self._flowing.set()
        with self._lock:
            listening = self._listener.fileno() >= 0
        if not listening:
            self._listener = self._listen(self.port)
            self._serve()

    def _listen(self, port: int) -> socket.socket:
        return socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)

    def _stop_listening(self) -> None:
        with contextlib.suppress(OSError):  # it did not listen
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), name="fault-proxy", daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), name="fault-proxy-carries", daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._server, timeout=10)
        except OSError:
            _reset(client)
            client.close()
            return
        server.settimeout(None)
        with self._lock:
            self._living |= {client, server}
        answers = threading.Thread(target=self._pump, args=(server, client, False), daemon=True)
        answers.start()
        self._pump(client, server, True)
        answers.join()
        with self._lock:
            self._living -= {client, server}
        client.close()
        server.close()

    def _pump(self, source: socket.socket, target: socket.socket, asks: bool) -> None:
        try:
            while piece := source.recv(_PIECE):
                if asks and self._delay:
                    self._over.wait(self._delay)
                self._flowing.wait()
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:  # one end is gone: so is the other
            for one in (source, target):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)


def _reset(one: socket.socket) -> None:
    """Ends a connection so that both ends notice at once; the threads that carry it close it."""
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
