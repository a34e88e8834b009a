# SPDX-License-Identifier: Apache-2.0
"""Runs documents through every stage in memory, with one loss on the way, and says what came of each of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from opensearchpy import OpenSearch

from ream_aggregate.fanin import Answered, take
from ream_classify import rules
from ream_classify.service import classify
from ream_contracts import codec, layout, topics, words
from ream_contracts.artifacts import DocumentRecord, SegmentRecord, SegmentText
from ream_contracts.messages import (
    DocumentCompleted,
    DocumentIndexed,
    DocumentIngested,
    DocumentPart,
    DocumentSubmitted,
    PartOpened,
)
from ream_contracts.receipts import lines
from ream_contracts.topic import Topic
from ream_contracts.whole import holds
from ream_extract.reader import Reader as Extractor
from ream_extract.service import extract
from ream_extract.settings import ExtractSettings
from ream_extract.testing import Cells, InProcess, NoOffice
from ream_faults import seams
from ream_faults.faults import Fault, damaged, faults_of
from ream_index.memory_node import Node
from ream_index.opensearch import Indices
from ream_index.service import Search, index
from ream_index.settings import IndexSettings
from ream_ingest.media_type import detect
from ream_ingest.service import ingest
from ream_ingest.settings import IngestSettings
from ream_kit import Origin, Store, stage
from ream_kit.store_memory import MemoryBlobs
from ream_kit.testing import LocalBus
from ream_ocr.parameters import Parameters
from ream_ocr.reader import Reader as Ocr
from ream_ocr.service import ocr
from ream_ocr.views import Budget


class Losing:
    """Damages the first thing that a fault can be done to; without a fault it notes which losses there could be."""

    def __init__(self, fault: Fault | None) -> None:
        self.fault = fault
        self.done = False
        self.possible: set[Fault] = set()

    def passes(self, seam: str, value: Any) -> Any | None:
        """Returns what comes out at the other side of a seam; None when nothing does."""
        if self.fault is None:
            self.possible |= set(faults_of(seam, value))
        if self.fault is None or self.done or self.fault.seam != seam:
            return value
        if not self.fault.path:
            self.done = True
            return None
        less = damaged(value, self.fault)
        self.done = less is not None
        return value if less is None else less

    def bytes_pass(self, seam: str, data: bytes) -> bytes | None:
        """The same for an object that is no JSON."""
        if self.fault is None:
            self.possible |= {Fault(seam, (), "drop"), Fault(seam, (), "cut")}
        if self.fault is None or self.done or self.fault.seam != seam:
            return data
        self.done = True
        return None if self.fault.how == "drop" else data[: len(data) // 2]


class LosingBus(LocalBus):
    """Messages may be lost between stages; what a client submits is no seam of the flow's."""

    losing: Losing

    def _append(
        self, topic: Topic[Any], key: bytes | None, value: bytes | None, headers: Mapping[str, str], name: str = ""
    ) -> None:
        if not name.endswith(".dlq") and value is not None:
            message = codec.decode(topic, value)
            if not (isinstance(message, DocumentSubmitted) and message.parent is None):
                there = self.losing.passes(seams.of_message(message), json.loads(value))
                if there is None:
                    return
                value = json.dumps(there).encode()
        super()._append(topic, key, value, headers, name)


class LosingBlobs(MemoryBlobs):
    """Objects may be lost on their way into the store."""

    def __init__(self, losing: Losing) -> None:
        super().__init__()
        self._losing = losing

    def bring(self, name: str, data: bytes) -> None:
        """Keeps what a client brings: no seam of the flow's."""
        super().put(name, data)

    def put(self, name: str, data: bytes | Path) -> bool:
        """Keeps what the fault leaves of it."""
        whole = data if isinstance(data, bytes) else data.read_bytes()
        seam = seams.of_object(name)
        if seams.is_json(seam):
            there = self._losing.passes(seam, json.loads(whole))
            left = None if there is None else json.dumps(there).encode()
        else:
            left = self._losing.bytes_pass(seam, whole)
        return True if left is None else super().put(name, left)


