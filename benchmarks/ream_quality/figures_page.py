# SPDX-License-Identifier: Apache-2.0
"""Writes the figures as a page of the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ream_quality.measures import AIMS
from ream_quality.report import missing


def page(figures: Mapping[str, float], others: Mapping[str, Mapping[str, float]], documents: int, day: date) -> str:
    """Returns Markdown: every figure with what is wanted, what peers reach, and why others have none.

    Args:
        figures: by metric.
        others: those of peers on the same documents, by the name of the peer.
        documents: how many went through the flow.
        day: on which it was measured.
    """
    rows = []
    for name, figure in figures.items():
        aim = AIMS.get(name)
        state = "" if aim is None else "reached" if aim.met(figure) else "not reached"
        beside = ", ".join(f"{peer} {theirs[name]:g}" for peer, theirs in others.items() if name in theirs)
        rows.append(f"| `{name}` | {figure:g} | {aim or ''} | {state} | {beside} |")
    reasons = (f"- `{name}`: {why}" for name, why in missing(figures))
    return "\n".join(
        (
            "# How well documents are read, understood and found",
            "",
            "<!-- Made by benchmarks/quality.py --docs; do not edit. -->",
            "",
            f"Measured on {day.isoformat()} by `make quality` ([benchmarks](../benchmarks/README.md)) on the corpus of",
            f"the tests and on documents that it makes itself: {documents} documents went through all services, and",
            "what the store and the index held then was scored. Other documents of the same kinds give other figures.",
            "",
            "| metric | measured | wanted | | other programs on the same documents |",
            "|---|---:|---:|---|---|",
            *rows,
            "",
            "Not measured:",
            "",
            *reasons,
            "",
        )
    )
