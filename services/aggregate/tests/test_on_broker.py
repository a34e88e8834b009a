# SPDX-License-Identifier: Apache-2.0
"""What only a real broker shows: each way in which Faust loses records, with the guard against it in place."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from base64 import b32encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.partitioner import DefaultPartitioner

from ream_local.fault_proxy import FaultProxy
from ream_local.ports import free_ports

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

PARTITIONS = 12
MAIN = "from ream_aggregate.worker import main; raise SystemExit(main())"


class Installation:
    """An installation of its own on the shared broker, with its workers."""

    def __init__(self, bootstrap: str, folder: Path) -> None:
        self.bootstrap, self.folder = bootstrap, folder
        self.prefix = f"agg-{uuid.uuid4().hex[:8]}."
        self.parts, self.group = f"{self.prefix}documents.parts", f"{self.prefix}aggregate"
        self.changelog = f"{self.prefix}{self.group}-documents-changelog"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.environ: dict[str, str] = {}
        self._arguments: dict[int, tuple[str, str, int]] = {}

    def make_topics(self, policy: str = "delete") -> "Installation":
        topics = [
            NewTopic(self.parts, PARTITIONS, 1, topic_configs={"cleanup.policy": policy}),
            NewTopic(f"{self.parts}.dlq", PARTITIONS, 1),
            NewTopic(f"{self.prefix}documents.completed", PARTITIONS, 1),
        ]
        self.admin(lambda admin: admin.create_topics(topics))
        return self

    def drop_topics(self) -> None:
        async def drop(admin: AIOKafkaAdminClient) -> None:
            await admin.delete_topics([name for name in await admin.list_topics() if name.startswith(self.prefix)])

        self.admin(drop)

    def admin(self, act: Callable[[AIOKafkaAdminClient], Any]) -> Any:
        async def run() -> Any:
            admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
            await admin.start()
            try:
                return await act(admin)
            finally:
                await admin.close()

        return asyncio.run(run())

    def start(self, program: str = MAIN, data: str = "data", standby: int = 0) -> subprocess.Popen[bytes]:
        environ = {
            **os.environ,
            "REAM_AGGREGATE_STANDBY": str(standby),
            "REAM_KAFKA_BOOTSTRAP": self.bootstrap,
            "REAM_TOPIC_PREFIX": self.prefix,
            "REAM_GROUP_PREFIX": self.prefix,
            "REAM_STORE": str(self.folder / "store"),
            "REAM_AGGREGATE_DATA_DIR": str(self.folder / data),
            "REAM_AGGREGATE_SESSION_SECONDS": "6",
            "REAM_AGGREGATE_HEAD_SECONDS": "10",
            "REAM_AGGREGATE_COMMIT_SECONDS": "0.3",
            **self.environ,
        }
        with (self.folder / "worker.log").open("ab") as out:
            worker = subprocess.Popen([sys.executable, "-c", program], env=environ, stdout=out, stderr=out)
        self.workers.append(worker)
        self._arguments[worker.pid] = program, data, standby
        return worker

    def supervise(self) -> None:
        """Starts workers again that ended themselves: what Faust lost between two owners comes back only so."""
        for ended in [worker for worker in self.workers if worker.poll() == 70 and worker.pid in self._arguments]:
            self.start(*self._arguments.pop(ended.pid))

    def tables(self, data: str) -> set[int]:
        """Of which partitions a worker has files."""
        found = (re.search(r"documents-(\d+)\.db$", path.name) for path in (self.folder / data).rglob("*.db"))
        return {int(match[1]) for match in found if match}

    def log(self) -> str:
        return (self.folder / "worker.log").read_text()

    def send(self, *records: tuple[bytes | None, bytes | None]) -> None:
        async def run() -> None:
            producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, max_request_size=2**20, linger_ms=5)
            await producer.start()
            try:
                for sent in [await producer.send(self.parts, value, key) for key, value in records]:
                    await sent
            finally:
                await producer.stop()

        asyncio.run(run())

    def read(self, topic: str) -> list[Any]:
        """Returns every record of a topic."""

        async def run() -> list[Any]:
            consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, auto_offset_reset="earliest")
            consumer.assign(tps := [TopicPartition(self.prefix + topic, number) for number in range(PARTITIONS)])
            await consumer.start()
            try:
                ends = await consumer.end_offsets(tps)
                records: list[Any] = []
                while any([await consumer.position(tp) < ends[tp] for tp in tps]):
                    for batch in (await consumer.getmany(timeout_ms=200)).values():
                        records += batch
                return records
            finally:
                await consumer.stop()

        return asyncio.run(run())

    def completed(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for record in self.read("documents.completed"):
            message = json.loads(record.value)
            assert record.key.decode() == message["document_id"]
            found.setdefault(message["document_id"], []).append(message)
        return found

    def dead_letters(self) -> list[dict[str, Any]]:
        return [json.loads(record.value) for record in self.read("documents.parts.dlq")]

    def offsets(self) -> dict[int, tuple[int | None, int]]:
        """Returns committed offset and end of each partition of documents.parts."""

        async def run() -> dict[int, tuple[int | None, int]]:
            consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, group_id=self.group, enable_auto_commit=False)
            consumer.assign(tps := [TopicPartition(self.parts, number) for number in range(PARTITIONS)])
            await consumer.start()
            try:
                ends = await consumer.end_offsets(tps)
                return {tp.partition: (await consumer.committed(tp), ends[tp]) for tp in tps}
            finally:
                await consumer.stop()

        return asyncio.run(run())

    def caught_up(self) -> bool:
        return all(committed == end for committed, end in self.offsets().values())


@pytest.fixture
def installation(kafka_bootstrap: str, tmp_path: Path) -> Iterator[Installation]:
    made = Installation(kafka_bootstrap, tmp_path)
    yield made
    for worker in made.workers:
        worker.kill()
        worker.wait()
    made.drop_topics()
    print(made.log() if made.workers else "")


def wait_for(condition: Callable[[], bool], seconds: float = 100, under: Installation | None = None) -> None:
    """Waits until something is so; the workers of an installation that is named are supervised meanwhile."""
    deadline = time.monotonic() + seconds
    while not condition():
        if under is not None:
            under.supervise()
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)  # noqa: TID251 - another process is waited for


def document(number: int) -> str:
    return b32encode(sha256(str(number).encode()).digest()).decode().lower()[:32]


def partition_of(name: str) -> int:
    return int(DefaultPartitioner()(name.encode(), list(range(PARTITIONS)), []))


def _part(name: str, **fields: Any) -> tuple[bytes, bytes]:
    return name.encode(), json.dumps({"document_id": name, "generation": 1, "run": 1, **fields}).encode()


def opening(name: str, units: int) -> list[tuple[bytes, bytes]]:
    about = {"root_id": name, "parent_id": None, "media_type": "application/pdf", "size": 9}
    plan = {"manifest": "m.json", "unit_kind": "page", "units": units, "beyond": 0, "verdict": None, "cause": None}
    return [_part(name, part="opened", **about), _part(name, part="manifest", **about, **plan)]


def answer(name: str, unit: int) -> tuple[bytes, bytes]:
    scores = {"language:en": 10, f"type:unit-{unit}": 1}
    empty = {"not_applicable": [], "record": "r.json", "children": 0}
    return _part(
        name, part="segment", branch="text", segment=unit, read=[[unit, unit]], characters=10, scores=scores, **empty
    )


def whole(name: str, units: int = 2) -> list[tuple[bytes, bytes]]:
    return [*opening(name, units), *(answer(name, unit) for unit in range(1, units + 1))]


def test_bad_records_are_dead_letters_and_the_next_one_is_answered(installation: Installation) -> None:
    name = document(1)
    same = [(name.encode(), value) for value in (b"{not json", None, b"\xff", b"[]", b" " * 70_000, b"x" * 600_000)]
    installation.make_topics().send(*same, (b"\xff" * 100, b"{}"), (None, b"{}"), *whole(name), answer(document(2), 1))
    installation.start()
    wait_for(lambda: name in installation.completed())
    wait_for(installation.caught_up)
    causes = sorted(letter["cause"] for letter in installation.dead_letters())
    assert causes == ["malformed"] * 6 + ["no-entry"] + ["too-large"] * 2
    assert [message["outcome"] for message in installation.completed()[name]] == ["complete"]


def test_a_defect_ends_the_process_before_the_record_is_acknowledged(installation: Installation) -> None:
    """Faust as it comes acknowledges the record, and starts the agent again behind it."""
    name, other = document(1), document(2)
    defect = f"""
