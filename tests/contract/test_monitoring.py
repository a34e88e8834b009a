# SPDX-License-Identifier: Apache-2.0
"""Alert rules and the dashboard ask for metrics, labels and values that exist, and every metric is really written."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ream_contracts.outcomes import Outcome
from ream_kit.metrics import DESCRIBED, kinds
from ream_tests.generators import check

ROOT = Path(__file__).resolve().parents[2]
ALERTS = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text())
SCRAPING = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yaml").read_text())
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "ream.json").read_text())
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
HISTOGRAMS = {name for name, kind, _ in kinds() if kind == "histogram"}
OF_PROMETHEUS = {"job", "instance", "service", "le"}
"""Labels that are added by scraping (service: by prometheus.yaml) or by the form of a histogram."""

METRIC = re.compile(r"\b(ream_[a-z_]+)(?:\{([^}]*)\})?")
SELECTOR = re.compile(r'(\w+)\s*(=|!=|=~|!~)\s*"([^"]*)"')
GROUPING = re.compile(r"\bby \(([^)]*)\)")
BY_TOPIC = {"server", "waiting_for", "cause", "topic", "media_type", "stage"}
"""Labels whose values are not listed in the code."""


def wrong_in(expression: str) -> list[str]:
    """Names what an expression asks for that does not exist."""
    wrong = []
    labels = set(OF_PROMETHEUS)
    for asked, selectors in METRIC.findall(expression):
        base = re.sub(r"_(bucket|sum|count)$", "", asked)
        name = base if base in HISTOGRAMS else asked
        if name not in DESCRIBED or (name in HISTOGRAMS and name == asked):
            wrong.append(f"there is no metric {asked}")
            continue
        labels |= set(DESCRIBED[name].labels)
        for label, _, value in SELECTOR.findall(selectors):
            if label not in {*DESCRIBED[name].labels, *OF_PROMETHEUS}:
                wrong.append(f"{name} has no label {label}")
            elif label in DESCRIBED[name].labels and label not in BY_TOPIC and value not in DESCRIBED[name].values:
                wrong.append(f"{label} of {name} never says {value}")
    grouped = {label.strip() for group in GROUPING.findall(expression) for label in group.split(",")}
    wrong += [f"nothing has the label {label}" for label in sorted(grouped - labels)]
    if expression.count("(") != expression.count(")"):
        wrong.append("parentheses do not match")
    return wrong


def rules() -> Iterator[dict[str, Any]]:
    for group in ALERTS["groups"]:
        yield from group["rules"]


def queries() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


@pytest.mark.parametrize("rule", list(rules()), ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_exists_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert wrong_in(rule["expr"]) == []
    assert rule["labels"]["severity"] in ("warning", "critical")
    for text in (rule["annotations"]["summary"], rule["annotations"]["description"]):
        grouped = {label.strip() for group in GROUPING.findall(rule["expr"]) for label in group.split(",")}
        named = set(re.findall(r"\$labels\.(\w+)", text))
        assert named <= grouped | ({"service"} if rule["expr"].startswith("up") else set())


@pytest.mark.parametrize("query", list(queries()))
def test_a_panel_asks_for_what_exists(query: str) -> None:
    assert wrong_in(query) == []


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        ("rate(ream_records_done_total[5m])", "there is no metric ream_records_done_total"),
        ("ream_handler_seconds > 3", "there is no metric ream_handler_seconds"),
        ('ream_commits_total{outcome="failed"}', "ream_commits_total has no label outcome"),
        ('ream_commits_total{result="refused"}', "result of ream_commits_total never says refused"),
        ("sum by (stage) (ream_lag_records)", "nothing has the label stage"),
        ("sum(ream_lag_records", "parentheses do not match"),
    ],
)
def test_what_does_not_exist_is_found(expression: str, what: str) -> None:
    assert wrong_in(expression) == [what]


def test_every_metric_is_written_somewhere() -> None:
    sources = [
        path.read_text()
        for folder in ("libs", "services")
        for path in (ROOT / folder).glob("*/src/**/*.py")
        if path.name != "metrics.py"
    ]
    assert [name for name in DESCRIBED if not any(f'"{name}"' in source for source in sources)] == []


def test_every_metric_is_on_the_dashboard_or_in_an_alert_or_only_for_a_closer_look() -> None:
    asked = {name for text in [*queries(), *(rule["expr"] for rule in rules())] for name, _ in METRIC.findall(text)}
    closer = {"ream_in_flight_bytes", "ream_assigned_partitions", "ream_cells_recycled_total"}
    closer |= {"ream_breaker_openings_total", "ream_handler_seconds"}
    assert set(DESCRIBED) - asked == closer


def test_the_outcomes_of_documents_are_those_that_are_shown() -> None:
    assert DESCRIBED["ream_documents"].values.startswith("the outcomes")
    assert len(tuple(Outcome)) == 8


def test_the_dashboard_is_up_to_date() -> None:
    assert check(ROOT / "scripts" / "gen_grafana.py") == (0, "")
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(numbers) == len(set(numbers))


def test_prometheus_looks_for_every_service_where_it_answers() -> None:
    (job,) = SCRAPING["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    ours = {name for name, service in COMPOSE["services"].items() if str(service.get("image")).startswith("ream-")}
    services = {name for name in ours if (ROOT / "services" / name / "Dockerfile").exists()}
    assert set(found["names"]) == services
    for name in services:
        assert f"REAM_HEALTH_PORT={found['port']}" in (ROOT / "services" / name / "Dockerfile").read_text()
    assert SCRAPING["rule_files"] == ["alerts.yaml"]
