# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ream_bench import files, results
from ream_bench.files import Result
from ream_bench.inputs import Paper, Wanted
from ream_bench.loads import Load
from ream_bench.report import report
from ream_bench.results import Part
from ream_bench.trips import Trip
from ream_bench.usage import Used
from ream_bench.wanted import AIMS, judge

SERVICES = ("ingest", "extract", "ocr")
MACHINE: dict[str, Any] = {
    "processor": "a processor", "cores": 2, "memory_gb": 16, "date": "2026-01-02T03:04:05+00:00", "store": "folder",
    "scan_font": "Serif", "kafka": "4.2.0", "opensearch": "3.4.0", "settings": {}, "packages": {"tesserocr": "2.13"},
}  # fmt: skip


def trip(
    number: int,
    ended: float | None,
    hit: float | None = None,
    pages: int = 10,
    kind: str = "text-pdf",
    size: int = 1000,
) -> Trip:
    moments = {"ingested": 101.0, "indexed": 100.0 + ended} if ended is not None else {}
    outcome = "complete" if ended is not None else None
    paper = Paper(Wanted(kind, str(number), pages), Path("x"), size)
    return Trip(paper, str(number), 100.0, True, moments, None if hit is None else 100.0 + hit, outcome)


def load(*trips: Trip, limit: float = 60.0) -> Load:
    cpu: Any = {name: {"service": 1.0, "cells": 2.0, "office": 0.0} for name in SERVICES}
    sizes: Any = {name: {"service": 2.0**20, "cells": 2.0**21, "office": 0.0} for name in SERVICES}
    return Load(trips, 100.0, limit, Used(10.0, cpu, {"kafka": 0.5}, 0.25, 0.25, sizes, 9 * 2.0**20), 0)


def test_throughput_is_counted_to_the_last_end() -> None:
    part = results.of_load("text", "texts", load(trip(1, 2.0, 1.0), trip(2, 4.0, 2.0)), cores=2)
    assert part.figures["documents_per_second"] == 0.5
    assert part.figures["pages_per_second"] == 5.0
    assert (part.figures["hit_p50"], part.figures["complete_p95"]) == (1.0, 4.0)
    assert part.figures["own_cpu_seconds_a_document"] == 1.5
    assert part.outcomes == {"complete": 2}


def test_what_does_not_end_lowers_the_throughput() -> None:
    part = results.of_load("text", "texts", load(trip(1, 2.0), trip(2, None), limit=20.0), cores=2)
    assert part.figures["documents_per_second"] == 1 / 20
    assert part.outcomes == {"complete": 1, "not finished": 1}


def test_what_is_wanted_looks_at_small_documents_and_large_scans_alone() -> None:
    found = results.targets(
        load(
            trip(1, 3.0),
            trip(2, 50.0, size=6_000_000),
            trip(3, 55.0, hit=9.0, pages=40, kind="large-scan", size=4_000_000),
        )
    )
    assert found == {"small_complete_p95": 3.0, "large_scan_hit_worst": 9.0}


def test_what_was_not_finished_in_time_does_not_meet_an_aim() -> None:
    found = results.targets(load(*(trip(number, 1.0) for number in range(9)), trip(9, None), limit=60.0))
    assert found["small_complete_p95"] == 60.0


def test_large_scans_are_listed_with_the_slowest() -> None:
    trips = [trip(number, float(number)) for number in range(1, 9)]
    found = results.slowest(load(*trips, trip(9, 2.5, 1.5, pages=40, kind="large-scan"), trip(10, None)), count=3)
    assert [one["complete"] for one in found] == [None, 8.0, 7.0, 2.5]
    assert found[-1] == {"kind": "large-scan", "pages": 40, "submitted": 0.0, "hit": 1.5, "complete": 2.5}


def test_the_largest_services_are_named() -> None:
    assert results.largest(load(trip(1, 1.0)).used) == "ocr 3 MB, ingest 3 MB, extract 3 MB"


