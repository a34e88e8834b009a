# SPDX-License-Identifier: Apache-2.0
"""Writes what becomes of every file of a folder, one row a file: `python -m ream_quality.formats_table DIR FILE.md`.

Each file goes through all services on a bus in memory, with everything that is inside of it; LibreOffice and Tesseract
are the real ones. Of a file that is not `complete` or `empty` the table says why, and what another program says of it.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ream_contracts import layout, topics
from ream_contracts.artifacts import DocumentRecord, Manifest
from ream_contracts.receipts import lines
from ream_faults.flow import Flow
from ream_ocr.cell import read as look
from ream_ocr.languages import tessdata
from ream_pages.office import Office
from ream_quality.confirming import confirmed
from ream_quality.second_readers import asked
from ream_quality.silent_loss import WELL, loss, ours

PIXELS = 25_000_000
"""Of one page that is read by ocr."""


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one file.

    Attributes:
        name: the path below the folder.
        units: how many of each kind, what became of them.
        inside: how many documents in it ended in which way, at any depth.
        why: the causes, where it is not whole.
        second: what another program says: of a whole file that it finds no more, of another one that it is so.
        lost: what another program finds and we do not, without a word of ours.
    """

    name: str
    media_type: str
    outcome: str
    units: str
    inside: str
    why: tuple[str, ...]
    second: str
    lost: str


def row(path: Path, name: str, office: Office | None) -> Row:
    """Takes one file through the flow."""
    with tempfile.TemporaryDirectory(prefix="ream-quality-") as folder:
        flow = Flow(looking=lambda request: _looked(request, Path(folder)), office=office)
        flow.submit(path.name, path.read_bytes())
        flow.run()
    found = flow.endings()
    (top,) = {one.document_id: one for one in flow.bus.sent(topics.DOCUMENTS_INGESTED) if not one.parent_id}.values()
    version = max(one.version for one in flow.bus.sent(topics.DOCUMENTS_INDEXED) if one.document_id == top.document_id)
    record = flow.store.get_artifact(DocumentRecord, layout.document_record(top.document_id, version))
    ending = found[top.document_id]
    ways = Counter((line.way.kind, line.way.state, line.way.cause) for line in lines(record.receipt))
    causes = tuple(sorted({cause for _, _, cause in ways if cause} | set(_verdict(flow, top.document_id))))
    theirs = asked(path, top.media_type)
    missing = loss(ours(flow.store, record), theirs)
    whole = ending.outcome in WELL
    second = ", ".join(one.reader for one in theirs) if whole else confirmed(path, top.media_type, causes)
    inside = Counter(one.outcome for document, one in found.items() if document != top.document_id)
    return Row(
        name,
        top.media_type,
        ending.outcome,
        ", ".join(f"{count} {kind} {state}" for (kind, state, _), count in ways.items()),
        ", ".join(f"{count} {outcome}" for outcome, count in sorted(inside.items())),
        () if whole else causes,
        second,
        f"{missing.reader}: {missing.reason}" if missing else "",
    )


def _verdict(flow: Flow, document_id: str) -> Iterator[str]:
    """Yields why a document ended before any of its units was read."""
    for name in flow.store.names(f"documents/{document_id}/"):
        if "/manifests/" in name:
            manifest = flow.store.get_artifact(Manifest, name)
            if manifest.cause:
                yield manifest.cause


def _looked(request: dict[str, Any], scratch: Path) -> Iterator[dict[str, Any]]:
    return look(request | {"tessdata": str(tessdata(None)), "budget": {"pixels": PIXELS}}, scratch)


def page(rows: Sequence[Row]) -> str:
    """Writes the table, with the sums before it."""
    outcomes = Counter(one.outcome for one in rows)
    excused = [one for one in rows if one.outcome not in WELL and one.second]
    well = sum(outcomes[outcome] for outcome in WELL)
    counted = len(rows) - len(excused)
    summed = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    text = [
        "# What becomes of every file of the corpus folder `formats`\n",
        "<!-- Made by benchmarks/ream_quality/formats_table.py; do not edit. -->\n",
        "Each file went through all services on a bus in memory, with the real LibreOffice and Tesseract. The last",
        "column names the programs that were asked and find no more in a file that is whole; of one that is not whole",
        "it says what another program says.\n",
        f"{len(rows)} files: {summed}. Complete or empty, of those that no second program excuses:",
        f"{well} of {counted} ({well / max(1, counted):.3f}).",
        f"Lost without a word: {sum(bool(one.lost) for one in rows)}.\n",
        "| file | media type | outcome | units | inside | why | second program |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in rows:
        why = ", ".join(one.why) + (f" **lost: {one.lost}**" if one.lost else "")
        cells = (one.name, one.media_type, one.outcome, one.units, one.inside, why, one.second)
        text.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(text) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Writes the table of the folder that the first argument names to the file that the second names."""
    if len(arguments) != 2 or not Path(arguments[0]).is_dir():
        print("name a folder and a file: python -m ream_quality.formats_table DIR FILE.md", file=sys.stderr)
        return 2
    root = Path(arguments[0])
    rows = []
    with Office() as office:
        for path in sorted(one for one in root.rglob("*") if one.is_file()):
            rows.append(row(path, path.relative_to(root).as_posix(), office if office.available else None))
            print(f"{rows[-1].outcome:12} {rows[-1].name}", flush=True)
    Path(arguments[1]).write_text(page(rows), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
