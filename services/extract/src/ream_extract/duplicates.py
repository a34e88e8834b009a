# SPDX-License-Identifier: Apache-2.0
"""Decides what a document takes over from another with the same bytes, so that nothing of it is read twice.

What stages left of the first document is copied, under the names at which they will look for it; a copy, because either
document may be erased without the other. Each object is copied after those that it names, the manifest last: whatever
ends the copying half-way, what is there is true, and what is missing is worked out.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from ream_contracts import identity, layout
from ream_contracts.artifacts import ChildFound, DocumentRecord, Manifest, SegmentClasses, SegmentText, UnitText
from ream_contracts.codec import Malformed
from ream_contracts.messages import DocumentIngested
from ream_contracts.outcomes import Outcome
from ream_extract.segments import RunNote, loads
from ream_kit import Erased, Store, log
from ream_kit.rerun import newest_run, run_message
from ream_kit.store import NotFound

WHOLE = (Outcome.COMPLETE, Outcome.EMPTY)
"""How the first must have ended: what failed or was cut off there may be read here."""
MOST = 5
"""Documents with the same bytes that are looked at: the first may be erased, cut off or damaged, the next one whole."""
_LOG = log.logger("extract.duplicates")


@dataclass(frozen=True, slots=True)
class Copying:
    """The way from one generation of a document to that of another (or of the same) with the same bytes."""

    store: Store
    source: tuple[str, int]
    target: tuple[str, int]

    def run(self) -> int:
        """Copies what is there and was not copied before; returns how many objects that were.

        Raises:
            NotFound: something was deleted meanwhile.
            Erased: one of the two documents was erased.
            Malformed: an artifact of the first is damaged.
        """
        return sum(self._folder(folder, copy) for folder, copy in self._copies.items())

    @property
    def _copies(self) -> Mapping[str, Callable[[str, str], bool]]:
        return {
            "pictures/": self._bytes,
            "children/": self._bytes,
            "converted/": self._bytes,
            "thumbnail.": self._bytes,
            "preview.": self._bytes,
            "text/": self._text,
            "classes/": self._classes,
            "notes/": self._note,
            "manifests/": self._manifest,
        }

    def _folder(self, folder: str, copy: Callable[[str, str], bool]) -> int:
        return sum(copy(name, self._moved(name)) for name in self.store.names(layout.generation(*self.source) + folder))

    def _moved(self, name: str) -> str:
        own = layout.generation(*self.source)
        return layout.generation(*self.target) + name.removeprefix(own) if name.startswith(own) else name

    def _bytes(self, name: str, target: str) -> bool:
        with self.store.local(name) as path:
            return self.store.put(target, path)

    def _text(self, name: str, target: str) -> bool:
        text = self.store.get_artifact(SegmentText, name)
        units, children = tuple(map(self._unit, text.units)), tuple(map(self._child, text.children))
        moved = replace(text, document_id=self.target[0], generation=self.target[1], units=units, children=children)
        return self.store.put_artifact(target, moved)

    def _classes(self, name: str, target: str) -> bool:
        classes = self.store.get_artifact(SegmentClasses, name)
        return self.store.put_artifact(target, replace(classes, document_id=self.target[0], generation=self.target[1]))

    def _note(self, name: str, target: str) -> bool:
        note = loads(self.store.get(name))
        moved: RunNote = replace(
            note,
            text=note.text and self._moved(note.text),
            scanned=tuple(replace(one, kept=one.kept and self._moved(one.kept)) for one in note.scanned),
            children=tuple(map(self._child, note.children)),
        )
        return self.store.put(target, moved.dumps())

    def _manifest(self, name: str, target: str) -> bool:
        manifest = self.store.get_artifact(Manifest, name)
        return self.store.put_artifact(target, replace(manifest, document_id=self.target[0], generation=self.target[1]))

    def _unit(self, unit: UnitText) -> UnitText:
        return replace(unit, pictures=tuple(replace(one, object=self._moved(one.object)) for one in unit.pictures))

    def _child(self, child: ChildFound) -> ChildFound:
        document_id = identity.child_id(self.target[0], child.path, child.ordinal)
        return replace(child, document_id=document_id, object=self._moved(child.object))


def adopt(ingested: DocumentIngested, store: Store) -> None:
    """Copies what was made of the same bytes before, unless this document is planned already or nothing is there.

    The first document may be in work, damaged or erased, or have more inside of it than this one may have: then this
    one is worked on as any other.

    Raises:
        Erased: this document was erased.
    """
    target = (ingested.document_id, ingested.generation)
    if not ingested.sha256 or not ingested.size or ingested.refused or _planned(store, target):
        return
    try:
        source = _source(ingested, store)
        if source is None or _outgrows(ingested.allowance.bytes, store, source):
            return
        if not _may_have(ingested, store, source):
            return
        copied = Copying(store, source, target).run()
    except (NotFound, Malformed) as error:
        _LOG.info("not_copied", document_id=ingested.document_id, reason=type(error).__name__)
    except Erased as erased:
        if erased.document_id == ingested.document_id:
            raise
        _LOG.info("not_copied", document_id=ingested.document_id, reason="erased")
    else:
        _LOG.info("copied", document_id=ingested.document_id, of=source[0], objects=copied)


def _outgrows(allowed: int, store: Store, source: tuple[str, int]) -> bool:
    """Whether what was found inside of the first is more than this one's family may still have."""
    return sum(map(store.size, store.names(layout.generation(*source) + "children/"))) > allowed


