# SPDX-License-Identifier: Apache-2.0
"""A receipt gives back every line that was written, and refuses to leave one out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts.artifacts import Way
from ream_contracts.receipts import Line, lines, pack

WAYS = st.builds(
    Way,
    st.sampled_from(["page", "body"]),
    st.sampled_from(["read", "failed", "not-applicable"]),
    st.sampled_from(["ocr", "none"]),
    st.sampled_from([None, "damaged"]),
)


@given(st.lists(st.tuples(WAYS, st.integers(0, 10**6), st.integers(0, 100))))
def test_what_was_written_comes_back(units: list[tuple[Way, int, int]]) -> None:
    written = [Line(unit, *rest) for unit, rest in enumerate(units, 1)]
    receipt = pack(written, beyond=7)
    assert (list(lines(receipt)), receipt.beyond) == (written, 7)
    assert len(receipt.ways) == len({way for way, _, _ in units})


@pytest.mark.parametrize("units", [(2,), (1, 3), (1, 1), (2, 1)])
def test_no_unit_is_left_out(units: tuple[int, ...]) -> None:
    way = Way("page", "read", "ocr", None)
    with pytest.raises(ValueError, match="the line of unit"):
        pack(Line(unit, way) for unit in units)
