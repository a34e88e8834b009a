# SPDX-License-Identifier: Apache-2.0
"""Puts a worker together and runs it until it is told to stop."""

import asyncio
import os
import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack

import faust
from faust.exceptions import ConsistencyError

from ream_aggregate import datadir, groundwork, logs
from ream_aggregate.app import RAW, Aggregation, Place, make_app
from ream_aggregate.connection import Connection
from ream_aggregate.ending import end_process
from ream_aggregate.outbox import VERSION, Outbox
from ream_aggregate.overseer import Overseer
from ream_aggregate.presence import Presence
from ream_aggregate.proof import Proof
from ream_aggregate.settings import Settings, names
from ream_aggregate.watch import Patience
from ream_contracts import topics
from ream_kit import lifelines, log
from ream_kit import settings as kit_settings
from ream_kit.clock import SystemClock
from ream_kit.commit_log import CommitLog, CommitLogSettings
from ream_kit.errors import Retry
from ream_kit.guard import guards_of
from ream_kit.health import open_health
from ream_kit.metrics import METRICS
from ream_kit.process import BrokerSettings, ProcessSettings
from ream_kit.store import Store
from ream_kit.store_open import open_store
from ream_kit.watchdog import Watchdog

_LOG = log.logger("ream.aggregate")

EXIT_SETTINGS = 78
"""Settings that cannot be used, as in every stage."""

EXIT_NOT_READY = 69
"""The broker lacks something that only a person or the migration can give."""

_FROZEN = 0.7
"""Share of a session that a worker may stand still. The session counts from its last sign of life, a fifth of a session
before it stopped; and it is seen once a second that it still runs."""

STOP_SECONDS = 25.0
"""How long a stop may take; whoever asked for it kills the process a little later, without a word in the log."""


def main(environ: Mapping[str, str] | None = None) -> int:
    """Runs one worker until SIGTERM or SIGINT; returns an exit code where it could not start."""
    environ = os.environ if environ is None else environ
    try:
        process = kit_settings.load(ProcessSettings, environ)
        broker = kit_settings.load(BrokerSettings, environ)
        own = kit_settings.load(Settings, environ, prefix="REAM_AGGREGATE_")
        proof = _proof(kit_settings.load(CommitLogSettings, environ), names(broker).group)
        store = open_store(environ, guarded=True)
    except (kit_settings.SettingsError, OSError) as error:
        print(f"aggregate: {error}", file=sys.stderr)
        return EXIT_SETTINGS
    except Retry as away:
        print(f"aggregate: {away.reason}", file=sys.stderr)
        return EXIT_NOT_READY
    logs.configure(process.log_level, process.log_format)
    presence = Presence(VERSION, own.stall_seconds / 2, SystemClock(), METRICS)
    with ExitStack() as open_things:
        try:
            open_things.enter_context(open_health(presence, process))
        except kit_settings.SettingsError as error:
            print(f"aggregate: {error}", file=sys.stderr)
            return EXIT_SETTINGS
        open_things.enter_context(Watchdog(process.stuck_seconds)).watch(presence)
        _LOG.info("starting", stage="aggregate", version=VERSION, table=own.store)
        try:
            _start(broker, own, store, presence, proof)
        except groundwork.NotReady as error:
            print(f"aggregate: {error}", file=sys.stderr)
            return EXIT_NOT_READY
        finally:
            _LOG.info("ended", stage="aggregate")
    return 0


def _proof(wanted: CommitLogSettings, group: str) -> Proof:
    return Proof(CommitLog(wanted.commit_log, group) if wanted.commit_log is not None else None)


def _start(broker: BrokerSettings, own: Settings, store: Store, presence: Presence, proof: Proof) -> None:
    called = names(broker)
    ground = asyncio.run(groundwork.prepare(broker.kafka_bootstrap, called, presence))
    data = datadir.claim(own.data_dir, ground.cluster, called.group)
    place = Place(broker.kafka_bootstrap, called, ground.partitions, data.path, data.deaths, data.member)
    app = make_app(place, own)
    app.proof = proof
    outbox = Outbox(app.topic(called.completed, **RAW), app.topic(called.dead_letters, **RAW), store, presence)
    Aggregation(app, place, own, outbox, METRICS)
    frozen = _FROZEN * own.session_seconds
    patience = Patience(own.head_seconds, own.stall_seconds, own.recovery_seconds, frozen)
    kafka = lifelines.guard(broker, topics.DOCUMENTS_PARTS.name)
    presence.guards = (kafka, *guards_of(store))
    overseer = Overseer(app, patience, METRICS, Connection(kafka, lifelines.nobody(broker)))
    app.frozen = overseer.frozen
    overseer.waits = presence.waits
    presence.overseer = overseer
    try:
        _worker(app, overseer).execute_from_commandline()
    finally:
        if isinstance(app.crash_reason, ConsistencyError):
            data.distrust()  # the files are ahead of the changelog: the next start reads it from its beginning


class _Worker(faust.Worker):
    """A worker whose stop has an end: the library's consumer can hang for ever on a broker that goes meanwhile."""

    async def on_stop(self) -> None:
        await super().on_stop()
        limit = threading.Timer(STOP_SECONDS, end_process, ("stop_hangs",), {"seconds": STOP_SECONDS})
        limit.daemon = True  # a stop that comes to its end takes it along
        limit.start()


def _worker(app: faust.App, overseer: Overseer) -> faust.Worker:
    worker = _Worker(
        app,
        overseer,
        override_logging=False,
        redirect_stdouts=False,
        quiet=True,
        loop=asyncio.new_event_loop(),
    )
    worker.spinner = None  # it writes to the terminal, which may be a log file
    return worker
