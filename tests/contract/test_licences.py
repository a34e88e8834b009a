# SPDX-License-Identifier: Apache-2.0
"""A licence that may not be built on is refused."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    spec = importlib.util.spec_from_file_location("licences", ROOT / "scripts" / "licences.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "licence", ["AGPL-3.0", "GNU General Public License v3 (GPLv3)", "UNKNOWN", "SSPL-1.0", "Own terms"]
)
def test_a_planted_licence_is_refused(licences: ModuleType, licence: str) -> None:
    assert licences.refused([{"Name": "planted", "License": licence}]) == [f"planted: {licence}"]


@pytest.mark.parametrize("licence", ["MIT", "Apache-2.0 OR BSD-2-Clause", "Mozilla Public License 2.0 (MPL 2.0)"])
def test_a_permissive_licence_is_taken(licences: ModuleType, licence: str) -> None:
    assert licences.refused([{"Name": "good", "License": licence}]) == []