import ream_aggregate.app as app
real = app.take
def take(key, value, *rest):
    if b'"segment": 1' in value and key == {name.encode()!r}:
        raise RuntimeError("merge defect")
    return real(key, value, *rest)
app.take = take
{MAIN}"""
    installation.make_topics().send(*opening(name, 2), *whole(other))
    worker = installation.start(defect)
    wait_for(installation.caught_up)
    before = installation.offsets()[partition_of(name)][0]
    installation.send(answer(name, 1), answer(name, 2))
    assert worker.wait(30) == 70
    assert "ending_process reason=defect error=RuntimeError" in installation.log()
    assert "merge defect" not in installation.log()
    assert installation.offsets()[partition_of(name)][0] == before
    installation.start()
    wait_for(lambda: name in installation.completed())
    assert installation.completed()[name][-1]["read"] == 2


def test_a_record_that_ends_each_worker_holds_up_its_partition_no_longer_than_three(installation: Installation) -> None:
    """Whether it raises or the system kills the process: a segmentation fault, or no memory left."""
    name = document(1)
    defect = """
import os, signal
import ream_aggregate.app as app
real = app.take
def take(key, value, *rest):
    if b'"segment": 1' in value:
        %s
    return real(key, value, *rest)
app.take = take
"""
    killed, raised = (defect % end + MAIN for end in ("os.kill(os.getpid(), signal.SIGKILL)", "raise RuntimeError"))
    installation.make_topics().send(*opening(name, 2), answer(name, 1), answer(name, 2))
    for program, code in ((killed, -signal.SIGKILL), (raised, 70), (killed, -signal.SIGKILL)):
        assert installation.start(program).wait(40) == code
    installation.start(killed)
    wait_for(installation.caught_up)
    assert [letter["cause"] for letter in installation.dead_letters()] == ["defect"]
    assert installation.completed() == {}  # its other unit is missing, for sweep to find
    key, value = answer(name, 1)
    installation.send((key, value.replace(b'"segment": 1', b'"segment":1')))  # the same, and no defect any more
    wait_for(lambda: name in installation.completed())
    assert installation.completed()[name][-1]["read"] == 2


def test_a_changelog_that_refuses_ends_the_process_before_the_commit(installation: Installation) -> None:
    """Faust as it comes logs the failed send, and commits."""
    name = document(1)
    config = {"cleanup.policy": "compact", "max.message.bytes": "60"}
    installation.make_topics()
    installation.admin(
        lambda a: a.create_topics([NewTopic(installation.changelog, PARTITIONS, 1, topic_configs=config)])
    )
    installation.send(*whole(name))
    assert installation.start().wait(40) == 70
    assert "ending_process reason=send_failed" in installation.log()
    assert installation.offsets()[partition_of(name)][0] == 0


def test_a_log_that_begins_above_0_is_committed_though_nothing_was(installation: Installation) -> None:
    """Faust as it comes never commits it."""
    name = document(1)
    number = partition_of(name)
    installation.make_topics().send(*whole(name), *whole(name))
    deletion = {TopicPartition(installation.parts, number): RecordsToDelete(4)}
    installation.admin(lambda admin: admin.delete_records(deletion))
    installation.start()
    wait_for(lambda: name in installation.completed())
    wait_for(installation.caught_up)
    assert installation.offsets()[number] == (8, 8)


def test_records_deleted_unread_are_said_to_be_gone_and_the_rest_is_read(installation: Installation) -> None:
    name = document(1)
    number = partition_of(name)
    worker = installation.make_topics().start()
    wait_for(lambda: installation.offsets()[number][0] == 0)
    worker.kill()
    worker.wait()
    installation.send(*whole(name), *whole(name))
    deletion = {TopicPartition(installation.parts, number): RecordsToDelete(4)}
    installation.admin(lambda admin: admin.delete_records(deletion))
    installation.start()
    wait_for(lambda: name in installation.completed())
    wait_for(installation.caught_up)
    assert f"committed_position_is_gone partition={number} committed=0 resumed_at=4" in installation.log()


@pytest.mark.parametrize("data", ["data", "elsewhere"])
def test_a_killed_worker_s_table_is_there_again(installation: Installation, data: str) -> None:
    """From its own files, and from the changelog alone."""
    names = [document(number) for number in range(30)]
    worker = installation.make_topics().start()
    installation.send(*(part for name in names for part in (*opening(name, 3), answer(name, 1), answer(name, 2))))
    wait_for(installation.caught_up)
    worker.kill()
    worker.wait()
    installation.start(data=data)
    installation.send(*(answer(name, 3) for name in names))
    wait_for(lambda: installation.completed().keys() == set(names))
    for (message,) in installation.completed().values():
        assert (message["outcome"], message["read"], message["characters"]) == ("complete", 3, 30)
        assert message["scores"] == {"language:en": 30, "type:unit-1": 1, "type:unit-2": 1, "type:unit-3": 1}
    assert installation.dead_letters() == []
    assert ("changelog_read records=120 of=120" in installation.log()) is (data == "elsewhere")


def test_files_that_are_ahead_of_the_changelog_are_wiped(installation: Installation) -> None:
    """The topic was made anew: Faust as it comes ends with a ConsistencyError at every start."""
    name = document(1)
    worker = installation.make_topics().start()
    installation.send(*whole(name), *whole(document(2)))
    wait_for(installation.caught_up)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    installation.admin(lambda admin: admin.delete_topics([installation.changelog]))
    assert installation.start().wait(40) not in (0, None)
    installation.start()
    installation.send(*whole(document(3)))
    wait_for(lambda: document(3) in installation.completed())


def test_a_frozen_worker_does_not_go_on_when_it_wakes(installation: Installation) -> None:
    name = document(1)
    frozen = installation.make_topics().start()
    installation.send(*opening(name, 1))
    wait_for(installation.caught_up)
    frozen.send_signal(signal.SIGSTOP)
    installation.start()
    installation.send(answer(name, 1))
    wait_for(lambda: name in installation.completed())
    wait_for(installation.caught_up)
    frozen.send_signal(signal.SIGCONT)
    assert frozen.wait(20) == 70
    assert "ending_process reason=frozen" in installation.log()
    assert len(installation.completed()[name]) == 1


def asked(port: int, page: str) -> tuple[int, str]:
    """What the health port of a worker answers; 0 while nobody listens there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError:
        return 0, ""


