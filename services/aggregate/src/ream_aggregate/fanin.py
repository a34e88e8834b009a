# SPDX-License-Identifier: Apache-2.0
"""Decides what one record of documents.parts does: the entry it leaves, what is sent, or why it is refused."""

from dataclasses import dataclass, field

from ream_aggregate.decide import announce, decide, superseded
from ream_aggregate.merge import MAX_UNITS, Ended, Forgotten, Ignored, NoEntry, Overtaken, merge
from ream_aggregate.state import State, dumps, loads
from ream_contracts import topics
from ream_contracts.codec import Malformed, decode
from ream_contracts.messages import DocumentCompleted, DocumentPart, PartManifest
from ream_contracts.units import contains

MAX_PART_BYTES = 64 * 1024
"""Larger parts are refused: a part names things and says small ones."""

MAX_ENTRY_BYTES = 768 * 1024
"""An entry above the broker's limit of a message could never be written, and would end every worker in turn."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The record goes to the dead letters.

    Attributes:
        cause: malformed, too-large or no-entry.
        detail: why, in a sentence for people that quotes nothing of it.
    """

    cause: str
    detail: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The record was merged.

    Attributes:
        entry: what the table holds from now on; None when the entry goes.
        starts: the entry takes the place of one of an earlier generation or run.
        first: to be acknowledged one after another before the entry is written, since they can't be worked out again
            afterwards: the end of an earlier generation that had none, and where the newer one has its outcome
            already, that again: the topic is compacted, and the newest generation's has to be the last of its key.
        completed: sent with the entry.
        media_type: of the document, where its entry knows it; for figures, and no part of the effect.
    """

    entry: bytes | None
    starts: bool = False
    first: tuple[DocumentCompleted, ...] = ()
    completed: DocumentCompleted | None = None
    media_type: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Passed:
    """The record speaks of a run that another of its generation replaced; nothing changes."""


def document_of(key: bytes | None) -> str | None:
    """Returns the document that a record's key names, None when it names none."""
    try:
        return key.decode("utf-8") if key else None
    except UnicodeDecodeError:
        return None


def take(
    key: bytes | None, value: bytes | None, offset: int, held: bytes | None, max_units: int = MAX_UNITS
) -> Answered | Refused | Passed:
    """Works out the effect of one record; whatever it raises is our own fault, never the record's.

    Args:
        key: the record's key: the document id.
        value: its value.
        offset: its place in the partition.
        held: what the table holds for the key, None when nothing.
        max_units: units of one document that are counted one by one.
    """
    document_id = document_of(key)
    if value is not None and len(value) > MAX_PART_BYTES:
        return Refused("too-large", f"the part has {len(value)} bytes, {MAX_PART_BYTES} are allowed")
    try:
        part: DocumentPart = decode(topics.DOCUMENTS_PARTS, value)
    except Malformed as error:
        return Refused("malformed", error.reason)
    if part.document_id != document_id:
        return Refused("malformed", "the key of the record is not the document that the part speaks of")
    return _merged(part, offset, loads(document_id, held) if held is not None else None, max_units)


def _merged(part: DocumentPart, offset: int, state: State | None, max_units: int) -> Answered | Refused | Passed:
    match merge(state, part, max_units):
        case NoEntry():
            return Refused("no-entry", "the document was never opened here, or was forgotten: it has to be run again")
        case Ignored():
            return Passed()
        case Forgotten():
            return Answered(None)
        case Ended(kept):
            # This may be the very part that ended it, again after a kill that its entry's way to the changelog did not
            # survive: whoever reads the changelog has to learn it too.
            return Answered(dumps(kept))
        case Overtaken(late, kept):
            return _answered(Answered(dumps(kept), first=(superseded(late), *_outcome(kept))))
        case State() as merged:
            merged, completed = announce(merged, offset)
            if completed is None and isinstance(part, PartManifest):
                # Sweep runs a document again whose completion never became searchable; repeating it costs nothing.
                completed = decide(merged)
            starts = state is not None and state.age < merged.age
            named = merged.facts.media_type if merged.facts is not None else None
            return _answered(Answered(dumps(merged), starts, _end_of(state, merged), completed, named))


def _answered(answer: Answered) -> Answered | Refused:
    size = len(answer.entry or b"")
    if size > MAX_ENTRY_BYTES:
        return Refused("too-large", f"with this part the document's entry would have {size} bytes")
    return answer


def _end_of(state: State | None, merged: State) -> tuple[DocumentCompleted, ...]:
    if state is None or state.generation >= merged.generation:
        return ()
    has_one = state.announced >= 0 or contains(state.ended, state.generation)
    return () if has_one else (superseded(state),)


def _outcome(state: State) -> tuple[DocumentCompleted, ...]:
    completed = decide(state) if state.announced >= 0 else None
    return (completed,) if completed is not None else ()
