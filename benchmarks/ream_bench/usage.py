# SPDX-License-Identifier: Apache-2.0
"""Measures while others work: CPU seconds between two moments, and the largest memory of each service meanwhile."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from ream_bench.installation import Installation
from ream_bench.processes import KINDS, Kind, machine_seconds, memory, running, seconds

EVERY_SECONDS = 3.0

Table = dict[str, dict[Kind, float]]


@dataclass(frozen=True, slots=True)
class Moment:
    """CPU seconds used until then."""

    at: float
    services: Table
    servers: dict[str, float]
    bench: float
    machine: float


@dataclass(frozen=True, slots=True)
class Used:
    """What was used between two moments.

    Attributes:
        seconds: that went by.
        services: CPU seconds by service, then by kind of process.
        servers: CPU seconds by server; empty when they run elsewhere.
        bench: CPU seconds of the measurement itself.
        others: CPU seconds of everything else on this machine; much of it spoils the figures.
        memory: largest PSS in bytes by service, then kind; together is the largest sum of all services at one moment.
    """

    seconds: float
    services: Table
    servers: dict[str, float]
    bench: float
    others: float
    memory: Table
    together: float

    @property
    def ours(self) -> float:
        """CPU seconds of the services' own processes."""
        return sum(kinds["service"] for kinds in self.services.values())

    @property
    def readers(self) -> float:
        """CPU seconds of the processes in which documents are parsed, recognised and converted."""
        return sum(kinds["cells"] + kinds["office"] for kinds in self.services.values())


def moment(installation: Installation) -> Moment:
    """Looks at everything now."""
    known = running()
    own = {name: seconds(members) for name, members in installation.members().items()}
    servers = {name: known[pid].own_seconds for name, pid in installation.servers.items() if pid in known}
    bench = os.times()
    return Moment(time.monotonic(), own, servers, bench.user + bench.system, machine_seconds())


def between(before: Moment, after: Moment, peak: Peak) -> Used:
    """What was used from one moment to another, with the largest memory seen meanwhile."""
    services = {
        name: {kind: max(0.0, kinds[kind] - before.services.get(name, {}).get(kind, 0.0)) for kind in KINDS}
        for name, kinds in after.services.items()
    }
    servers = {name: used - before.servers.get(name, used) for name, used in after.servers.items()}
    bench = after.bench - before.bench
    known = sum(sum(kinds.values()) for kinds in services.values()) + sum(servers.values()) + bench
    others = max(0.0, after.machine - before.machine - known)
    return Used(after.at - before.at, services, servers, bench, others, peak.services, peak.together)


@dataclass(slots=True)
class Peak:
    """The largest memory that was seen, in bytes (PSS)."""

    services: Table = field(default_factory=dict)
    together: float = 0.0

    def note(self, sizes: Mapping[str, Mapping[Kind, int]]) -> None:
        """Takes what was seen at one moment; of a service the moment counts at which all its processes have most."""
        for name, kinds in sizes.items():
            if sum(kinds.values()) > sum(self.services.get(name, {}).values()):
                self.services[name] = {kind: float(kinds[kind]) for kind in KINDS}
        self.together = max(self.together, float(sum(sum(kinds.values()) for kinds in sizes.values())))


def sizes(installation: Installation) -> dict[str, dict[Kind, int]]:
    """Memory of every service now, in bytes (PSS), by kind."""
    return {name: memory(members) for name, members in installation.members().items()}


class MemoryWatch(threading.Thread):
    """Looks at the memory of all services again and again until it is stopped; looking costs some CPU itself."""

    def __init__(self, installation: Installation) -> None:
        super().__init__(name="memory-watch", daemon=True)
        self.peak = Peak()
        self._installation = installation
        self._over = threading.Event()

    def run(self) -> None:
        """Looks until stopped."""
        while True:
            self.peak.note(sizes(self._installation))
            if self._over.wait(EVERY_SECONDS):
                return

    def stop(self) -> Peak:
        """Ends looking; returns the largest that was seen."""
        self._over.set()
        self.join()
        return self.peak
