# SPDX-License-Identifier: Apache-2.0
"""What the docs show is what runs: generated pages, snippets of the README, names of commands."""

import ast
import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from ream_cli import __main__ as command
from ream_contracts import codec, topics
from ream_contracts.messages import DocumentSubmitted
from ream_kit import stage
from ream_tests.generators import check
from ream_tests.newcomer import README, line_of, typed

ROOT = Path(__file__).resolve().parents[2]
SNIPPETS = ROOT / "docs" / "snippets"


def module(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SNIPPETS))
    monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module(name)


def test_generated_pages_are_up_to_date() -> None:
    assert check(ROOT / "scripts" / "gen_docs.py") == (0, "")


def test_the_test_of_the_readme_passes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module("contracts", monkeypatch)
    module("test_contracts", monkeypatch).test_only_contracts_are_kept(tmp_path, monkeypatch)


def test_the_test_of_the_readme_can_fail(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    consumer = module("contracts", monkeypatch)
    test = module("test_contracts", monkeypatch)
    monkeypatch.setattr(test, "keep", stage("contracts", reads=topics.DOCUMENTS_COMPLETED)(lambda document: None))
    assert consumer.keep is not test.keep
    with pytest.raises(FileNotFoundError):
        test.test_only_contracts_are_kept(tmp_path, monkeypatch)


def test_the_kcat_line_of_the_readme_is_a_message() -> None:
    line = next(line for line in README.splitlines() if "kcat -P" in line)
    found = re.search("'(.*)'", line)
    assert found is not None
    assert codec.decode(topics.DOCUMENTS_SUBMITTED, found[1].encode()) == DocumentSubmitted(
        source="file:///data/in/report.pdf", name="report.pdf"
    )


def test_the_program_of_the_readme_submits_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    import confluent_kafka

    sent = []

    class Producer:
        def __init__(self, config: dict[str, str]) -> None:
            assert config == {"bootstrap.servers": "127.0.0.1:19092"}

        def produce(self, topic: str, key: str, value: str) -> None:
            sent.append((topic, codec.decode(topics.DOCUMENTS_SUBMITTED, value.encode())))

        def flush(self, seconds: float) -> int:
            sent.append(("flushed", None))
            return 0

    monkeypatch.setattr(confluent_kafka, "Producer", Producer)
    monkeypatch.delenv("REAM_KAFKA_BOOTSTRAP", raising=False)
    spec = importlib.util.spec_from_file_location("submit", SNIPPETS / "submit.py")
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert [topic for topic, _ in sent] == ["documents.submitted", "flushed"]


def test_every_command_of_the_readme_exists(capsys: pytest.CaptureFixture[str]) -> None:
    named = set(re.findall(r"^\$ ream ([a-z-]+)", README, re.MULTILINE))
    with pytest.raises(SystemExit):
        command._options(["--help"])
    said = capsys.readouterr().out
    assert named
    assert [name for name in sorted(named) if name not in said] == []


@pytest.mark.parametrize("line", [line for line in typed() if line.startswith("ream ")])
def test_the_command_understands_what_the_readme_types(line: str) -> None:
    options = command._options(shlex.split(line)[1:])
    assert options.command == line.split()[1]


def test_a_line_that_nobody_can_type_is_seen() -> None:
    with pytest.raises(SystemExit):
        command._options(shlex.split("ream replay --where 'confidence < 60' --sett dpi=400"))


def test_every_line_of_the_readme_is_typed_by_a_test() -> None:
    """On real servers; `pytest docs/snippets` below, as it needs none."""
    tests = ast.parse((ROOT / "tests" / "e2e" / "test_readme.py").read_text())
    calls = [node for node in ast.walk(tests) if isinstance(node, ast.Call)]
    beginnings = tuple(
        word.value
        for call in calls
        if ast.unparse(call.func) in ("ream.types", "line_of")
        for word in call.args
        if isinstance(word, ast.Constant)
    )
    assert typed()
    by_itself = ("export PATH=", "pytest docs/snippets")
    assert [line for line in typed() if not line.startswith((*beginnings, *by_itself))] == []


@pytest.mark.slow
def test_the_snippets_are_tested_as_the_readme_says() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", *shlex.split(line_of("pytest ")), "-q", "-p", "no:cacheprovider"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "1 passed" in ran.stdout, ran.stdout


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", README)) <= targets


def test_every_decision_has_a_number_of_its_own_and_every_number_named_a_decision() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [path.name[:4] for path in decisions]
    assert len(set(numbers)) == len(numbers), numbers
    assert [path.read_text()[2:6] for path in decisions] == numbers
    pages = [
        *ROOT.glob("*.md"),
        *(path for folder in ("docs", "libs", "services") for path in ROOT.glob(f"{folder}/**/*.md")),
    ]
    named = {number for page in pages for number in re.findall(r"ADR (\d{4})", page.read_text())}
    assert named <= set(numbers)


def test_snippets_are_python() -> None:
    for path in SNIPPETS.glob("*.py"):
        ast.parse(path.read_text())
