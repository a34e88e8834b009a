# SPDX-License-Identifier: Apache-2.0
"""Describes the machine and the programs that were measured, without names that would say whose it is."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from ream_bench.papers import scan_font
from ream_cli.surroundings import Surroundings
from ream_local import catalogue

_PACKAGES = ("confluent-kafka", "faust-streaming", "opensearch-py", "pypdfium2", "tesserocr", "python-docx")
_SETTINGS = re.compile(r"REAM_(INGEST|EXTRACT|OCR|CLASSIFY|AGGREGATE|INDEX|SWEEP|WORKERS|IN_FLIGHT|READ_AHEAD)")
_NOT_SETTINGS = ("REAM_INDEX_PREFIX", "REAM_AGGREGATE_DATA_DIR")
_ROOT = Path(__file__).resolve().parents[2]


def describe(surroundings: Surroundings) -> dict[str, Any]:
    """The machine, before anything is measured."""
    with surroundings.opensearch() as client:
        opensearch = str(client.info()["version"]["number"])
    own = surroundings.own_servers
    return {
        "processor": processor(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory_bytes(Path("/proc/meminfo").read_text(encoding="ascii")) / 1e9),
        "kernel": platform.release(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
        "python": platform.python_version(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "load_before": round(os.getloadavg()[0], 2),
        "ream": revision(),
        "kafka": catalogue.KAFKA_VERSION if "kafka" in own else "elsewhere",
        "opensearch": opensearch if "opensearch" in own else f"{opensearch}, elsewhere",
        "store": "S3" if "://" in surroundings.environ["REAM_STORE"] else "folder",
        "scan_font": scan_font(),
        "tesseract": _said("tesseract", "--version"),
        "libreoffice": _said("soffice", "--version"),
        "packages": {name: metadata.version(name) for name in _PACKAGES},
        "settings": settings(surroundings.environ),
    }


def fingerprint(machine: Mapping[str, Any]) -> tuple[Any, ...]:
    """What must be the same for figures to be compared: the machine, where the servers are, what was set by hand."""
    names = ("processor", "cores", "memory_gb", "store", "scan_font")
    elsewhere = tuple("elsewhere" in machine[name] for name in ("kafka", "opensearch"))
    return (*(machine[name] for name in names), elsewhere, tuple(sorted(machine["settings"].items())))


def processor(cpuinfo: str) -> str:
    """The name of the processor; its architecture where the kernel names none."""
    found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def memory_bytes(meminfo: str) -> int:
    """Memory of the machine.

    Raises:
        ValueError: the kernel does not say.
    """
    found = re.search(r"^MemTotal:\s+(\d+) kB$", meminfo, re.MULTILINE)
    if found is None:
        raise ValueError("no MemTotal in /proc/meminfo")
    return int(found[1]) * 1024


def settings(environ: Mapping[str, str]) -> dict[str, str]:
    """What was set by hand and changes figures; never an address or a password."""
    return {name: value for name, value in environ.items() if _SETTINGS.match(name) and name not in _NOT_SETTINGS}


def revision() -> str:
    """The commit that is measured; with a plus when files of it were changed."""
    commit = _said("git", "-C", str(_ROOT), "rev-parse", "--short", "HEAD")
    changed = _said("git", "-C", str(_ROOT), "status", "--porcelain", "--untracked-files=no")
    return commit + ("+" if changed not in ("", "not installed") else "")


def _said(*command: str) -> str:
    """The first line that a program says."""
    try:
        ran = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "not installed"
    said = (ran.stdout or ran.stderr).strip().splitlines()
    return said[0] if said else ""
