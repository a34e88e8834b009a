# SPDX-License-Identifier: Apache-2.0
"""Decides which metrics exist and what each means; a name that is not listed here is a type error."""

from __future__ import annotations

import threading
from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CounterName = Literal[
    "ream_records_finished_total",  # by outcome: done, skipped, malformed, rejected, erased, failed
    "ream_records_retried_total",  # by why: waiting (somebody is away), error (our fault), order (behind another)
    "ream_dead_letters_total",  # by cause
    "ream_messages_sent_total",  # by topic: acknowledged by the broker
    "ream_commits_total",  # by result: done, failed
    "ream_rebalances_total",  # by what: assigned, revoked, lost
    "ream_cell_calls_total",  # by result: done, failed, died
    "ream_cell_deaths_total",  # by cause: out-of-memory, out-of-time, crashed-signal-N, exit-N
    "ream_cells_recycled_total",  # by cause: calls, memory
]
GaugeName = Literal[
    "ream_in_flight_records",  # taken from the broker and not finished
    "ream_in_flight_bytes",  # their keys and values
    "ream_waiting_records",  # held because somebody is away, by waiting_for
    "ream_lag_records",  # not yet finished, on the broker included, by topic
    "ream_oldest_record_seconds",  # age of the oldest record in flight
    "ream_assigned_partitions",  # by topic
    "ream_workers_busy",  # threads that work on a record now
]
HistogramName = Literal[
    "ream_handler_seconds",  # time in the stage's function, a call
]

_LABELS: dict[str, tuple[str, ...]] = {
    "ream_records_finished_total": ("outcome",),
    "ream_records_retried_total": ("why",),
    "ream_dead_letters_total": ("cause",),
    "ream_messages_sent_total": ("topic",),
    "ream_commits_total": ("result",),
    "ream_rebalances_total": ("what",),
    "ream_cell_calls_total": ("result",),
    "ream_cell_deaths_total": ("cause",),
    "ream_cells_recycled_total": ("cause",),
    "ream_waiting_records": ("waiting_for",),
    "ream_lag_records": ("topic",),
    "ream_assigned_partitions": ("topic",),
}
MEANINGS: dict[str, str] = {
    "ream_records_finished_total": "Records that this process finished, by outcome.",
    "ream_records_retried_total": "Tries that have to be made again, by why.",
    "ream_dead_letters_total": "Records given up, by cause.",
    "ream_messages_sent_total": "Messages acknowledged by the broker, by topic.",
    "ream_commits_total": "Commits of offsets, by result.",
    "ream_rebalances_total": "Changes of the assigned partitions.",
    "ream_cell_calls_total": "Calls of a cell, by result.",
    "ream_cell_deaths_total": "Cells that died, by cause.",
    "ream_cells_recycled_total": "Cells replaced in good order, by cause.",
    "ream_in_flight_records": "Records taken from the broker and not finished.",
    "ream_in_flight_bytes": "Bytes of the records in flight.",
    "ream_waiting_records": "Records held because somebody is away, by whom they wait for.",
    "ream_lag_records": "Records that are not finished, those on the broker included, by topic.",
    "ream_oldest_record_seconds": "Age of the oldest record in flight.",
    "ream_assigned_partitions": "Partitions assigned to this process, by topic.",
    "ream_workers_busy": "Worker threads that work on a record now.",
    "ream_handler_seconds": "Time in the stage's function, a call.",
}
_BUCKETS = (0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1200)
_MOST_LABELS = 200


class Metrics:
    """The metrics of one process, or of one test."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._lock = threading.Lock()
        self._children: dict[tuple[str, ...], Counter | Gauge] = {}
        self._metrics: dict[str, Counter | Gauge] = {}
        for name in get_args(CounterName):
            self._metrics[name] = Counter(name, MEANINGS[name], _LABELS.get(name, ()), registry=self._registry)
        for name in get_args(GaugeName):
            self._metrics[name] = Gauge(name, MEANINGS[name], _LABELS.get(name, ()), registry=self._registry)
        self._histograms = {
            name: Histogram(name, MEANINGS[name], buckets=_BUCKETS, registry=self._registry)
            for name in get_args(HistogramName)
        }

    def count(self, name: CounterName, label: str | None = None, amount: float = 1) -> None:
        """Adds to a counter; `label` is the value of its one label, where it has one."""
        child = self._child(name, label)
        if isinstance(child, Counter):
            child.inc(amount)

    def set(self, name: GaugeName, value: float, label: str | None = None) -> None:
        """Sets a gauge; `label` is the value of its one label, where it has one."""
        child = self._child(name, label)
        if isinstance(child, Gauge):
            child.set(value)

    def observe(self, name: HistogramName, value: float) -> None:
        """Adds one observation."""
        self._histograms[name].observe(value)

    def value(self, name: CounterName | GaugeName, label: str | None = None) -> float:
        """Returns the present value; 0 for a label that was never used."""
        labels = dict(zip(_LABELS.get(name, ()), [label or ""], strict=False))
        sample = self._registry.get_sample_value(name, labels)
        return 0.0 if sample is None else sample

    def exposition(self) -> bytes:
        """Returns all metrics in the text format of Prometheus."""
        return generate_latest(self._registry)

    def _child(self, name: str, label: str | None) -> Counter | Gauge:
        if name not in _LABELS:
            return self._metrics[name]
        child = self._children.get((name, label or ""))
        if child is None:
            with self._lock:
                # A label from outside (a cause) must not make the page of metrics grow without end.
                key = (name, label or "" if len(self._children) < _MOST_LABELS else "other")
                child = self._children.get(key) or self._children.setdefault(key, self._metrics[name].labels(key[1]))
        return child


METRICS = Metrics()
"""Those of this process."""
