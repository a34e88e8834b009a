# SPDX-License-Identifier: Apache-2.0
"""Puts a worker together and runs it until it is told to stop."""

import asyncio
import os
import sys
import time
from collections.abc import Mapping

import faust
from faust.exceptions import ConsistencyError

from ream_aggregate import datadir, groundwork, logs
from ream_aggregate.app import RAW, Aggregation, Place, make_app
from ream_aggregate.outbox import Outbox
from ream_aggregate.overseer import Overseer
from ream_aggregate.settings import Names, Settings, Surroundings, names
from ream_aggregate.watch import Patience, Watch
from ream_kit import settings as kit_settings
from ream_kit.clock import SystemClock
from ream_kit.metrics import Metrics
from ream_kit.store import Store
from ream_kit.store_open import open_store

EXIT_SETTINGS = 64
EXIT_NOT_READY = 69


def main(environ: Mapping[str, str] | None = None) -> int:
    """Runs one worker; returns an exit code where it could not start."""
    environ = os.environ if environ is None else environ
    try:
        surroundings = kit_settings.load(Surroundings, environ)
        own = kit_settings.load(Settings, environ, prefix="REAM_AGGREGATE_")
        store = open_store(environ)
    except kit_settings.SettingsError as error:
        print(f"aggregate: {error}", file=sys.stderr)
        return EXIT_SETTINGS
    logs.configure(surroundings.log_level, surroundings.log_format)
    called = names(surroundings)
    try:
        ground = asyncio.run(groundwork.prepare(surroundings.kafka_bootstrap, called))
    except groundwork.NotReady as error:
        print(f"aggregate: {error}", file=sys.stderr)
        return EXIT_NOT_READY
    data = datadir.claim(own.data_dir, ground.cluster, called.group)
    place = Place(surroundings.kafka_bootstrap, called, ground.partitions, data.path)
    run(place, own, store, data)
    return 0


def run(place: Place, own: Settings, store: Store, data: datadir.DataDir) -> None:
    """Runs a worker until SIGTERM or SIGINT; ends the process."""
    metrics = Metrics()
    app = make_app(place, own)
    Aggregation(app, place, own, _outbox(app, place.names, store), metrics)
    patience = Patience(own.head_seconds, own.stall_seconds, own.recovery_seconds, own.session_seconds)
    overseer = Overseer(app, Watch(patience, time.monotonic()), metrics)
    worker = faust.Worker(
        app,
        overseer,
        override_logging=False,
        redirect_stdouts=False,
        quiet=True,
        loop=asyncio.new_event_loop(),
    )
    worker.spinner = None  # it writes to the terminal, which may be a log file
    try:
        worker.execute_from_commandline()
    finally:
        if isinstance(app.crash_reason, ConsistencyError):
            data.distrust()  # the files are ahead of the changelog: the next start reads it from its beginning


def _outbox(app: faust.App, called: Names, store: Store) -> Outbox:
    return Outbox(app.topic(called.completed, **RAW), app.topic(called.dead_letters, **RAW), store, SystemClock())