@pytest.mark.parametrize(("spent", "says"), [(9.5, "the cores: 2 cores 95% busy"), (3.0, "waiting")])
def test_the_limit_is_named(spent: float, says: str) -> None:
    kinds: Any = {"ocr": {"service": 0.0, "cells": 2 * spent - 1, "office": 0.0}}
    one = replace(load(trip(1, 1.0)), used=Used(10.0, kinds, {"kafka": 0.5}, 0.25, 0.25, {}, 0.0))
    said = results.limit(one, cores=2)
    assert said.startswith(says)
    assert "ocr (cells)" in said


def whole(steady: float = 10.0, plan: str = "full", idle: float = 500e6) -> Result:
    text = results.of_load("text", "texts", load(trip(1, 2.0, 1.0)), cores=2)
    mixed = results.of_load("steady", "the mix", load(trip(1, 2.0, 1.0)), cores=2)
    mixed = replace(mixed, figures={**mixed.figures, "small_complete_p95": steady, "large_scan_hit_worst": None})
    resting = Part("idle", "idle", {"bytes": idle}, usage=results.usage(load(trip(1, 2.0)).used))
    sizes = {f"{name}_bytes": 1e6 for name in ("idle", "service", "cells", "office")}
    option = Part("option-0", "ocr: as it comes", {**sizes, "bytes": 3e6, "cpu_seconds": 1.0})
    return Result(plan, MACHINE, (resting, text, mixed, option), ("one thing",))


def test_aims_are_met_not_met_or_not_measured() -> None:
    verdicts = {one.aim.figure: one.met for one in judge(whole(steady=20.5, idle=1e9).by_name, full=True)}
    assert verdicts["small_complete_p95"] is False
    assert verdicts["large_scan_hit_worst"] is None
    assert [one.met for one in judge(whole().by_name, full=True)][AIMS.index(AIMS[4])] is True


def test_a_quick_measurement_judges_nothing_that_needs_many_documents() -> None:
    heavy = Part("heavy", "a small heavy one", {"complete_p50": 1.0})
    by_name = {**whole().by_name, "heavy": heavy}
    full, quick = ({one.aim.part: one.met for one in judge(by_name, full)} for full in (True, False))
    assert full["heavy"] is True
    assert quick["heavy"] is None


def test_a_result_comes_back_as_it_was(tmp_path: Path) -> None:
    files.write(whole(), "# text", tmp_path, "first")
    assert files.from_json((tmp_path / "2026-01-02-first.json").read_text()) == whole()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    names = [path.name for _ in range(3) for path in files.write(whole(), "# text", tmp_path, "a")]
    assert names[::2] == ["2026-01-02-a.md", "2026-01-02-a-2.md", "2026-01-02-a-3.md"]
    assert len(list(tmp_path.iterdir())) == 6


def test_the_last_of_the_same_machine_is_compared_with(tmp_path: Path) -> None:
    for date, cores, plan in (("2026-01-01", 2, "full"), ("2026-01-03", 4, "full"), ("2026-01-04", 2, "quick")):
        machine = {**MACHINE, "date": f"{date}T00:00:00+00:00", "cores": cores}
        files.write(replace(whole(), machine=machine, plan=plan), "", tmp_path, "x")
    (tmp_path / "odd.json").write_text('{"format": 0}')
    found = files.last_like(whole(), tmp_path)
    assert found is not None
    assert found[0].startswith("2026-01-01")
    assert files.last_like(replace(whole(), machine={**MACHINE, "settings": {"REAM_WORKERS": "9"}}), tmp_path) is None


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 1}', '{"format": 99}'])
def test_what_is_no_result_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        files.from_json(text)


def test_the_report_says_what_was_wanted_and_what_was_before() -> None:
    faster = replace(whole(), machine={**MACHINE, "date": "2026-01-01T00:00:00+00:00"})
    text = report(whole(steady=30.0), ("2026-01-01", faster))
    assert "| 20 s | 30.0 s | not met |" in text
    assert "0.500 (x 1.00)" in text
    assert "Left out, for there was no time: one thing." in text
    assert "ocr: as it comes" in text
    assert "- packages: tesserocr 2.13" in text


def test_the_report_of_a_first_measurement_has_no_ratios() -> None:
    assert "(x " not in report(whole(), None)
