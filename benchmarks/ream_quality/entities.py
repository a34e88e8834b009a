# SPDX-License-Identifier: Apache-2.0
"""Scores names: spans of people, organisations and places in `personal-data`, and the parties of `contracts`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ream_quality.library import Library, Reading
from ream_quality.personal_data import sentences
from ream_quality.spans import Span, Tallies, Tally

KINDS = {"PERSON": "person", "ORGANIZATION": "organisation", "GPE": "place"}
"""Labels of the spans in `personal-data` by our kinds."""


def measure(library: Library) -> dict[str, float]:
    """Returns F1 over both folders together, and of each kind."""
    tallies = Tallies()
    for sentence, reading in sentences(library):
        named = (one for classes in reading.classes for one in classes.entities)
        found = (Span(one.kind, one.start, one.end) for one in named)
        wanted = (
            Span(KINDS[span["entity_type"]], span["start_position"], span["end_position"])
            for span in sentence["spans"]
            if span["entity_type"] in KINDS
        )
        tallies.add((span for span in found if span.kind in KINDS.values()), wanted)
    parties = _parties(library)
    if not tallies.kinds and parties is None:
        return {}
    total = tallies.over()
    total.add(parties or Tally())
    figures = {f"entities_f1_{kind}": tallies.over([kind]).f1 for kind in sorted(tallies.kinds)}
    if parties is not None:
        figures["entities_recall_party"] = parties.right / max(1, parties.right + parties.missed)
    return {"entities_f1": total.f1, **figures}


def _parties(library: Library) -> Tally | None:
    """Counts the parties of contracts that are named somewhere; what else is named there is not wrong."""
    listed = library.root / "contracts" / "expected.tsv"
    if not listed.is_file():
        return None
    tally = Tally()
    for line in listed.read_text("utf-8").splitlines():
        name, _, rest = line.partition("\t")
        if not library.has(listed.with_name(name)):
            continue
        found = {_plain(text) for text in _named(library.of(listed.with_name(name)))}
        for pair in rest.split():
            key, _, value = pair.partition("=")
            if key == "party":
                wanted = _plain(value.replace("_", " "))
                tally.right += wanted in found
                tally.missed += wanted not in found
    return tally if tally.right + tally.missed else None


def _named(reading: Reading) -> Iterator[str]:
    for classes in reading.classes:
        for one in classes.entities:
            if one.kind in ("person", "organisation"):
                yield one.text


def _plain(name: str) -> str:
    return re.sub(r"[^\w]+", "", name.lower())
