# SPDX-License-Identifier: Apache-2.0
"""Decides which numbers sweep shows of itself and of all documents."""

from ream_kit.metrics import Metrics
from ream_sweep.service import FOLLOWED, Sweep


def measure(sweep: Sweep, metrics: Metrics) -> None:
    """Brings the metrics up to date.

    Raises:
        Retry: Kafka is away.
    """
    read, ends = sweep.tail.positions(), sweep.observer.ends(FOLLOWED)
    for topic in FOLLOWED:
        stands = read.get(topic, {})
        left = sum(max(0, end - stands.get(partition, end)) for partition, end in ends.get(topic, {}).items())
        metrics.set("ream_lag_records", left, topic)
    totals = sweep.ledger.totals()
    for outcome, count in totals.items():
        metrics.set("ream_documents", count, outcome)
    metrics.set("ream_in_flight_records", totals["outstanding"])
    oldest = sweep.ledger.oldest_owed()
    age = sweep.clock.now().timestamp() - oldest if oldest is not None else 0.0
    metrics.set("ream_oldest_record_seconds", max(0.0, age))
    sent, expired = metrics.value("ream_documents_sent_again_total"), metrics.value("ream_documents_expired_total")
    metrics.count("ream_documents_sent_again_total", amount=sweep.resent - sent)
    metrics.count("ream_documents_expired_total", amount=sweep.expired - expired)
