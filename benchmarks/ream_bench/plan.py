# SPDX-License-Identifier: Apache-2.0
"""Decides what is measured, in which order and for how long at most."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ream_bench import inputs, results, usage
from ream_bench.arrivals import at_random, together
from ream_bench.inputs import Amounts, Paper, Wanted
from ream_bench.installation import Installation, Tell
from ream_bench.loads import Load, require_some, run
from ream_bench.processes import KINDS
from ream_bench.results import Part

SHARE = 0.7
"""Of the throughput that was measured, what arrives when nothing may pile up."""

_HIT_EVERY = 4
_SEED = 1


@dataclass(frozen=True, slots=True)
class Option:
    """Another way of running a service, whose memory is to be known."""

    service: str
    title: str
    changed: Mapping[str, str]


OPTIONS = (
    Option("ocr", "as it comes", {}),
    Option("ocr", "engine pytesseract", {"REAM_OCR_ENGINE": "pytesseract"}),
    Option("ocr", "without a second engine", {"REAM_OCR_SECOND_ENGINE": "none"}),
    Option("ocr", "one language", {"REAM_OCR_LANGUAGES": "eng"}),
    Option("extract", "as it comes", {}),
    Option("extract", "without LibreOffice", {"REAM_EXTRACT_OFFICE": "false"}),
    Option("extract", "without pictures", {"REAM_EXTRACT_PICTURES": "false"}),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured, and how long that may take.

    Attributes:
        part_seconds: longest time of one part.
        total_seconds: longest time of all parts together; what has no time left is left out, and said to be.
        settle_seconds: that nothing happens while idle memory and CPU are looked at.
        options: ways of running whose memory is measured.
    """

    name: str
    amounts: Amounts
    part_seconds: float
    total_seconds: float
    settle_seconds: float
    options: tuple[Option, ...]


FULL = Plan("full", inputs.FULL, 600.0, 2700.0, 20.0, OPTIONS)
QUICK = Plan("quick", inputs.QUICK, 60.0, 300.0, 3.0, ())


@dataclass(frozen=True, slots=True)
class Papers:
    """All documents of a measurement."""

    warm_up: tuple[Wanted, ...]
    text: tuple[Wanted, ...]
    scans: tuple[Wanted, ...]
    mix: tuple[Wanted, ...]
    arrivals: tuple[Wanted, ...]
    long: tuple[Wanted, ...]
    heavy: tuple[Wanted, ...]
    options: Mapping[str, tuple[Wanted, ...]]


def papers(plan: Plan) -> Papers:
    """Which documents a plan needs; no two are alike, for what was read before would be found again."""
    amounts = plan.amounts
    return Papers(
        warm_up=inputs.warm_up("warm-up"),
        text=inputs.alike("text-pdf", "text", amounts.text_pdfs),
        scans=inputs.alike("scan", "scans", amounts.scans),
        mix=inputs.mixed("mix", amounts.mix),
        arrivals=inputs.mixed("arrivals", amounts.arrivals),
        long=inputs.alike("long-pdf", "long", 1),
        heavy=(inputs.heavy("heavy", amounts.heavy_bytes),),
        options={
            f"{option.service}: {option.title}": inputs.trial(option.service, f"trial-{number}")
            for number, option in enumerate(plan.options)
        },
    )