def test_a_broker_that_is_away_is_said_to_be_and_waited_for(installation: Installation) -> None:
    host, _, number = installation.bootstrap.rpartition(":")
    port = free_ports(1)[0]
    with FaultProxy(host, int(number)) as proxy:
        through = f"""
import aiokafka.client as client
real = client.create_conn
client.create_conn = lambda host, port, **more: real("127.0.0.1", {proxy.port}, **more)
{MAIN}"""
        installation.make_topics().send(*whole(document(1)))
        installation.environ = {"REAM_KAFKA_BOOTSTRAP": proxy.address, "REAM_HEALTH_PORT": str(port)}
        installation.environ["REAM_AGGREGATE_SESSION_SECONDS"] = "20"  # nothing here is about the session
        worker = installation.start(through)
        wait_for(installation.caught_up)
        proxy.refuse()
        away = f"waiting for kafka: no broker answers at {proxy.address}\n"
        wait_for(lambda: asked(port, "readyz") == (503, away))
        (entry,) = json.loads(asked(port, "status")[1])["waiting"]
        assert entry["breaker"] in ("open", "half-open")
        assert 0 < (datetime.now(UTC) - datetime.fromisoformat(entry["since"])).total_seconds() < 60
        assert asked(port, "livez")[0] == 200
        installation.send(*whole(document(2)))
        proxy.heal()
        wait_for(lambda: document(2) in installation.completed())
        wait_for(lambda: asked(port, "readyz")[0] == 200)
        assert worker.poll() is None, "it waited, and went on"


