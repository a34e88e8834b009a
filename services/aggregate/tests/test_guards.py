# SPDX-License-Identifier: Apache-2.0
"""The page that lists the guards names tests that exist, and leaves none of theirs out."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parents[2] / "docs" / "adr" / "0002-faust-guards.md"


def _named() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for row in (line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")):
        file = ""
        for named, test in re.findall(r"`(test_\w+\.py)?(?:::(test_\w+))?`", row):
            file = named or file
            found.append((file, test))
    return [each for each in found if each != ("", "")]


def test_every_test_that_the_page_of_guards_names_exists() -> None:
    named = _named()
    assert len(named) > 40
    for file, test in named:
        text = (TESTS / file).read_text("utf-8")
        assert f"def {test}(" in text or not test, f"{file} has no {test}"


def test_every_test_of_the_strict_commit_and_of_the_broker_is_on_the_page() -> None:
    named = {test for _, test in _named()}
    for file in ("test_strict_commit.py", "test_on_broker.py"):
        tests = set(re.findall(r"^def (test_\w+)", (TESTS / file).read_text("utf-8"), re.MULTILINE))
        assert tests - named == set(), file
