# SPDX-License-Identifier: Apache-2.0
"""Keeps seed and result of a run as files: one for programs, one for people."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ream_bench.machine import memory_bytes, processor, revision
from ream_chaos.result import Result, last_line

FORMAT = 1


def write(folder: Path, seed: int, results: Sequence[Result], seconds: float) -> tuple[Path, Path]:
    """Writes a result; an earlier one is never overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    ran = results[0].part if len(results) == 1 else "list"
    base = f"{time.strftime('%Y-%m-%d')}-chaos-{ran}-{seed}"
    number, stem = 1, base
    while (folder / f"{stem}.json").exists():
        number, stem = number + 1, f"{base}-{number + 1}"
    paths = (folder / f"{stem}.md", folder / f"{stem}.json")
    found = as_json(seed, results, seconds)
    paths[0].write_text(as_text(found, seed, results), encoding="utf-8")
    paths[1].write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return paths


def as_json(seed: int, results: Sequence[Result], seconds: float) -> dict[str, Any]:
    """The result as JSON values."""
    return {
        "chaos_format": FORMAT,
        "seed": seed,
        "seconds": round(seconds),
        "ream": revision(),
        "processor": processor(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")),
        "memory_gb": round(memory_bytes(Path("/proc/meminfo").read_text(encoding="ascii")) / 1e9),
        "last_line": last_line(seed, results),
        "parts": [_part(one) for one in results],
    }


def _part(one: Result) -> dict[str, Any]:
    verdict = one.verdict
    found: dict[str, Any] = {"part": one.part, "good": one.good, "faults": one.faults}
    if verdict is not None:
        found |= {"documents": verdict.documents, "fingerprint_equal": verdict.equal}
        found |= {name: sorted(getattr(verdict, name)) for name in ("lost", "stuck", "doubled", "different")}
    return found | {
        "problems": list(one.problems),
        "aims_missed": list(one.aims),
        "details": list(one.details),
        "figures": {name: round(value, 3) for name, value in one.figures.items()},
    }


def as_text(found: dict[str, Any], seed: int, results: Sequence[Result]) -> str:
    """The result for people, in Markdown."""
    head = [
        f"# Chaos, seed {seed}",
        "",
        f"{found['seconds']} s at {found['ream']} on {found['processor']}, {found['memory_gb']} GB.",
        f'`make chaos SEED={seed} PARTS="{" ".join(one.part for one in results)}"` repeats it.',
        "",
        found["last_line"],
        "",
        "```",
    ]
    return "\n".join([*head, *(line for one in results for line in one.lines()), "```"]) + "\n"
