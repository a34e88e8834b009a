# SPDX-License-Identifier: Apache-2.0
"""A value of a table stands under its heads, and as a file it does nobody harm."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts import codec, layout, table_files, tables
from ream_contracts.artifacts import SegmentText, Table, TableFile, UnitText

SALES = Table((("", "2018", "2019"), ("Revenue", "1,100", "1,234"), ("Profit", "90", "")), None, header_rows=1)


def said(table: Table) -> list[str]:
    return [line for _, line in tables.lines(table)]


def test_a_value_stands_under_the_heads_of_its_row_and_column() -> None:
    assert list(tables.lines(SALES)) == [
        (1, "Revenue 2018: 1,100"), (1, "Revenue 2019: 1,234"), (2, "Profit 2018: 90"),
    ]  # fmt: skip


def test_heads_over_several_columns_and_rows_count_for_all_of_them() -> None:
    rows = (
        ("Region", "Sales", "", "Staff"), ("", "2018", "2019", ""), ("North", "1", "2", "3"), ("", "4", "5", "6"),
    )  # fmt: skip
    spans = ((0, 0, 2, 1), (0, 1, 1, 2), (0, 3, 2, 1), (2, 0, 2, 1))
    assert said(Table(rows, None, spans, 2)) == [
        "Region: North", "North Sales 2018: 1", "North Sales 2019: 2", "North Staff: 3",
        "North Sales 2018: 4", "North Sales 2019: 5", "North Staff: 6",
    ]  # fmt: skip


def test_two_columns_may_name_a_row() -> None:
    table = Table((("", "", "Price"), ("Tea", "green", "4")), None, (), 1, 2)
    assert said(table) == ["Tea green Price: 4"]


def test_a_piece_of_a_table_has_the_heads_of_its_first_piece() -> None:
    assert said(Table((("Anvil", "12"),), None, heads=("Item", "Price"))) == ["Item: Anvil", "Anvil Price: 12"]


def test_where_no_reader_says_the_first_row_is_looked_at() -> None:
    assert said(Table((("Item", "Price"), ("Tea", "4.50")), None)) == ["Item: Tea", "Tea Price: 4.50"]
    assert said(Table((("Tea", "hot"), ("Ice", "cold")), None)) == ["Tea: hot", "Ice: cold"]
    assert said(Table((("4", "5"), ("6", "7")), None)) == ["4: 5", "6: 7"]
    assert tables.header_rows(Table((("", "2018", "2019"), ("Revenue", "1,100", "1,234")), None)) == 1
    assert tables.header_rows(Table((("Born", "1931"), ("Died", "1999")), None)) == 0


@pytest.mark.parametrize("text", ["1,234", "-3.5 %", "(1,204)", "€ 12.50", "2024-05-31", "12:30", "12 EUR"])
def test_figures(text: str) -> None:
    assert tables.is_figure(text)


@pytest.mark.parametrize("text", ["", "Q1", "12 men", "-", "a1"])
def test_what_is_no_figure(text: str) -> None:
    assert not tables.is_figure(text)


CELLS = st.lists(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8), max_size=5), max_size=5)


@given(CELLS)
def test_csv_says_what_the_table_says(rows: list[list[str]]) -> None:
    written = table_files.csv_of(Table(tuple(map(tuple, rows)), None)).decode()
    width = max(map(len, rows), default=0)
    back = list(csv.reader(io.StringIO(written, newline="")))
    assert [[cell.removeprefix("'") for cell in row] for row in back if width] == [
        [cell.removeprefix("'") for cell in [*row, *[""] * (width - len(row))]] for row in rows if width
    ]


def test_csv_is_as_the_standard_says() -> None:
    table = Table((("a", 'say "x"', "l1\nl2"), ("wide", "", "1,2")), None, ((1, 0, 1, 2),))
    assert table_files.csv_of(table) == b'a,"say ""x""","l1\nl2"\r\nwide,,"1,2"\r\n'


@pytest.mark.parametrize("cell", ["=1+1", "+A1", "-A1+2", "@SUM(A1)", "\t=1", " =1", "\uff1dcmd", "+1;=2", "-1+2"])
def test_what_a_spreadsheet_would_work_out_is_text(cell: str) -> None:
    (row,) = csv.reader(io.StringIO(table_files.csv_of(Table(((cell, "x"),), None)).decode(), newline=""))
    assert row == [f"'{cell}", "x"]


@pytest.mark.parametrize("cell", ["-1,234.5", "+3 %", "-", "--", "-€ 5", "a=b", "1-2"])
def test_numbers_with_a_sign_stay_numbers(cell: str) -> None:
    (row,) = csv.reader(io.StringIO(table_files.csv_of(Table(((cell, "x"),), None)).decode(), newline=""))
    assert row == [cell, "x"]


def test_each_table_has_files_named_after_its_text() -> None:
    unit = UnitText(3, "page", "t", "text-layer", 100, "iii", 0.0, 0.0, 0, (), (), (SALES, SALES), ())
    text = SegmentText("a" * 32, 1, 3, "extract", "1", (unit,), ())
    found = list(table_files.each(text))
    assert found == [TableFile(3, "page", "iii", number, 3, SALES) for number in (1, 2)]
    name = layout.text("a" * 32, 1, 3, "extract", "memo")
    of = f"documents/{'a' * 32}/1/tables/3.2.3.extract.memo"
    assert table_files.names(name, found[1]) == (f"{of}.json", f"{of}.csv")
    assert codec.loads(TableFile, codec.dumps(found[0])) == found[0]
