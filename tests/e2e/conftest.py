# SPDX-License-Identifier: Apache-2.0
"""One installation for all tests from end to end."""

from collections.abc import Iterator

import pytest

from ream_local.testing import OpenSearchServer
from ream_tests.flow import Flow, installed


@pytest.fixture(scope="session")
def flow(
    kafka_bootstrap: str, opensearch: OpenSearchServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flow]:
    """A whole installation, started once for all tests.

    Only short documents get vectors: those of the long ones would take minutes of a core that no test here asks for,
    and what vectors has missed is made in the order in which it came.
    """
    changed = {"REAM_LOG_FORMAT": "json", "REAM_LOG_LEVEL": "debug", "REAM_VECTORS_WINDOWS": "8"}
    with installed(kafka_bootstrap, opensearch, tmp_path_factory.mktemp("flow"), changed) as running:
        yield running


@pytest.fixture(autouse=True)
def whole(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that fails half way leaves no service ended to the next one."""
    yield
    if "flow" in request.fixturenames:
        request.getfixturevalue("flow").start_missing()
