# SPDX-License-Identifier: Apache-2.0
"""Holds that no folding moves a character, and that words are found whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_classify.scan import Scan, whole


@given(st.text(alphabet=st.characters(), max_size=60))
def test_folded_forms_keep_every_place(text: str) -> None:
    scan = Scan(text)
    assert len(scan.plain) == len(text)
    assert len(scan.folded) == len(text)


def test_capital_whose_lower_form_is_longer_stays_one_character() -> None:
    scan = Scan("\u0130BAN")
    assert len(scan.folded) == 4
    assert scan.folded.endswith("ban")


def test_digits_of_other_scripts_and_odd_spaces_become_plain() -> None:
    assert Scan("\u0661\u0662\u0663\u00a0\uff14\u2011\u0967").plain == "123 4-1"


@pytest.mark.parametrize(
    ("text", "phrase", "places"),
    [
        ("an invoice, the invoice", "invoice", [(3, 10), (16, 23)]),
        ("invoices uninvoice", "invoice", []),
        ("rechnungs-nr: 5", "rechnungs-nr", [(0, 12)]),
        ("我的身份证号码", "身份证", [(2, 5)]),
        ("", "word", []),
    ],
)
def test_words_are_found_whole(text: str, phrase: str, places: list[tuple[int, int]]) -> None:
    assert list(whole(text, phrase)) == places


def test_what_is_taken_is_no_longer_free() -> None:
    scan = Scan("0123456789")
    scan.take(3, 6)
    assert not scan.is_free(5, 8)
    assert scan.is_free(0, 3)
    assert scan.is_free(6, 10)
