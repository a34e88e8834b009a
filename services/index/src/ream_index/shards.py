# SPDX-License-Identifier: Apache-2.0
"""Decides how large the shards of an index are, and into how many it is to be split."""

from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch

from ream_index.opensearch import ask
from ream_index.policy import GB, Policy

MOST = 1024
"""Into more than this OpenSearch splits no index that began with one shard."""


@dataclass(frozen=True, slots=True)
class Shards:
    """The primary shards of one index.

    Attributes:
        count: how many there are.
        bytes: of the largest. What is deleted and not merged away yet counts as gone: just after a split that is half.
        documents: most that one of them holds, those that vectors hang on counted one by one.
    """

    index: str
    count: int
    bytes: int
    documents: int

    def wanted(self, policy: Policy) -> int:
        """How many shards it should have: as many as now, or so often doubled that none is above a bound."""
        count = self.count
        while self._share(policy) * self.count > count and 2 * count <= MOST:
            count *= 2
        return count

    def _share(self, policy: Policy) -> float:
        return max(self.bytes / (policy.shard_gb * GB), self.documents / policy.shard_documents)

    def line(self, policy: Policy) -> str:
        """Says it for people, beside the bounds."""
        return (
            f"{self.index}: {self.count} {'shard' if self.count == 1 else 'shards'}, the largest "
            f"{self.bytes / GB:.3g} of {policy.shard_gb:.3g} GB and {self.documents:,} of {policy.shard_documents:,} "
            "documents"
        )


def measure(client: OpenSearch, index: str) -> Shards:
    """Asks an index how large it is.

    Raises:
        Retry: OpenSearch is away or busy.
        Reject: it refuses the request.
    """
    answer = ask(lambda: client.indices.stats(index=index, metric="docs,store", params={"level": "shards"}))
    (name, found), *_ = answer["indices"].items()
    copies = [copy for shard in found["shards"].values() for copy in shard if copy["routing"]["primary"]]
    return Shards(
        name, len(found["shards"]), max(map(_live_bytes, copies)), max(one["docs"]["count"] for one in copies)
    )


def _live_bytes(copy: dict[str, Any]) -> int:
    there, gone = copy["docs"]["count"], copy["docs"]["deleted"]
    return int(copy["store"]["size_in_bytes"] * there / (there + gone)) if there else 0
