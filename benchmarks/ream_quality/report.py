# SPDX-License-Identifier: Apache-2.0
"""Writes what was measured as a page for people, beside what was measured the last time."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from ream_quality import breadth, edits, made, ocr_pages, receipts, tables, types
from ream_quality.library import Library
from ream_quality.measures import AIMS
from ream_quality.silent_loss import WELL

_WORST = 6
_SIDE = 160
_STYLE = """
body{font:15px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0}
td,th{border-bottom:1px solid #ddd;padding:.2em .8em;text-align:left;vertical-align:top}td.number{text-align:right}
.met{color:#176b2c}.missed{color:#a3281e}img{border:1px solid #ccc}
"""
Rows = Iterable[Sequence[str]]


def page(
    library: Library,
    figures: Mapping[str, float],
    last: Mapping[str, float],
    others: Mapping[str, Mapping[str, float]],
) -> str:
    """Returns HTML that needs no other file.

    Args:
        library: what came out.
        figures: what was measured of it.
        last: the same of the last time; empty where there was none.
        others: what was measured of peers on the same documents, by name.
    """
    kinds = (
        f"<tr><td>{escape(kind)}</td><td>{escape(answer)}</td><td class=number>{count}</td></tr>"
        for (kind, answer), count in sorted(types.confused(library).items())
    )
    return "\n".join(
        (
            "<!doctype html><meta charset=utf-8><title>Quality</title>",
            f"<style>{_STYLE}</style><h1>Quality</h1>",
            f"<p>{len(library.readings)} documents went through all services.</p>",
            _table(("metric", "measured", "last time", "wanted"), _compared(figures, last)),
            "<h2>Other programs on the same documents</h2>",
            _table(("metric", "program", "measured", "Ream"), _peers(figures, others)),
            "<h2>Not measured</h2>",
            _table(("metric", "why"), ([f"<td>{name}", f"<td>{why}"] for name, why in missing(figures))),
            "<h2>Worst scanned pages</h2>",
            _table(("page", "", "wrong letters"), _worst_pages(library)),
            "<h2>Degraded pages of our own</h2>",
            _table(("page", "wrong letters"), _degraded(library)),
            "<h2>Worst receipts</h2>",
            _table(("receipt", "", "words found, of, read"), _worst_receipts(library)),
            "<h2>Tables</h2>",
            _table(("document", "pairs right, wrong, missed"), _tables(library)),
            "<h2>Lost without a word</h2>",
            _table(("document", "found by", "what"), _losses(library)),
            "<h2>Not read whole, and nobody excuses it</h2>",
            _table(("document", "outcome", "why"), _unread(library)),
            "<h2>Kinds of paper</h2>",
            f"<table><tr><th>kind<th>taken for<th>documents</tr>{''.join(kinds)}</table>",
        )
    )


def missing(figures: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    """Yields the metrics without a figure, and why they have none."""
    for name, aim in AIMS.items():
        if name not in figures:
            yield name, f"the corpus has no documents with a truth for it ({aim.needs})"


def _peers(figures: Mapping[str, float], others: Mapping[str, Mapping[str, float]]) -> Rows:
    for peer, theirs in others.items():
        for name, figure in theirs.items():
            ours = f"{figures[name]:g}" if name in figures else ""
            yield (
                f"<td>{escape(name)}",
                f"<td>{escape(peer)}",
                f"<td class=number>{figure:g}",
                f"<td class=number>{ours}",
            )


def _compared(figures: Mapping[str, float], last: Mapping[str, float]) -> Rows:
    for name, figure in figures.items():
        aim = AIMS.get(name)
        state = "" if aim is None else " met" if aim.met(figure) else " missed"
        before = f"{last[name]:g}" if name in last else ""
        yield (
            f"<td>{escape(name)}", f"<td class='number{state}'>{figure:g}", f"<td class=number>{before}",
            f"<td class=number>{aim or ''}",
        )  # fmt: skip


def _worst_pages(library: Library) -> Rows:
    pages = sorted(ocr_pages.scored(library), key=lambda one: one.edits / max(1, one.letters), reverse=True)
    for one in pages[:_WORST]:
        yield (
            f"<td>{escape(one.path.name)}",
            f"<td>{_small(one.path)}",
            f"<td class=number>{one.edits} of {one.letters}",
        )


def _degraded(library: Library) -> Rows:
    if any(name.startswith(made.FOLDER) for name in library.readings):
        for one, wrong in made.degraded_edits(library):
            yield f"<td>{escape(one.name)}", f"<td class=number>{wrong} of {len(edits.plain(one.text))}"


def _worst_receipts(library: Library) -> Rows:
    every = sorted(receipts.scored(library), key=lambda one: one.right / max(1, one.wanted.total()))
    for one in every[:_WORST]:
        counts = f"{one.right}, {one.wanted.total()}, {one.found.total()}"
        yield f"<td>{escape(one.path.name)}", f"<td>{_small(one.path)}", f"<td class=number>{counts}"


def _tables(library: Library) -> Rows:
    for path, tally in tables.scored(library):
        yield f"<td>{escape(path.name)}", f"<td class=number>{tally.right}, {tally.wrong}, {tally.missed}"


def _losses(library: Library) -> Rows:
    for one in breadth.losses(library):
        yield f"<td>{escape(_name(library, one.path))}", f"<td>{escape(one.reader)}", f"<td>{escape(one.reason)}"


def _unread(library: Library) -> Rows:
    for path in library.files(breadth.FOLDER):
        reading = library.of(path)
        if reading.outcome not in WELL and not breadth.excuse(path, reading):
            why = ", ".join(sorted(breadth.causes(reading)))
            yield f"<td>{escape(_name(library, path))}", f"<td>{reading.outcome}", f"<td>{escape(why)}"


def _name(library: Library, path: Path) -> str:
    return path.relative_to(library.root).as_posix()


def _table(head: Sequence[str], rows: Rows) -> str:
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f"<table><tr>{''.join(f'<th>{name}' for name in head)}</tr>{body}</table>" if body else "<p>None.</p>"


def _small(path: Path) -> str:
    """A small picture of an image, inside the page; nothing where Pillow cannot open it."""
    try:
        with Image.open(path) as image:
            small = image.convert("L")
            small.thumbnail((_SIDE, _SIDE))
    except (OSError, UnidentifiedImageError):
        return ""
    data = io.BytesIO()
    small.save(data, "JPEG", quality=60)
    return f"<img alt='' src='data:image/jpeg;base64,{b64encode(data.getvalue()).decode()}'>"
