# SPDX-License-Identifier: Apache-2.0
"""Shows how far an ingest is: a live bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ream_cli import screen
from ream_cli.accounting import Totals
from ream_cli.pace import Pace

_LINE_SECONDS = 5.0


class View(Protocol):
    """Where progress is shown."""

    def show(self, totals: Totals, *, bringing: bool, note: str | None) -> None:
        """Shows where everything is.

        Args:
            totals: where.
            bringing: whether more files are still being brought.
            note: who is waited for, in a sentence.
        """


class Bar:
    """A live view on a terminal."""

    def __init__(self, console: Console) -> None:
        self._pace = Pace()
        self._live = Live(console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> Bar:
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._live.stop()

    def show(self, totals: Totals, *, bringing: bool, note: str | None) -> None:
        """See View."""
        self._pace.note(time.monotonic(), totals.indexed, totals.units_answered)
        self._live.update(picture(totals, self._pace, bringing=bringing, note=note))


class Lines:
    """A line each five seconds, when something has changed; for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pace = Pace()
        self._said: tuple[Totals | None, str | None] = (None, None)
        self._next = 0.0

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Nothing is left to do."""

    def show(self, totals: Totals, *, bringing: bool, note: str | None) -> None:
        """See View."""
        now = time.monotonic()
        self._pace.note(now, totals.indexed, totals.units_answered)
        if now < self._next or (totals, note) == self._said:
            return
        self._said, self._next = (totals, note), now + _LINE_SECONDS
        words = [stages(totals, bringing=bringing), speed(totals, self._pace, bringing=bringing), note or ""]
        self._console.print(screen.cell("; ".join(word for word in words if word)))


def view(console: Console) -> Bar | Lines:
    """The view that suits a console."""
    return Bar(console) if console.is_terminal else Lines(console)


def picture(totals: Totals, pace: Pace, *, bringing: bool, note: str | None) -> RenderableType:
    """The live view: bar, counts by stage, rate and time left, and who is waited for."""
    done = totals.submitted - totals.outstanding
    head = Table.grid(padding=(0, 1))
    head.add_row(
        Text("documents"),
        ProgressBar(total=max(1, totals.submitted), completed=done, width=40),
        Text(f"{screen.number(done)} of {screen.number(totals.submitted)}{' so far' if bringing else ''}"),
    )
    lines: list[RenderableType] = [head, Text(stages(totals, bringing=bringing), style="dim")]
    if text := speed(totals, pace, bringing=bringing):
        lines.append(Text(text))
    if note:
        lines.append(Text(screen.safe(note), style="yellow"))
    return Group(*lines)


def stages(totals: Totals, *, bringing: bool) -> str:
    """Counts by stage, and what went wrong."""
    parts = [
        f"{'submitting' if bringing else 'submitted'} {screen.number(totals.submitted)}",
        f"stored {screen.number(totals.ingested)}",
        f"planned {screen.number(totals.planned)}",
        f"pages read {screen.number(totals.units_answered)} of {screen.number(totals.units)}",
        f"decided {screen.number(totals.completed)}{_not_whole(totals)}",
        f"searchable {screen.number(totals.indexed)}",
    ]
    if totals.refused:
        parts.append(f"dead letters {screen.number(totals.refused)}")
    return ", ".join(parts)


def _not_whole(totals: Totals) -> str:
    """Says how many of the decided did not come out whole."""
    found = [name for name in ("partial", "unsupported", "failed", "rejected") if totals.outcomes[name]]
    said = ", ".join(f"{screen.number(totals.outcomes[name])} {name}" for name in found)
    return f" ({said})" if said else ""


def speed(totals: Totals, pace: Pace, *, bringing: bool) -> str:
    """Rate and time left; nothing while there is too little to tell."""
    rate = pace.rate()
    if rate.documents <= 0 and rate.units <= 0:
        return ""
    text = f"{rate.documents:.1f} documents/s, {rate.units:.1f} pages/s"
    left = pace.seconds_left(totals.outstanding, max(0, totals.units - totals.units_answered))
    return text if left is None or bringing else f"{text}, about {screen.duration(left)} left"
