# SPDX-License-Identifier: Apache-2.0
"""Decides what the commands of the benchmarks say while they measure, and when they cannot."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import NoReturn, TypeVar

from rich.console import Console

from ream_bench.installation import BenchError, Tell
from ream_kit import Retry

T = TypeVar("T")


def teller() -> Tell:
    """Says sentences on the standard error, each with the seconds since now."""
    console, began = Console(stderr=True), time.monotonic()

    def tell(sentence: str) -> None:
        console.print(f"{time.monotonic() - began:6.0f} s  {sentence}", highlight=False, markup=False, soft_wrap=True)

    return tell


def attempted(measure: Callable[[], T]) -> T | None:
    """Returns what was measured; None where it could not be, and then the standard error says why.

    SIGTERM counts as Ctrl-C: what was started is ended, and so is the process, with code 130.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return measure()
    except BenchError as error:
        print(error, file=sys.stderr)
    except Retry as away:
        print(f"{away.waiting_for} is away: {away.reason}", file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted; everything that was started is ended", file=sys.stderr)
        raise SystemExit(130) from None
    return None


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
