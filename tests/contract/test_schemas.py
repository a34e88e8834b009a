# SPDX-License-Identifier: Apache-2.0
"""The folder schemas/ holds together: examples, topics, generated code."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema
import jsonschema
import pytest
import yaml

from ream_tests.generators import check

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "schemas"
MESSAGES = {path.name.split(".")[0]: json.loads(path.read_text()) for path in (SCHEMAS / "messages").glob("*.json")}
TOPICS = [yaml.load(path.read_text(), yaml.CSafeLoader) for path in sorted((SCHEMAS / "topics").glob("*.yaml"))]
EXAMPLES = sorted((SCHEMAS / "examples").rglob("*.json"))
TOPIC_KEYS = {
    "topic", "description", "message", "version", "key", "order", "partitions", "retention_days",
    "dead_letter_retention_days", "cleanup", "spread", "written_by", "read_by", "closes_loop",
}  # fmt: skip


compiled = cache(lambda message: fastjsonschema.compile(MESSAGES[message]))


def verdicts(message: str, value: Any) -> tuple[bool, bool]:
    """Asks two libraries, because one alone may be wrong."""
    second = jsonschema.Draft7Validator(MESSAGES[message]).is_valid(value)
    try:
        compiled(message)(value)
    except fastjsonschema.JsonSchemaValueException:
        return False, second
    return True, second


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: "/".join(p.parts[-4:]))
def test_examples_are_what_their_folder_says(path: Path) -> None:
    expected = path.parent.name == "valid"
    assert verdicts(path.parts[-4], json.loads(path.read_text())) == (expected, expected)


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_has_three_valid_and_two_invalid_examples(name: str) -> None:
    folder = SCHEMAS / "examples" / name / "v1"
    assert len(list((folder / "valid").glob("*.json"))) >= 3
    assert len(list((folder / "invalid").glob("*.json"))) >= 2


@pytest.mark.parametrize("topic", TOPICS, ids=lambda t: t["topic"])
def test_a_topic_says_everything_and_nothing_else(topic: dict[str, Any]) -> None:
    assert set(topic) == TOPIC_KEYS
    assert re.fullmatch(r"[a-z]+(\.[a-z]+)+", topic["topic"])
    assert topic["message"] in MESSAGES
    assert topic["partitions"] == 12
    assert topic["key"] == ("any" if topic["topic"] == "documents.submitted" else "document")
    assert topic["dead_letter_retention_days"] == 14
    assert (topic["cleanup"] == "compact") == (topic["retention_days"] is None)


def test_no_message_is_without_a_topic() -> None:
    assert {topic["message"] for topic in TOPICS} | {"dead-letter"} == set(MESSAGES)


def test_generated_code_is_up_to_date() -> None:
    assert check(ROOT / "scripts" / "gen_contracts.py") == (0, "")
