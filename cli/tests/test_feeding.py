# SPDX-License-Identifier: Apache-2.0
"""What is brought lies whole in the store before it is submitted, and what is not submitted is named."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ream_cli import copying, feeding
from ream_cli.feeding import Brought, Feeder, News, Withdrawn, document_id, folder_name, key_of, readable_name
from ream_cli.finding import File, PassedOver
from ream_contracts import codec, identity
from ream_contracts.messages import DocumentSubmitted
from ream_contracts.topic import AnyTopic
from ream_kit import Retry, Store
from ream_kit.testing import memory_store


class FakeBroker:
    """Takes messages; loses those of the first flushes."""

    def __init__(self, away: int = 0) -> None:
        self.away = away
        self.handed: list[DocumentSubmitted] = []
        self.arrived: list[DocumentSubmitted] = []

    def send(self, topic: AnyTopic, message: DocumentSubmitted, key: str | None = None) -> None:
        codec.encode(message)
        self.handed.append(message)

    def flush(self, seconds: float = 60.0) -> None:
        handed, self.handed = self.handed, []
        if self.away > 0:
            self.away -= 1
            raise Retry("kafka", "no broker answers")
        self.arrived += handed


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "_PAUSE_SECONDS", 0.0)


def feed(
    found: Iterable[File | PassedOver], store: Store, broker: FakeBroker, tags: tuple[str, ...] = ()
) -> list[News]:
    feeder = Feeder(found, store, broker, tags)
    feeder.start()
    feeder.join(20)
    assert not feeder.is_alive()
    assert feeder.defect is None
    return [feeder.news.get() for _ in range(feeder.news.qsize())]


def test_bytes_lie_in_the_store_under_the_submitted_name(tmp_path: Path) -> None:
    store, broker = memory_store(), FakeBroker()
    (tmp_path / "a b.txt").write_bytes(b"hello")
    news = feed([File(tmp_path / "a b.txt")], store, broker, ("tag",))
    [message] = broker.arrived
    assert message.source is not None
    assert store.get(message.source.removeprefix("store:")) == b"hello"
    assert (message.name, message.tags) == ("a b.txt", ("tag",))
    assert news == [Brought(identity.document_id("default", message.key or ""), tmp_path / "a b.txt", 5)]


def test_odd_names_become_valid_messages(tmp_path: Path) -> None:
    store, broker = memory_store(), FakeBroker()
    paths = [tmp_path / os.fsdecode(name) for name in (b"\xff.txt", b"new\nline", b"?#%.txt")]
    for path in paths:
        path.write_bytes(b"x")
    feed([File(path) for path in paths], store, broker)
    assert [message.name for message in broker.arrived] == ["\\xff.txt", "new\nline", "?#%.txt"]
    keys = [message.key or "" for message in broker.arrived]
    assert all(re.fullmatch(r"file://[\x21-\x7e]+", key) for key in keys)
    assert [key.rpartition("/")[2] for key in keys] == ["%FF.txt", "new%0Aline", "%3F%23%25.txt"]


def test_the_same_file_is_the_same_document_again() -> None:
    assert document_id(Path("/a/b"), "host") == document_id(Path("/a/b"), "host")
    assert document_id(Path("/a/b"), "host") != document_id(Path("/a/b"), "other")
    assert key_of(Path("/a/ü"), "host") == "file://host/a/%C3%BC"


def test_keys_of_the_longest_paths_fit_and_differ() -> None:
    long = "/" + "ü/" * 1000
    one, other = key_of(Path(long + "a"), "host"), key_of(Path(long + "b"), "host")
    assert one != other
    codec.encode(DocumentSubmitted(source="store:incoming/x", key=one, name=readable_name(Path(long + "a"))))


def test_names_in_the_store_tell_when_they_were_brought() -> None:
    name = folder_name(datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC))
    assert re.fullmatch(r"incoming/20260304T050607-[0-9a-f]{12}", name)


def test_a_file_that_cannot_be_read_is_named_as_lost_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read everything, so the refusal is made up."""
    store, broker = memory_store(), FakeBroker()
    for name in ("closed", "open"):
        (tmp_path / name).write_bytes(b"x")

    def copied(path: Path, *more: Any) -> int:
        if path.name == "closed":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return copying.copy_settled(path, *more)

    monkeypatch.setattr(feeding, "copy_settled", copied)
    refused, brought = feed([File(tmp_path / "closed"), File(tmp_path / "open")], store, broker)
    assert isinstance(refused, PassedOver)
    assert (refused.path.name, refused.cause, refused.lost) == ("closed", "unreadable", True)
    assert isinstance(brought, Brought)
    assert [message.name for message in broker.arrived] == ["open"]


