# SPDX-License-Identifier: Apache-2.0
"""Decides how Faust is used: one app, one agent, one table, raw bytes, and nothing acknowledged that is not done."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import faust
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]
from faust.exceptions import ProducerSendError
from faust.types import TP

from ream_aggregate.begun import Begun
from ream_aggregate.defects import MOST_TRIES, Defects
from ream_aggregate.ending import end_process
from ream_aggregate.fanin import Answered, Passed, Refused, take
from ream_aggregate.outbox import STAGE, Outbox
from ream_aggregate.proof import Proof
from ream_aggregate.read_ahead import AheadTables
from ream_aggregate.settings import Names, Settings
from ream_aggregate.strict_commit import Sends, StrictCommit, StrictTransport
from ream_kit import log
from ream_kit.metrics import Metrics, media_type

_LOG = log.logger("ream.aggregate")

BUFFERED_SENDS = 5_000
"""Changelog records that may wait to be sent before reading pauses; the library's 100 stop it all the time."""

RAW: dict[str, Any] = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
"""How every topic is declared: what does not decode must reach the agent, which has dead letters."""

SEND_BYTES = 256 * 1024
"""Bytes of one batch: many small entries travel together."""


class Entries(faust.Table[bytes, bytes]):
    """A table that keeps the futures of what it sent to its changelog: the library drops them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sent: list[asyncio.Future[Any]] = []

    def send_changelog(self, *args: Any, **kwargs: Any) -> Any:
        """Sends one record to the changelog."""
        sent = super().send_changelog(*args, **kwargs)
        self._sent.append(sent)
        return sent

    def write(self, key: bytes, entry: bytes | None) -> Sends:
        """Sets or removes an entry, and returns the futures of its changelog records.

        It is written even when nothing changed. What lies in this worker's files may be ahead of the changelog, when a
        process died in between; the record that is read again then makes it whole.
        """
        self._sent = []
        if entry is not None:
            self[key] = entry
        elif key in self:
            del self[key]
        else:
            self.on_key_del(key)
        sent, self._sent = self._sent, []
        return sent


class AggregateApp(faust.App):
    """Faust's app with the consumer that commits strictly, and writes down what it commits where that is wanted.

    Attributes:
        bootstrap: addresses of Kafka.
        frozen: says whether the process stood still so long that its partitions may have another owner.
        begun: the record that is worked on.
    """

    proof = Proof()
    begun = Begun()
    bootstrap = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.frozen: Callable[[], bool] = lambda: False

    def _new_transport(self) -> Any:
        return StrictTransport(self.conf.broker_consumer, self)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker runs.

    Attributes:
        bootstrap: addresses of Kafka.
        partitions: of the source topic and of the changelog.
        data_dir: this worker's own folder.
        deaths: a folder of its own that outlives what lies there, for what it remembers of its deaths.
        member: who it is in the group, also after a restart; None where it is somebody new each time.
    """

    bootstrap: str
    names: Names
    partitions: int
    data_dir: Path
    deaths: Path
    member: str | None = None


def make_app(place: Place, settings: Settings) -> AggregateApp:
    """Makes the app without its agent; everything that the environment could change in Faust is said here."""
    stores = {"rocksdb": "rocksdb://?driver=rocksdict", "memory": "memory://"}
    app = AggregateApp(
        place.names.group,
        broker=";".join(f"kafka://{address.strip()}" for address in place.bootstrap.split(",")),
        datadir=place.data_dir,
        store=stores[settings.store],
        Table=Entries,
        TableManager=AheadTables,
        autodiscover=False,
        web_enabled=False,
        key_serializer="raw",
        value_serializer="raw",
        topic_partitions=place.partitions,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=settings.standby,
        processing_guarantee="at_least_once",
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=place.member,
        broker_commit_interval=settings.commit_seconds,
        broker_session_timeout=settings.session_seconds,
        broker_heartbeat_interval=settings.session_seconds / 5,
        producer_acks=-1,
        producer_linger=settings.linger_ms / 1000,
        producer_max_batch_size=SEND_BYTES,
        producer_compression_type="lz4",
        stream_wait_empty=True,
        stream_publish_on_commit=False,
    )
    app.bootstrap = place.bootstrap
    return app


