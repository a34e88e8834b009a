# SPDX-License-Identifier: Apache-2.0
"""Decides how the index behind an alias goes on as one with more shards: no search fails, no write is lost.

Writes wait while that is done. What was begun stands in the mapping of the index itself, with who is at it: whatever
ends the splitting half-way, the next run finds it, undoes it, and lets writes go on.
"""

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from opensearchpy import OpenSearch

from ream_index.opensearch import NoIndex, ask
from ream_kit import Reject, Retry

_META = "ream_split"
_BEAT_SECONDS, _LOOK_SECONDS = 5.0, 0.5
PATIENCE_SECONDS = 90.0
"""Who has not said for so long that he is at it is dead: longer than one request may take."""
_LINGER_SECONDS = 15.0
"""So long the index that was replaced stays, for searches that began before."""
_SPLIT_SECONDS, _RED_SECONDS = 6 * 3600.0, 60.0
"""So long it may take, however slow the machine; and so long a shard of it may have failed to start."""
Tell = Callable[[str], None]


class Overtaken(Exception):
    """Another process splits the same index; the text is for a person."""


class Splitting:
    """The index behind one alias, for an administrator."""

    def __init__(
        self,
        admin: OpenSearch,
        alias: str,
        said: Tell,
        wait: Callable[[float], object],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Names the index.

        Args:
            admin: an administrator's client.
            alias: whose index it is.
            said: told each step before it is taken.
            wait: lets so many seconds pass.
            monotonic: seconds since some moment.
        """
        self._admin, self._alias, self._said = admin, alias, said
        self._wait, self._monotonic = wait, monotonic
        self._owner = uuid.uuid4().hex
        self._beaten = 0.0

    def put_right(self, index: str) -> None:
        """Undoes what another run left half done, and deletes what it had replaced.

        Raises:
            Overtaken: the other run is still at it.
            Retry: OpenSearch is away or busy.
            Reject: it refuses the request.
        """
        self._delete_replaced(index)
        mark = self._mark_of(index)
        if mark is None:
            return
        self._require_dead(index, mark)
        self._said(f"{self._alias}: an earlier splitting of {index} was ended half-way; it is undone")
        self._mark(index)
        self._undo(index)

    def split(self, index: str, count: int) -> str:
        """Puts an index with so many shards in the place of this one; returns its name.

        Raises:
            Overtaken: another run took it over meanwhile.
            Retry: OpenSearch is away or busy, or could not do it in time; all is as before, or will be by the next run.
            Reject: it refuses the request.
        """
        self._mark(index)
        try:
            target = self._split(index, count)
        except (Retry, Reject, KeyboardInterrupt):
            self._undo(index)
            raise
        self._said(f"{self._alias}: {index} is deleted when searches that began before are through")
        self._wait(_LINGER_SECONDS)
        self._delete_replaced(target)
        return target

    def _split(self, index: str, count: int) -> str:
        target = self._next_name(index)
        self._said(f"{self._alias}: writes wait while {index} is split into {count} shards")
        self._block(index)
        written = self._last_writes(index)
        self._said(f"{self._alias}: {target} is made")
        # Templates do not hold for what is split: it takes mappings and settings from the other, and with them the
        # block, but not the number of copies.
        copies = self._settings(index)["number_of_replicas"]
        body = {
            "settings": {
                "index.number_of_shards": count,
                "index.number_of_replicas": copies,
                "index.blocks.write": None,
            }
        }
        ask(
            lambda: self._admin.indices.split(
                index=index, target=target, body=body, params={"wait_for_active_shards": "0"}
            )
        )
        self._wait_until_active(index, target, count)
        self._unmark(target)
        self._said(f"{self._alias}: {target} is compared with {index}")
        self._require_same(index, target)
        # Whoever took this over may have let writes go on.
        self._require_ours(index)
        self._block(index)
        if self._last_writes(index) != written:
            raise Retry("opensearch", f"{index} was written to while it was split")
        self._said(f"{self._alias}: {target} takes the place of {index}")
        self._switch(index, target)
        return target

    def _wait_until_active(self, index: str, target: str, count: int) -> None:
        """An index that is being made is yellow before any of its shards is there: they are counted."""
        healthy = began = self._monotonic()
        while True:
            health = ask(lambda: self._admin.cluster.health(index=target))
            if health["active_primary_shards"] == count:
                return
            now = self._monotonic()
            healthy = healthy if health["status"] == "red" else now
            if now - healthy > _RED_SECONDS or now - began > _SPLIT_SECONDS:
                raise Retry("opensearch", f"the shards of {target} do not start: its log says why")
            self._beat(index)
            self._wait(_LOOK_SECONDS)

    def _require_same(self, index: str, target: str) -> None:
        ask(lambda: self._admin.indices.refresh(index=f"{index},{target}"))
        before, after = (ask(lambda name=name: self._admin.count(index=name))["count"] for name in (index, target))  # type: ignore[misc]
        if before != after:
            raise Retry("opensearch", f"{target} has {after:,} entries, and {index} {before:,}")

    def _switch(self, index: str, target: str) -> None:
        """Every alias that it has, ours or not; refused where it has ours no longer, or the target was deleted."""
        there = ask(lambda: self._admin.indices.get(index=index))[index]["aliases"]
        actions: list[dict[str, Any]] = []
        for alias, how in {self._alias: {"is_write_index": True}, **there}.items():
            actions.append({"remove": {"index": index, "alias": alias, "must_exist": True}})
            actions.append({"add": {"index": target, "alias": alias, **how}})
        self._aliases(*actions)

    def _undo(self, index: str) -> None:
        self._require_ours(index)
        for target in self._made_from(self._settings(index)["uuid"], index):
            # In one step, and refused where the other run has let the target take this one's place.
            self._aliases(
                {"remove": {"index": index, "alias": self._alias, "must_exist": True}},
                {"add": {"index": index, "alias": self._alias, "is_write_index": True}},
                {"remove_index": {"index": target}},
            )
        ask(lambda: self._admin.indices.put_settings(index=index, body={"index.blocks.write": None}))
        self._unmark(index)

    def _delete_replaced(self, index: str) -> None:
        """Deletes the index that this one was split from, and what else was made from it, where nothing uses them."""
        came_from = self._settings(index).get("resize", {}).get("source", {})
        name, own = came_from.get("name"), came_from.get("uuid")
        if not name or name == index or not ask(lambda: self._admin.indices.exists(index=name)):
            return
        found = ask(lambda: self._admin.indices.get(index=name))[name]
        if found["settings"]["index"]["uuid"] == own and not found["aliases"]:
            for other in self._made_from(own, index):
                ask(lambda other=other: self._admin.indices.delete(index=other))  # type: ignore[misc]
            ask(lambda: self._admin.indices.delete(index=name))

    def _made_from(self, own: str, index: str) -> list[str]:
        """Indices beside this one that were split from the one with this uuid, and that nothing uses."""
        there = ask(lambda: self._admin.indices.get(index=f"{_base(index)}-*", params={"allow_no_indices": "true"}))
        return [
            name
            for name, one in there.items()
            if one["settings"]["index"].get("resize", {}).get("source", {}).get("uuid") == own and not one["aliases"]
        ]

    def _next_name(self, index: str) -> str:
        base = _base(index)
        there = ask(lambda: self._admin.indices.get(index=f"{base}-*", params={"allow_no_indices": "true"}))
        numbers = [int(found[1]) for name in there if (found := re.fullmatch(re.escape(base) + r"-([0-9]{6})", name))]
        return f"{base}-{max(numbers, default=0) + 1:06d}"

    def _block(self, index: str) -> None:
        """Returns when no write is in work any more."""
        ask(lambda: self._admin.indices.add_block(index=index, block="write"))

    def _last_writes(self, index: str) -> dict[str, int]:
        """By shard, the number of its last write."""
        answer = ask(lambda: self._admin.indices.stats(index=index, params={"level": "shards"}))
        shards = answer["indices"][index]["shards"]
        return {
            number: copy["seq_no"]["max_seq_no"]
            for number, copies in shards.items()
            for copy in copies
            if copy["routing"]["primary"]
        }

    def _settings(self, index: str) -> dict[str, Any]:
        found: dict[str, Any] = ask(lambda: self._admin.indices.get_settings(index=index))[index]["settings"]["index"]
        return found

    def _aliases(self, *actions: dict[str, Any]) -> None:
        try:
            ask(lambda: self._admin.indices.update_aliases(body={"actions": list(actions)}))
        except NoIndex:
            raise Overtaken(
                f"another process has changed what is behind {self._alias}: nothing was done here"
            ) from None

    def _require_dead(self, index: str, mark: dict[str, Any]) -> None:
        self._said(f"{self._alias}: another process has begun to split {index}; whether it is still at it is seen soon")
        self._wait(PATIENCE_SECONDS)
        if self._mark_of(index) != mark:
            raise Overtaken(f"another process is splitting {index}: nothing to do here")

    def _require_ours(self, index: str) -> None:
        mark = self._mark_of(index)
        if mark is None or mark["owner"] != self._owner:
            raise Overtaken(f"another process has taken over the splitting of {index}: it goes on there")

    def _beat(self, index: str) -> None:
        if self._monotonic() - self._beaten >= _BEAT_SECONDS:
            self._require_ours(index)
            self._mark(index)

    def _mark_of(self, index: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._meta(index).get(_META)
        return found

    def _mark(self, index: str) -> None:
        self._beaten = self._monotonic()
        self._put_meta(index, {**self._meta(index), _META: {"owner": self._owner, "beat": uuid.uuid4().hex}})

    def _unmark(self, index: str) -> None:
        # Said, and not left out: a `_meta` with nothing in it changes nothing.
        self._put_meta(index, {**self._meta(index), _META: None})

    def _meta(self, index: str) -> dict[str, Any]:
        found: dict[str, Any] = ask(lambda: self._admin.indices.get_mapping(index=index))[index]["mappings"]
        meta: dict[str, Any] = found.get("_meta", {})
        return meta

    def _put_meta(self, index: str, meta: dict[str, Any]) -> None:
        ask(lambda: self._admin.indices.put_mapping(index=index, body={"_meta": meta}))


def _base(index: str) -> str:
    return re.sub(r"-[0-9]{6}$", "", index)
