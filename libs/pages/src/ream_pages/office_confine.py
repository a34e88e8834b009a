# SPDX-License-Identifier: Apache-2.0
"""Decides what LibreOffice may touch: its own folder, the programs and fonts of the system, and nothing else.

Used by `office_worker.py` under the system's Python, so that it needs nothing but the standard library.
"""

import ctypes
import os
import platform
import resource
import shutil
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

SOCKETS = Path("/tmp")  # noqa: S108
"""Where LibreOffice makes its sockets, which no setting moves. It may make them there, and do nothing else."""
READ = (
    "/usr",
    "/lib",
    "/lib64",
    "/opt",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/group",
    "/etc/ld.so.cache",
    "/etc/libreoffice",
    "/etc/locale.alias",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/papersize",
    "/var/cache/fontconfig",
    "/var/lib/libreoffice",
    "/var/spool/libreoffice",
    "/proc",
    "/sys/devices/system/cpu",
    "/dev/null",
    "/dev/urandom",
)
"""Programs, fonts, settings of the system, and what the kernel says: no document and no secret of anybody's."""

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE = 1 << 4 | 1 << 5
_MAKE_DIR, _MAKE_FILE, _MAKE_SOCKET = 1 << 7, 1 << 8, 1 << 9
_MAKE_OTHER = 1 << 6 | 1 << 10 | 1 << 11 | 1 << 12  # devices, pipes, links
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_TCP, _SCOPES = 1 << 0 | 1 << 1, 1 << 0 | 1 << 1

_SOCKET = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_AF_UNIX = 1
_X32_FIRST = 0x40000000
_IO_URING_SETUP = 425
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050001


def limit(memory_bytes: int) -> "tuple[str, ...]":
    """Limits this process and its children for good and takes the network from them; names what is in force.

    Args:
        memory_bytes: address space of each process.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) != 0:
        return ("rlimits",)
    return ("rlimits", "no-new-privileges", *_seccomp(libc))


def seclude(folder: Path, program: str) -> "tuple[str, ...]":
    """Takes all files from this process and its children that are neither their own nor the system's, for good.

    Args:
        folder: the only one that may be written to; it must exist.
        program: LibreOffice's.

    Returns:
        The name of what is in force, none where the kernel lacks it. `limit` must have been called before.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE, None, 0, 1)
    if version < 1:
        return ()
    later = (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    read = _EXECUTE | _READ_FILE | _READ_DIR
    own = read | _WRITE_FILE | _REMOVE | _MAKE_DIR | _MAKE_FILE | _MAKE_SOCKET | later
    handled = struct.pack("=QQQ", own | _MAKE_OTHER, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)[
        : 8 if version < 4 else 16 if version < 6 else 24
    ]
    ruleset = libc.syscall(_CREATE, handled, len(handled), 0)
    if ruleset < 0:
        return ()
    try:
        written = _READ_FILE | _WRITE_FILE | (later & _TRUNCATE)
        rights = {folder: own, SOCKETS: _MAKE_SOCKET, Path("/dev/null"): written}
        for path, allowed in ({path: read for path in _readable(program)} | rights).items():
            _allow(libc, ruleset, path, allowed)
        return (f"landlock-{version}",) if libc.syscall(_RESTRICT, ruleset, 0) == 0 else ()
    finally:
        os.close(ruleset)


def _readable(program: str) -> Iterator[Path]:
    """Yields what may be read; of LibreOffice's own folder the whole, wherever it is installed."""
    yield from map(Path, READ)
    yield Path(sys.base_prefix, "lib")
    yield Path(__file__).parent
    place = Path(shutil.which(program) or program).resolve().parent
    yield place.parent if place.name == "program" else place


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there need not be allowed
    try:
        if not path.is_dir():
            rights &= _EXECUTE | _READ_FILE | _WRITE_FILE | _TRUNCATE
        libc.syscall(_ADD, ruleset, 1, struct.pack("=Qi", rights, handle), 0)
    finally:
        os.close(handle)


def _seccomp(libc: ctypes.CDLL) -> "tuple[str, ...]":
    """Leaves no kind of socket but those of this machine's files."""
    # Other architectures number their calls differently, and io_uring opens sockets without the call: neither passes.
    architecture, number = _SOCKET.get(platform.machine(), (0, 0))
    if not number:
        return ()
    lines = (
        (0x20, 0, 0, 4), (0x15, 0, 7, architecture),
        (0x20, 0, 0, 0), (0x35, 5, 0, _X32_FIRST), (0x15, 5, 0, _IO_URING_SETUP), (0x15, 0, 2, number),
        (0x20, 0, 0, 16), (0x15, 0, 2, _AF_UNIX),
        (0x06, 0, 0, _ALLOW), (0x06, 0, 0, _KILL), (0x06, 0, 0, _REFUSE),
    )  # fmt: skip
    code = b"".join(struct.pack("=HBBI", *line) for line in lines)
    held = ctypes.create_string_buffer(code, len(code))
    filtering = struct.pack("=H6xQ", len(lines), ctypes.addressof(held))
    return ("seccomp",) if libc.prctl(22, 2, filtering, 0, 0) == 0 else ()
