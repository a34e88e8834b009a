# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S101 - a test suite that ships, run alike over the bus in memory and over a real broker
"""Decides what becomes of records, whatever carries them: a suite of tests for every bus that stages run on.

A test class inherits `BusContract` and gives the fixture `open_bus`, which makes a bus with the stages it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from ream_contracts import codec
from ream_contracts.messages import DeadLetter, DocumentIndexed, PartFailed
from ream_contracts.topic import Topic
from ream_kit import dead_letters
from ream_kit.errors import Erased, Reject, Retry, Skip
from ream_kit.records import Origin, Record
from ream_kit.stage import AnyStage, To, stage
from ream_kit.store import Store

DOCUMENT = "a" * 32


def topic(name: str, *messages: type[Any], order: str = "none", schema: str = "document-indexed") -> Topic[Any]:
    """Makes a topic for tests."""
    return Topic(
        name=name,
        description="For tests.",
        messages=messages or (DocumentIndexed,),
        schema=schema,
        key="document",
        order="key" if order == "key" else "none",
        partitions=3,
        retention_days=1,
        dead_letter_retention_days=1,
        cleanup="delete",
        spread=False,
        written_by=(),
        read_by=(),
        closes_loop=(),
    )


IN = topic("kit.in")
IN_ORDER = topic("kit.in-order", order="key")
OUT = topic("kit.out")
OTHER = topic("kit.other")
PARTS = topic("kit.parts", PartFailed, schema="document-part")
TOPICS = (IN, IN_ORDER, OUT, OTHER, PARTS)


def message(number: int, document: str = DOCUMENT) -> DocumentIndexed:
    """Makes a message that carries a number."""
    return DocumentIndexed(document, 1, 1, 1, document, None, "complete", None, number)


def failed_part(given: DocumentIndexed, cause: str, attempts: int) -> Iterator[PartFailed]:
    """Says that a message was given up."""
    yield PartFailed(given.document_id, 1, 1, "text", "probe", cause, (), attempts)


class Bus(Protocol):
    """What the suite needs of a bus."""

    store: Store

    def put(self, topic: Topic[Any], message: Any, key: str | None = None) -> None: ...  # noqa: D102
    def put_raw(self, topic: Topic[Any], value: bytes | None, key: str | bytes | None = None) -> None: ...  # noqa: D102
    def run(self) -> None: ...  # noqa: D102
    def records(self, topic: Topic[Any]) -> list[Record]: ...  # noqa: D102
    def sent(self, topic: Topic[Any]) -> list[Any]: ...  # noqa: D102
    @property
    def dead_letters(self) -> list[DeadLetter]: ...  # noqa: D102


OpenBus = Callable[..., Bus]


def numbers(bus: Bus, topic: Topic[Any] = OUT) -> list[int]:
    """The numbers that arrived on a topic, sorted."""
    return sorted(one.passages for one in bus.sent(topic))


def probe_of(handler: Callable[..., Any], reads: Topic[Any] = IN, **more: Any) -> AnyStage:
    """Declares a stage that gives up as those of the flow do."""
    declared: AnyStage = stage("probe", reads=(reads,), writes=(OUT, PARTS), give_up=failed_part, **more)(handler)
    return declared


class BusContract:
    """What becomes of records."""

    def test_passes_messages_on_with_the_key_of_their_document(self, open_bus: OpenBus) -> None:
        """The record key is the document, whoever wrote it."""
        bus = open_bus(probe_of(lambda given: given))
        for number in range(20):
            bus.put(IN, message(number, "b" * 31 + "cd"[number % 2]), key="something else")
        bus.run()
        assert numbers(bus) == list(range(20))
        assert {(record.origin.key or b"").decode() for record in bus.records(OUT)} == {"b" * 31 + "c", "b" * 31 + "d"}

    def test_routes_by_type_and_by_topic(self, open_bus: OpenBus) -> None:
        """Two topics of one type are told apart by To."""

        @stage("probe", reads=IN, writes=(OUT, OTHER, PARTS))
        def probe(given: DocumentIndexed) -> Iterator[Any]:
            yield To(OUT, given)
            yield To(OTHER, message(given.passages + 100))
            yield from failed_part(given, "tried", 1)

        bus = open_bus(probe)
        bus.put(IN, message(1))
        bus.run()
        assert (numbers(bus), numbers(bus, OTHER), len(bus.sent(PARTS))) == ([1], [101], 1)

    def test_carries_the_trace_on_and_tells_events_apart(self, open_bus: OpenBus) -> None:
        """Same trace, new span; the id of an event names what led to it."""

        @stage("probe", reads=IN, writes=OUT)
        def probe(given: DocumentIndexed, origin: Origin) -> Iterator[DocumentIndexed]:
            yield message(1)
            yield message(2)
            raise Skip(f"enough of {origin.offset}")

        bus = open_bus(probe)
        bus.put(IN, message(0))
        bus.run()
        first, second = (record.origin.headers for record in bus.records(OUT))
        assert first["traceparent"] != second["traceparent"]
        assert first["ce_id"] != second["ce_id"]
        assert (first["ce_source"], first["ce_specversion"]) == ("ream/probe", "1.0")
        assert bus.dead_letters == []

    def test_a_rejected_message_is_given_up_without_a_second_try(self, open_bus: OpenBus) -> None:
        """The failed part first, then the dead letter with its reason; the next message passes."""
        tries = []

        def handler(given: DocumentIndexed) -> Iterator[DocumentIndexed]:
            tries.append(given.passages)
            if given.passages == 1:
                raise Reject("encrypted", "a password is needed")
            yield given

        bus = open_bus(probe_of(handler))
        bus.put(IN, message(1))
        bus.put(IN, message(2))
        bus.run()
        assert sorted(tries) == [1, 2]
        (letter,) = bus.dead_letters
        assert (letter.cause, letter.attempts, letter.document_id, letter.topic) == ("encrypted", 1, DOCUMENT, IN.name)
        assert bus.store.get(letter.detail or "") == b"a password is needed"
        assert dead_letters.restore(letter, bus.store) == (DOCUMENT.encode(), codec.encode(message(1)))
        assert [part.cause for part in bus.sent(PARTS)] == ["encrypted"]
        assert numbers(bus) == [2]

    def test_our_own_fault_is_tried_three_times(self, open_bus: OpenBus) -> None:
        """Poison and probe go to one partition in that order: the probe's answer proves that the poison was passed."""
        tries = []

        def handler(given: DocumentIndexed) -> DocumentIndexed:
            tries.append(given.passages)
            if given.passages == 1:
                raise ZeroDivisionError("a defect")
            return given

        bus = open_bus(probe_of(handler, IN_ORDER))
        bus.put(IN_ORDER, message(1))
        bus.put(IN_ORDER, message(2))
        bus.run()
        assert tries == [1, 1, 1, 2]
        (letter,) = bus.dead_letters
        assert (letter.cause, letter.attempts) == ("zero-division-error", 3)
        assert b"a defect" in bus.store.get(letter.detail or "")
        assert [(part.cause, part.attempts) for part in bus.sent(PARTS)] == [("zero-division-error", 3)]
        assert numbers(bus) == [2]

    def test_a_passing_fault_of_ours_leaves_nothing_behind(self, open_bus: OpenBus) -> None:
        """Messages written before it come twice, with the same id: at least once."""
        tries = []

        def handler(given: DocumentIndexed) -> Iterator[DocumentIndexed]:
            tries.append(given.passages)
            yield message(10)
            if len(tries) < 3:
                raise SystemExit("a library that ends the process")
            yield message(11)

        bus = open_bus(probe_of(handler))
        bus.put(IN, message(1))
        bus.run()
        assert len(tries) == 3
        assert numbers(bus) == [10, 10, 10, 11]
        assert len({record.origin.headers["ce_id"] for record in bus.records(OUT)}) == 2
        assert bus.dead_letters == []

    def test_waits_for_who_is_away_and_counts_no_try(self, open_bus: OpenBus) -> None:
        """Two waits before two failures: still not given up."""
        errors: list[Exception] = [Retry("store", "away"), ValueError(), Retry("store", "away"), ValueError()]

        def handler(given: DocumentIndexed) -> DocumentIndexed:
            if errors:
                raise errors.pop()
            return given

        bus = open_bus(probe_of(handler))
        bus.put(IN, message(1))
        bus.run()
        assert numbers(bus) == [1]
        assert bus.dead_letters == []

    def test_a_retry_while_giving_up_waits_too(self, open_bus: OpenBus) -> None:
        """The failed part is not lost because somebody was away when it was to be made."""
        waits = [Retry("opensearch", "away")]

        def give_up(given: DocumentIndexed, cause: str, attempts: int) -> Iterator[PartFailed]:
            if waits:
                raise waits.pop()
            yield from failed_part(given, cause, attempts)

        def handler(given: DocumentIndexed) -> None:
            raise Reject("damaged", "it is")

        bus = open_bus(stage("probe", reads=IN, writes=PARTS, give_up=give_up)(handler))
        bus.put(IN, message(1))
        bus.run()
        assert [part.cause for part in bus.sent(PARTS)] == ["damaged"]
        assert len(bus.dead_letters) == 1

    def test_a_broken_give_up_does_not_lose_the_dead_letter(self, open_bus: OpenBus) -> None:
        """Its own defect is logged; the record is kept."""

        def give_up(given: DocumentIndexed, cause: str, attempts: int) -> Iterator[PartFailed]:
            raise TypeError("a defect")

        def handler(given: DocumentIndexed) -> None:
            raise Reject("damaged", "it is")

        bus = open_bus(stage("probe", reads=IN, writes=PARTS, give_up=give_up)(handler))
        bus.put(IN, message(1))
        bus.run()
        assert [letter.cause for letter in bus.dead_letters] == ["damaged"]

    def test_erased_documents_leave_no_dead_letter(self, open_bus: OpenBus) -> None:
        """It would keep what was to be erased; the fan-in hears of it all the same."""

        def handler(given: DocumentIndexed) -> None:
            raise Erased(given.document_id)

        bus = open_bus(probe_of(handler))
        bus.put(IN, message(1))
        bus.run()
        assert [part.cause for part in bus.sent(PARTS)] == ["erased"]
        assert bus.dead_letters == []

    def test_hostile_records_become_dead_letters(self, open_bus: OpenBus) -> None:
        """Whatever the bytes are, the next good message passes and nothing else is given up."""
        values = [None, b"", b"{", b"\xff\x00", b"[]", b'{"document_id": 5}', b"[" * 30_000, b"NaN"]
        bus = open_bus(probe_of(lambda given: given))
        for value in values:
            bus.put_raw(IN, value, DOCUMENT)
        bus.put(IN, message(2))
        bus.run()
        assert numbers(bus) == [2]
        causes = sorted(letter.cause for letter in bus.dead_letters)
        assert causes == sorted(["empty-value"] * 2 + ["not-json"] * 4 + ["wrong-schema"] * 2)
        assert {letter.document_id for letter in bus.dead_letters} == {DOCUMENT}
        assert bus.sent(PARTS) == []

    def test_long_hostile_records_are_kept_in_the_store(self, open_bus: OpenBus) -> None:
        """A key of 900 KB comes back from the dead letter as it was, and the dead letter itself has no such key."""
        key = b"\xff\x00" * 450_000
        bus = open_bus(probe_of(lambda given: given))
        bus.put_raw(IN, b"not json", key)
        bus.put(IN, message(2))
        bus.run()
        (letter,) = bus.dead_letters
        assert (letter.key, letter.value, letter.document_id) == (None, None, None)
        assert letter.object is not None
        assert dead_letters.restore(letter, bus.store) == (key, b"not json")
        assert numbers(bus) == [2]

    def test_an_undeclared_message_is_our_fault(self, open_bus: OpenBus) -> None:
        """A stage can't write where its declaration does not say."""
        bus = open_bus(stage("probe", reads=IN, writes=PARTS)(lambda given: given))
        bus.put(IN, message(1))
        bus.run()
        assert [letter.cause for letter in bus.dead_letters] == ["undeclared"]

    def test_a_message_against_its_schema_is_our_fault(self, open_bus: OpenBus) -> None:
        """It is never written."""
        bus = open_bus(probe_of(lambda given: message(-5)))
        bus.put(IN, message(1))
        bus.run()
        assert bus.records(OUT) == []
        assert [letter.cause for letter in bus.dead_letters] == ["wrong-schema"]

    def test_keeps_the_order_of_a_key_while_records_fail(self, open_bus: OpenBus) -> None:
        """A record that is tried again holds back those of its key, and no others."""
        seen: dict[str, list[int]] = {}
        errors: list[Exception] = [Retry("store", "away"), ValueError("a defect")]

        def handler(given: DocumentIndexed) -> DocumentIndexed:
            if given.passages == 3 and given.document_id.startswith("a") and errors:
                raise errors.pop()
            seen.setdefault(given.document_id, []).append(given.passages)
            return given

        bus = open_bus(probe_of(handler, IN_ORDER))
        documents = [letter * 32 for letter in "abcdef"]
        for number in range(10):
            for document in documents:
                bus.put(IN_ORDER, message(number, document))
        bus.run()
        assert seen == {document: list(range(10)) for document in documents}

    def test_a_batch_finishes_item_by_item(self, open_bus: OpenBus) -> None:
        """Each item has its own answer: messages, or an exception."""
        waits = [Retry("opensearch", "too many requests")]

        def handler(given: Sequence[DocumentIndexed]) -> Iterator[Any]:
            for one in given:
                if one.passages == 1:
                    yield Reject("bad-mapping", "refused")
                elif one.passages == 2 and waits:
                    yield waits.pop()
                elif one.passages == 3:
                    yield Skip("known")
                else:
                    yield (one,)

        bus = open_bus(probe_of(handler, batch=4))
        for number in range(6):
            bus.put(IN, message(number, "abcdef"[number] * 32))
        bus.run()
        assert numbers(bus) == [0, 2, 4, 5]
        assert [letter.cause for letter in bus.dead_letters] == ["bad-mapping"]

    def test_poison_takes_no_neighbour_of_its_batch_with_it(self, open_bus: OpenBus) -> None:
        """A batch that fails as a whole is tried one by one."""

        def handler(given: Sequence[DocumentIndexed]) -> list[Any]:
            if any(one.passages == 2 for one in given):
                raise MemoryError
            return [(one,) for one in given]

        bus = open_bus(probe_of(handler, batch=10))
        for number in range(5):
            bus.put(IN, message(number, "abcde"[number] * 32))
        bus.put_raw(IN, b"{", DOCUMENT)
        bus.run()
        assert numbers(bus) == [0, 1, 3, 4]
        assert sorted(letter.cause for letter in bus.dead_letters) == ["memory-error", "not-json"]

    def test_a_batch_keeps_the_order_of_a_key(self, open_bus: OpenBus) -> None:
        """What stands behind an item that failed comes again after it, so that the last effect is of the last item."""
        state: list[int] = []
        errors: list[Exception] = [Retry("opensearch", "away"), ValueError("a defect")]

        def handler(given: Sequence[DocumentIndexed]) -> Iterator[Any]:
            for one in given:
                if one.passages == 1 and errors:
                    yield errors.pop()
                    continue
                state.append(one.passages)
                yield (one,)

        bus = open_bus(probe_of(handler, IN_ORDER, batch=3))
        for number in range(5):
            bus.put(IN_ORDER, message(number))
        bus.run()
        last = {number: len(state) - state[::-1].index(number) for number in range(5)}
        assert sorted(last, key=lambda number: last[number]) == list(range(5))
        assert set(numbers(bus)) == set(range(5))

    def test_reads_dead_letters_and_never_buries_them_again(self, open_bus: OpenBus) -> None:
        """A stage may read what another gave up; if it gives that up in its turn, it is kept where it is."""
        graves = dead_letters.topic_of(IN)
        seen = []

        @stage("digger", reads=graves, writes=OUT)
        def digger(letter: DeadLetter) -> DocumentIndexed:
            seen.append(letter.cause)
            if letter.cause == "damaged":
                raise Reject("hopeless", "it is")
            return message(7)

        def handler(given: DocumentIndexed) -> None:
            raise Reject("damaged" if given.passages else "no-entry", "it is")

        bus = open_bus(probe_of(handler), digger)
        bus.put(IN, message(0))
        bus.put(IN, message(1))
        bus.run()
        assert sorted(seen) == ["damaged", "no-entry"]
        assert len(bus.dead_letters) == 2
        assert numbers(bus) == [7]
