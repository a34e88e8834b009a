# SPDX-License-Identifier: Apache-2.0
"""Writes a result down for people, as Markdown: aims first, then speed, times, CPU, memory and the machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ream_bench.figures import ratio, written
from ream_bench.files import Result
from ream_bench.inputs import MIX_IN_WORDS
from ream_bench.processes import KINDS
from ream_bench.results import Part
from ream_bench.trips import STEPS
from ream_bench.wanted import Verdict, judge

_COLUMNS = {"service": "own process", "cells": "cells", "office": "LibreOffice"}


def report(result: Result, before: tuple[str, Result] | None) -> str:
    """The whole text."""
    lines: list[str] = [f"# Measured on {result.machine['date'][:10]} ({result.plan})", ""]
    lines += _explanation(result, before)
    for section in (
        _aims(result),
        _speed(result, before),
        _times(result),
        _slowest(result),
        _cpu(result),
        _memory(result),
    ):
        lines += ["", *section]
    lines += ["", *_options(result), *_machine(result)]
    return "\n".join(lines) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table in Markdown; all columns but the first stand on the right."""
    return [_row(head), _row(["---", *["---:"] * (len(head) - 1)]), *(_row(row) for row in rows)]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def megabytes(size: float | None) -> str:
    """Memory for people."""
    return "-" if size is None else f"{size / 1024**2:,.0f}"


def _explanation(result: Result, before: tuple[str, Result] | None) -> Iterator[str]:
    yield f"The mix: {MIX_IN_WORDS}."
    yield "Documents lie in the store when they are submitted. *Complete*: `documents.indexed` was written, and the"
    yield "next refresh of OpenSearch (every second) shows it. *First hit*: a search filtered by the document finds a"
    yield "passage; it is asked every 0.25 s, when many come at once for every fourth only. Memory is PSS in MB of"
    yield "1,048,576 bytes."
    if result.plan != "full":
        yield "A quick measurement: too few documents for p95 to mean much, and no large scan."
    yield (
        f"Ratios (x) compare with {before[0]}."
        if before
        else "There is no earlier result of this machine to compare with."
    )
    for title in result.left_out:
        yield f"Left out, for there was no time: {title}."


def _aims(result: Result) -> Iterator[str]:
    yield "## Wanted"
    yield ""
    parts = result.by_name
    rows = [_verdict(verdict, parts) for verdict in judge(parts, result.plan == "full")]
    yield from table(("wanted", "at most", "measured", "", "what limits it"), rows)


def _verdict(verdict: Verdict, parts: dict[str, Part]) -> list[str]:
    aim = verdict.aim
    met = {True: "met", False: "not met", None: "not measured"}[verdict.met]
    limit = parts[aim.part].limit if aim.part in parts and verdict.met is not None else ""
    if aim.unit == "bytes":
        return [aim.text, f"{megabytes(aim.at_most)} MB", f"{megabytes(verdict.measured)} MB", met, limit]
    return [aim.text, f"{aim.at_most:g} {aim.unit}", written(verdict.measured, aim.unit), met, limit]


def _loads(result: Result) -> list[Part]:
    return [part for part in result.parts if "documents_per_second" in part.figures]


def _speed(result: Result, before: tuple[str, Result] | None) -> Iterator[str]:
    yield "## Speed"
    yield ""
    names = ("documents_per_second", "pages_per_second", "hit_p50", "hit_p95", "complete_p50", "complete_p95")
    head = ("", "documents", "s", "documents/s", "PDF pages/s", "hit p50 s", "p95", "complete p50 s", "p95", "ended")
    old = before[1].by_name if before else {}

    def cell(part: Part, name: str) -> str:
        then = old[part.name].figures.get(name) if part.name in old else None
        times = ratio(part.figures[name], then)
        return written(part.figures[name]) + (f" (x {times:.2f})" if times is not None else "")

    rows = [
        [part.title, f"{part.figures['documents']:.0f}", written(part.figures["seconds"])]
        + [cell(part, name) for name in names]
        + [", ".join(f"{count} {outcome}" for outcome, count in sorted(part.outcomes.items()))]
        for part in _loads(result)
    ]
    yield from table(head, rows)


