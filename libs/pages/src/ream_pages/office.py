# SPDX-License-Identifier: Apache-2.0
"""Decides how LibreOffice is run: one warm instance, one conversion at a time, under limits, replaced when it hangs.

LibreOffice needs sockets of its own and takes a second to start, so it cannot live in a cell: `office_worker.py` runs
it beside the service with no network, no file but its own and the system's, no right to macros or links, and limits
of its own. Where it leaves temporary files is a folder of its own, which goes with it.
"""

import errno
import hashlib
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from ream_kit import Retry
from ream_kit.guard import Guard

SERVER = "libreoffice"
WORKER = Path(__file__).with_name("office_worker.py")
START_SECONDS = 60.0
ROOM_BYTES = 16 << 20
"""With less room left on the disk, a conversion that failed proves nothing against its document."""
_ENDING = "the service is ending"
_NO_START = "it is installed and does not start: 'soffice --headless --version' where extract runs may say why"
_SOCKETS = Path("/tmp")  # noqa: S108 - LibreOffice's own choice, which no setting moves


class ConversionFailed(Exception):
    """The document could not be converted; `cause` is missing, out-of-time, crashed or refused."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"office conversion: {cause}")
        self.cause = cause


class Converter(Protocol):
    """Makes another format of a document."""

    def convert(self, source: Path, target: Path) -> None:
        """Converts; the format is the target's ending.

        Raises:
            ConversionFailed: it could not be done.
            Retry: the converter does not start, or the service is ending; the document has no part in it.
        """


def sockets(folder: Path) -> list[Path]:
    """Names the sockets that LibreOffice leaves in /tmp when it is killed: ours, and the one by its profile's hash."""
    profile = (folder / "profile").as_uri().encode("utf-16-le")
    digest = "".join(format(byte, "x") for byte in hashlib.md5(profile, usedforsecurity=False).digest())
    names = (folder.name, f"SingleOfficeIPC_{digest}")
    return [_SOCKETS / f"OSL_PIPE_{os.getuid()}_{name}" for name in names]


