# SPDX-License-Identifier: Apache-2.0
"""How Faust is set up, and what the agent does with a record, without a broker."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka.errors import KafkaTimeoutError
from faust.exceptions import ProducerSendError
from faust.types import TP

from ream_aggregate import app as app_module
from ream_aggregate.app import BUFFERED_SENDS, AggregateApp, Aggregation, Entries, Place, make_app
from ream_aggregate.begun import Begun
from ream_aggregate.defects import Defects
from ream_aggregate.proof import Proof
from ream_aggregate.read_ahead import AheadRecovery
from ream_aggregate.settings import Settings, names
from ream_kit.metrics import Metrics
from ream_kit.process import BrokerSettings

BOOTSTRAP = "127.0.0.1:1, 127.0.0.1:2"


class Ended(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(BOOTSTRAP, names(BrokerSettings()), 12, tmp_path, tmp_path)


@pytest.fixture
def app(place: Place) -> AggregateApp:
    return make_app(place, Settings(store="memory"))


def _done(error: Exception | None = None) -> "asyncio.Future[None]":
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
    return future


class Outbox:
    """Keeps in which order things were sent."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    async def complete(self, message: Any, completed: Any, ordinal: int) -> "asyncio.Future[None]":
        self.log.append(f"{completed.outcome} of generation {completed.generation}")
        return _done()

    async def refuse(self, message: Any, refused: Any) -> "asyncio.Future[None]":
        self.log.append(f"refused {refused.cause}")
        return _done()


class Table(dict[bytes, bytes]):
    """A table whose changelog is the log of a test."""

    def __init__(self, log: list[str]) -> None:
        super().__init__()
        self.log = log

    def write(self, key: bytes, entry: bytes | None) -> list["asyncio.Future[None]"]:
        self.log.append("written" if entry is not None else "removed")
        if entry is None:
            self.pop(key, None)
        else:
            self[key] = entry
        return [_done()]


class Consumer:
    """Keeps which records were called answered."""

    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.sends: list[int] = []

    def answered(self, message: Any, sends: list[Any], work: Any) -> None:
        self.log.append(f"answered {message.offset}")
        self.sends.append(len(sends))

    async def settled(self, tp: TP) -> None:
        self.log.append(f"settled {tp.partition}")


class Stream:
    """Yields events as Faust's streams do."""

    def __init__(self, *values: tuple[bytes | None, bytes | None]) -> None:
        self._values = values

    async def events(self) -> Any:
        for offset, (key, value) in enumerate(self._values):
            yield SimpleNamespace(
                message=SimpleNamespace(
                    topic="documents.parts", partition=3, offset=offset, key=key, value=value, timestamp=1.0
                )
            )


DOCUMENT = b"a" * 32


def part(kind: str, generation: int = 1) -> tuple[bytes, bytes]:
    about = f'"root_id":"{DOCUMENT.decode()}","parent_id":null,"media_type":"text/plain","size":1'
    kinds = {
        "opened": about,
        "manifest": about + ',"manifest":"m","unit_kind":"page","units":0,"beyond":0,"verdict":null,"cause":null',
        "forget": '"x":0',
    }
    head = f'{{"part":"{kind}","document_id":"{DOCUMENT.decode()}","generation":{generation},"run":1,'
    return DOCUMENT, f"{head}{kinds[kind]}}}".encode()


