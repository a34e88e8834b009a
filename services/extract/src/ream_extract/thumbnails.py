# SPDX-License-Identifier: Apache-2.0
"""Decides what is drawn while documents are read: thumbnails of those that are pages by themselves, and of films.

All others have theirs when somebody asks for it (`ream_pages.images`), for they must be laid out first.
"""

from functools import partial

from ream_contracts import layout
from ream_contracts.messages import DocumentIngested
from ream_extract.parameters import Parameters
from ream_extract.reader import Job, Reader
from ream_kit import Store
from ream_pages.films import FILMS
from ream_pages.kinds import way


def keep_thumbnail(ingested: DocumentIngested, store: Store, reader: Reader) -> None:
    """Draws the first page small and keeps it, unless it is there or cannot be drawn.

    Raises:
        CellDied: no cell can be started.
        Retry: a disk is full.
    """
    is_film = ingested.media_type in FILMS
    if not reader.settings.thumbnails or ingested.object is None:
        return
    if not is_film and way(ingested.media_type) != "itself":
        return
    name = layout.thumbnail(ingested.document_id, ingested.generation)
    if store.exists(name):
        return
    with store.local(ingested.object) as path:
        job = Job(path, ingested.media_type, None, Parameters(), programs=is_film)
        reader.drawn(job, "thumbnail", partial(store.put, name))


def keep_preview(ingested: DocumentIngested, store: Store, reader: Reader) -> None:
    """Makes a small preview of a film and keeps it, where that is wanted, unless it is there or cannot be made.

    Raises:
        CellDied, Retry: as `keep_thumbnail`.
    """
    if not reader.settings.preview_seconds or ingested.media_type not in FILMS or ingested.object is None:
        return
    name = layout.preview(ingested.document_id, ingested.generation)
    if not store.exists(name):
        with store.local(ingested.object) as path:
            job = Job(path, ingested.media_type, None, Parameters(), programs=True)
            reader.drawn(job, "preview", partial(store.put, name))
