# SPDX-License-Identifier: Apache-2.0
"""Takes documents through an installation and brings back what came out of each."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from ream_bench.installation import BenchError, Installation, Tell
from ream_cli.feeding import folder_name
from ream_contracts import identity, topics
from ream_contracts.messages import DocumentIndexed, DocumentSubmitted
from ream_kit import Store
from ream_kit.clock import SystemClock
from ream_kit.observe import Announcer, Tail
from ream_quality.corpus import Given
from ream_quality.library import Library, newest, reading

NAMESPACE = "quality"
PATIENCE = 600.0
"""Seconds without anything said after which it is not waited any more."""
_TOLD_SECONDS = 15.0
_LOOK_SECONDS = 0.5


def through_the_flow(installation: Installation, root: Path, documents: Iterable[Given], tell: Tell) -> Library:
    """Submits documents, waits until all of them are searchable, and reads what the store holds of them.

    Args:
        installation: with all services running.
        root: folder of the corpus.
        documents: each with a name of its own.
        tell: told how far it is.

    Raises:
        BenchError: a service ended, or documents come to no end.
        Retry: Kafka is away.
    """
    kafka, store = installation.surroundings.kafka(), installation.surroundings.store()
    with Tail(kafka, [topics.DOCUMENTS_INDEXED.name]) as tail:
        ids = _submitted(installation, documents)
        tell(f"{len(ids)} documents submitted")
        _wait(installation, tail, set(ids.values()), tell)
    return Library(root, {name: reading(store, newest(store, document_id)) for name, document_id in ids.items()})


def left_behind(store: Store, root: Path, documents: Iterable[Given]) -> Library:
    """What an earlier run left in a store that was kept; documents that did not come to their end are left out."""
    found = {}
    for one in documents:
        with suppress(LookupError):
            found[one.name] = reading(store, newest(store, identity.document_id(NAMESPACE, one.name)))
    return Library(root, found)


def _submitted(installation: Installation, documents: Iterable[Given]) -> Mapping[str, str]:
    store, announcer = installation.surroundings.store(), Announcer(installation.surroundings.kafka(), "quality")
    ids = {}
    for one in documents:
        content = one.content.encode() if isinstance(one.content, str) else one.content
        file_name = f"{PurePosixPath(one.name).name}{'.txt' if isinstance(one.content, str) else ''}"
        name = f"{folder_name(SystemClock().now())}/document"
        store.put(name, content)
        message = DocumentSubmitted(source=f"store:{name}", key=one.name, name=file_name, namespace=NAMESPACE)
        announcer.send(topics.DOCUMENTS_SUBMITTED, message)
        ids[one.name] = identity.document_id(NAMESPACE, one.name)
    announcer.flush()
    return ids


def _wait(installation: Installation, tail: Tail, left: set[str], tell: Tell) -> None:
    """Comes back when all have ended; what was found inside of them may still be on its way."""
    moved = told = time.monotonic()
    while left:
        seen = tail.poll(_LOOK_SECONDS)
        left -= {one.message.document_id for one in seen if isinstance(one.message, DocumentIndexed)}
        now = time.monotonic()
        moved = now if seen else moved
        if now - told > _TOLD_SECONDS:
            installation.require_running()
            tell(f"{len(left)} documents are on their way")
            told = now
        if now - moved > PATIENCE:
            raise BenchError(f"{len(left)} documents have no end after {PATIENCE:.0f} s in which nothing was said")