class LosingCells(Cells):
    """Items of extract's cells may be lost between the cell and its service."""

    def __init__(self, losing: Losing) -> None:
        super().__init__()
        self.losing = losing

    def __call__(self, request: Mapping[str, Any]) -> Any:
        call = super().__call__(request)
        if request["do"] == "read":
            call._answers = self._passing(call)
        return call

    def _passing(self, call: InProcess) -> Iterator[dict[str, Any]]:
        for answer in cast(Iterator[dict[str, Any]], call._run()):
            there = answer if "item" not in answer else self.losing.passes("cell extract", _as_json(answer))
            if there is not None:
                yield there


class Plain:
    """Tells media types without a cell."""

    def media_type(self, path: Path, name: str | None) -> str:
        """See `ream_ingest.detecting.Detector`."""
        return detect(path, name)


@contextmanager
def empty_table() -> Iterator[dict[str, bytes]]:
    """What aggregate holds, by document."""
    yield {}


@stage("aggregate", reads=topics.DOCUMENTS_PARTS, writes=topics.DOCUMENTS_COMPLETED, needs={"table": empty_table})
def fan_in(part: DocumentPart, origin: Origin, table: dict[str, bytes]) -> Iterator[DocumentCompleted]:
    """What aggregate decides, without Faust; a part that it refuses is a dead letter."""
    key = part.document_id
    answer = take(key.encode(), codec.encode(part), origin.offset, table.get(key))
    if isinstance(answer, Answered):
        if answer.entry is not None:
            table[key] = answer.entry
        if answer.completed is not None:
            yield answer.completed


@dataclass(frozen=True)
class Ending:
    """What came of one document: all that a receipt promises, and none of what is decided of it."""

    outcome: str
    text: str
    passages: tuple[tuple[str, str], ...]
    receipt: tuple[tuple[Any, ...], ...]
    children: tuple[str, ...]
    held: tuple[tuple[str, int], ...]
    counts: tuple[tuple[str, Any], ...]


_COUNTED = ("units", "units_read", "units_failed", "units_expired", "units_incomplete", "characters", "children")


