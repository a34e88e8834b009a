# SPDX-License-Identifier: Apache-2.0
"""What other programs make of the same documents, scored by the same scorers.

A peer is one file here: `NAME`, and `measure(library)`, which returns metrics by the names that ours have; it raises
`Absent` where its program is not installed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType

from ream_quality.library import Library
from ream_quality.peers import pdfplumber_peer, pdftotext, presidio, pypdf_peer, tesseract
from ream_quality.peers.environment import Absent

PEERS: tuple[ModuleType, ...] = (tesseract, pdftotext, pypdf_peer, pdfplumber_peer, presidio)


def measure(library: Library, tell: Callable[[str], None]) -> dict[str, Mapping[str, float]]:
    """Returns the metrics of every peer that is there and has something to read, by name."""
    figures: dict[str, Mapping[str, float]] = {}
    for peer in PEERS:
        tell(f"{peer.NAME} reads the same documents")
        try:
            found = peer.measure(library)
        except Absent as reason:
            tell(f"{peer.NAME} is left out: {reason}")
            continue
        if found:
            figures[peer.NAME] = {name: round(float(figure), 4) for name, figure in found.items()}
    return figures
