# SPDX-License-Identifier: Apache-2.0
"""Decides which run of a generation is the newest, and takes the next: by creating its message exclusively."""

from __future__ import annotations

from dataclasses import replace

from ream_contracts import layout
from ream_contracts.messages import DocumentIngested, Redo
from ream_contracts.redo import together
from ream_kit.store import Store


def run_message(store: Store, document_id: str, generation: int, run: int) -> DocumentIngested:
    """Returns the message that started a run: said again, it heals that run.

    Raises:
        NotFound: there is no such run.
        ream_contracts.codec.Malformed: what is stored of it is damaged.
        Erased: the document was erased.
    """
    name = layout.ingested(document_id, generation) if run == 1 else layout.run(document_id, generation, run)
    return store.get_artifact(DocumentIngested, name)


def next_run(
    store: Store,
    document_id: str,
    generation: int,
    redo: tuple[Redo, ...] = (),
    password_ref: tuple[str, ...] | None = None,
) -> DocumentIngested:
    """Takes the next run of a generation and returns the message that starts it once it is said on documents.ingested.

    It keeps what the run before it redid, so that its other stages find the artifacts of that run.

    Args:
        store: where the generation lies.
        document_id: the document.
        generation: which of its generations is processed again.
        redo: stages that run again with these parameters, for the whole document or some of its units; every other
            finds its artifacts and passes on.
        password_ref: names of passwords, instead of those that the run before it had.

    Raises:
        NotFound: ingest has not taken this generation in.
        Erased: the document was erased.
    """
    last = newest_run(store, document_id, generation) or run_message(store, document_id, generation, 1)
    while True:
        run, wishes = last.run + 1, last.redo
        for wish in redo:
            wishes = together(wishes, replace(wish, run=run))
        names = last.password_ref if password_ref is None else password_ref
        message = replace(last, run=run, redo=wishes, password_ref=names)
        if store.put_artifact(layout.run(document_id, generation, run), message):
            return message
        # Somebody else was faster: this one comes after that one, and keeps what it redoes.
        last = run_message(store, document_id, generation, run)


def newest_run(store: Store, document_id: str, generation: int) -> DocumentIngested | None:
    """Returns the message of the newest run; None while there is but the first.

    Raises:
        Erased: the document was erased.
    """
    run = 1
    while store.exists(layout.run(document_id, generation, run + 1)):
        run += 1
    return run_message(store, document_id, generation, run) if run > 1 else None
