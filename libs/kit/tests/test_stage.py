# SPDX-License-Identifier: Apache-2.0
"""A declaration that cannot work is refused where it is made, with a sentence that says why."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import pytest

from ream_contracts.messages import DocumentIndexed
from ream_kit import Store
from ream_kit.bus_contract import IN, OUT, message
from ream_kit.stage import Origin, stage


def test_a_stage_is_still_its_function() -> None:
    @stage("double", reads=IN, writes=OUT, version="3")
    def double(given: DocumentIndexed) -> int:
        return given.passages * 2

    assert double(message(4)) == 8
    assert (double.name, double.group, double.version) == ("double", "double", "3")
    assert (double.reads, double.writes) == ((IN,), (OUT,))


def test_names_what_is_handed_over() -> None:
    @stage("words", reads=(IN,), needs={"engine": nullcontext}, batch=5, group="readers")
    def words(given: Sequence[Any], store: Store, origin: tuple[Origin, ...], engine: None) -> list[Any]:
        return []

    assert words.injected == ("store", "origin", "engine")
    assert (words.batch, words.group) == (5, "readers")


def handler(given: Any) -> None:
    """Does nothing."""


def with_engine(given: Any, engine: Any) -> None:
    """Does nothing."""


def without_message() -> None:
    """Does nothing."""


@pytest.mark.parametrize(
    ("function", "more", "complaint"),
    [
        (handler, {"name": "Word Count"}, "lower-case words joined by dashes"),
        (handler, {"reads": ()}, "reads no topic"),
        (handler, {"batch": 0}, "1 or more"),
        (without_message, {}, "takes no message"),
        (with_engine, {}, "nobody gives it the parameter 'engine'"),
        (handler, {"needs": {"engine": nullcontext}}, "has no such parameter"),
        (with_engine, {"needs": {"engine": nullcontext, "store": nullcontext}}, "may not hold 'store'"),
    ],
)
def test_refuses_what_cannot_work(function: Any, more: dict[str, Any], complaint: str) -> None:
    arguments: dict[str, Any] = {"name": "probe", "reads": IN, **more}
    declare: Any = stage(**arguments)
    with pytest.raises(TypeError, match=complaint):
        declare(function)
