# SPDX-License-Identifier: Apache-2.0
"""Decides how indices are built beside those that are searched, and take their place: as an administrator.

A pair being built carries the aliases `ream-documents-next` and `ream-passages-next`; index writes to it as well as to
those that are searched. How far the building is stands in the mapping of the index itself, so that it goes on from any
machine.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from opensearchpy import OpenSearch

from ream_index.documents import COMPLETE
from ream_index.migrate import migrate, templates
from ream_index.opensearch import ask, next_alias

KINDS = ("documents", "passages")
_META = "ream_rebuild"
_WHILE_FILLED = "60s"


@dataclass(frozen=True, slots=True)
class Counts:
    """What was written so far.

    Attributes:
        documents: that have an entry.
        outstanding: of them, those that are not completed.
        passages: pages, or parts of them.
        erased: that were passed over.
        damaged: by id, why something of a document is not in them; the first hundred.
        damaged_documents: how many those are in all.
    """

    documents: int = 0
    outstanding: int = 0
    passages: int = 0
    erased: int = 0
    damaged: dict[str, str] = field(default_factory=dict)
    damaged_documents: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Adds."""
        damaged = dict([*self.damaged.items(), *other.damaged.items()][:100])
        numbers = {
            name: getattr(self, name) + getattr(other, name)
            for name in ("documents", "outstanding", "passages", "erased", "damaged_documents")
        }
        return Counts(**numbers, damaged=damaged)


