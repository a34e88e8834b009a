# SPDX-License-Identifier: Apache-2.0
"""Decides whether parts of a PDF page that the file draws in another order are read from the top down."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from ream_extract.pdf_lines import LineOnPage

APART = 1.0
"""Points that one part may reach into another."""


def downwards(lines: Sequence[LineOnPage]) -> tuple[LineOnPage, ...]:
    """Returns the lines of a page with its parts from the top down, where none stands beside another.

    A part is what is drawn from the top down without a step back. Parts of which some stand side by side are columns or
    boxes, and stay in the order of the file; so does a page of which the place of some line is not known.
    """
    if any(line.edges is None and line.text.strip() for line in lines):
        return tuple(lines)
    parts: list[list[LineOnPage]] = []
    before = None
    for line in lines:
        back = before is not None and line.edges is not None and line.edges[1] > before[3]
        if back or not parts:
            parts.append([])
        parts[-1].append(line)
        before = line.edges or before
    if len(parts) == 1:
        return tuple(lines)
    spans = [(max(_tops(part), default=0.0), min(_bottoms(part), default=0.0), part) for part in parts]
    spans.sort(key=lambda span: -span[0])
    if any(upper[1] < lower[0] - APART for upper, lower in pairwise(spans)):
        return tuple(lines)
    return _numbered(line for _, _, part in spans for line in part)


def _tops(part: Iterable[LineOnPage]) -> list[float]:
    return [line.edges[3] for line in part if line.edges is not None]


def _bottoms(part: Iterable[LineOnPage]) -> list[float]:
    return [line.edges[1] for line in part if line.edges is not None]


def _numbered(lines: Iterable[LineOnPage]) -> tuple[LineOnPage, ...]:
    found: list[LineOnPage] = []
    offset = 0
    for line in lines:
        found.append(line._replace(offset=offset))
        offset += len(line.text) + 1
    return tuple(found)
