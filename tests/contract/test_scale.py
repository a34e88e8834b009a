# SPDX-License-Identifier: Apache-2.0
"""The page about scale says what its script makes of the figures, and every figure says where it comes from."""

import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ream_tests.generators import check

ROOT = Path(__file__).resolve().parents[2]
FIGURES = tomllib.loads((ROOT / "docs" / "scale-figures.toml").read_text())


@pytest.fixture
def scale(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    import importlib

    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return importlib.import_module("scale")


def test_the_page_is_what_the_script_makes() -> None:
    assert check(ROOT / "scripts" / "scale.py") == (0, "")


def test_a_figure_that_changes_makes_another_page(scale: ModuleType, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "scale.md").read_text()
    changed = (
        (ROOT / "docs" / "scale-figures.toml").read_text().replace("ocr_cpu = { value = 0.", "ocr_cpu = { value = 9.")
    )
    scale.FIGURES = tmp_path / "figures.toml"
    scale.FIGURES.write_text(changed)
    assert scale.made(page) != page


def test_every_table_is_on_the_page_once(scale: ModuleType) -> None:
    assert sorted(scale.sentences((ROOT / "docs" / "scale.md").read_text())) == sorted(scale.BLOCKS)


@pytest.mark.parametrize("name", FIGURES["measured"])
def test_a_measured_figure_names_a_file_that_is_there(name: str) -> None:
    sources: list[str] = []
    for known, figure in FIGURES["measured"].items():
        file = figure["from"].split(",")[0].split(" ")[0].rstrip(":")
        sources.append(sources[-1] if figure["from"].startswith("the same") else file)
        if known == name:
            assert (ROOT / sources[-1]).is_file(), figure["from"]


def test_no_service_is_left_out_of_the_model(scale: ModuleType) -> None:
    services = {path.name for path in (ROOT / "services").iterdir() if (path / "pyproject.toml").exists()}
    assert set(scale.SERVICES) == services
    values, rows = scale.load_figures()
    for name in services:
        assert {f"{name}_cpu", f"{name}_memory"} <= FIGURES["measured"].keys(), name
        assert f"\n| {name}: " in scale.needs_block(values, rows), name
        assert f"\n| {name} | " in scale.ends_block(values, rows), name


def test_what_nothing_waits_for_is_reckoned_by_the_day(scale: ModuleType) -> None:
    values: dict[str, Any] = scale.load_figures()[0]
    model = scale.Model(values, 1_000_000)
    assert model.cores("vectors") * values["peak"] == pytest.approx(
        model.cores("ocr") * values["vectors_cpu"] / values["ocr_cpu"]
    )


def test_more_documents_ask_for_more_of_everything(scale: ModuleType) -> None:
    values: dict[str, Any] = scale.load_figures()[0]
    small, large = scale.Model(values, 10_000), scale.Model(values, 100_000_000)
    for name in ("partitions", "all_cores", "kafka_gb", "store_gb", "shards", "nodes", "sweep_gb"):
        assert getattr(large, name) >= getattr(small, name), name
    assert small.partitions == 12
    assert sum(small.dollars_a_month().values()) < sum(large.dollars_a_month().values())


def test_twelve_partitions_are_enough_just_below_where_they_end(scale: ModuleType) -> None:
    values = scale.load_figures()[0]
    for name in (*scale.ONE_CORE, *scale.BY_CELLS):
        until = scale.Model(values, 1).lasts_until(name)
        assert scale.Model(values, int(until * 0.999)).processes(name) == 12
        assert scale.Model(values, int(until * 1.001)).processes(name) == 13
