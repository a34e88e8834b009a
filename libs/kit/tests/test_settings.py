# SPDX-License-Identifier: Apache-2.0
"""Settings come from the environment, and a wrong one is named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from ream_kit.settings import Setting, SettingsError, describe, load, setting


@dataclass(frozen=True, slots=True)
class Example:
    """Of every type there is."""

    folder: Path = setting(doc="where to look")
    dpi: int = setting(200, "dots per inch")
    share: float = setting(0.5)
    fast: bool = setting(False)
    name: str = setting("plain")
    languages: tuple[str, ...] = setting(("eng", "deu"))
    limit: int | None = setting(None)
    mode: Literal["a", "b"] = setting("a")

    def __post_init__(self) -> None:
        if self.dpi < 1:
            raise ValueError("dpi must be 1 or more")


def test_defaults_hold_where_nothing_is_set() -> None:
    assert load(Example, {"REAM_FOLDER": "/x", "REAM_DPI": " "}) == Example(Path("/x"))


def test_reads_every_type() -> None:
    environ = {
        "X_FOLDER": "/data",
        "X_DPI": "300",
        "X_SHARE": "0.25",
        "X_FAST": "Yes",
        "X_NAME": "a b",
        "X_LANGUAGES": "fra, ita,",
        "X_LIMIT": "7",
        "X_MODE": "b",
        "REAM_DPI": "1",
    }
    read = load(Example, environ, "X_")
    assert read == Example(Path("/data"), 300, 0.25, True, "a b", ("fra", "ita"), 7, "b")


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({}, "X_FOLDER is not set: where to look"),
        ({"X_FOLDER": "/", "X_DPI": "many"}, "X_DPI='many' is not a whole number"),
        ({"X_FOLDER": "/", "X_SHARE": "x"}, "X_SHARE='x' is not a number"),
        ({"X_FOLDER": "/", "X_FAST": "maybe"}, "X_FAST='maybe' is not yes or no"),
        ({"X_FOLDER": "/", "X_LIMIT": "1.5"}, "X_LIMIT='1.5' is not a whole number"),
        ({"X_FOLDER": "/", "X_MODE": "c"}, "X_MODE='c' is not one of a, b"),
        ({"X_FOLDER": "/", "X_DPI": "0"}, "dpi must be 1 or more"),
    ],
)
def test_names_the_variable_that_is_wrong(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(Example, environ, "X_")
    assert sentence in str(caught.value)


def test_shows_only_the_beginning_of_a_long_value() -> None:
    with pytest.raises(SettingsError) as caught:
        load(Example, {"X_FOLDER": "/", "X_DPI": "9x" * 500}, "X_")
    assert len(str(caught.value)) < 120


def test_describes_itself_for_the_reference() -> None:
    described = list(describe(Example, "X_"))
    assert described[0] == Setting("X_FOLDER", "Path", None, "where to look")
    assert described[1] == Setting("X_DPI", "int", "200", "dots per inch")
    assert [(one.type, one.default) for one in described[5:]] == [
        ("tuple[str, ...]", "eng,deu"),
        ("int | None", ""),
        ("Literal['a', 'b']", "a"),
    ]
