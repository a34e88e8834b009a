# SPDX-License-Identifier: Apache-2.0
"""Decides which parts beside the main ones are lost: those that a part refers to, and that cannot be opened."""

from collections.abc import Iterable, Iterator, Mapping

from ream_extract.opc import Package
from ream_extract.reading import Unreadable
from ream_extract.sheet_binary import are_whole

COMMENTS, NOTES, BOXES, TEXT, PARTS, HEADERS = (
    "comments-missing", "notes-missing", "boxes-missing", "text-missing", "parts-missing", "headers-missing",
)  # fmt: skip
ON_SLIDES = {
    "notesSlide": NOTES, "comments": COMMENTS, "chart": TEXT, "diagramData": TEXT, "slideLayout": BOXES,
    "slideMaster": BOXES,
}  # fmt: skip
ON_SHEETS = {"comments": COMMENTS, "threadedComment": COMMENTS, "drawing": BOXES, "chart": TEXT}


def lost(package: Package, parts: Iterable[str], causes: Mapping[str, str]) -> list[str]:
    """Returns the causes, each once, by which something is missing that hangs on these parts.

    `causes` says of each kind of relationship what is missing without its part. `parts-missing` stands for a list of
    relationships that cannot be read itself.
    """
    return sorted({cause for part in parts for cause in _lost(package, part, causes)})


def _lost(package: Package, part: str, causes: Mapping[str, str]) -> Iterator[str]:
    try:
        links = [link for link in package.links(part).values() if link.kind in causes and not link.outside]
    except Unreadable:
        yield PARTS
        return
    for link in links:
        try:
            missing = not _opens(package, link.target)
        except Unreadable:
            missing = True
        if missing:
            yield causes[link.kind]
        elif link.kind in ("drawing", "slideLayout"):
            yield from _lost(package, link.target, causes)


def _opens(package: Package, part: str) -> bool:
    if part.lower().endswith(".bin"):
        return are_whole(package.data(part) or b"")
    return package.xml(part) is not None
