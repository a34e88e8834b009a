# SPDX-License-Identifier: Apache-2.0
"""Every part that a file of rules may have stands in docs/rules.md, and no other."""

import re
from pathlib import Path

import pytest

from ream_classify import markings, taxonomy, topics
from ream_classify.yaml_lines import RuleError

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"
SECTIONS = re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)
READERS = {"Taxonomy": taxonomy.load, "Topics": topics.load}


def documented(section: str) -> set[str]:
    (page,) = [one for one in SECTIONS if one.startswith(section)]
    return set(re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE))


def known(section: str) -> set[str]:
    """The parts that a reader itself names when it meets one that it does not know."""
    found: set[str] = set()
    for text in ("sparkles: 1", "labels:\n  a:\n    sparkles: 1\n"):
        with pytest.raises(RuleError, match="there are") as raised:
            READERS[section](text, "own.yaml")
        found |= set(re.findall(r"\w+", raised.value.reason.split("there are ")[1]))
    return found


@pytest.mark.parametrize("section", READERS)
def test_every_part_is_documented(section: str) -> None:
    assert documented(section) == known(section)


def test_every_level_is_documented() -> None:
    (page,) = [one for one in SECTIONS if one.startswith("Markings")]
    assert set(re.findall(r"`(\w+)`", page)) >= set(markings.LEVELS)