@dataclass
class Flow:
    """All stages in memory.

    Attributes:
        losing: the one loss of this run.
        reading: calls that read in extract; ocr's is `looking`.
    """

    fault: Fault | None = None
    looking: Callable[[dict[str, Any]], Iterator[dict[str, Any]]] | None = None
    office: Any = None
    losing: Losing = field(init=False)

    def __post_init__(self) -> None:
        self.losing = Losing(self.fault)
        self._blobs = LosingBlobs(self.losing)
        self.store = Store(self._blobs)
        self.node = Node()
        cells = LosingCells(self.losing)
        packs = frozenset({"eng"})
        needs = {
            "limits": IngestSettings(),
            "detector": Plain(),
            "rules": _RULES,
            "search": Search(Indices(cast(OpenSearch, self.node), "t-"), IndexSettings("t-")),
        }
        stages = (ingest, extract, ocr, classify, fan_in, index)
        self.bus = LosingBus(*stages, store=self.store, needs=needs)
        self.bus.losing = self.losing
        self.bus._needs["reader"] = None
        # Two stages have a need of the same name.
        self._readers = {
            "extract": Extractor(cells, cells, self.office or NoOffice(), ExtractSettings()),
            "ocr": Ocr(self._look, call_bulk=self._look, cells=2, defaults=Parameters("tesserocr", ("eng",), 200),
                       installed=packs, tessdata=Path("/tessdata"), budget=Budget()),
        }  # fmt: skip

    def _look(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for answer in (self.looking or _pretend)(request):
            there = self.losing.passes("cell ocr", answer)
            if there is not None:
                yield there

    def submit(self, name: str, data: bytes) -> None:
        """Submits a file, as a client would."""
        digest = hashlib.sha256(data).hexdigest()
        place = f"{layout.INCOMING}{digest}"
        self._blobs.bring(place, data)
        self.bus.put(topics.DOCUMENTS_SUBMITTED, DocumentSubmitted(source=f"store:{place}", name=name), key=digest)

    def run(self) -> None:
        """Runs until nothing is left to do."""
        with self._seats():
            self.bus.run()

    @contextmanager
    def _seats(self) -> Iterator[None]:
        if not self.bus._seats:
            for one in self.bus.stages:
                self.bus._needs["reader"] = self._readers.get(one.name)
                self.bus._seats.append(self.bus._seat(one))
        yield

    def again(self) -> None:
        """Says of every document that it may be read once more, as sweep does: found, and not worked anew."""
        first = {one.document_id: one for one in self.bus.sent(topics.DOCUMENTS_INGESTED)}
        for message in first.values():
            self.bus.put(topics.DOCUMENTS_INGESTED, message)
        self.run()

    @property
    def ingested(self) -> set[str]:
        """Documents that sweep knows of."""
        found: list[DocumentIngested] = self.bus.sent(topics.DOCUMENTS_INGESTED)
        return {one.document_id for one in found}

    @property
    def opened(self) -> set[str]:
        """Documents that aggregate, and who submitted them, know of."""
        return {one.document_id for one in self.bus.sent(topics.DOCUMENTS_PARTS) if isinstance(one, PartOpened)}

    @property
    def dead(self) -> dict[str, str]:
        """Cause of the last dead letter, by document; by `-` where it names none."""
        return {letter.document_id or "-": f"{letter.stage}: {letter.cause}" for letter in self.bus.dead_letters}

    def endings(self) -> dict[str, Ending]:
        """What came of every document that became searchable, by id."""
        said: list[DocumentIndexed] = self.bus.sent(topics.DOCUMENTS_INDEXED)
        return {one.document_id: self._ending(one.document_id, one.version) for one in said}

    def _ending(self, document_id: str, version: int) -> Ending:
        entry = self.node.entries("t-documents")[document_id]
        passages = self.node.entries("t-passages")
        record = self.store.get_artifact(DocumentRecord, layout.document_record(document_id, version))
        return Ending(
            entry["outcome"],
            entry.get("text", ""),
            tuple(sorted((one, body["text"]) for one, body in passages.items() if body["document_id"] == document_id)),
            tuple((one.unit, *vars_of(one.way), one.characters) for one in lines(record.receipt)),
            tuple(sorted(child.document_id for child in record.children)),
            tuple(sorted(self._held(record).items())),
            tuple((name, entry.get(name)) for name in _COUNTED),
        )

    def _held(self, record: DocumentRecord) -> dict[str, int]:
        prefix = layout.segment_records(record.document_id, record.generation, record.run)
        units, children = [], []
        for name in self.store.names(prefix):
            text = self.store.get_artifact(SegmentText, self.store.get_artifact(SegmentRecord, name).text)
            units += text.units
            children += text.children
        there = sum(self.store.exists(one.object) for unit in units for one in unit.pictures)
        return holds(units, children) | {"pictures in the store": there}


def _as_json(answer: dict[str, Any]) -> dict[str, Any]:
    """What a real cell's pipe makes of an answer."""
    made: dict[str, Any] = json.loads(json.dumps(answer))
    return made


def vars_of(way: Any) -> tuple[Any, ...]:
    """The fields of a way of answering."""
    return way.kind, way.state, way.method, way.cause


_RULES = rules.load()


def _pretend(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Plays ocr's cell: every page says its number, at length."""
    for unit in request["units"]:
        text = f"The words that were seen on scanned page {unit} of this document, line by line.\n" * 4
        yield {
            "unit": unit, "kind": "page", "text": text, "characters": len(text), "confidence": 88, "label": None,
            "tables": [], "cells": 0, "words": words.packed(((0.1, 0.1, 0.9, 0.2), 88) for _ in text.split()),
            "width": 595.0, "height": 842.0, "rotation": 0, "looks": 1,
        }  # fmt: skip