def run(monkeypatch: pytest.MonkeyPatch, *values: tuple[bytes | None, bytes | None], **given: Any) -> list[str]:
    """Runs the agent over a stream and returns what it did, in order."""
    log: list[str] = []

    def end(reason: str, **facts: Any) -> None:
        log.append(f"ended: {reason}")
        raise Ended

    monkeypatch.setattr(app_module, "end_process", end)
    aggregation = Aggregation.__new__(Aggregation)
    consumer = Consumer(log)
    buffer = SimpleNamespace(max_messages=100)
    producer, frozen = SimpleNamespace(buffer=buffer), given.get("frozen", lambda: False)
    begun = given.get("begun") or Begun()
    app = SimpleNamespace(consumer=consumer, producer=producer, proof=Proof(), frozen=frozen, begun=begun)
    aggregation._app = cast(Any, app)
    aggregation._outbox, aggregation._entries = cast(Any, Outbox(log)), cast(Any, Table(log))
    aggregation._metrics, aggregation._max_units = given.get("metrics") or Metrics(), 100
    aggregation._defects = given.get("defects") or Defects(Path("none"))
    try:
        asyncio.run(aggregation.run(Stream(*values)))
    except Ended:
        return log
    assert buffer.max_messages == BUFFERED_SENDS
    return log


def test_there_is_one_agent_one_table_no_timer_and_no_web(app: AggregateApp, place: Place) -> None:
    Aggregation(app, place, Settings(), cast(Any, Outbox([])), Metrics())
    assert [agent.concurrency for agent in app.agents.values()] == [1]
    (table,) = app.tables.values()
    assert isinstance(table, Entries)
    assert not table.is_global
    assert app._app_tasks == []
    assert app.conf.web_enabled is False
    assert app.conf.table_standby_replicas == 0
    app.timer(1.0)(lambda: None)
    assert len(app._app_tasks) == 1  # so a timer would be seen above


def test_tables_are_read_ahead(app: AggregateApp) -> None:
    assert isinstance(app.tables.recovery, AheadRecovery)
    assert app.bootstrap == BOOTSTRAP


def test_what_the_guards_rest_on_is_set(app: AggregateApp, place: Place) -> None:
    assert app.conf.processing_guarantee.value == "at_least_once"
    assert app.conf.stream_publish_on_commit is False
    assert app.conf.topic_allow_declare is False
    assert app.conf.producer_acks == -1
    assert app.conf.producer_partitioner is None  # aiokafka's own: murmur2
    assert [url.host for url in app.conf.broker_consumer] == ["127.0.0.1", "127.0.0.1"]
    assert str(make_app(place, Settings()).conf.store) == "rocksdb:?driver=rocksdict"


def test_topics_take_raw_bytes_and_empty_values(app: AggregateApp, place: Place) -> None:
    Aggregation(app, place, Settings(), cast(Any, Outbox([])), Metrics())
    (agent,) = app.agents.values()
    (table,) = app.tables.values()
    channel = cast(Any, agent.channel)
    assert channel.get_topic_name() == "documents.parts"
    for topic in (channel, cast(Any, table).changelog_topic):
        assert (topic.schema.key_serializer, topic.schema.value_serializer) == ("raw", "raw")
        assert topic.allow_empty
    changelog = cast(Any, table).changelog_topic
    assert changelog.get_topic_name() == "ream-aggregate-documents-changelog"
    assert (changelog.acks, changelog.internal, changelog.compacting) == (False, True, True)


def test_a_record_is_answered_after_all_that_follows_from_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(monkeypatch, part("opened"), part("manifest"))
    assert done == ["written", "answered 0", "written", "empty of generation 1", "answered 1"]


def test_its_time_is_told_by_the_type_of_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = Metrics()
    run(monkeypatch, part("opened"), (None, None), metrics=metrics)
    page = metrics.exposition().decode()
    for label in ("text/plain", "none"):
        assert f'ream_handler_seconds_count{{media_type="{label}",stage="aggregate"}} 1.0' in page


def test_a_bad_record_is_refused_and_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, (None, None), part("opened")) == [
        "refused malformed",
        "answered 0",
        "written",
        "answered 1",
    ]


def test_a_new_generation_waits_for_what_is_being_sent_of_the_old(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(monkeypatch, part("opened"), part("opened", 2), part("opened", 1))
    assert done[2:] == ["settled 3", "superseded of generation 1", "written", "answered 1", "written", "answered 2"]


def test_forget_removes_the_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, part("opened"), part("forget"))[2:] == ["removed", "answered 1"]


