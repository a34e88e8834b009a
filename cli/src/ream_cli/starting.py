# SPDX-License-Identifier: Apache-2.0
"""Decides in which order everything is started, when it counts as up, and what is told when it does not come up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ream_cli import asking, services
from ream_cli.failures import UNAVAILABLE, CommandError
from ream_cli.surroundings import Surroundings
from ream_kit import migration
from ream_local import locks
from ream_local.detached import DetachedSupervisor
from ream_local.supervisor import SupervisorState

Tell = Callable[[str], None]

READY_SECONDS = 180.0
_LOOK_SECONDS = 0.3
_TRIES = 3
_MISCONFIGURED = 78
_LAST_LINES = 12


def bring_up(surroundings: Surroundings, tell: Tell, *, restart: bool = False) -> None:
    """Starts what does not run: servers, topics, indices, services; returns when all services are ready.

    Args:
        surroundings: this machine's installation, with its passwords made.
        tell: told what happens, in sentences.
        restart: start the services anew even when they run as they should.

    Raises:
        CommandError: a service does not come up; the text holds the end of its log.
        LocalStackError: a server does not come up.
        MigrationError: a topic is there with another number of partitions.
    """
    started = time.monotonic()
    if surroundings.own_servers:
        surroundings.stack().start(tell)
    surroundings.settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    busy = f"Another command is starting the services in {surroundings.settings.data_dir}. Wait for it to finish."
    with locks.held(surroundings.run_dir / "up.lock", busy):
        made = make_topics(surroundings) + make_indices(surroundings)
        if made:
            tell(f"made {len(made)} topics, indices and aliases")
        start_services(surroundings, tell, restart=restart)
        wait_until_ready(surroundings, tell)
    tell(f"all services are ready after {time.monotonic() - started:.0f} s")


def make_topics(surroundings: Surroundings) -> list[str]:
    """Makes what is missing on the broker; returns what was made or changed."""
    kafka = surroundings.kafka()
    done = migration.migrate(kafka.kafka_bootstrap, kafka.topic_prefix, kafka.group_prefix)
    return [*done.created, *done.altered]


def make_indices(surroundings: Surroundings) -> list[str]:
    """Makes the indices that are missing, as an administrator; returns what was made.

    Raises:
        CommandError: OpenSearch refuses.
    """
    from opensearchpy.exceptions import OpenSearchException  # slow to load, and only needed here

    from ream_index import migrate as indices

    login = surroundings.administrator
    if login is None:  # somebody else's OpenSearch: who runs it has made the indices
        return []
    try:
        with surroundings.opensearch(login) as client:
            return indices.migrate(client, surroundings.index_prefix)
    except OpenSearchException as error:
        raise CommandError(
            f"The indices cannot be made: OpenSearch says {type(error).__name__}. See {surroundings.log_dir}.",
            UNAVAILABLE,
        ) from error


def supervisor(surroundings: Surroundings) -> DetachedSupervisor:
    """Who keeps the services running."""
    return DetachedSupervisor(surroundings.run_dir, "services")


def start_services(surroundings: Surroundings, tell: Tell, *, restart: bool = False) -> None:
    """Starts the services, or starts them anew when they run with other settings or code than there are now."""
    keeper, cores = supervisor(surroundings), services.cores()
    wanted = services.fingerprint(surroundings, cores)
    known = services.known_plan(surroundings)
    if keeper.state() is not None:
        if known is not None and known.fingerprint == wanted and not restart:
            return
        tell("ending the services" if restart else "settings or code have changed: the services are started anew")
    keeper.stop()
    ports = dict(zip(services.NAMES, services.free_ports(len(services.NAMES)), strict=True))
    plan = services.Plan(ports, wanted)
    services.plan_file(surroundings).write_text(plan.to_json(), encoding="utf-8")
    tell(f"starting {', '.join(services.NAMES)}")
    keeper.start(services.programs(surroundings, ports, cores))


def wait_until_ready(surroundings: Surroundings, tell: Tell, seconds: float = READY_SECONDS) -> None:
    """Returns when every service has joined its group and nobody it needs is away, all at the same moment.

    Raises:
        CommandError: one ends again and again, or is not ready in time.
    """
    plan = services.known_plan(surroundings)
    ports = dict(plan.ports) if plan else {}
    told: set[str] = set()
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while True:
        _require_running(surroundings)
        answers = asking.ask_all(ports)
        for name in [name for name, answer in answers.items() if answer.ready and name not in told]:
            tell(f"{name}: ready")
            told.add(name)
        late = {name: answer.why_not for name, answer in answers.items() if not answer.ready}
        if not late:
            return
        if time.monotonic() > deadline:
            name, why = next(iter(late.items()))
            raise CommandError(last_words(surroundings.log_dir / f"{name}.log", f"{name} is not ready: {why}"))
        pause.wait(_LOOK_SECONDS)


def _require_running(surroundings: Surroundings) -> None:
    state = supervisor(surroundings).state()
    if state is None:
        raise CommandError(f"The services' supervisor ended; its last words are in {surroundings.run_dir}.")
    for name in _given_up(state):
        raise CommandError(last_words(surroundings.log_dir / f"{name}.log", f"{name} ends again and again"))


def _given_up(state: SupervisorState) -> Iterator[str]:
    for program in state.programs:
        if program.restarts >= _TRIES or program.last_exit == _MISCONFIGURED:
            yield program.name


def last_words(log: Path, what: str) -> str:
    """A sentence, and the end of the log that explains it."""
    lines = tail(log, _LAST_LINES)
    return f"{what}. The end of its log ({log}):\n  " + "\n  ".join(lines) if lines else f"{what}; {log} is empty."


def tail(log: Path, count: int) -> list[str]:
    """The last lines of a log; none when there is no such file."""
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 400 * count - 4096))
            return file.read().decode("utf-8", "replace").splitlines()[-count:]
    except FileNotFoundError:
        return []
