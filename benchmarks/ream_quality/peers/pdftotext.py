# SPDX-License-Identifier: Apache-2.0
"""pdftotext of Poppler, as it is installed: the words of PDFs with a text layer, in order."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ream_quality import made
from ream_quality.library import Library
from ream_quality.peers.environment import heard, output

NAME = "pdftotext"


def measure(library: Library) -> dict[str, float]:
    """Returns the share of words in order."""
    documents = made.taken_in(library, made.in_order)
    if not documents:
        return {}
    texts = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document.pdf"
        for one in documents:
            path.write_bytes(one.content)
            texts[one.name] = output("pdftotext", path, "-")
    return made.words_in_order(heard(library, texts))
