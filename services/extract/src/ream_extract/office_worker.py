# SPDX-License-Identifier: Apache-2.0
"""Decides what LibreOffice may do: runs it by its own Python (UNO), without network, macros, links or core dumps.

Started by `office.py` as `python3 -I office_worker.py PROGRAM FOLDER MEMORY_BYTES`; needs nothing but the standard
library and `uno`. Takes a JSON object a line, `{"source": …, "target": …}`, and answers `{"made": true}` or
`{"made": false}`.
"""

import contextlib
import ctypes
import importlib
import json
import os
import platform
import resource
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

FILTERS = {".docx": "MS Word 2007 XML", ".txt": "Text (encoded)"}
START_SECONDS = 50.0
_SOCKET = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_AF_UNIX = 1
_X32_FIRST = 0x40000000
_IO_URING_SETUP = 425
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050001
_COMMON = "/org.openoffice.Office.Common"
_OFF = (
    (f"{_COMMON}/Security/Scripting", "DisableMacrosExecution", "true"),
    (f"{_COMMON}/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    (f"{_COMMON}/Misc", "FirstRun", "false"),
    ("/org.openoffice.Office.Recovery/AutoSave", "Enabled", "false"),
)
_ITEM = '<item oor:path="{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>'
_SETTINGS = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    + "".join(_ITEM.format(*one) for one in _OFF)
    + "</oor:items>"
)


def main() -> int:
    """Serves conversions until its input ends."""
    program, folder, memory = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    confine(memory)
    try:
        uno: Any = importlib.import_module("uno")  # the system's Python alone has it
    except ImportError:
        print(json.dumps({"ready": False, "why": "uno"}), flush=True)
        return 1
    office = start(program, folder)
    try:
        desktop = connect(uno, folder, office)
        print(json.dumps({"ready": desktop is not None}), flush=True)
        for line in sys.stdin if desktop is not None else ():
            request = json.loads(line)
            print(json.dumps({"made": convert(uno, desktop, request["source"], request["target"])}), flush=True)
    finally:
        office.kill()
        office.wait()
    return 0


def confine(memory_bytes: int) -> None:
    """Sets limits that LibreOffice inherits, and leaves no kind of socket but those of this machine's files."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
    # Other architectures number their calls differently, and io_uring opens sockets without the call: neither passes.
    architecture, number = _SOCKET.get(platform.machine(), (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) != 0 or not number:
        return
    lines = (
        (0x20, 0, 0, 4), (0x15, 0, 7, architecture),
        (0x20, 0, 0, 0), (0x35, 5, 0, _X32_FIRST), (0x15, 5, 0, _IO_URING_SETUP), (0x15, 0, 2, number),
        (0x20, 0, 0, 16), (0x15, 0, 2, _AF_UNIX),
        (0x06, 0, 0, _ALLOW), (0x06, 0, 0, _KILL), (0x06, 0, 0, _REFUSE),
    )  # fmt: skip
    code = b"".join(struct.pack("=HBBI", *line) for line in lines)
    held = ctypes.create_string_buffer(code, len(code))
    libc.prctl(22, 2, struct.pack("=H6xQ", len(lines), ctypes.addressof(held)), 0, 0)


def start(program: str, folder: Path) -> "subprocess.Popen[bytes]":
    """Starts LibreOffice with a profile of its own; it dies with this process."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    parent = os.getpid()

    def die_with_parent() -> None:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    arguments = [
        program,
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--invisible",
        "--norestore",
        "--nologo",
    ]
    arguments += ["--nodefault", "--nolockcheck", "--nofirststartwizard", f"--accept=pipe,name={folder.name};urp;"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(arguments, cwd=folder, preexec_fn=die_with_parent, **quiet)  # type: ignore[call-overload,no-any-return]


def connect(uno: Any, folder: Path, office: "subprocess.Popen[bytes]") -> Any:
    """Waits until LibreOffice answers; None when it ends or does not in time."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and office.poll() is None:
        with contextlib.suppress(Exception):  # uno's errors have no common class but this
            context = resolver.resolve(f"uno:pipe,name={folder.name};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        time.sleep(0.05)  # noqa: TID251 - runs outside of Ream's Python, without its clock
    return None


def convert(uno: Any, desktop: Any, source: str, target: str) -> bool:
    """Opens a document, never running or following anything in it, and stores it in the format of the target."""
    document = None
    try:
        opening = {"Hidden": True, "ReadOnly": True, "MacroExecutionMode": 0, "UpdateDocMode": 0}
        document = desktop.loadComponentFromURL(Path(source).as_uri(), "_blank", 0, properties(uno, opening))
        if document is None:
            return False
        document.storeToURL(Path(target).as_uri(), properties(uno, {"FilterName": FILTERS[Path(target).suffix]}))
    except Exception:
        return False
    finally:
        if document is not None:
            with contextlib.suppress(Exception):
                document.close(True)
    return Path(target).exists()


def properties(uno: Any, values: "dict[str, Any]") -> "tuple[Any, ...]":
    """Makes UNO's list of named values."""
    made = []
    for name, value in values.items():
        one = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        one.Name, one.Value = name, value
        made.append(one)
    return tuple(made)


if __name__ == "__main__":
    raise SystemExit(main())
