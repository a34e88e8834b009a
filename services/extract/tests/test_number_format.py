# SPDX-License-Identifier: Apache-2.0
"""Numbers and days as spreadsheets show them by their format codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_extract import date_format
from ream_extract.number_format import built_in, is_date, plain, same, shown, shown_text


@pytest.mark.parametrize(
    ("value", "code", "text", "tells_all"),
    [
        (1234.5, "#,##0.00", "1,234.50", True),
        (0.1234, "0.0%", "12.3%", False),
        (0.5, "0%", "50%", True),
        (7, "00000", "00007", True),
        (-5.5, "#,##0.00_);(#,##0.00)", "(5.50)", True),
        (1234567, "#,##0,", "1,235", False),
        (1200000, '0.0,,"M"', "1.2M", False),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50", True),
        (12, '#,##0.00\\ "€"', "12.00 €", True),
        (0, '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', "-", True),
        (5551234567, "(000) 000-0000", "(555) 123-4567", True),
        (1.5, "# ?/?", "1 1/2", False),
        (0.25, "?/4", "1/4", False),
        (12345, "0.00E+00", "1.23E+04", False),
        (12345678, "##0.0E+0", "12.3E+6", False),
        (99.999, "0.00E+00", "1.00E+02", False),
        (5, "0.##", "5", True),
        (2.5, "0", "3", False),
        (-0.001, "0.00", "0.00", False),
        (5, '[<10]"low";"high"', "low", False),
        (-12.5, "[<100]0.0;0", "-12.5", True),
        (-12.5, "[<0](0.0);0", "(12.5)", True),
        (250.4, "[<100]0.0;0", "250", False),
        (3, ";;;", "", False),
        (1e20, "GENERAL", "1E+20", True),
        (5, '"Nr. "0', "Nr. 5", True),
        (12.3, 'General "m"', "12.3 m", True),
    ],
)
def test_numbers(value: float, code: str, text: str, tells_all: bool) -> None:
    assert (shown(value, code), same(shown(value, code), value)) == (text, tells_all)
    assert not is_date(code)


@pytest.mark.parametrize(
    ("value", "code", "text", "iso"),
    [
        (46145, "yyyy-mm-dd", "2026-05-03", "2026-05-03"),
        (46145.5, "d/m/yy h:mm AM/PM", "3/5/26 12:00 PM", "2026-05-03 12:00:00"),
        (46145, "[$-409]dddd, mmmm d, yyyy;@", "Sunday, May 3, 2026", "2026-05-03"),
        (46145, "mmm-yy", "May-26", "2026-05-03"),
        (46145.75, "dd.mm.yyyy hh:mm", "03.05.2026 18:00", "2026-05-03 18:00:00"),
        (0.25, "h:mm", "6:00", "06:00:00"),
        (0.5 + 61.5 / 86400, "mm:ss.0", "01:01.5", "12:01:02"),
        (1, "d.m.yyyy", "1.1.1900", "1900-01-01"),
    ],
)
def test_days_and_times(value: float, code: str, text: str, iso: str) -> None:
    assert (shown(value, code), date_format.iso(value, False), is_date(code)) == (text, iso, True)


def test_days_are_counted_from_1904_where_a_workbook_says_so() -> None:
    assert shown(1, "yyyy-mm-dd", since_1904=True) == "1904-01-02"


def test_hours_go_on_beyond_a_day_and_a_day_that_is_none_is_a_number() -> None:
    assert shown(1.25, "[h]:mm:ss") == "30:00:00"
    assert shown(-3, "yyyy") == "-3"


def test_formats_known_by_number_and_words_with_others_around() -> None:
    assert (built_in(10), built_in(14), built_in(4711)) == ("0.00%", "m/d/yyyy", "General")
    assert (shown_text("Smith", '"Mr. "@'), shown_text("x", '0;0;0;"t: "@'), shown_text("x", "0")) == (
        "Mr. Smith", "t: x", "x",
    )  # fmt: skip


@given(st.floats(allow_nan=True), st.text('0#?.,%E+-/ymdhs[]"\\_*@;$AP <>1', max_size=20))
def test_any_code_writes_any_number(value: float, code: str) -> None:
    assert isinstance(shown(value, code), str)
    assert isinstance(shown_text("words", code), str)
    assert isinstance(same(plain(value), value), bool)


def test_an_exponent_needs_no_place_before_it() -> None:
    assert shown(0.0, "E-0") == "0E0"
    assert shown(1234.5, "E+0") == "1E+3"
