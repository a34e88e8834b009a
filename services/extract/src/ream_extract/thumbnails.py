# SPDX-License-Identifier: Apache-2.0
"""Decides of which documents a thumbnail is drawn while they are read: those that are pages by themselves, and films.

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
        reader.thumbnail(job, partial(store.put, name))