def test_a_second_worker_takes_over_and_gives_back_what_is_underway(installation: Installation) -> None:
    names = [document(number) for number in range(200)]
    installation.make_topics().start()
    wait_for(lambda: "positions_seeded" in installation.log())  # else both of them seed a share
    installation.send(*(part for name in names for part in (*opening(name, 3), answer(name, 1))))
    second = installation.start()
    installation.send(*(answer(name, 2) for name in names))
    wait_for(lambda: installation.log().count("positions_seeded") == 1 and installation.caught_up(), under=installation)
    second.send_signal(signal.SIGTERM)
    installation.send(*(answer(name, 3) for name in names))
    assert second.wait(30) == 0
    wait_for(lambda: installation.completed().keys() == set(names), under=installation)
    assert {message["read"] for messages in installation.completed().values() for message in messages} == {3}
    assert installation.dead_letters() == []


def test_a_standby_has_the_table_of_the_worker_that_is_killed(installation: Installation) -> None:
    """Both workers hold files of every partition, and what one has taken the other goes on with."""
    names = [document(number) for number in range(200)]
    installation.make_topics()
    workers = {each: installation.start(data=each, standby=1) for each in ("one", "other")}
    installation.send(*(part for name in names for part in (*opening(name, 3), answer(name, 1), answer(name, 2))))
    wait_for(installation.caught_up)
    for each in workers:
        wait_for(lambda each=each: installation.tables(each) == set(range(PARTITIONS)))  # type: ignore[misc]
    workers["one"].kill()
    installation.send(*(answer(name, 3) for name in names))
    wait_for(lambda: installation.completed().keys() == set(names), under=installation)
    read = {(message["read"], message["characters"]) for sent in installation.completed().values() for message in sent}
    assert read == {(3, 30)}
    assert installation.dead_letters() == []
    assert workers["other"].poll() in (None, 70), installation.log()


