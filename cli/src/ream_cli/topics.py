# SPDX-License-Identifier: Apache-2.0
"""The command `ream topics`: what each topic says, who writes and reads it, and how much it holds."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ream_cli import asking, screen, starting
from ream_cli.failures import OK
from ream_cli.surroundings import Surroundings, find
from ream_contracts import topics
from ream_contracts.topic import AnyTopic
from ream_kit import Retry
from ream_kit.observe import Observer


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    parser.add_argument("--create", action="store_true", help="make those that are missing, with their dead letters'")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Shows the topics; with Kafka away, all but the number of records."""
    surroundings = find()
    if options.create:
        made = starting.make_topics(surroundings)
        print(f"made {len(made)}: {', '.join(made)}" if made else "all topics are there", file=sys.stderr)
    counts = records(surroundings)
    lines = [_line(topic, counts) for topic in topics.ALL]
    if options.json:
        screen.print_json({"topics": lines})
        return OK
    right = ("partitions", "records", "dead letters")
    table = screen.table("topic", "what it says", "written by", "read by", "kept", *right, right=right)
    for topic, line in zip(topics.ALL, lines, strict=True):
        table.add_row(
            topic.name,
            topic.description,
            ", ".join(topic.written_by),
            ", ".join(topic.read_by),
            kept(topic),
            str(topic.partitions),
            _count(line["records"]),
            _count(line["dead_letters"]),
        )
    screen.console().print(table)
    if counts is None:
        print(f"Kafka is away on {surroundings.environ['REAM_KAFKA_BOOTSTRAP']}: nobody counted the records.")
    return OK


def records(surroundings: Surroundings) -> dict[str, int] | None:
    """Records by topic, dead letters' topics among them; None when Kafka is away. A missing topic is left out."""
    kafka = surroundings.kafka()
    if not asking.listens(kafka.kafka_bootstrap):
        return None
    names = [name for topic in topics.ALL for name in (topic.name, topic.dead_letters)]
    try:
        observer = Observer(kafka)
        ends, begins = observer.ends(names), observer.begins(names)
    except Retry:
        return None
    return {name: sum(end - begins[name].get(at, 0) for at, end in places.items()) for name, places in ends.items()}


def kept(topic: AnyTopic) -> str:
    """How long records are kept, for people."""
    if topic.retention_days is None:
        return "the newest of each document"
    return f"{topic.retention_days} days"


def _line(topic: AnyTopic, counts: dict[str, int] | None) -> dict[str, Any]:
    return {
        "topic": topic.name,
        "description": topic.description,
        "written_by": topic.written_by,
        "read_by": topic.read_by,
        "key": topic.key,
        "order": topic.order,
        "partitions": topic.partitions,
        "retention_days": topic.retention_days,
        "cleanup": topic.cleanup,
        "dead_letter_topic": topic.dead_letters,
        "records": counts.get(topic.name) if counts else None,
        "dead_letters": counts.get(topic.dead_letters) if counts else None,
    }


def _count(value: int | None) -> str:
    return "?" if value is None else screen.number(value)
