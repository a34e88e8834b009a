# SPDX-License-Identifier: Apache-2.0
"""Makes deploy/grafana/ream.json, the dashboard: run it after a change of panels or metrics.

Usage: gen_grafana.py [--check]   (--check writes nothing and exits 1 when the file is out of date)
"""

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "deploy" / "grafana" / "ream.json"
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH, HEIGHT, ACROSS = 8, 7, 3

PANELS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("Documents by outcome", "short", (("max by (outcome) (ream_documents)", "{{outcome}}"),)),
    ("Records to work on", "short", (("sum by (topic) (ream_lag_records)", "{{topic}}"),)),
    ("Oldest record in flight", "s", (("max by (service) (ream_oldest_record_seconds)", "{{service}}"),)),
    ("Servers: 0 answers, 2 away", "none", (("max by (server) (ream_breaker_state)", "{{server}}"),)),
    ("Records that wait for somebody", "short", (("sum by (waiting_for) (ream_waiting_records)", "{{waiting_for}}"),)),
    (
        "In flight",
        "short",
        (
            ("sum by (service) (ream_in_flight_records)", "{{service}}"),
            ("sum by (service) (ream_workers_busy)", "{{service}}: busy workers"),
        ),
    ),
    (
        "Records finished a second",
        "ops",
        (("sum by (service, outcome) (rate(ream_records_finished_total[5m]))", "{{service}} {{outcome}}"),),
    ),
    (
        "Tries made again a second",
        "ops",
        (("sum by (service, why) (rate(ream_records_retried_total[5m]))", "{{service}} {{why}}"),),
    ),
    ("Dead letters by cause", "short", (("sum by (cause) (increase(ream_dead_letters_total[1h]))", "{{cause}}"),)),
    (
        "Time of a call, 95 of 100 are quicker",
        "s",
        (("histogram_quantile(0.95, sum by (le, stage) (rate(ream_handler_seconds_bucket[5m])))", "{{stage}}"),),
    ),
    (
        "Time of extract by media type, mean",
        "s",
        (
            (
                'sum by (media_type) (rate(ream_handler_seconds_sum{stage="extract"}[5m])) / '
                'sum by (media_type) (rate(ream_handler_seconds_count{stage="extract"}[5m]))',
                "{{media_type}}",
            ),
        ),
    ),
    (
        "Cells that died",
        "short",
        (("sum by (service, cause) (increase(ream_cell_deaths_total[1h]))", "{{service}} {{cause}}"),),
    ),
    (
        "Calls of cells a second",
        "ops",
        (("sum by (service, result) (rate(ream_cell_calls_total[5m]))", "{{service}} {{result}}"),),
    ),
    ("Messages written a second", "ops", (("sum by (topic) (rate(ream_messages_sent_total[5m]))", "{{topic}}"),)),
    (
        "What sweep did in an hour",
        "short",
        (
            ("sum(increase(ream_documents_sent_again_total[1h]))", "sent again"),
            ("sum(increase(ream_documents_expired_total[1h]))", "expired"),
        ),
    ),
)
"""Title, unit, and queries with the legends of what they find."""


def panel(number: int, title: str, unit: str, queries: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Returns one panel, at its place."""
    return {
        "id": number + 1,
        "title": title,
        "type": "timeseries",
        "datasource": DATASOURCE,
        "gridPos": {"x": number % ACROSS * WIDTH, "y": number // ACROSS * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": DATASOURCE, "expr": query, "legendFormat": legend}
            for place, (query, legend) in enumerate(queries)
        ],
    }


def dashboard() -> dict[str, Any]:
    """Returns the whole dashboard, in the form that Grafana imports."""
    return {
        "uid": "ream",
        "title": "Ream",
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [{"name": "datasource", "type": "datasource", "query": "prometheus"}]},
        "panels": [panel(number, *one) for number, one in enumerate(PANELS)],
    }


def main() -> int:
    """Writes the file, or with --check says whether it is out of date."""
    made = json.dumps(dashboard(), indent=1) + "\n"
    if TARGET.exists() and TARGET.read_text() == made:
        return 0
    if "--check" in sys.argv[1:]:
        print(f"out of date: {TARGET.name}; run: .venv/bin/python scripts/gen_grafana.py")
        return 1
    TARGET.write_text(made)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
