# SPDX-License-Identifier: Apache-2.0
"""Vectors come back from the store as they were put there, or not at all."""

import pytest

from ream_contracts.vectors import DIMENSIONS, Window, name_of, pack, unpack

ONE = Window(1, 0, tuple(number / DIMENSIONS for number in range(DIMENSIONS)))
TWO = Window(2, 40, (-0.25,) * DIMENSIONS)


def test_windows_come_back_nearly_as_they_were() -> None:
    first, second = unpack(pack([ONE, TWO]))
    assert (first.unit, first.start, second) == (1, 0, TWO)
    assert first.vector == pytest.approx(ONE.vector, abs=5e-4)
    assert list(unpack(pack([]))) == []


def test_what_another_model_made_is_left_out() -> None:
    assert list(unpack(pack([ONE]).replace(b"MiniLM", b"Other!"))) == []


@pytest.mark.parametrize("damaged", [b"", b"no json\n", pack([ONE])[:-1], pack([ONE, TWO])[: -2 * DIMENSIONS]])
def test_what_is_damaged_is_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        list(unpack(damaged))


def test_copies_of_a_document_have_vectors_of_the_same_name_inside() -> None:
    names = [name_of(one * 32, 1, 3, f"documents/{one * 32}/1/text/3.abc.json") for one in "ab"]
    assert names[0].removeprefix(f"documents/{'a' * 32}/1/") == names[1].removeprefix(f"documents/{'b' * 32}/1/")
    assert name_of("a" * 32, 1, 3, "another") != names[0]
