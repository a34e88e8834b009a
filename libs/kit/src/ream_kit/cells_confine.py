# SPDX-License-Identifier: Apache-2.0
"""Decides what a cell may not do: reach the network, write outside its folder, touch other processes.

Landlock (a process gives up rights to files) and seccomp (a process gives up system calls) need no privileges. Where
the kernel lacks one, the other still holds, and `confine` says which are in force.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from pathlib import Path

from ream_kit.cells_syscalls import DENIED, NUMBERS, PRETENDED, UNKNOWN

_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_WRITE_FILE, _REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 1, 1 << 4, 1 << 5, 1 << 7, 1 << 8
_MAKE_SPECIAL = 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12  # devices, sockets, pipes, symbolic links
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_TCP, _SCOPES = 1 << 0 | 1 << 1, 1 << 0 | 1 << 1

_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_LOAD, _JUMP_EQ, _JUMP_GE, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_FIRST = 0x40000000
_CLONE_THREAD, _CLONE_NEW = 0x00010000, 0x7E020000


def confine(folder: Path, *, programs: bool) -> tuple[str, ...]:
    """Confines this process and its children for good: writes below `folder` only, no network, no other processes.

    `no_new_privs` must be set. Returns the names of what is in force, none where the kernel refuses.
    """
    return tuple(name for name in (_landlock(folder), _seccomp(programs=programs)) if name)


def _landlock(folder: Path) -> str | None:
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return None
    # Special files may be made nowhere: a link in the scratch folder would lead its reader elsewhere.
    inside = _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG
    inside |= (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    attributes = struct.pack(
        "=QQQ", inside | _MAKE_SPECIAL, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0
    )[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = libc.syscall(_LANDLOCK_CREATE, attributes, len(attributes), 0)
    if ruleset < 0:
        return None
    try:
        on_file = inside & (_WRITE_FILE | _TRUNCATE)
        for path, rights in ((folder, inside), (Path("/dev/null"), on_file)):
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                libc.syscall(_LANDLOCK_ADD, ruleset, 1, struct.pack("=Qi", rights, handle), 0)
            finally:
                os.close(handle)
        return f"landlock-{version}" if libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) == 0 else None
    finally:
        os.close(ruleset)


def _seccomp(*, programs: bool) -> str | None:
    machine = platform.machine()
    if machine not in _ARCHITECTURES or sys.byteorder != "little" or sys.maxsize < 2**32:
        return None
    code = _filter(machine, os.getpid(), programs=programs)
    program = struct.pack("=H", len(code) // 8) + bytes(6) + struct.pack("=Q", _address(code))
    libc = ctypes.CDLL(None, use_errno=True)
    return "seccomp" if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0) == 0 else None


def _address(code: bytes) -> int:
    return ctypes.cast(ctypes.c_char_p(code), ctypes.c_void_p).value or 0


def _filter(machine: str, pid: int, *, programs: bool) -> bytes:
    """The program that the kernel runs at each system call: number and arguments in, allowed or an error out."""
    numbers = NUMBERS[machine]
    lines = [_op(_LOAD, 4), _op(_JUMP_EQ, _ARCHITECTURES[machine], 1, 0), _op(_RETURN, _KILL), _op(_LOAD, 0)]
    if machine == "x86_64":
        lines += [_op(_JUMP_GE, _X32_FIRST, 0, 1), _op(_RETURN, _ERRNO | errno.ENOSYS)]
    for group, answer in ((DENIED, errno.EPERM), (PRETENDED, 0), (UNKNOWN, errno.ENOSYS)):
        for name in group:
            if name in numbers:
                lines += [_op(_JUMP_EQ, numbers[name], 0, 1), _op(_RETURN, _ERRNO | answer)]
    lines += _unless(numbers["prlimit64"], 0, _JUMP_EQ, 0)
    if programs:
        lines += [_op(_JUMP_EQ, numbers["clone"], 0, 4), _op(_LOAD, 16), _op(_JUMP_SET, _CLONE_NEW, 0, 1)]
        lines += [_op(_RETURN, _ERRNO | errno.EPERM), _op(_LOAD, 0)]
    else:
        lines += _unless(numbers["clone"], 0, _JUMP_SET, _CLONE_THREAD)
        lines += _unless(numbers["kill"], 0, _JUMP_EQ, pid)
        lines += _unless(numbers["tgkill"], 0, _JUMP_EQ, pid)
        for name in ("fork", "vfork", "execve", "execveat", "tkill"):
            if name in numbers:
                lines += [_op(_JUMP_EQ, numbers[name], 0, 1), _op(_RETURN, _ERRNO | errno.EPERM)]
    return b"".join([*lines, _op(_RETURN, _ALLOW)])


def _unless(number: int, argument: int, test: int, value: int) -> list[bytes]:
    """Denies a system call unless the low word of an argument passes the test."""
    return [
        _op(_JUMP_EQ, number, 0, 4),
        _op(_LOAD, 16 + 8 * argument),
        _op(test, value, 1, 0),
        _op(_RETURN, _ERRNO | errno.EPERM),
        _op(_LOAD, 0),
    ]


def _op(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