def _may_have(ingested: DocumentIngested, store: Store, source: tuple[str, int]) -> bool:
    """Whether what passwords opened in the first may be had without them: only by who names the same."""
    first = newest_run(store, *source) or run_message(store, *source, 1)
    asked = any("password_ref" in one.parameters for one in first.redo)
    return first.password_ref == ingested.password_ref and not asked


def _planned(store: Store, target: tuple[str, int]) -> bool:
    return next(store.names(layout.generation(*target) + "manifests/"), None) is not None


def _source(ingested: DocumentIngested, store: Store) -> tuple[str, int] | None:
    """Finds the generation of a document that held these bytes and was read to its end.

    Where there is none, this document is read, and stands in line for the next one with these bytes.
    """
    for number in range(1, MOST + 1):
        name = layout.contents(ingested.sha256 or "", number)
        if number > 1 and store.put(name, json.dumps({"document_id": ingested.document_id}).encode()):
            return None
        known = str(json.loads(store.get(name))["document_id"])
        try:
            if (source := _generation_of(known, ingested, store)) is not None:
                return source
        except (NotFound, Malformed, Erased) as error:
            _LOG.info("of_no_use", document_id=ingested.document_id, of=known, reason=type(error).__name__)
        if known == ingested.document_id:
            return None
    return None


def _generation_of(first: str, ingested: DocumentIngested, store: Store) -> tuple[str, int] | None:
    for generation in _generations(store, first):
        if (first, generation) == (ingested.document_id, ingested.generation):
            continue
        source = store.get_artifact(DocumentIngested, layout.ingested(first, generation))
        if (source.sha256, source.media_type) == (ingested.sha256, ingested.media_type) and _is_whole(
            store, first, generation
        ):
            return first, generation
    return None


def _generations(store: Store, document_id: str) -> Iterator[int]:
    number = 1
    while store.exists(layout.ingested(document_id, number)):
        yield number
        number += 1


def _is_whole(store: Store, document_id: str, generation: int) -> bool:
    """Whether its newest record of this generation says so; versions sort as text."""
    below = identity.version(generation + 1, 0, 0)
    names = [name for name in store.names(layout.document_records(document_id)) if _version(name) < below]
    if not names or _version(names[-1]) < identity.version(generation, 0, 0):
        return False
    return store.get_artifact(DocumentRecord, names[-1]).outcome in WHOLE


def _version(name: str) -> int:
    return int(name.rpartition("/")[2].removesuffix(".json"))
