# SPDX-License-Identifier: Apache-2.0
"""Decides where the copy of a document lies that a password opened: who shows or reads the document takes it.

There is one a generation, whoever opened it: it is the original without its encryption.
"""

from collections.abc import Mapping
from dataclasses import replace

from ream_contracts import identity, layout
from ream_contracts.messages import DocumentIngested
from ream_kit import Store
from ream_pages.kinds import OFFICE, PDF

VERSION = "1"
ENDINGS: Mapping[str, str] = {"pdf": PDF, **{ending: media_type for media_type, ending in OFFICE.items()}}
"""Kinds of documents that are opened as a whole, by the ending of the copy's name."""


def name(ingested: DocumentIngested, ending: str) -> str:
    """Where the copy of a document lies, or will lie."""
    memo = identity.memo(ingested.sha256 or "", "unlocked", VERSION)
    return layout.converted(ingested.document_id, ingested.generation, memo, ending)


def opened(ingested: DocumentIngested, store: Store) -> DocumentIngested:
    """Returns the message as if the copy had been submitted; as it is where there is none.

    Raises:
        Erased: the document was erased.
    """
    for found in store.names(name(ingested, "")):
        media_type = ENDINGS.get(found.rpartition(".")[2])
        if media_type is not None:
            return replace(ingested, object=found, media_type=media_type, size=store.size(found))
    return ingested
