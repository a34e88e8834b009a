# SPDX-License-Identifier: Apache-2.0
"""The graph of topics goes one way, has no loose ends, and is what the services declare."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ream_contracts import topics
from ream_contracts.topic import AnyTopic

ROOT = Path(__file__).resolve().parents[2]
SERVICES = sorted(path.name for path in (ROOT / "services").iterdir() if (path / "pyproject.toml").exists())
OUTSIDE = {"anyone", "redrive", "commands"}
OWN_LOOP = {"aggregate", "sweep"}
"""Services that are no kit stage: aggregate is Faust's, sweep follows topics without a group."""


def edges(graph: tuple[AnyTopic, ...]) -> Iterator[tuple[str, str]]:
    """From who writes a topic to who reads it, but for the edges that close a loop on purpose."""
    for topic in graph:
        for writer in topic.written_by:
            if writer not in topic.closes_loop:
                for reader in topic.read_by:
                    yield writer, reader


def loop(pairs: set[tuple[str, str]]) -> bool:
    """Says whether somebody can be reached from itself."""
    reached = set(pairs)
    while more := {(a, d) for a, b in reached for c, d in pairs if b == c} - reached:
        reached |= more
    return any(a == b for a, b in reached)


def test_there_is_no_loop_but_the_marked_ones() -> None:
    assert not loop({(a, b) for a, b in edges(topics.ALL) if a != b})


def test_a_planted_loop_is_seen() -> None:
    assert loop({*edges(topics.ALL), ("index", "ingest")})


def test_nobody_is_unknown_and_nobody_is_idle() -> None:
    named = {name for topic in topics.ALL for name in (*topic.written_by, *topic.read_by)}
    assert named - OUTSIDE == set(SERVICES)


@pytest.mark.parametrize("topic", topics.ALL, ids=lambda t: t.name)
def test_every_topic_has_writers_and_readers(topic: AnyTopic) -> None:
    assert topic.written_by
    assert topic.read_by
    assert set(topic.closes_loop) <= set(topic.written_by)


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in OWN_LOOP])
def test_a_stage_reads_and_writes_what_the_topics_say(name: str) -> None:
    stage = getattr(importlib.import_module(f"ream_{name}.service"), name)
    assert {topic.name for topic in stage.reads} == {t.name for t in topics.ALL if name in t.read_by}
    assert {topic.name for topic in stage.writes} == {t.name for t in topics.ALL if name in t.written_by}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_the_standard_files(name: str) -> None:
    folder = ROOT / "services" / name
    package = folder / "src" / f"ream_{name}"
    wanted = [
        folder / "README.md",
        folder / "Dockerfile",
        folder / "pyproject.toml",
        package / "__main__.py",
        package / "settings.py",
    ]
    assert [path.name for path in wanted if not path.exists()] == []
