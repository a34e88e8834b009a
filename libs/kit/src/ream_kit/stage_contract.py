# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S101 - a test suite that ships, so that any stage can be held to it
"""Decides what every stage must do: a suite of tests that each service inherits.

A test class inherits `StageContract` and gives the fixtures `bus` (a LocalBus with the stage alone on it and a store
that holds what the example needs) and `example` (a topic and a message that the stage can work on).
"""

from __future__ import annotations

from typing import Any

from ream_contracts import topics
from ream_contracts.topic import Topic
from ream_kit.errors import Retry
from ream_kit.local_bus import LocalBus
from ream_kit.records import Record
from ream_kit.stage import AnyStage

HOSTILE_VALUES: dict[str, bytes | None] = {
    "tombstone": None,
    "empty": b"",
    "not JSON": b"\x00\xff\xfe{",
    "not UTF-8": b'{"document_id": "\xff"}',
    "a list": b"[]",
    "another schema": b'{"hello": "world"}',
    "deeply nested": b"[" * 20_000,
    "a huge number": b'{"document_id": ' + b"9" * 4_000 + b"}",
    "not a number": b'{"generation": NaN}',
}
"""Values that no consumer can use; each must end as one dead letter, and the next good message must pass."""

HOSTILE_KEYS: dict[str, bytes | None] = {"none": None, "900 KB": b"\xff" * 900_000, "control characters": b"a\x00\nb"}


class StageContract:
    """What every stage must do."""

    def test_reads_and_writes_what_the_schemas_say(self, bus: LocalBus) -> None:
        """Whoever adds an edge to the graph of topics adds it to both."""
        stage = _stage(bus)
        named = {topic.name for topic in topics.ALL}
        assert {t.name for t in stage.reads} & named == {t.name for t in topics.ALL if stage.name in t.read_by}
        assert {t.name for t in stage.writes} == {t.name for t in topics.ALL if stage.name in t.written_by}

    def test_works_on_the_example(self, bus: LocalBus, example: tuple[Topic[Any], Any]) -> None:
        """The example is good: no dead letter, nobody waited for."""
        bus.put(*example)
        bus.run()
        assert bus.dead_letters == []
        assert bus.waiting == []
        assert bus.metrics.value("ream_records_finished_total", "done") == 1

    def test_hostile_values_become_dead_letters(self, bus: LocalBus, example: tuple[Topic[Any], Any]) -> None:
        """After any of them the next good message passes."""
        stage = _stage(bus)
        for topic in stage.reads:
            for value in HOSTILE_VALUES.values():
                bus.put_raw(topic, value, "hostile")
        bus.put(*example)
        bus.run()
        assert len(bus.dead_letters) == len(stage.reads) * len(HOSTILE_VALUES)
        assert bus.metrics.value("ream_records_finished_total", "done") == 1

    def test_hostile_keys_do_no_harm(self, bus: LocalBus, example: tuple[Topic[Any], Any]) -> None:
        """A key is a stranger's bytes."""
        for key in HOSTILE_KEYS.values():
            bus.put_raw(example[0], b"{", key)
        bus.put(*example)
        bus.run()
        assert len(bus.dead_letters) == len(HOSTILE_KEYS)
        assert bus.metrics.value("ream_records_finished_total", "done") == 1

    def test_twice_gives_the_same(self, bus: LocalBus, example: tuple[Topic[Any], Any]) -> None:
        """Deliveries repeat: the second time says the same and leaves the store as it was."""
        bus.put(*example)
        bus.run()
        first, stored = _written(bus), sorted(bus.store.names(""))
        bus.put(*example)
        bus.run()
        second = {name: records[len(first[name]) :] for name, records in _written(bus).items()}
        assert second == first
        assert sorted(bus.store.names("")) == stored

    def test_waits_while_the_store_is_away(
        self, bus: LocalBus, example: tuple[Topic[Any], Any], monkeypatch: Any
    ) -> None:
        """Nobody's fault: the record is held, and done when the store is back."""
        away = _Away()
        with monkeypatch.context() as patch:
            patch.setattr(bus.store, "_blobs", away)
            bus.put(*example)
            bus.run()
        assert bus.dead_letters == []
        if away.asked:
            assert [waits.waiting_for for waits in bus.waiting] == ["store"]
        bus.run()
        assert bus.waiting == []
        assert bus.metrics.value("ream_records_finished_total", "done") == 1


class _Away:
    """Blobs of a store that does not answer."""

    def __init__(self) -> None:
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        def answer(*args: Any, **kwargs: Any) -> Any:
            self.asked += 1
            raise Retry("store", "it is away for this test")

        return answer


def _stage(bus: LocalBus) -> AnyStage:
    (stage,) = bus.stages
    return stage


def _written(bus: LocalBus) -> dict[str, list[tuple[bytes | None, bytes | None]]]:
    def facts(record: Record) -> tuple[bytes | None, bytes | None]:
        return record.origin.key, record.value

    return {topic.name: [facts(record) for record in bus.records(topic)] for topic in _stage(bus).writes}