class Measurement:
    """The parts of a plan, measured one after the other."""

    def __init__(self, plan: Plan, installation: Installation, cores: int, tell: Tell) -> None:
        self.left_out: list[str] = []
        self._plan, self._installation, self._cores, self._tell = plan, installation, cores, tell
        self._wanted = papers(plan)
        self._made: dict[str, Paper] = {}
        self._deadline = 0.0
        self._pause = threading.Event()

    def make(self) -> None:
        """Writes all documents, so that nothing has to be made while something is measured."""
        wanted = self._wanted
        every = [
            *wanted.warm_up, *wanted.text, *wanted.scans, *wanted.mix, *wanted.arrivals, *wanted.long, *wanted.heavy,
            *(one for trial in wanted.options.values() for one in trial),
        ]  # fmt: skip
        self._tell(f"making {len(every)} documents, {sum(one.scanned for one in every)} pages of them as scans")
        for paper in inputs.make(every, self._installation.folder / "input"):
            self._made[paper.wanted.name] = paper

    def parts(self) -> Iterator[Part]:
        """Yields each part when it is measured."""
        plan, wanted = self._plan, self._wanted
        self._deadline = time.monotonic() + plan.total_seconds
        yield self._idle("idle", "idle, just started")
        self._load("warm-up", wanted.warm_up, together(len(wanted.warm_up)))
        yield from self._part("long", f"one text PDF of {inputs.LONG_PAGES} pages", wanted.long)
        size = f"{plan.amounts.heavy_bytes / 1e6:.0f} MB"
        yield from self._part("heavy", f"one text PDF of {size} ({wanted.heavy[0].pages} pages)", wanted.heavy)
        yield from self._part("text", f"text PDFs of {inputs.TEXT_PAGES} pages, all at once", wanted.text)
        yield from self._part("scans", "scans of 1 to 10 pages, all at once", wanted.scans)
        rate = None
        for part in self._part("mix", "the mix, all at once", wanted.mix):
            rate = part.figures["documents_per_second"]
            yield part
        if rate:
            yield from self._steady(SHARE * rate)
        yield self._idle("idle-after", "idle, after all that")
        for number, option in enumerate(plan.options):
            yield from self._option(number, option)

    def _idle(self, name: str, title: str) -> Part:
        self._tell(title)
        self._pause.wait(self._plan.settle_seconds / 2)
        before = usage.moment(self._installation)
        self._pause.wait(self._plan.settle_seconds)
        after, peak = usage.moment(self._installation), usage.Peak()
        peak.note(usage.sizes(self._installation))
        office = sum(kinds["office"] for kinds in peak.services.values())
        figures: dict[str, float | None] = {"bytes": peak.together, "bytes_without_office": peak.together - office}
        used = usage.between(before, after, peak)
        return Part(name, title, figures, usage=results.usage(used), limit=results.largest(used))

    def _load(self, title: str, wanted: Sequence[Wanted], arrivals: Sequence[float], hit_every: int = 1) -> Load | None:
        left = self._deadline - time.monotonic()
        if left < self._plan.part_seconds / 20:
            self.left_out.append(title)
            return None
        self._tell(f"{title}: {len(wanted)} documents")
        limit = min(left, max(self._plan.part_seconds, 2 * arrivals[-1]))
        made = [self._made[one.name] for one in wanted]
        return require_some(run(self._installation, made, arrivals, limit, hit_every), title)

    def _part(self, name: str, title: str, wanted: Sequence[Wanted]) -> Iterator[Part]:
        every = _HIT_EVERY if len(wanted) > 5 * _HIT_EVERY else 1
        load = self._load(title, wanted, together(len(wanted)), every)
        if load is not None:
            yield results.of_load(name, title, load, self._cores)

    def _steady(self, rate: float) -> Iterator[Part]:
        wanted = self._wanted.arrivals
        title = f"the mix at {SHARE:.0%} of its throughput ({rate:.2f} documents a second, at random moments)"
        load = self._load(title, wanted, at_random(len(wanted), rate, _SEED))
        if load is not None:
            part = results.of_load("steady", title, load, self._cores)
            yield replace(part, figures={**part.figures, **results.targets(load), "arrivals_per_second": rate})

    def _option(self, number: int, option: Option) -> Iterator[Part]:
        """Memory of one service run otherwise: idle, and the most under a small load."""
        name = f"{option.service}: {option.title}"
        self._installation.restart(option.service, option.changed)
        self._pause.wait(self._plan.settle_seconds / 4)
        idle = usage.sizes(self._installation)[option.service]
        wanted = self._wanted.options[name]
        load = self._load(name, wanted, together(len(wanted)), len(wanted))
        if load is not None:
            most = load.used.memory[option.service]
            cpu = load.used.services[option.service]
            figures: dict[str, float | None] = {
                "idle_bytes": float(sum(idle.values())),
                **{f"{kind}_bytes": most[kind] for kind in KINDS},
                "bytes": sum(most.values()),
                "cpu_seconds": sum(cpu.values()),
            }
            yield Part(f"option-{number}", name, figures, results.outcomes(load.trips))
        if number + 1 == len(self._plan.options) or self._plan.options[number + 1].service != option.service:
            self._installation.restart(option.service, {})
