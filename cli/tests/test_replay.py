# SPDX-License-Identifier: Apache-2.0
"""Parameters of a replay are what a person means."""

from typing import Any

import pytest

from ream_cli.failures import CommandError
from ream_cli.replay import parameter


@pytest.mark.parametrize(
    ("text", "value"),
    [("dpi=400", 400), ("languages=deu+eng", "deu+eng"), ("pictures=false", False), ("a=b=c", "b=c"), ("a=", "")],
)
def test_values_are_numbers_truths_or_text(text: str, value: Any) -> None:
    assert parameter(text) == (text.partition("=")[0], value)


@pytest.mark.parametrize("text", ["dpi", "=400", ""])
def test_what_is_no_parameter_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(CommandError, match="NAME=VALUE"):
        parameter(text)