class Panic(BaseException):
    """What a native library raises that gave up."""


@pytest.mark.parametrize("error", [RuntimeError("merge defect"), MemoryError(), Panic()])
def test_a_defect_ends_the_process_and_the_record_is_not_answered(
    monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def take(*_: Any) -> None:
        raise error

    monkeypatch.setattr(app_module, "take", take)
    begun = Begun()
    assert run(monkeypatch, part("opened"), begun=begun) == ["ended: defect"]
    assert begun.left() == (3, 0), "the next process counts it"


@pytest.mark.parametrize("error", [KafkaTimeoutError(), ProducerSendError()])
def test_a_broker_that_does_not_take_what_follows_is_no_defect_of_the_record(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def refused(*_: Any) -> Any:
        return _done(error)

    monkeypatch.setattr(Outbox, "complete", refused)
    begun = Begun()
    done = run(monkeypatch, part("opened"), part("opened", 2), begun=begun)
    assert done[-1] == "ended: send_failed"
    assert begun.left() is None


def test_a_record_in_which_the_agent_is_told_to_stop_is_not_suspected(monkeypatch: pytest.MonkeyPatch) -> None:
    def take(*_: Any) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(app_module, "take", take)
    begun = Begun()
    with pytest.raises(asyncio.CancelledError):
        run(monkeypatch, part("opened"), begun=begun)
    assert begun.left() is None


def test_the_record_that_is_worked_on_is_the_one_that_is_begun(
    monkeypatch: pytest.MonkeyPatch, app: AggregateApp, place: Place
) -> None:
    seen = []
    real = app_module.take

    def take(key: Any, value: Any, offset: int, *rest: Any) -> Any:
        seen.append((offset, begun.left()))
        return real(key, value, offset, *rest)

    monkeypatch.setattr(app_module, "take", take)
    begun = Begun()
    run(monkeypatch, part("opened"), part("manifest"), begun=begun)
    assert (seen, begun.left()) == ([(0, (3, 0)), (1, (3, 1))], None)
    left = Begun(place.deaths / "begun")
    left.begin(3, 5)
    made = Aggregation(app, place, Settings(), cast(Any, Outbox([])), Metrics())
    assert made._defects.tries(3, 5) == 1
    app.begun.begin(3, 6)
    assert left.left() == (3, 6), "it is noted in the worker's own folder"


def test_a_record_that_ended_the_worker_three_times_is_given_up_and_the_next_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun, defects = Begun(), Defects(tmp_path / "defects.json")
    for _ in range(3):
        begun.begin(3, 0)
        defects.count(begun)
    given_up = ["refused defect", "answered 0"]
    assert run(monkeypatch, part("manifest"), part("opened"), defects=defects) == [*given_up, "written", "answered 1"]


def test_a_worker_that_stood_still_takes_no_other_record(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, part("opened"), frozen=lambda: True) == ["ended: frozen"]


def test_the_table_keeps_the_futures_of_its_changelog_and_always_writes(
    app: AggregateApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[Any, ...]] = []

    def send_soon(self: Any, **record: Any) -> Any:
        sent.append((record["key"], record["value"]))
        return SimpleNamespace(message=SimpleNamespace(partition=3), name=f"future {len(sent)}")

    async def write() -> list[Any]:
        table = cast(Entries, app.Table("documents", partitions=12, key_type=bytes, value_type=bytes))
        monkeypatch.setattr(type(table.changelog_topic), "send_soon", send_soon)
        monkeypatch.setattr(Entries, "partition_for_key", lambda self, key: 3)
        writes = [b"one", b"one", None, None]
        return [[cast(Any, future).name for future in table.write(b"k", entry)] for entry in writes]

    assert asyncio.run(write()) == [["future 1"], ["future 2"], ["future 3"], ["future 4"]]
    assert sent == [(b"k", b"one"), (b"k", b"one"), (b"k", None), (b"k", None)]
