# SPDX-License-Identifier: Apache-2.0
"""CSV and TSV of known contents: every row and cell comes out, however long or broken the file."""

from pathlib import Path

import pytest

from ream_contracts.artifacts import Table
from ream_extract.extractors import csv_table
from ream_extract.reading import Source, UnitRead


def csv_units(path: Path, media_type: str) -> list[UnitRead]:
    source = Source(path, media_type)
    count = sum(run.count for run in csv_table.EXTRACTOR.plan(source).units)
    items = [item for item in csv_table.EXTRACTOR.read(source, 1, count, path.parent) if item is not None]
    assert [item.unit for item in items] == list(range(1, count + 1))
    return [item for item in items if isinstance(item, UnitRead)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_rows_of_a_text_table_are_cells(tmp_path: Path, delimiter: str) -> None:
    lines = ["name,sum,remark", "Łukasz,12,late", 'Ann,3,"two\nlines, quoted"']
    text = "\n".join(lines).replace(",", delimiter).replace(f"lines{delimiter}", "lines,")
    (tmp_path / "a.csv").write_bytes(text.encode("utf-16"))
    (unit,) = csv_units(tmp_path / "a.csv", "text/csv")
    assert unit.tables == (
        Table((("name", "sum", "remark"), ("Łukasz", "12", "late"), ("Ann", "3", "two\nlines, quoted")), None, (), 1),
    )
    assert unit.text == "name\tsum\tremark\nŁukasz\t12\tlate\nAnn\t3\ttwo lines, quoted"


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Datum;Betrag;Text\n1.5.2026;1,50;a\n2.5.2026;2,75;b\n", ";"),
        ("1,50;2,75\n3,10;4,20\n5,00;6,00\n", ";"),
        ("1,50;2,75", ";"),
        ("1,5\t2,5\n3,5\t4,5\n", "\t"),
        ("1,5|2,5|3,5\n4,5|5,5|6,5\n", "|"),
        ("Preis\n1,50\n1.202,75\n", csv_table.NONE),
        ("1,50\n2,75\n", ","),
        ("a,b\n1,50\n2,75\n", ","),
        ("1,2,3\n4,5,6\n", ","),
        ('name,remark\nAnn,"a;b;c"\nBob,x;y\n', ","),
    ],
)
def test_sign_that_parts_cells_is_told_from_decimals(text: str, sign: str) -> None:
    assert csv_table.delimiter_of(text) == sign


def test_decimals_stay_in_their_cells(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,50;2,75\n3,10;4,20\n")
    (unit,) = csv_units(tmp_path / "a.csv", "text/csv")
    assert unit.tables[0].rows == (("1,50", "2,75"), ("3,10", "4,20"))
    (tmp_path / "a.csv").write_text("Preis\n1,50\n2,75\n")
    (unit,) = csv_units(tmp_path / "a.csv", "text/csv")
    assert unit.text == "Preis\n1,50\n2,75"


def test_long_and_broken_tables_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"row {number},{number * 7}" for number in range(9_000)]
    (tmp_path / "a.csv").write_text("\n".join(rows))
    units = csv_units(tmp_path / "a.csv", "text/csv")
    assert len(units) > 1
    assert sum(len(table.rows) for unit in units for table in unit.tables) == 9_000
    monkeypatch.setattr(csv_table, "LONGEST", 100)
    (tmp_path / "b.csv").write_text('a,b\n1,"never closed\n' + "\n".join(rows))
    text = "\n".join(unit.text for unit in csv_units(tmp_path / "b.csv", "text/csv"))
    assert all(f"row {number}\t{number * 7}" in text for number in (0, 4_000, 8_999))
    monkeypatch.setattr(csv_table, "LARGEST", 1_000)
    text = "\n".join(unit.text for unit in csv_units(tmp_path / "a.csv", "text/csv"))
    assert text.count("row ") == 9_000