def _times(result: Result) -> Iterator[str]:
    yield "## From step to step, p50 in seconds"
    yield ""
    yield "Ingested: in the store. Planned: pages counted. Read: the last page read and classified. Completed: all"
    yield "answers in. Indexed: searchable as a whole."
    yield ""
    rows = [[part.title, *(written(part.figures[f"to_{step}_p50"]) for step in STEPS)] for part in _loads(result)]
    yield from table(("", *STEPS), rows)


def _slowest(result: Result) -> Iterator[str]:
    yield "## The slowest, and all large scans, at 70 %"
    yield ""
    part = result.by_name.get("steady")
    rows = [
        [one["kind"], str(one["pages"]), *(written(one[name]) for name in ("submitted", "hit", "complete"))]
        for one in (part.slowest if part else ())
    ]
    yield from table(("", "pages", "submitted after s", "first hit s", "complete s"), rows)


def _cpu(result: Result) -> Iterator[str]:
    yield "## CPU seconds"
    yield ""
    yield "Cells are the processes that read documents: parsers in extract, Tesseract in ocr. Others are programs that"
    yield "have nothing to do with the measurement: with much of them the figures mean little."
    for part in result.parts:
        if not part.usage:
            continue
        use = part.usage
        rows = [[name, *(written(kinds[kind]) for kind in KINDS)] for name, kinds in use["cpu"].items()]
        rows += [[name, written(used), "", ""] for name, used in use["servers"].items()]
        rows += [["measurement", written(use["bench"]), "", ""], ["others", written(use["others"]), "", ""]]
        yield from ("", f"### {part.title}", "")
        yield from table((f"in {use['seconds']:.0f} s", *(_COLUMNS[kind] for kind in KINDS)), rows)
        yield from ("", *_each(part))


def _each(part: Part) -> Iterator[str]:
    if "cpu_seconds_a_document" in part.figures:
        own, every = part.figures["own_cpu_seconds_a_document"], part.figures["cpu_seconds_a_document"]
        yield f"A document: {written(every, 's')}, of that {written(own, 's')} in our own processes."
        yield f"Limit: {part.limit or 'not known'}."


def _memory(result: Result) -> Iterator[str]:
    yield "## Memory by service in MB: idle, and the most under load"
    yield ""
    parts = [part for part in result.parts if "memory" in part.usage]
    names = list(parts[0].usage["memory"]) if parts else []
    rows = [[part.title, *(_sum(part, name) for name in names), megabytes(_together(part))] for part in parts]
    yield from table(("", *names, "together"), rows)
    yield from ("", "Of that in cells and LibreOffice:", "")
    inside = [
        [part.title, *(megabytes(part.usage["memory"][name][kind]) for name, kind in _INSIDE)]
        for part in parts
        if all(name in part.usage["memory"] for name, _ in _INSIDE)
    ]
    yield from table(("", "cells of extract", "LibreOffice", "cells of ocr"), inside)


_INSIDE = (("extract", "cells"), ("extract", "office"), ("ocr", "cells"))


def _sum(part: Part, name: str) -> str:
    return megabytes(sum(part.usage["memory"].get(name, {}).values()))


def _together(part: Part) -> float:
    return float(part.usage["memory_together"])


def _options(result: Result) -> Iterator[str]:
    parts = [part for part in result.parts if part.name.startswith("option-")]
    if not parts:
        return
    yield from ("## Memory by option in MB, the same small load for each of a service", "")
    names = ("idle_bytes", "service_bytes", "cells_bytes", "office_bytes", "bytes")
    rows = [
        [part.title, *(megabytes(part.figures[name]) for name in names), written(part.figures["cpu_seconds"])]
        for part in parts
    ]
    yield from table(("", "idle", "own process", "cells", "LibreOffice", "together", "CPU s"), rows)
    yield ""


def _machine(result: Result) -> Iterator[str]:
    yield "## Machine"
    yield ""
    for name, value in result.machine.items():
        said = ", ".join(f"{key} {one}" for key, one in value.items()) if isinstance(value, dict) else str(value)
        yield f"- {name.replace('_', ' ')}: {said or 'none'}"
