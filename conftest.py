# SPDX-License-Identifier: Apache-2.0
"""Keeps `make test-fast` fast: fewer examples of properties, and a failure when tests take more CPU than they may.

CPU and not time, because that changes less on a machine that does other things as well: a busy one takes about half as
much again. Programs that a test starts and waits for are counted with it.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator

import hypothesis
import pytest

_CPU = "cpu_seconds"
_NAMED = 12
_began = pytest.StashKey[float]()


class CpuBudget:
    """Adds up what the tests say, in whichever worker they ran."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._taken: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Takes note of one test."""
        if report.when == "teardown":
            self._taken[report.nodeid] = float(str(dict(report.user_properties).get(_CPU, 0.0)))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fails the session when its tests took too much."""
        if self._exceeded() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tells the sum, and where it went."""
        for line in self.lines():
            terminalreporter.write_line(line, red=self._exceeded())

    def lines(self) -> Iterator[str]:
        """What is told."""
        yield f"the tests took {self._total():.1f} of {self._seconds:.0f} CPU seconds"
        if self._exceeded():
            yield "Give some of these fewer examples or smaller inputs, or mark them `slow`:"
            for name in sorted(self._taken, key=lambda name: -self._taken[name])[:_NAMED]:
                yield f"{self._taken[name]:6.2f} s  {name}"

    def _total(self) -> float:
        return sum(self._taken.values())

    def _exceeded(self) -> bool:
        return self._total() > self._seconds


def used() -> float:
    """CPU seconds of this process, and of those that it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option that makes a session a fast one."""
    parser.addoption("--cpu-budget", type=float, metavar="SECONDS", help="few examples; fail when tests take more CPU")


def pytest_configure(config: pytest.Config) -> None:
    """Decides how many examples a property is tried with, before tests are read; workers decide the same."""
    seconds = config.getoption("cpu_budget")
    hypothesis.settings.register_profile("ream", deadline=None, max_examples=100 if seconds is None else 15)
    hypothesis.settings.load_profile("ream")
    if seconds is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(CpuBudget(seconds), "cpu-budget")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Notes where a test begins, before its fixtures are made."""
    item.stash[_began] = used()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Says with the last report of a test what it took."""
    if call.when == "teardown":
        item.user_properties.append((_CPU, used() - item.stash.get(_began, used())))
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keeps what the tests' modules are made of out of the collector's sight: it would look at all of it each time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
