# SPDX-License-Identifier: Apache-2.0
"""Decides which service processes this machine runs, with which environment, and on which ports they answer."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from ream_cli.surroundings import Surroundings
from ream_index.settings import IndexSettings, OpenSearchSettings, UpkeepSettings
from ream_kit.commit_log import CommitLogSettings
from ream_kit.kafka import KafkaSettings
from ream_kit.settings import describe
from ream_kit.store_open import StoreSettings
from ream_local.errors import LocalStackError
from ream_local.ports import require_free
from ream_local.programs import Program

NAMES = ("ingest", "extract", "ocr", "classify", "aggregate", "index", "sweep", "vectors")
"""In the order of a document's way."""

UPKEEP = "upkeep"
"""Keeps indices within their bounds; where we have an administrator of OpenSearch, and without a health port."""
_UPKEEP_HOURS = "1"

FIRST_PORT, LAST_PORT = 19400, 19999
"""Health ports are looked for here: below the ports that the kernel gives to outgoing connections, so that a service
that comes back finds its own again."""

STOP_SECONDS = 32.0
"""How long a service may take to end: for what it has begun, and to commit."""
_CODE = (".py", ".json", ".yaml")


@dataclass(frozen=True, slots=True)
class Plan:
    """What runs, as `ream status` finds it again.

    Attributes:
        ports: health port by service.
        fingerprint: of everything that the services were started with; another one means that they must be restarted.
    """

    ports: Mapping[str, int]
    fingerprint: str

    def to_json(self) -> str:
        """Text of the file that keeps it."""
        return json.dumps({"ports": dict(self.ports), "fingerprint": self.fingerprint}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """The opposite of `to_json`."""
        found = json.loads(text)
        return cls(found["ports"], found["fingerprint"])


def plan_file(surroundings: Surroundings) -> Path:
    """Where the plan of the running services lies."""
    return surroundings.run_dir / "services-plan.json"


def known_plan(surroundings: Surroundings) -> Plan | None:
    """The plan of what was started last; None when nothing was."""
    try:
        return Plan.from_json(plan_file(surroundings).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def workers(service: str, cores: int) -> int:
    """How many records a service works on at once.

    The stages that hand work to cells need a thread for every cell and some more: one that waits for a cell of the
    large documents must not keep a small document from the cell that is kept for it.
    """
    if service == "vectors":
        return 1
    return 2 * (cores + 1) if service in ("extract", "ocr") else 4


def environment(surroundings: Surroundings, service: str, cores: int) -> dict[str, str]:
    """The variables of one service, but for its port: what was set by hand stays, what it does not read it never sees.

    A parser of strangers' files that is broken out of finds no password in its process but those that it needs.
    """
    read = _read_by(service)
    # Empty and not left out: what a person has set would come through from the one who starts the service.
    given = {name: value if name.startswith(read) else "" for name, value in surroundings.environ.items()}
    return {
        "REAM_WORKERS": str(workers(service, cores)),
        # One thread a page is the quickest for many pages; Tesseract's own threads only fight each other.
        "OMP_THREAD_LIMIT": "1",
        # Many threads, each with an arena of its own, would keep memory that nobody uses.
        "MALLOC_ARENA_MAX": "2",
        **given,
        "REAM_OPENSEARCH_ADMIN_PASSWORD": "",
    }


@functools.cache
def _read_by(service: str) -> tuple[str, ...]:
    """What the names of the variables begin with that a service's settings read."""
    # Loaded when services are started: other commands have no use for what works on records.
    from ream_kit.runner import RunnerSettings

    shared = (RunnerSettings, KafkaSettings, StoreSettings, CommitLogSettings)
    common = [one.variable for settings in shared for one in describe(settings)]
    opensearch = [one.variable for one in describe(OpenSearchSettings, "REAM_OPENSEARCH_")]
    return (*common, *(opensearch if service == "index" else ()), f"REAM_{service.upper()}_")


def upkeep_environment(surroundings: Surroundings) -> dict[str, str]:
    """The variables of the upkeep: it comes as administrator, and reads nothing of strangers."""
    login = surroundings.administrator
    if login is None:
        return {}
    classes = ((StoreSettings, "REAM_"), (IndexSettings, "REAM_INDEX_"), (UpkeepSettings, "REAM_UPKEEP_"))
    read = {one.variable for settings, prefix in classes for one in describe(settings, prefix)}
    read |= {"REAM_OPENSEARCH_URL", "REAM_OPENSEARCH_CA"}
    given = {name: value if name in read else "" for name, value in surroundings.environ.items()}
    return {**given, "REAM_OPENSEARCH_USER": login.user, "REAM_OPENSEARCH_PASSWORD": login.password}


def fingerprint(surroundings: Surroundings, cores: int) -> str:
    """Names what services are started with, their code included; the secrets in it cannot be had back from it."""
    environments = {name: environment(surroundings, name, cores) for name in NAMES}
    started_with = [environments, upkeep_environment(surroundings), sys.executable, _code()]
    return hashlib.sha256(json.dumps(started_with, sort_keys=True).encode()).hexdigest()


def _code() -> list[tuple[str, int, int]]:
    """Every file of our packages with size and time of change: after an update the services are started anew."""
    specs = [spec for name in _packages() if (spec := importlib.util.find_spec(name)) is not None]
    folders = [Path(folder) for spec in specs for folder in spec.submodule_search_locations or ()]
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in _CODE]
    return sorted((str(file), (found := file.stat()).st_size, found.st_mtime_ns) for file in files)


def _packages() -> list[str]:
    """Those of our packages that services are made of: their own, and what these say that they require."""
    found: set[str] = set()
    left = [f"ream-{name}" for name in NAMES]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += [one for line in _requires(name) if (one := _distribution(line)).startswith("ream-")]
    return sorted(name.replace("-", "_") for name in found)


def _requires(distribution: str) -> list[str]:
    try:
        return metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:
        return []  # a service that is not installed here


def _distribution(requirement: str) -> str:
    """The name in a line like `ream-kit[kafka]>=1; extra == "x"`, as it is written in names of our packages."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def free_ports(count: int) -> tuple[int, ...]:
    """The lowest ports of our range that nobody listens on.

    Raises:
        LocalStackError: there are not so many.
    """
    found = []
    for port in range(FIRST_PORT, LAST_PORT + 1):
        try:
            require_free(port, "a service", "")
        except LocalStackError:
            continue
        found.append(port)
        if len(found) == count:
            return tuple(found)
    raise LocalStackError(
        f"{count} free ports between {FIRST_PORT} and {LAST_PORT} are needed: end what listens there."
    )


def programs(surroundings: Surroundings, ports: Mapping[str, int], cores: int) -> list[Program]:
    """The services as the supervisor starts them: as the user who called, since they read and write his store."""
    return [*_services(surroundings, ports, cores), *_upkeep(surroundings)]


def _upkeep(surroundings: Surroundings) -> list[Program]:
    if not (environment := upkeep_environment(surroundings)):
        return []
    argv = (sys.executable, "-P", "-m", "ream_index.upkeep", "--every", _UPKEEP_HOURS)
    return [
        Program(
            UPKEEP, argv, surroundings.log_dir / f"{UPKEEP}.log", environment, surroundings.settings.data_dir,
            stop_seconds=STOP_SECONDS,
        )
    ]  # fmt: skip


def _services(surroundings: Surroundings, ports: Mapping[str, int], cores: int) -> list[Program]:
    return [
        Program(
            name=name,
            # -P: what lies in the working directory is never taken for a module.
            argv=(sys.executable, "-P", "-m", f"ream_{name}"),
            log_file=surroundings.log_dir / f"{name}.log",
            environment={**environment(surroundings, name, cores), "REAM_HEALTH_PORT": str(ports[name])},
            directory=surroundings.settings.data_dir,
            stop_seconds=STOP_SECONDS,
        )
        for name in NAMES
    ]


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))
