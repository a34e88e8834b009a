# SPDX-License-Identifier: Apache-2.0
"""Where no server can be had, tests are skipped with the reason, or fail when servers are required."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

ASKS = "def test_asks(kafka_bootstrap): assert kafka_bootstrap"


@pytest.fixture
def bare(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A test session on a machine without Maven and with an empty cache."""
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "REQUIRE_SERVERS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(pytester.path))
    monkeypatch.setenv("REAM_CACHE", str(pytester.path / "cache"))
    monkeypatch.setenv("REAM_SERVER_UID", "0")
    pytester.makepyfile(ASKS)
    return pytester


def test_skipped_with_the_reason(bare: pytest.Pytester) -> None:
    result = bare.runpytest_subprocess("-rs", "-p", "no:cacheprovider")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*Maven (mvn) is not installed*"])


def test_failed_when_required(bare: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE_SERVERS", "1")
    result = bare.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*Maven (mvn) is not installed*"])


def test_a_server_that_the_environment_names_is_taken(bare: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "somewhere:9092")
    bare.makepyfile("def test_asks(kafka_bootstrap): assert kafka_bootstrap == 'somewhere:9092'")
    bare.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_nothing_is_started_to_list_tests(bare: pytest.Pytester) -> None:
    bare.runpytest_subprocess("--collect-only", "-p", "no:cacheprovider")
    assert not (bare.path / "cache").exists()