def test_what_is_passed_over_is_handed_on_and_the_rest_goes_on(tmp_path: Path) -> None:
    store, broker = memory_store(), FakeBroker()
    (tmp_path / "file").write_bytes(b"x")
    over = PassedOver(tmp_path / "pipe", "no-file", "it is a pipe", lost=False)
    news = feed([over, File(tmp_path / "vanished"), File(tmp_path / "file")], store, broker)
    assert news[0] == over
    assert isinstance(news[1], PassedOver)
    assert (news[1].path.name, news[1].cause, news[1].lost) == ("vanished", "gone", True)
    assert isinstance(news[2], Brought)
    assert len(broker.arrived) == 1


def test_a_broker_that_comes_back_gets_everything(tmp_path: Path) -> None:
    broker = FakeBroker(away=3)
    files = [File(tmp_path / str(number)) for number in range(5)]
    for each in files:
        each.path.write_bytes(b"x")
    news = feed(files, memory_store(), broker)
    assert [message.name for message in broker.arrived] == ["0", "1", "2", "3", "4"]
    assert all(isinstance(each, Brought) for each in news)


def test_what_a_broker_never_took_is_withdrawn_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "_AWAY_SECONDS", 0.0)
    (tmp_path / "file").write_bytes(b"x")
    brought, withdrawn, over = feed([File(tmp_path / "file")], memory_store(), FakeBroker(away=10**9))
    assert isinstance(brought, Brought)
    assert withdrawn == Withdrawn(brought.document_id)
    assert isinstance(over, PassedOver)
    assert (over.cause, over.lost) == ("kafka-away", True)


def test_a_full_store_is_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "_AWAY_SECONDS", 0.0)
    (tmp_path / "file").write_bytes(b"x")
    store = memory_store()

    def full(*_: Any) -> bool:
        raise Retry("store", "no space left on device")

    monkeypatch.setattr(store, "put", full)
    [over] = feed([File(tmp_path / "file")], store, FakeBroker())
    assert isinstance(over, PassedOver)
    assert (over.cause, over.reason) == ("store-away", "no space left on device")


def test_it_ends_when_it_is_told_to(tmp_path: Path) -> None:
    broker = FakeBroker()
    (tmp_path / "file").write_bytes(b"x")
    feeder: Feeder

    def endless() -> Iterable[File]:
        yield File(tmp_path / "file")
        feeder.over.set()
        while True:
            yield File(tmp_path / "file")

    feeder = Feeder(endless(), memory_store(), broker, ())
    feeder.start()
    feeder.join(20)
    assert not feeder.is_alive()
    assert len(broker.arrived) == 1


def test_a_defect_is_kept_for_who_watches() -> None:
    def broken() -> Iterable[File]:
        raise RuntimeError("ours")
        yield

    feeder = Feeder(broken(), memory_store(), FakeBroker(), ())
    feeder.start()
    feeder.join(20)
    assert isinstance(feeder.defect, RuntimeError)


def test_names_of_passwords_are_submitted(tmp_path: Path) -> None:
    broker = FakeBroker()
    (tmp_path / "a.pdf").write_bytes(b"hello")
    feeder = Feeder([File(tmp_path / "a.pdf")], memory_store(), broker, (), ("bank", "payroll"))
    feeder.start()
    feeder.join(20)
    assert [message.password_ref for message in broker.arrived] == [("bank", "payroll")]