class Aggregation:
    """The agent: takes records one after another, and calls a record answered when all of it is on its way."""

    def __init__(self, app: AggregateApp, place: Place, settings: Settings, outbox: Outbox, metrics: Metrics) -> None:
        self._app, self._outbox, self._metrics = app, outbox, metrics
        self._defects = Defects(place.deaths / "defects.json")
        app.begun = Begun(place.deaths / "begun")
        self._defects.count(app.begun)
        self._max_units = settings.max_units
        changelog = app.topic(
            place.names.changelog,
            **RAW,
            partitions=place.partitions,
            compacting=True,
            acks=False,
            internal=True,
            maxsize=131_072,
            allow_empty=True,
        )
        self._entries = app.Table(
            "documents", partitions=place.partitions, changelog_topic=changelog, key_type=bytes, value_type=bytes
        )
        # Without allow_empty a tombstone is acknowledged by the library before the agent sees it.
        parts = app.topic(place.names.parts, **RAW, allow_empty=True)
        app.agent(parts, name="aggregate", concurrency=1)(self.run)

    async def run(self, stream: Any) -> None:
        """Takes every record of the stream; ends the process where anything but the record is at fault."""
        self._app.producer.buffer.max_messages = BUFFERED_SENDS
        async for event in stream.events():
            if self._app.frozen():
                # Its partitions may have another owner by now, whose entries it would overwrite in the changelog.
                end_process("frozen", **_place(event))
            started = time.monotonic()
            label = media_type([await self._survive(event)])
            self._metrics.observe("ream_handler_seconds", time.monotonic() - started, STAGE, label)

    async def _survive(self, event: Any) -> Answered | Refused | Passed | None:
        begun = self._app.begun
        begun.begin(event.message.partition, event.message.offset)
        effect = None
        try:
            effect = await self.take(event)
        except (asyncio.CancelledError, GeneratorExit):
            begun.done()  # the agent is told to stop
            raise
        except (KafkaError, ProducerSendError) as error:
            begun.done()  # what follows from it did not arrive: the broker's doing
            end_process("send_failed", error=type(error).__name__, **_place(event))
        except BaseException as error:
            # Faust would acknowledge the record and start the agent anew. Left begun, it is counted at the next start.
            end_process("defect", error=type(error).__name__, where=_where(error), **_place(event))
        begun.done()
        return effect

    async def take(self, event: Any) -> Answered | Refused | Passed:
        """Works out one record, sends what follows from it, and calls it answered; returns its effect."""
        consumer = cast(StrictCommit, self._app.consumer)
        message = event.message
        effect = self._effect(message)
        sends: Sends
        match effect:
            case Refused():
                sends = [await self._outbox.refuse(message, effect)]
                self._metrics.count("ream_dead_letters_total", effect.cause)
            case Passed():
                sends = []
            case Answered():
                sends = await self._answer(message, effect, consumer)
        self._metrics.count("ream_records_finished_total", "rejected" if isinstance(effect, Refused) else "done")
        consumer.answered(message, sends, self._app.proof.work(message.key, effect))
        return effect

    def _effect(self, message: Any) -> Answered | Refused | Passed:
        if self._defects.exhausted(message.partition, message.offset):
            return Refused("defect", f"it ended the worker {MOST_TRIES} times: `ending_process` may say where")
        held = self._entries.get(message.key) if message.key else None
        return take(message.key, message.value, message.offset, held, self._max_units)

    async def _answer(self, message: Any, effect: Answered, consumer: StrictCommit) -> Sends:
        if effect.starts:
            # The entry of the run before goes now, and with it the means of sending again what it announced.
            await consumer.settled(TP(message.topic, message.partition))
        for number, completed in enumerate(effect.first, start=1):
            await (await self._outbox.complete(message, completed, number))
        sends = [*cast(Entries, self._entries).write(message.key, effect.entry)]
        if effect.completed is not None:
            sends.append(await self._outbox.complete(message, effect.completed, 0))
        return sends


def _place(event: Any) -> dict[str, Any]:
    return {"partition": event.message.partition, "offset": event.message.offset}


def _where(error: BaseException) -> str:
    """Names the line that raised: an error's text may quote the record, and stays out of the log."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "unknown"
