# SPDX-License-Identifier: Apache-2.0
"""Wires vectors: the text of a document that is complete becomes vectors, which nothing waits for."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ream_contracts import layout, topics, units
from ream_contracts.artifacts import SegmentRecord, SegmentText
from ream_contracts.messages import DocumentCompleted, DocumentEmbedded
from ream_contracts.vectors import DIMENSIONS, MODEL, Window, name_of, pack, unpack
from ream_kit import Store, settings, stage
from ream_kit.settings import SettingsError
from ream_meaning import model
from ream_meaning.model import Model
from ream_meaning.network import Damaged
from ream_vectors.settings import VectorsSettings


@dataclass(frozen=True, slots=True)
class Meaning:
    """The model, and how much of a document it reads."""

    model: Model
    settings: VectorsSettings


@contextmanager
def open_meaning() -> Iterator[Meaning]:
    """Loads the model, once a process.

    Raises:
        SettingsError: the model is not installed as it should be, or is not that which vectors are searched with.
    """
    if (model.NAME, model.DIMENSIONS) != (MODEL, DIMENSIONS):
        raise SettingsError(f"the model that is installed is {model.NAME}, and {MODEL} is what is searched with")
    try:
        loaded = Model.load()
    except Damaged as error:
        raise SettingsError(f"There can be no vectors: {error}") from error
    yield Meaning(loaded, settings.load(VectorsSettings, os.environ, "REAM_VECTORS_"))


@stage(
    "vectors",
    version="1",
    reads=topics.DOCUMENTS_COMPLETED,
    writes=topics.DOCUMENTS_EMBEDDED,
    needs={"meaning": open_meaning},
)
def vectors(done: DocumentCompleted, store: Store, meaning: Meaning) -> Iterator[DocumentEmbedded]:
    """Makes the vectors of each segment that has none yet; says so when all are there, and nothing without text."""
    if not done.read + done.incomplete:
        return
    name = layout.embedded(done.document_id, done.version)
    if not store.exists(name):
        store.put_artifact(name, _embedded(done, store, meaning))
    yield store.get_artifact(DocumentEmbedded, name)


def _embedded(done: DocumentCompleted, store: Store, meaning: Meaning) -> DocumentEmbedded:
    """A segment has all of its vectors or none: one that the limit would cut is beyond it, as are those after it."""
    made = beyond = 0
    for record in store.segment_records(done.document_id, done.generation, done.run):
        if not record.read:
            continue
        name = name_of(record.document_id, record.generation, record.segment, record.text)
        if store.exists(name):
            made += sum(1 for _ in unpack(store.get(name)))
        else:
            cut = None if beyond else _cut(record, store, meaning, meaning.settings.windows - made)
            if cut is None:
                beyond += 1
                continue
            store.put(name, pack([_vector(unit, run, meaning) for unit, run in cut]))
            made += len(cut)
    return DocumentEmbedded(done.document_id, done.generation, done.run, done.version, made, beyond)


def _cut(record: SegmentRecord, store: Store, meaning: Meaning, most: int) -> list[tuple[int, model.Window]] | None:
    """The windows of a segment, each with its unit; None where there are more than `most`."""
    found: list[tuple[int, model.Window]] = []
    for unit in store.get_artifact(SegmentText, record.text).units:
        if not units.contains(record.read, unit.unit):
            continue
        for window in meaning.model.windows(unit.text):
            if len(found) >= most:
                return None
            found.append((unit.unit, window))
    return found


def _vector(unit: int, window: model.Window, meaning: Meaning) -> Window:
    return Window(unit, window.start, tuple(float(one) for one in meaning.model.vector(window)))
