# SPDX-License-Identifier: Apache-2.0
"""Gathers what `ream status` shows; whoever is away is part of the answer, and never keeps the rest from being told."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ream_cli import asking, letters, services, starting
from ream_cli.asking import Answer
from ream_cli.failures import CommandError
from ream_cli.patience import Asked, NoAnswer
from ream_cli.surroundings import SERVER_OF, Surroundings
from ream_cli.waits import Wait, longest_first, waits
from ream_contracts import topics
from ream_kit import Retry
from ream_kit.observe import Lag, Observer
from ream_local.stack import ServerState
from ream_local.supervisor import ProgramState

_SECONDS = 8.0
"""Who has not answered by then is said not to answer: whoever asks wants to know now."""
_STORE_SECONDS = 3.0
"""The same for the store where Kafka is what is asked about."""
_SILENT = "it takes connections and does not answer"


@dataclass(frozen=True, slots=True)
class ServerLine:
    """A server, or the store.

    Attributes:
        state: ready, not ready, or away.
        where: its address.
        restarts: None where it is somebody else's.
        why: what keeps it from working, and what to do; None when it is ready.
    """

    name: str
    state: str
    where: str
    restarts: int | None = None
    resident_bytes: int | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service.

    Attributes:
        state: ready, not ready, restarting, or not started.
        why: what keeps it from working; None when it is ready.
        since: when it was started, ISO 8601.
        dead_letters: given up since it was started.
        waiting: for whom it waits, since when and why.
        confinement: what its cells are confined by, where it says so.
        deleted_unread: records that were deleted before it had read them, by topic, since it was started.
        complaints: what a person should mend, though it works.
    """

    name: str
    state: str
    why: str | None
    since: str | None
    restarts: int
    in_flight: int | None
    finished: int | None
    dead_letters: int | None
    waiting: tuple[Mapping[str, Any], ...]
    confinement: tuple[str, ...]
    deleted_unread: Mapping[str, int] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything at one moment.

    Attributes:
        lag: records that each group has not passed; None when Kafka is away.
        dead_letters: records by dead-letter topic; None when Kafka is away.
        totals: documents by outcome; None when sweep is away.
        wave: what sweep waits for; None when it is away.
        without_vectors: complete documents with text that wait for their vectors; None when sweep is away.
    """

    servers: tuple[ServerLine, ...]
    services: tuple[ServiceLine, ...]
    lag: tuple[Lag, ...] | None
    dead_letters: Mapping[str, int] | None
    totals: Mapping[str, int] | None
    wave: Mapping[str, Any] | None
    without_vectors: int | None = None

    @property
    def fine(self) -> bool:
        """Whether everything is ready."""
        return {line.state for line in self.servers} | {line.state for line in self.services} == {"ready"}

    @property
    def waits(self) -> list[Wait]:
        """What waits for whom, the longest first."""
        return longest_first(wait for service in self.services for wait in waits(service.name, service.waiting))

    @property
    def deleted_unread(self) -> dict[tuple[str, str], int]:
        """Records by (topic, reader) that were deleted before they were read: what Kafka or the reader knows of."""
        found = {(lag.topic, lag.group): lag.deleted for lag in self.lag or () if lag.deleted}
        for service in self.services:
            for topic, records in service.deleted_unread.items():
                found[topic, service.name] = max(records, found.get((topic, service.name), 0))
        return found

    def to_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return {"ready": self.fine, "waits": [wait.to_json() for wait in self.waits], **asdict(self)}


def look(surroundings: Surroundings) -> Overview:
    """Asks everybody at the same time; none of them keeps it from coming back within seconds."""
    plan = services.known_plan(surroundings)
    store, kafka = Asked(lambda: _store(surroundings)), Asked(lambda: _kafka(surroundings))
    said = asking.ask_all(plan.ports if plan else {})
    servers, programs = _servers(surroundings), _programs(surroundings)
    until = time.monotonic() + _SECONDS
    try:
        lag, letters = kafka.within(_SECONDS)
    except NoAnswer:
        lag, letters = None, None
    try:
        stored = store.within(max(0.1, until - time.monotonic()))
    except NoAnswer:
        stored = ServerLine("store", "away", surroundings.environ["REAM_STORE"], why="it does not answer")
    sweep = said["sweep"].status if "sweep" in said and "totals" in said["sweep"].status else None
    return Overview(
        (*(_silent(line) if line.name == "kafka" and lag is None else line for line in servers), stored),
        tuple(_service(name, programs.get(name), said.get(name)) for name in services.NAMES),
        lag,
        letters,
        sweep["totals"] if sweep else None,
        sweep.get("wave") if sweep else None,
        sweep.get("without_vectors") if sweep else None,
    )


def _silent(line: ServerLine) -> ServerLine:
    """A server that seemed ready, and answered no question."""
    return replace(line, state="not ready", why=_SILENT) if line.state == "ready" else line


def _programs(surroundings: Surroundings) -> dict[str, ProgramState]:
    state = starting.supervisor(surroundings).state()
    return {program.name: program for program in state.programs} if state else {}


def _servers(surroundings: Surroundings) -> tuple[ServerLine, ...]:
    environ, own = surroundings.environ, surroundings.own_servers
    where = {name: environ[variable] for name, variable in SERVER_OF.items() if variable in environ}
    state = surroundings.stack().running() if own else None
    lines = []
    for name, address in where.items():
        found = next((one for one in (state.servers if state else ()) if one.program.name == name), None)
        lines.append(_own_server(name, address, found) if name in own else _named_server(name, address))
    return tuple(lines)


def _own_server(name: str, address: str, found: ServerState | None) -> ServerLine:
    if found is None:
        return ServerLine(name, "away", address, why="'ream up' starts it")
    program, size = found.program, found.resident_bytes
    if found.ready:
        return ServerLine(name, "ready", address, program.restarts, size)
    if program.process is None:
        why = f"it ended with code {program.last_exit} and is started again; 'ream logs {name}' shows why"
        return ServerLine(name, "away", address, program.restarts, why=why)
    why = f"it runs and does not answer yet; 'ream logs {name}' shows what it does"
    return ServerLine(name, "not ready", address, program.restarts, size, why)


def _named_server(name: str, address: str) -> ServerLine:
    if asking.listens(urlsplit(address).netloc or address):
        return ServerLine(name, "ready", address)
    return ServerLine(name, "away", address, why=f"nobody listens there: start it, or correct {SERVER_OF[name]}")


def _store(surroundings: Surroundings) -> ServerLine:
    place = surroundings.environ["REAM_STORE"]
    if "://" not in place:
        # A store that has lost its own folder was unmounted or emptied.
        if (Path(place) / ".scratch").is_dir():
            return ServerLine("store", "ready", place)
        if Path(place).is_dir():
            return ServerLine("store", "away", place, why="it is empty: mount what belongs there")
        return ServerLine("store", "away", place, why="there is no such folder: mount it; the first 'ream up' makes it")
    try:
        surroundings.store().exists("incoming/nothing")
    except Retry as away:
        return ServerLine("store", "away", place, why=away.reason)
    return ServerLine("store", "ready", place)


def _kafka(surroundings: Surroundings) -> tuple[tuple[Lag, ...] | None, Mapping[str, int] | None]:
    kafka = surroundings.kafka()
    if not asking.listens(kafka.kafka_bootstrap):
        return None, None
    try:
        observer = Observer(kafka)
        # sweep follows its topics from their beginning, without a group that could lag.
        return tuple(each for each in observer.lag() if each.group != "sweep"), _dead_letters(observer, surroundings)
    except Retry:
        return None, None


def _dead_letters(observer: Observer, surroundings: Surroundings) -> dict[str, int]:
    """Dead letters by topic that were not sent again; with the store away, all there are."""
    try:
        asked = Asked(lambda: Counter(letters.redriven_topics(surroundings.store())))
        done = asked.within(_STORE_SECONDS)
    except (Retry, CommandError, NoAnswer):
        done = Counter()
    names = [topic.dead_letters for topic in topics.ALL]
    ends, begins = observer.ends(names), observer.begins(names)
    counts = {name: sum(end - begins[name].get(at, 0) for at, end in ends.get(name, {}).items()) for name in names}
    return {name: count - done[name] for name, count in counts.items() if count > done[name]}


def _service(name: str, program: ProgramState | None, answer: Answer | None) -> ServiceLine:
    status: Mapping[str, Any] = answer.status if answer else {}
    if program is None:
        state, why = "not started", "'ream up' starts it"
    elif program.process is None:
        state, why = "restarting", f"it ended with code {program.last_exit}"
    elif answer is not None and answer.ready:
        state, why = "ready", None
    else:
        state, why = "not ready", answer.why_not if answer else "nobody knows its port: 'ream up' starts it anew"
    since = program.since if program else None
    return ServiceLine(
        name=name,
        state=state,
        why=why,
        since=datetime.fromtimestamp(since, UTC).isoformat(timespec="seconds") if since else None,
        restarts=program.restarts if program else 0,
        in_flight=status.get("in_flight"),
        finished=status.get("finished"),
        dead_letters=status.get("dead_letters"),
        waiting=tuple(answer.waiting()) if answer else (),
        confinement=tuple(map(str, status.get("confinement") or ())),
        deleted_unread=answer.deleted_unread() if answer else {},
        complaints=tuple(map(str, status.get("complaints") or ())),
    )