@dataclass(frozen=True, slots=True)
class Stand:
    """How far the building of a pair of indices is.

    Attributes:
        until: id of the last document that was gone through.
        full: whether all were.
    """

    until: str = ""
    full: bool = False
    counts: Counts = field(default_factory=Counts)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two indices that are built together."""

    documents: str
    passages: str

    def __iter__(self) -> Iterator[str]:
        """Yields both names, documents first."""
        return iter((self.documents, self.passages))


class Builder:
    """The two indices of an installation and those that will take their place.

    Every method raises Retry when OpenSearch is away, and Reject when it refuses us.
    """

    def __init__(self, admin: OpenSearch, prefix: str) -> None:
        self._admin = admin
        self._prefix = prefix

    def current(self) -> Pair | None:
        """The indices that are searched; None where the migration was never run."""
        return self._behind(f"{self._prefix}{kind}" for kind in KINDS)

    def begun(self) -> Pair | None:
        """The indices that are being built; None when there are none."""
        return self._behind(next_alias(f"{self._prefix}{kind}") for kind in KINDS)

    def begin(self) -> Pair:
        """Makes a new pair, with as many shards as the other has by now; from now on index writes to it too."""
        migrate(self._admin, self._prefix)
        made = Pair(*(self._new(kind) for kind in KINDS))
        self._aliases(
            [{"add": {"index": name, "alias": self._next(kind)}} for kind, name in zip(KINDS, made, strict=True)]
        )
        return made

    def make(self) -> Pair:
        """Makes the indices of an installation that has none yet."""
        migrate(self._admin, self._prefix)
        found = self.current()
        assert found is not None  # noqa: S101 (the migration has just made them)
        return found

    def give_up(self, pair: Pair) -> None:
        """Deletes a pair."""
        ask(lambda: self._admin.indices.delete(index=",".join(pair)))

    def stand(self, pair: Pair) -> Stand:
        """How far the building is."""
        answer = ask(lambda: self._admin.indices.get_mapping(index=pair.documents))
        kept = answer[pair.documents]["mappings"].get("_meta", {}).get(_META)
        return Stand(**{**kept, "counts": Counts(**kept["counts"])}) if kept else Stand()

    def note(self, pair: Pair, stand: Stand) -> None:
        """Keeps how far the building is."""
        body = {"_meta": {_META: asdict(stand)}}
        ask(lambda: self._admin.indices.put_mapping(index=pair.documents, body=body))

    def slow_refresh(self, pair: Pair) -> None:
        """Lets the node work less while nobody searches a pair."""
        for name in pair:
            self._refresh(name, _WHILE_FILLED)

    def finish(self, pair: Pair) -> None:
        """Lets everything that was written to a pair be found, soon after it is written from now on."""
        for kind, name in zip(KINDS, pair, strict=True):
            settings = next(body for one, _, body in templates() if one == kind)["settings"]
            self._refresh(name, settings["index"]["refresh_interval"])
        ask(lambda: self._admin.indices.refresh(index=",".join(pair)))

    def switch(self, pair: Pair) -> Pair | None:
        """Lets searches and writes go to a pair, at one moment; returns the one that they went to before."""
        before, begun = self.current(), self.begun()
        self.finish(pair)
        actions: list[dict[str, Any]] = []
        for kind, name, old in zip(KINDS, pair, before or (None, None), strict=True):
            alias = f"{self._prefix}{kind}"
            if old is not None and old != name:
                actions.append({"remove": {"index": old, "alias": alias}})
            actions.append({"add": {"index": name, "alias": alias, "is_write_index": True}})
            if begun == pair:
                actions.append({"remove": {"index": name, "alias": self._next(kind)}})
        self._aliases(actions)
        return before if before != pair else None

    def count(self, pair: Pair) -> tuple[int, int, int]:
        """Says how many documents a pair holds, how many of them are not completed, and how many passages."""
        ask(lambda: self._admin.indices.refresh(index=",".join(pair)))
        unfinished = {"query": {"bool": {"must_not": [{"terms": {"readiness": list(COMPLETE)}}]}}}
        documents, passages = (ask(lambda name=name: self._admin.count(index=name))["count"] for name in pair)  # type: ignore[misc]
        outstanding = ask(lambda: self._admin.count(index=pair.documents, body=unfinished))["count"]
        return documents, outstanding, passages

    def forget(self, pair: Pair, document_ids: list[str]) -> int:
        """Takes everything of some documents out of a pair, for good; returns how many entries that were."""
        body = {"query": {"terms": {"document_id": document_ids}}}
        names = ",".join(pair)
        ask(lambda: self._admin.indices.refresh(index=names))
        return int(
            ask(lambda: self._admin.delete_by_query(index=names, body=body, params={"conflicts": "proceed"}))["deleted"]
        )

    def _refresh(self, name: str, interval: str) -> None:
        body = {"index": {"refresh_interval": interval}}
        ask(lambda: self._admin.indices.put_settings(index=name, body=body))

    def _new(self, kind: str) -> str:
        _, version, body = max((one for one in templates() if one[0] == kind), key=lambda one: int(one[1][1:]))
        base = f"{self._prefix}{kind}-{version}"
        there = ask(lambda: self._admin.indices.get(index=f"{base}-*", params={"allow_no_indices": "true"}))
        numbers = [int(found[1]) for name in there if (found := re.fullmatch(re.escape(base) + r"-([0-9]{6})", name))]
        name = f"{base}-{max(numbers, default=0) + 1:06d}"
        shards = max(int(body["settings"]["index"]["number_of_shards"]), self._shards(f"{self._prefix}{kind}"))
        ask(lambda: self._admin.indices.create(index=name, body={"settings": {"index.number_of_shards": shards}}))
        return name

    def _shards(self, alias: str) -> int:
        if (index := self._only(alias)) is None:
            return 1
        found = ask(lambda: self._admin.indices.get_settings(index=index))[index]["settings"]["index"]
        return int(found["number_of_shards"])

    def _next(self, kind: str) -> str:
        return next_alias(f"{self._prefix}{kind}")

    def _aliases(self, actions: list[dict[str, Any]]) -> None:
        ask(lambda: self._admin.indices.update_aliases(body={"actions": actions}))

    def _behind(self, aliases: Any) -> Pair | None:
        names = [self._only(alias) for alias in aliases]
        return Pair(names[0], names[1]) if names[0] is not None and names[1] is not None else None

    def _only(self, alias: str) -> str | None:
        if not ask(lambda: self._admin.indices.exists_alias(name=alias)):
            return None
        found = ask(lambda: self._admin.indices.get_alias(name=alias))
        writing = [name for name, one in found.items() if one["aliases"][alias].get("is_write_index")]
        return str(next(iter([*writing, *found])))
