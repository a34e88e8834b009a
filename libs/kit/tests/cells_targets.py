# SPDX-License-Identifier: Apache-2.0
"""What runs inside cells in the tests: sound targets, and parsers that attack the place they run in."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Results = Iterator[dict[str, Any]]


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


def _descriptors() -> list[int]:
    return sorted(int(path.name) for path in Path("/proc/self/fd").iterdir())


def echo(request: dict[str, Any], scratch: Path) -> Results:
    """Gives the request back `n` times."""
    for _ in range(request.get("n", 1)):
        yield request


def run(request: dict[str, Any], scratch: Path) -> Results:
    """Runs the function of this module that the request names."""
    yield from globals()[request["do"]](request, scratch)


def about(request: dict[str, Any], scratch: Path) -> Results:
    yield {
        "pid": os.getpid(),
        "name": Path("/proc/self/comm").read_text().strip(),
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
        "cwd": str(Path.cwd()),
        "scratch": [str(scratch), [path.name for path in scratch.iterdir()]],
        "environ": sorted(os.environ),
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "session": os.getsid(0),
        "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        "stdin": sys.stdin is None or os.read(0, 1) == b"",
        "oom": Path("/proc/self/oom_score_adj").read_text().strip(),
        "tmp": tempfile.gettempdir(),
        "descriptors": _descriptors(),
        "capabilities": [line for line in Path("/proc/self/status").read_text().splitlines() if "CapEff" in line],
    }


def write(request: dict[str, Any], scratch: Path) -> Results:
    (scratch / request["name"]).write_bytes(request["text"].encode())
    yield {"file": request["name"]}


def stream(request: dict[str, Any], scratch: Path) -> Results:
    """Notes how many results it could send: a file has one byte for each, so that it says so at every moment."""
    with (scratch / "sent").open("wb", buffering=0) as sent:
        for number in range(request["n"]):
            sent.write(b".")
            yield {"number": number, "filler": "x" * 10_000}


def slow(request: dict[str, Any], scratch: Path) -> Results:
    for number in range(request["n"]):
        _pause(request["pause"])
        yield {"number": number}


def allocate(request: dict[str, Any], scratch: Path) -> Results:
    kept = []
    while True:
        kept.append(bytearray(16 << 20))
    yield {}


def allocate_in_c(request: dict[str, Any], scratch: Path) -> Results:
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
    os.abort()
    yield {}


def spin(request: dict[str, Any], scratch: Path) -> Results:
    while True:
        pass
    yield {}


def sleep(request: dict[str, Any], scratch: Path) -> Results:
    yield {"first": True}
    _pause(1000)


def trickle(request: dict[str, Any], scratch: Path) -> Results:
    while True:
        _pause(0.05)
        yield {}


def fork(request: dict[str, Any], scratch: Path) -> Results:
    try:
        pid = os.fork()
    except PermissionError as error:
        yield {"error": error.errno}
    else:
        if pid == 0:
            os.setsid()
            _pause(1000)
        yield {"pid": pid}


def execute(request: dict[str, Any], scratch: Path) -> Results:
    try:
        yield {"out": subprocess.run(["/bin/echo", "hello"], capture_output=True, check=True).stdout.decode()}
    except OSError as error:
        yield {"error": error.errno}


def replace_itself(request: dict[str, Any], scratch: Path) -> Results:
    try:
        os.execv("/bin/true", ["true"])  # noqa: S606
    except OSError as error:
        yield {"error": error.errno}


def thread(request: dict[str, Any], scratch: Path) -> Results:
    ran: list[int] = []
    worker = threading.Thread(target=ran.append, args=(1,))
    worker.start()
    worker.join()
    yield {"ran": len(ran)}


def network(request: dict[str, Any], scratch: Path) -> Results:
    for family, kind in (
        (socket.AF_INET, socket.SOCK_STREAM),
        (socket.AF_INET, socket.SOCK_DGRAM),
        (socket.AF_INET6, socket.SOCK_STREAM),
        (socket.AF_UNIX, socket.SOCK_STREAM),
        (socket.AF_NETLINK, socket.SOCK_RAW),
    ):
        try:
            socket.socket(family, kind).close()
            yield {"opened": str(family)}
        except OSError as error:
            yield {"error": error.errno}


def write_outside(request: dict[str, Any], scratch: Path) -> Results:
    """Tries every way to change something at a path that it may not touch."""
    target = Path(request["target"])
    inside = scratch / "inside"
    inside.write_text("inside")
    ways: dict[str, Callable[[], object]] = {
        "write": lambda: target.write_text("changed"),
        "append": lambda: os.close(os.open(target, os.O_WRONLY | os.O_APPEND)),
        "truncate": lambda: os.truncate(target, 0),
        "unlink": target.unlink,
        "rename": lambda: target.rename(scratch / "taken"),
        "replace": lambda: inside.replace(target),
        "create": lambda: (target.parent / "new").write_text("x"),
        "mkdir": lambda: (target.parent / "folder").mkdir(),
        "link": lambda: os.link(target, scratch / "linked"),
        "symlink": lambda: (scratch / "soft").symlink_to(target),
        "fifo": lambda: os.mkfifo(scratch / "fifo"),
        "tmp": lambda: Path("/tmp/ream-cell-was-here").write_text("x"),
        "shm": lambda: Path("/dev/shm/ream-cell-was-here").write_text("x"),
        "xattr": lambda: os.setxattr(target, "user.x", b"x"),
    }
    for name, way in ways.items():
        try:
            way()
            yield {"way": name, "error": 0}
        except OSError as error:
            yield {"way": name, "error": error.errno}
    target.chmod(0o777)
    os.utime(target, (1, 1))
    Path("/dev/null").write_text("allowed")
    yield {"way": "inside", "text": inside.read_text()}


def attack(request: dict[str, Any], scratch: Path) -> Results:
    """Tries to reach the process that started it."""
    libc = ctypes.CDLL(None, use_errno=True)
    pid = request["pid"]

    def memory_of() -> None:
        Path(f"/proc/{pid}/environ").read_bytes()

    def kill() -> None:
        os.kill(pid, 0)

    def limit() -> None:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (0, 0))

    def more_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def trace() -> None:
        if libc.ptrace(16, pid, None, None) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")

    def ring() -> None:
        if libc.syscall(425, 1, ctypes.create_string_buffer(120)) < 0:
            raise OSError(ctypes.get_errno(), "io_uring_setup")

    def namespace() -> None:
        if libc.unshare(0x10000000) != 0:
            raise OSError(ctypes.get_errno(), "unshare")

    for way in (memory_of, kill, limit, more_memory, trace, ring, namespace):
        try:
            way()
            yield {"way": way.__name__, "error": 0}
        except (OSError, ValueError) as error:
            yield {"way": way.__name__, "error": getattr(error, "errno", None) or errno.EPERM}


def prints(request: dict[str, Any], scratch: Path) -> Results:
    print("to stdout \udc80")
    print("to stderr", file=sys.stderr)
    os.write(1, b"q\x00\x00\x00\x02{}" * 10)
    for _ in range(request.get("many", 0)):
        os.write(1, b"rubbish " * 1000)
    if request.get("fail"):
        raise ValueError("bad document")
    yield {"ok": True}


def die(request: dict[str, Any], scratch: Path) -> Results:
    os.kill(os.getpid(), request["signal"])
    yield {}


def crash(request: dict[str, Any], scratch: Path) -> Results:
    ctypes.memset(0, 0, 1)
    yield {}


def leave(request: dict[str, Any], scratch: Path) -> Results:
    os._exit(request["code"])
    yield {}


def leave_politely(request: dict[str, Any], scratch: Path) -> Results:
    sys.exit(3)
    yield {}


def fail(request: dict[str, Any], scratch: Path) -> Results:
    yield {"before": True}
    raise KeyError("what was missing" * 1000)


def one_big_file(request: dict[str, Any], scratch: Path) -> Results:
    with (scratch / "big").open("wb") as file:
        while True:
            file.write(bytes(1 << 20))
    yield {}


def many_files(request: dict[str, Any], scratch: Path) -> Results:
    number = 0
    while True:
        number += 1
        (scratch / str(number)).write_bytes(bytes(1 << 19))
    yield {}


def big_result(request: dict[str, Any], scratch: Path) -> Results:
    yield {"text": "x" * (65 << 20)}


def many_results(request: dict[str, Any], scratch: Path) -> Results:
    while True:
        yield {"text": "x" * (1 << 19)}


def deep_folders(request: dict[str, Any], scratch: Path) -> Results:
    for _ in range(request["depth"]):
        Path("d").mkdir()
        os.chdir("d")
    Path("bottom").write_text("x")
    yield {}


def unreadable_folder(request: dict[str, Any], scratch: Path) -> Results:
    (scratch / "closed").mkdir(mode=0)
    yield {}


def open_files(request: dict[str, Any], scratch: Path) -> Results:
    kept = []
    while True:
        kept.append(os.open("/dev/null", os.O_RDONLY))
    yield {}


def not_json(request: dict[str, Any], scratch: Path) -> Results:
    yield {"value": {"nan": float("nan"), "object": object(), "text": 1}[request["kind"]]}


def not_a_dict(request: dict[str, Any], scratch: Path) -> Results:
    yield json.loads("[1, 2]")


def surrogates(request: dict[str, Any], scratch: Path) -> Results:
    yield {"text": "a\udc80b\N{SNOWMAN}"}


def forge(request: dict[str, Any], scratch: Path) -> Results:
    """Writes to the caller past the protocol."""
    for number in _descriptors():
        try:
            if str(Path(f"/proc/self/fd/{number}").readlink()).startswith("socket:"):
                os.write(number, bytes.fromhex(request["bytes"]))
        except OSError:
            continue
    _pause(1000)
    yield {}


def grow(request: dict[str, Any], scratch: Path) -> Results:
    globals()["_kept"] = bytearray(request["bytes"])
    for at in range(0, request["bytes"], 4096):
        globals()["_kept"][at] = 1
    yield {"pid": os.getpid()}


def write_on(request: dict[str, Any], scratch: Path) -> Results:
    """Goes on writing into its scratch folder after it has said that it is done."""

    def scribble() -> None:
        number = 0
        while True:
            number += 1
            try:
                (scratch / f"late-{number}").touch()
            except OSError:
                scratch.mkdir(exist_ok=True)

    threading.Thread(target=scribble, daemon=True).start()
    _pause(0.05)
    yield {}
