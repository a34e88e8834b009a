# SPDX-License-Identifier: Apache-2.0
"""Decides how LibreOffice works: run by its own Python (UNO), confined by `office_confine.py`, without macros or links.

Started by `office.py` as `python3 -I office_worker.py PROGRAM FOLDER MEMORY_BYTES`; needs nothing but the standard
library and `uno`. Takes a JSON object a line, `{"source": …, "target": …}`, and answers `{"made": true}` or
`{"made": false}`; its first line says whether it is ready and what it is confined by.
"""

import contextlib
import ctypes
import importlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

FILTERS = {".docx": "MS Word 2007 XML", ".txt": "Text (encoded)"}
LAID_OUT = {
    "com.sun.star.sheet.SpreadsheetDocument": "calc_pdf_Export",
    "com.sun.star.presentation.PresentationDocument": "impress_pdf_Export",
    "com.sun.star.drawing.DrawingDocument": "draw_pdf_Export",
}
"""Kinds of documents to the filter that makes PDF of them; of all others writer's does."""
STORED = {"impress_pdf_Export": {"ExportHiddenSlides": True}}
"""What filters are told. A hidden slide is read like the others, so that page 3 is slide 3 only with it."""
START_SECONDS = 50.0
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
    confine = confinement()
    in_force = confine.limit(memory)
    prepare(program, folder)
    # A profile is made by starting twice, with files in between that only an unsecluded process may remove; no document
    # has been near it yet.
    in_force += confine.seclude(folder, program)
    try:
        uno: Any = importlib.import_module("uno")  # the system's Python alone has it
    except ImportError:
        print(json.dumps({"ready": False, "why": "uno"}), flush=True)
        return 1
    office = start(program, folder)
    try:
        desktop = connect(uno, folder, office)
        print(json.dumps({"ready": desktop is not None, "confinement": in_force}), flush=True)
        for line in sys.stdin if desktop is not None else ():
            request = json.loads(line)
            made = convert(uno, desktop, request["source"], request["target"])
            if not made and not answers(desktop):
                return 1  # LibreOffice is gone, and that is not the same as its refusing the document
            print(json.dumps({"made": made}), flush=True)
    finally:
        office.kill()
        office.wait()
    return 0


def confinement() -> Any:
    """Loads the module that confines from beside this file: `-I` leaves this folder out of the search."""
    spec = importlib.util.spec_from_file_location("office_confine", Path(__file__).with_name("office_confine.py"))
    if spec is None or spec.loader is None:
        raise ImportError("office_confine")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def prepare(program: str, folder: Path) -> None:
    """Makes a profile; where that fails, the start that follows will say so."""
    user = folder / "profile" / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    making = launch([*arguments(program, folder), "--terminate_after_init"], folder)
    try:
        making.wait(START_SECONDS)
    except subprocess.TimeoutExpired:
        making.kill()
        making.wait()


def arguments(program: str, folder: Path) -> "list[str]":
    """What LibreOffice is started with, whatever it is to do."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    return [program, profile, "--headless", "--invisible", "--norestore", "--nologo"]


def start(program: str, folder: Path) -> "subprocess.Popen[bytes]":
    """Starts LibreOffice, to be spoken to by a pipe."""
    quiet = ["--nodefault", "--nolockcheck", "--nofirststartwizard"]
    return launch([*arguments(program, folder), *quiet, f"--accept=pipe,name={folder.name};urp;"], folder)


def launch(command: "list[str]", folder: Path) -> "subprocess.Popen[bytes]":
    """Starts a program that dies with this process and says nothing."""
    parent = os.getpid()

    def die_with_parent() -> None:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    nowhere = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=folder, preexec_fn=die_with_parent, **nowhere)  # type: ignore[call-overload,no-any-return]


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


def answers(desktop: Any) -> bool:
    """Says whether LibreOffice is still there."""
    try:
        desktop.getComponents()
    except Exception:  # uno's errors have no common class but this
        return False
    return True


def convert(uno: Any, desktop: Any, source: str, target: str) -> bool:
    """Opens a document, never running or following anything in it, and stores it in the format of the target."""
    document = None
    try:
        opening: dict[str, Any] = {"Hidden": True, "ReadOnly": True, "MacroExecutionMode": 0, "UpdateDocMode": 0}
        if Path(source).suffix == ".txt":
            opening.update(FilterName="Text (encoded)", FilterOptions="UTF8")
        document = desktop.loadComponentFromURL(Path(source).as_uri(), "_blank", 0, properties(uno, opening))
        if document is None:
            return False
        document.storeToURL(Path(target).as_uri(), storing(uno, filter_of(document, target)))
    except Exception:
        return False
    finally:
        if document is not None:
            with contextlib.suppress(Exception):
                document.close(True)
    return Path(target).exists()


def filter_of(document: Any, target: str) -> str:
    """Names the filter that stores a document in the format of the target."""
    if Path(target).suffix != ".pdf":
        return FILTERS[Path(target).suffix]
    return next((made for kind, made in LAID_OUT.items() if document.supportsService(kind)), "writer_pdf_Export")


def storing(uno: Any, chosen: str) -> "tuple[Any, ...]":
    """Makes the list of what a document is stored with."""
    values: dict[str, Any] = {"FilterName": chosen}
    if chosen in STORED:
        values["FilterData"] = uno.Any("[]com.sun.star.beans.PropertyValue", properties(uno, STORED[chosen]))
    return properties(uno, values)


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
