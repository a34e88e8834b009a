# SPDX-License-Identifier: Apache-2.0
"""Wires classify: the text of a segment becomes what it is, and the answer for its units."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal

from ream_classify import corrections, kept_rules, language, rules
from ream_classify.classes import classify as classes_of
from ream_classify.entities.gazetteers import gazetteers
from ream_classify.entities.model import NoModel, SpacyModel
from ream_classify.model_store import Learnt
from ream_classify.rules import Rules
from ream_classify.settings import ClassifySettings
from ream_classify.whole import faults, incomplete
from ream_contracts import identity, layout, redo, table_files, topics, units
from ream_contracts.artifacts import ChildFound, Picture, SegmentClasses, SegmentRecord, SegmentText
from ream_contracts.messages import PartFailed, PartSegment, SegmentRead
from ream_contracts.whole import NotWhole, characters
from ream_kit import Reject, Store, settings, stage
from ream_kit.clock import Clock
from ream_kit.settings import SettingsError
from ream_kit.store import NotFound
from ream_kit.store_open import open_store

STAGE = "classify"


@contextmanager
def open_rules() -> Iterator[Rules]:
    """Reads the rules and loads the models and lists of names, once a process.

    Of a file with a mistake the last one that could be used stands in, or the one that ships; the log and the status
    say so.

    Raises:
        SettingsError: a setting or a model that one names cannot be used; the text says which and why.
        Retry: a file cannot be used, and the store, which has what stands in, is away.
    """
    own = settings.load(ClassifySettings, os.environ, "REAM_CLASSIFY_")
    language.warm_up()
    gazetteers()
    yield _rules(own)


def _rules(own: ClassifySettings) -> Rules:
    try:
        model = SpacyModel(own.spacy_model) if own.spacy_model else None
    except NoModel as error:
        raise SettingsError(f"REAM_CLASSIFY_SPACY_MODEL cannot be used: {error}") from error
    named = own.files()
    texts, refused = kept_rules.usable(named, open_store(os.environ)) if any(named.values()) else (None, ())
    loaded = (
        rules.load(listed=own.findings, model=model) if texts is None else rules.made_of(texts, own.findings, model)
    )
    return replace(loaded, refused=refused)


@contextmanager
def open_learnt() -> Iterator[Learnt]:
    """Gives what was learnt from examples, which the store may have newer at any time."""
    yield Learnt()


def failed_part(read: SegmentRead, cause: str, attempts: int) -> Iterator[PartFailed]:
    """Says that the units of a segment were given up."""
    branch = _branch(read)
    yield PartFailed(read.document_id, read.generation, read.run, branch, STAGE, cause, read.units, attempts)


def _branch(read: SegmentRead) -> Literal["text", "early"]:
    return "early" if read.early else "text"


@stage(
    STAGE,
    version=rules.VERSION,
    reads=topics.SEGMENTS_READ,
    writes=topics.DOCUMENTS_PARTS,
    needs={"rules": open_rules, "learnt": open_learnt},
    give_up=failed_part,
)
def classify(read: SegmentRead, store: Store, rules: Rules, learnt: Learnt, clock: Clock) -> PartSegment:
    """Answers the units of one segment; what was classified before is found and not worked out again."""
    of = layout.early_record if read.early else layout.segment_record
    name = of(read.document_id, read.generation, read.run, read.segment)
    record = _recorded(store, name)
    if record is None:
        store.put_artifact(name, _record(read, store, rules.having_learnt(learnt.now(store, clock))))
        # Another delivery may have been first: its record is the one that stands.
        record = store.get_artifact(SegmentRecord, name)
    return PartSegment(
        document_id=read.document_id,
        generation=read.generation,
        run=read.run,
        branch=_branch(read),
        segment=read.segment,
        read=record.read,
        not_applicable=record.not_applicable,
        record=name,
        characters=record.characters,
        children=len(record.children),
        scores=store.get_artifact(SegmentClasses, record.classes).scores,
        incomplete=record.incomplete,
    )


def _recorded(store: Store, name: str) -> SegmentRecord | None:
    try:
        return store.get_artifact(SegmentRecord, name)
    except NotFound:
        return None


def _record(read: SegmentRead, store: Store, rules: Rules) -> SegmentRecord:
    text = store.get_artifact(SegmentText, read.text)
    _require_whole(read, text, store)
    lacking = incomplete(text)
    # A unit that lost all of its text is no unit without text.
    with_text = units.union(units.of(unit.unit for unit in text.units if unit.text.strip()), lacking)
    answered = units.minus(read.units, units.minus(read.units, with_text))
    return SegmentRecord(
        document_id=read.document_id,
        generation=read.generation,
        run=read.run,
        segment=read.segment,
        read=answered,
        not_applicable=units.minus(read.units, answered),
        text=read.text,
        classes=_classes(read, text, store, _for_run(read, store, rules)),
        method=read.method,
        confidence=read.confidence,
        characters=characters(text.units),
        children=tuple(child.document_id for child in text.children),
        incomplete=units.minus(answered, units.minus(answered, lacking)),
        tables=() if read.early else tuple(_tables(read, text, store)),
    )


def _tables(read: SegmentRead, text: SegmentText, store: Store) -> Iterator[str]:
    """Keeps each table as files of its own, whoever read it, and yields their names.

    They say once more what the text artifact says: nobody who works on from here needs them.
    """
    for table in table_files.each(text):
        as_json, as_csv = table_files.names(read.text, table)
        store.put_artifact(as_json, table)
        store.put(as_csv, table_files.csv_of(table.table))
        yield from (as_json, as_csv)


def _require_whole(read: SegmentRead, text: SegmentText, store: Store) -> None:
    """Compares a segment with what was said of it.

    Raises:
        NotWhole: it is less, or a picture or document that it names is not there.
    """
    lost = list(faults(read, text))
    named: list[Picture | ChildFound] = [*(one for unit in text.units for one in unit.pictures), *text.children]
    lost += [f"not whole in the store: {one.object}" for one in named if not _is_whole(one, store)]
    if lost:
        raise NotWhole("; ".join(lost))


def _is_whole(named: Picture | ChildFound, store: Store) -> bool:
    try:
        return store.size(named.object) == named.size or named.size is None
    except NotFound:
        return False


def _for_run(read: SegmentRead, store: Store, rules: Rules) -> Rules:
    """Takes into account what a person said of the document, and what this run redoes with other parameters."""
    if (read.generation, read.run) != (1, 1):  # of a document that comes for the first time nobody has said anything
        rules = rules.for_document(corrections.stated(store, read.document_id))
    one = redo.applying(read.redo, STAGE, read.units)
    if one is None:
        return rules
    try:
        redo.check(STAGE, one.parameters)
        return rules.changed(one.parameters, one.run)
    except ValueError as error:
        raise Reject("bad-parameters", str(error)) from error


def _classes(read: SegmentRead, text: SegmentText, store: Store, rules: Rules) -> str:
    """Returns the name of the classes of this text by these rules, after making them where they are not there."""
    # The text's name inside the generation: see ocr, where a document with the same bytes finds what was copied.
    of = layout.generation(read.document_id, read.generation)
    memo = identity.memo(read.text.removeprefix(of), rules.fingerprint)
    name = layout.classes(read.document_id, read.generation, read.segment, memo)
    if not store.exists(name):
        store.put_artifact(name, classes_of(text, rules))
    return name