def test_what_the_broker_lacks_is_said(installation: Installation) -> None:
    assert installation.start().wait(30) == 69
    assert f"the topic {installation.parts} is not there" in installation.log()
    installation.make_topics(policy="compact")
    assert installation.start().wait(30) == 69
    assert "cleanup.policy=compact: compaction leaves gaps" in installation.log()


def test_the_changelog_is_compacted_and_has_as_many_partitions_as_its_source(installation: Installation) -> None:
    installation.make_topics().start()
    wait_for(lambda: installation.offsets()[0][0] == 0)
    (found,) = installation.admin(lambda admin: admin.describe_topics([installation.changelog]))
    assert len(found["partitions"]) == PARTITIONS
    resource = ConfigResource(ConfigResourceType.TOPIC, installation.changelog)
    (response,) = installation.admin(lambda admin: admin.describe_configs([resource]))
    assert {entry[0]: entry[1] for entry in response.resources[0][4]}["cleanup.policy"] == "compact"


def test_workers_killed_while_parts_arrive_lose_nothing(installation: Installation) -> None:
    """A short soak: a thousand documents, two workers, four kills; what is missing is told apart by id."""
    names = [document(number) for number in range(1000)]
    installation.make_topics()
    workers = [installation.start(), installation.start()]
    rounds = [
        opening,
        lambda name, _: [answer(name, 1)],
        lambda name, _: [answer(name, 2)],
        lambda name, _: [answer(name, 3)],
    ]
    for number, step in enumerate(rounds):
        for half in (names[:500], names[500:]):
            installation.send(*(part for name in half for part in step(name, 3)))
            time.sleep(1.5)  # noqa: TID251 - the workers get something done before one is killed
        victim = workers[number % 2]
        victim.kill()
        victim.wait()
        workers[number % 2] = installation.start()

    wait_for(installation.caught_up, 75, under=installation)
    completed = installation.completed()
    lost = set(names) - completed.keys()
    wrong = {
        name
        for name, messages in completed.items()
        if (last := messages[-1])["read"] != 3 or last["characters"] != 30 or last["scores"].get("language:en") != 30
    }
    doubled = {name for name, messages in completed.items() if len({each["version"] for each in messages}) > 1}
    ended = re.findall(r"ending_process reason=(\w+)", installation.log())
    assert (lost, wrong, doubled, installation.dead_letters()) == (set(), set(), set(), []), ended
