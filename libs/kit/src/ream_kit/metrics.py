# SPDX-License-Identifier: Apache-2.0
"""Decides which metrics exist, of which kind, and what each means; a name that is not listed here is a type error.

docs/generated/metrics.md is made from here; alert rules and dashboards in deploy/ are checked against it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CounterName = Literal[
    "ream_records_finished_total",
    "ream_records_retried_total",
    "ream_dead_letters_total",
    "ream_messages_sent_total",
    "ream_commits_total",
    "ream_rebalances_total",
    "ream_records_deleted_unread_total",
    "ream_cell_calls_total",
    "ream_cell_deaths_total",
    "ream_cells_recycled_total",
    "ream_breaker_openings_total",
    "ream_documents_sent_again_total",
    "ream_documents_expired_total",
]
GaugeName = Literal[
    "ream_in_flight_records",
    "ream_in_flight_bytes",
    "ream_waiting_records",
    "ream_lag_records",
    "ream_oldest_record_seconds",
    "ream_retention_share",
    "ream_assigned_partitions",
    "ream_workers_busy",
    "ream_breaker_state",
    "ream_documents",
]
HistogramName = Literal["ream_handler_seconds"]
Name = CounterName | GaugeName | HistogramName


@dataclass(frozen=True, slots=True)
class Described:
    """What there is to know of a metric.

    Attributes:
        labels: names of its labels, in the order in which values are given.
        values: what the labels may say; empty where the label says it all.
    """

    meaning: str
    labels: tuple[str, ...] = ()
    values: str = ""


DESCRIBED: Mapping[str, Described] = {
    "ream_records_finished_total": Described(
        "Records that this process finished.", ("outcome",), "done, skipped, malformed, rejected, erased, failed"
    ),
    "ream_records_retried_total": Described(
        "Tries that have to be made again.",
        ("why",),
        "waiting: somebody is away; error: our own fault; order: an earlier record of its key comes first",
    ),
    "ream_dead_letters_total": Described("Records given up.", ("cause",), "the code that the dead letter carries"),
    "ream_messages_sent_total": Described("Messages that the broker acknowledged.", ("topic",)),
    "ream_commits_total": Described("Commits of offsets.", ("result",), "done, failed"),
    "ream_rebalances_total": Described("Changes of the assigned partitions.", ("what",), "assigned, revoked, lost"),
    "ream_records_deleted_unread_total": Described(
        "Records whose retention was over before they were read; what they asked for must be said again.", ("topic",)
    ),
    "ream_cell_calls_total": Described("Calls of a cell.", ("result",), "done, failed, died, left"),
    "ream_cell_deaths_total": Described(
        "Cells that died.",
        ("cause",),
        "out-of-memory, out-of-time, too-much-output, crashed-signal-N, exit-N, bad-answer, not-started, closed",
    ),
    "ream_cells_recycled_total": Described(
        "Cells replaced or ended in good order.", ("cause",), "calls, memory, files, programs, idle"
    ),
    "ream_breaker_openings_total": Described("Times that an outside server was found away.", ("server",)),
    "ream_documents_sent_again_total": Described("Documents that sweep found unanswered and sent again."),
    "ream_documents_expired_total": Described("Documents whose missing units sweep called expired."),
    "ream_in_flight_records": Described("Records taken from the broker and not finished."),
    "ream_in_flight_bytes": Described("Bytes of keys and values of the records in flight."),
    "ream_waiting_records": Described("Records held because somebody is away.", ("waiting_for",)),
    "ream_lag_records": Described("Records not finished, those on the broker included.", ("topic",)),
    "ream_oldest_record_seconds": Described(
        "Age of the oldest record in flight (sweep: without its answer); 0 when there is none."
    ),
    "ream_retention_share": Described(
        "How much of its topic's retention the record in flight that is nearest to its end has lived; 1 deletes it."
    ),
    "ream_assigned_partitions": Described("Partitions assigned to this process.", ("topic",)),
    "ream_workers_busy": Described("Worker threads that work on a record now."),
    "ream_breaker_state": Described(
        "How an outside server is.", ("server",), "value 0: closed (it answers), 1: half open (a probe asks), 2: open"
    ),
    "ream_documents": Described(
        "Documents known to sweep.", ("outcome",), "the outcomes, outstanding, submitted, children"
    ),
    "ream_handler_seconds": Described(
        "Time in the stage's function, a call.",
        ("stage", "media_type"),
        "media_type: that of the document, or what was found to be it; none where nobody knows it, several for a batch",
    ),
}
_BUCKETS = (0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1200)
_MOST_LABELS = 200
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,40}/[a-z0-9][a-z0-9.+-]{0,90}")


class Metrics:
    """The metrics of one process, or of one test."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._lock = threading.Lock()
        self._children: dict[str, dict[tuple[str | None, ...], Any]] = {name: {} for name in DESCRIBED}
        self._metrics: dict[str, Any] = {}
        for name in get_args(CounterName):
            self._metrics[name] = self._made(Counter, name)
        for name in get_args(GaugeName):
            self._metrics[name] = self._made(Gauge, name)
        for name in get_args(HistogramName):
            self._metrics[name] = self._made(Histogram, name, buckets=_BUCKETS)

    def count(self, name: CounterName, label: str | None = None, amount: float = 1) -> None:
        """Adds to a counter; `label` is the value of its one label, where it has one."""
        self._child(name, label).inc(amount)

    def set(self, name: GaugeName, value: float, label: str | None = None) -> None:
        """Sets a gauge; `label` is the value of its one label, where it has one."""
        self._child(name, label).set(value)

    def observe(self, name: HistogramName, value: float, *labels: str) -> None:
        """Adds one observation; `labels` are the values of its labels, in order."""
        self._child(name, *labels).observe(value)

    def value(self, name: CounterName | GaugeName, label: str | None = None) -> float:
        """Returns the present value; 0 for a label that was never used."""
        labels = dict(zip(DESCRIBED[name].labels, [label or ""], strict=False))
        sample = self._registry.get_sample_value(name, labels)
        return 0.0 if sample is None else sample

    def exposition(self) -> bytes:
        """Returns all metrics in the text format of Prometheus."""
        return generate_latest(self._registry)

    def _made(self, kind: type[Any], name: str, **more: Any) -> Any:
        described = DESCRIBED[name]
        return kind(name, described.meaning, described.labels, registry=self._registry, **more)

    def _child(self, name: str, *labels: str | None) -> Any:
        known = self._children[name].get(labels)
        if known is not None:
            return known
        if not DESCRIBED[name].labels:
            return self._metrics[name]
        values = tuple(label or "" for label in labels)
        children = self._children[name]
        child = children.get(values)
        if child is None:
            with self._lock:
                # A label from outside (a cause) must not make the page of metrics grow without end.
                if len(children) >= _MOST_LABELS:
                    values = (*values[:-1], "other")
                child = children.get(values) or children.setdefault(values, self._metrics[name].labels(*values))
        return child


METRICS = Metrics()
"""Those of this process."""


def kinds() -> Iterator[tuple[str, str, Described]]:
    """Yields name, kind (counter, gauge, histogram) and description of every metric, in the order of this file."""
    for kind, names in (("counter", CounterName), ("gauge", GaugeName), ("histogram", HistogramName)):
        for name in get_args(names):
            yield name, kind, DESCRIBED[name]


def media_type(messages: Sequence[Any], said: Sequence[Any] = ()) -> str:
    """Returns the label for the media type that messages have in common: bounded, whatever a stranger wrote.

    Args:
        messages: what was worked on.
        said: what was made of it; asked where that names none, as before the type is found.
    """
    named = {getattr(message, "media_type", None) for message in messages}
    if named == {None}:
        named = {getattr(message, "media_type", None) for message in said} - {None} or {None}
    if len(named) != 1:
        return "several" if named else "none"
    (found,) = named
    if not isinstance(found, str):
        return "none"
    return found if _MEDIA_TYPE.fullmatch(found) else "other"
