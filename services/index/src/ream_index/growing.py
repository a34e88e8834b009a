# SPDX-License-Identifier: Apache-2.0
"""Decides which of an installation's indices get more shards, as they grow."""

from collections.abc import Callable, Iterator

from opensearchpy import OpenSearch

from ream_index.next_indices import KINDS, Builder
from ream_index.policy import Policy
from ream_index.shards import Shards, measure
from ream_index.splitting import Splitting, Tell


def measured(admin: OpenSearch, prefix: str) -> list[Shards]:
    """Says how large the indices are that are searched; nothing of those that are not there.

    Raises:
        Retry: OpenSearch is away or busy.
        Reject: it refuses the request.
    """
    current = Builder(admin, prefix).current()
    return [measure(admin, name) for name in current or ()]


def grow(admin: OpenSearch, prefix: str, policy: Policy, said: Tell, wait: Callable[[float], object]) -> list[str]:
    """Puts right what an earlier run left half done, and splits what is above a bound; returns the indices it made.

    Not while others are built to take their place: those are made with as many shards, and split when they have it.

    Args:
        admin: an administrator's client.
        prefix: what the names of the indices begin with.
        policy: the bounds.
        said: told each step before it is taken.
        wait: lets so many seconds pass.

    Raises:
        Overtaken: another process is at it.
        Retry: OpenSearch is away or busy.
        Reject: it refuses the request.
    """
    builder = Builder(admin, prefix)
    current = builder.current()
    if current is None:
        return []
    work = [(Splitting(admin, f"{prefix}{kind}", said, wait), name) for kind, name in zip(KINDS, current, strict=True)]
    for splitting, name in work:
        splitting.put_right(name)
    due = [(splitting, name, wanted) for splitting, name in work if (wanted := _wanted(admin, name, policy))]
    if due and (begun := builder.begun()) is not None:
        names = ", ".join(name for _, name, _ in due)
        said(f"{names}: to be split when 'ream rebuild-index' is through with {begun.documents}")
        return []
    return [splitting.split(name, wanted) for splitting, name, wanted in due]


def _wanted(admin: OpenSearch, name: str, policy: Policy) -> int | None:
    found = measure(admin, name)
    wanted = found.wanted(policy)
    return wanted if wanted > found.count else None


def said_of(found: list[Shards], policy: Policy) -> Iterator[str]:
    """Says for people how large the shards are, beside the bounds."""
    for one in found:
        yield one.line(policy) + (": it is to be split" if one.wanted(policy) > one.count else "")