class Office:
    """A warm LibreOffice; started at the first conversion, ended when idle for long.

    Attributes:
        guard: its breaker: open while it does not start.
    """

    def __init__(
        self,
        *,
        python: str = "/usr/bin/python3",
        program: str = "soffice",
        seconds: float = 120.0,
        recycle_after: int = 50,
        memory_bytes: int = 4 << 30,
        idle_seconds: float = 600.0,
    ) -> None:
        self._python = python
        self._program = program
        self._seconds = seconds
        self._recycle_after = recycle_after
        self._memory_bytes = memory_bytes
        self._idle_seconds = idle_seconds
        self.guard = Guard(SERVER, self._probe)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._reaping = threading.Lock()  # the number of a process that was waited for may be anybody's
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None
        self._done = 0
        self._idle: threading.Timer | None = None
        self.confinement: tuple[str, ...] = ()
        """What held the instance that was started last; empty before the first conversion."""

    def __enter__(self) -> "Office":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A conversion may take minutes, and an orderly end has seconds: it is cut off before its lock is waited for.
        self._over.set()
        if (process := self._process) is not None:
            self._kill(process)
        with self._lock:
            self._stop()

    @property
    def available(self) -> bool:
        """Whether the programs are installed; whether they work shows at the first conversion."""
        return shutil.which(self._program) is not None and shutil.which(self._python) is not None

    def convert(self, source: Path, target: Path) -> None:
        """Converts a document; see `Converter`. Others wait meanwhile."""
        if not self.available:
            raise ConversionFailed("missing")
        self.guard.require_closed()
        with self._lock:
            try:
                self._convert(source, target)
            except ConversionFailed as failure:
                if failure.cause != "crashed":
                    raise
                # Somebody else may have killed it; a document that does so kills the next one too.
                self._convert(source, target)

    def _convert(self, source: Path, target: Path) -> None:
        folder = self._start()
        given, made = folder / f"in{source.suffix or '.doc'}", folder / f"out{target.suffix}"
        try:
            shutil.copyfile(source, given)
            answer = self._ask({"source": str(given), "target": str(made)}, self._seconds)
            if not answer.get("made") or not made.exists():
                _require_room(folder)
                raise ConversionFailed("refused")
            shutil.move(made, target)
        except ConversionFailed as failure:
            if failure.cause != "refused":
                self._stop()
            self._require_time()
            raise
        finally:
            for left in (given, made):
                left.unlink(missing_ok=True)
        self._done += 1
        if self._done >= self._recycle_after:
            self._stop()
        else:
            self._wait_for_idleness()

    def _probe(self) -> None:
        with self._lock:
            self._start()
            self._wait_for_idleness()

    def _start(self) -> Path:
        """Returns the folder of the running instance; starts one when there is none."""
        if self._idle is not None:
            self._idle.cancel()
        self._require_time()
        if self._process is not None and self._lives(self._process) and self._folder is not None:
            return self._folder
        self._stop()
        self._folder = Path(tempfile.mkdtemp(prefix="ream-office-"))
        temporary = self._folder / "tmp"
        temporary.mkdir()
        arguments = [self._python, "-I", str(WORKER), self._program, str(self._folder), str(self._memory_bytes)]
        try:
            self._process = subprocess.Popen(
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._folder,
                env={
                    "PATH": os.environ.get("PATH", ""),
                    "HOME": str(self._folder),
                    "TMPDIR": str(temporary),
                    "LANG": "C.UTF-8",
                },
                start_new_session=True,
            )
            # The end may have come before there was a process that it could kill.
            hello = {} if self._over.is_set() else self._answer(START_SECONDS)
        except (OSError, ConversionFailed):
            hello = {}
        if not hello.get("ready"):
            self._stop()
            self._require_time()
            if hello.get("why") == "uno":
                raise ConversionFailed("missing")
            self.guard.trip(_NO_START)
            raise Retry(SERVER, _NO_START)
        self.confinement = tuple(map(str, hello.get("confinement") or ()))
        return self._folder

    def _ask(self, request: dict[str, str], seconds: float) -> dict[str, Any]:
        if self._process is None or self._process.stdin is None:
            raise ConversionFailed("crashed")
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as failure:
            raise ConversionFailed("crashed") from failure
        return self._answer(seconds)

    def _answer(self, seconds: float) -> dict[str, Any]:
        """Waits for one line of the worker's."""
        if self._process is None or self._process.stdout is None:
            raise ConversionFailed("crashed")
        line = b""
        until = time.monotonic() + seconds
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                self._stop()
                raise ConversionFailed("out-of-time")
            piece = os.read(self._process.stdout.fileno(), 4096)
            if not piece:
                self._stop()
                raise ConversionFailed("crashed")
            line += piece
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _stop(self) -> None:
        """Ends worker and LibreOffice, which are one process group of our own making, and removes their folder."""
        if self._idle is not None:
            self._idle.cancel()
        process, self._process = self._process, None
        folder, self._folder = self._folder, None
        self._done = 0
        if process is not None:
            self._kill(process)
            with self._reaping:
                process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
            for socket in sockets(folder):
                socket.unlink(missing_ok=True)

    def _kill(self, process: "subprocess.Popen[bytes]") -> None:
        with self._reaping, suppress(ProcessLookupError):  # both may have ended by themselves
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)

    def _lives(self, process: "subprocess.Popen[bytes]") -> bool:
        ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return ended is None

    def _require_time(self) -> None:
        """Raises Retry when the end has begun: what it cut off is not the document's fault, nor LibreOffice's."""
        if self._over.is_set():
            raise Retry(SERVER, _ENDING)

    def _wait_for_idleness(self) -> None:
        self._idle = threading.Timer(self._idle_seconds, self._end_if_idle)
        self._idle.daemon = True
        self._idle.start()

    def _end_if_idle(self) -> None:
        if self._lock.acquire(blocking=False):
            try:
                self._stop()
            finally:
                self._lock.release()


def _require_room(folder: Path) -> None:
    if shutil.disk_usage(folder).free < ROOM_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
