# SPDX-License-Identifier: Apache-2.0
"""Decides what conditions on documents can speak of, and reads it from a document's newest record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ream_cli.condition import Field
from ream_contracts import layout, units
from ream_contracts.outcomes import Outcome
from ream_index.question import CLOSED
from ream_kit import Store

STATES = ("read", "incomplete", "not-applicable", "failed", "expired", "unanswered")
_WITH_TEXT = ("read", "incomplete")
FIELDS: Mapping[str, Field] = {
    "type": Field("text", "what kind of document it is, like invoice"),
    "type_confidence": Field("number", "how sure that is, 0 to 100"),
    "outcome": Field("text", "how it ended", among=tuple(Outcome)),
    "cause": Field("text", "why it, or one of its units, is not whole, like out-of-time", of_unit=True),
    "media_type": Field("text", "like application/pdf"),
    "language": Field("text", "a language of it, like de"),
    "sensitivity": Field("text", "public, internal, confidential or restricted", among=CLOSED["sensitivity"]),
    "name": Field("text", "its file name"),
    "tag": Field("text", "a tag that it was given"),
    "id": Field("text", "of the document"),
    "size": Field("number", "in bytes; 10MB will do"),
    "units": Field("number", "how many pages, sheets ... it has"),
    "characters": Field("number", "of its text"),
    "children": Field("number", "how many documents were found inside"),
    "generation": Field("number", "which bytes of its source"),
    "run": Field("number", "which processing of these bytes"),
    "submitted": Field("time", "when it was taken in"),
    "completed": Field("time", "when it was completed"),
    "extractor": Field("text", "which reader planned it, like pdf"),
    "unit": Field("number", "number of a unit", of_unit=True),
    "unit_kind": Field("text", "page, sheet, body ...", of_unit=True),
    "state": Field("text", "what became of a unit", of_unit=True, among=STATES),
    "method": Field("text", "how a unit's text was got, like ocr or text-layer", of_unit=True),
    "confidence": Field("number", "how sure a unit's text is, 0 to 100", of_unit=True),
    "unit_characters": Field("number", "of a unit's text", of_unit=True),
    "extract.version": Field("version", "of the extractor that read a unit's text", of_unit=True),
    "ocr.version": Field("version", "of the OCR that read a unit's text", of_unit=True),
    "classify.version": Field("version", "of the rules that classified a unit's segment", of_unit=True),
}
_RENAMED = {"language": "languages", "tag": "tags", "id": "document_id"}
_VERSIONS = {"extract.version", "ocr.version", "classify.version"}
_OCR_TEXT = re.compile(r"/text/(?P<segment>[0-9]+)\.ocr\.[^/]+\.json$")


class Damaged(ValueError):
    """What lies in the store is not what its name says."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A line of the receipt, as a condition sees it."""

    number: int
    state: str
    values: Mapping[str, Sequence[Any]]


@dataclass(slots=True)
class Record:
    """A document's newest record, read without more checks than are needed to compare.

    Attributes:
        values: those of the document's own fields.
        by_ocr: units whose text ocr has read.
    """

    document_id: str
    generation: int
    run: int
    values: dict[str, Sequence[Any]]
    by_ocr: frozenset[int]
    _receipt: Mapping[str, Any] = field(default_factory=dict)
    _versions: dict[int, dict[str, str]] = field(default_factory=dict)

    def units(self) -> Iterator[Unit]:
        """Yields every unit that was counted, in order; nothing for a document that could not be planned.

        Raises:
            Damaged: the receipt does not say what became of one.
        """
        try:
            yield from self._units()
        except (LookupError, ValueError, TypeError) as error:
            raise Damaged(f"the receipt of {self.document_id} is none ({type(error).__name__})") from None

    def _units(self) -> Iterator[Unit]:
        cause = self.values["cause"]
        for number, (index, characters, confidence) in enumerate(self._receipt["units"], 1):
            way = self._receipt["ways"][index]
            values = {
                "unit": [number],
                "unit_kind": _several(way["kind"]),
                "state": _several(way["state"]),
                "method": _several(way["method"]),
                "confidence": [confidence] if way["state"] in _WITH_TEXT else [],
                "unit_characters": [characters],
                "cause": [*_several(way.get("cause")), *cause],
                **{name: [version] for name, version in self._versions.get(number, {}).items()},
            }
            yield Unit(number, str(way["state"]), {**self.values, **values})


def read(store: Store, document_id: str, version: int, wanted: Iterable[str]) -> Record:
    """Reads a record, and what else the fields that are asked for need.

    Args:
        store: where it lies.
        document_id: whose.
        version: which one.
        wanted: names of the fields that are asked for; versions of stages cost a look at each segment.

    Raises:
        Damaged: it is no record.
        NotFound: it, or something that it names, is gone.
        Erased: the document was erased.
    """
    name = layout.document_record(document_id, version)
    asked = set(wanted)
    try:
        found = json.loads(store.get(name))
        body: Mapping[str, Any] = found["document"]
        values: dict[str, Sequence[Any]] = {
            one: _several(body.get(_RENAMED.get(one, one))) for one, kind in FIELDS.items() if not kind.of_unit
        }
        values |= {"id": [document_id], "cause": _several(body.get("cause"))}
        by_ocr = {int(match["segment"]) for one in found["artifacts"] if (match := _OCR_TEXT.search(one))}
        record = Record(
            document_id, int(found["generation"]), int(found["run"]), values, frozenset(by_ocr), dict(found["receipt"])
        )
        if "extractor" in asked:
            values["extractor"] = [_json(store, one)["extractor"] for one in found["artifacts"] if "/manifests/" in one]
        if asked & _VERSIONS:
            record._versions = _versions(store, record)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"{name} is no record of a document ({type(error).__name__})") from None
    return record


def _versions(store: Store, record: Record) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for name in store.names(layout.segment_records(record.document_id, record.generation, record.run)):
        segment = _json(store, name)
        text, classes = _json(store, segment["text"]), _json(store, segment["classes"])
        versions = {f"{text['stage']}.version": text["stage_version"], "classify.version": classes["stage_version"]}
        for unit in units.each((*segment["read"], *segment["not_applicable"])):
            found[unit] = versions
    return found


def _json(store: Store, name: str) -> dict[str, Any]:
    found = json.loads(store.get(name))
    if not isinstance(found, dict):
        raise Damaged(f"{name} is no object")
    return found


def _several(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
