# SPDX-License-Identifier: Apache-2.0
"""pypdf: the words of PDFs with a text layer, in order."""

from __future__ import annotations

import io

from pypdf import PdfReader

from ream_quality import made
from ream_quality.library import Library
from ream_quality.peers.environment import heard

NAME = "pypdf"


def measure(library: Library) -> dict[str, float]:
    """Returns the share of words in order."""
    documents = made.taken_in(library, made.in_order)
    texts = {one.name: _text(one.content) for one in documents}
    return made.words_in_order(heard(library, texts)) if texts else {}


def _text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
