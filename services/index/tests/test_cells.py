# SPDX-License-Identifier: Apache-2.0
"""A cell is found with its heads, in the passage in which its row stands."""

import time

import pytest

from ream_contracts.artifacts import SegmentClasses, SegmentRecord, SegmentText, Source, Table, UnitLanguage, UnitText
from ream_index.cells import ROOM, cells_of
from ream_index.passages import About, cut, passages

HEAD = ("Item", "2018", "2019")


def table_of(rows: int) -> Table:
    return Table((HEAD, *((f"Thing {number}", f"{number}.5", f"{number * 7}") for number in range(rows))), None, (), 1)


def written(table: Table) -> str:
    return "\n".join("\t".join(row) for row in table.rows)


def test_each_row_is_found_where_it_stands() -> None:
    table = table_of(200)
    pieces = [piece for _, piece in cut(f"Some words before.\n\n{written(table)}\nand behind.", 700)]
    cells = cells_of((table,), pieces, 700)
    assert len(pieces) > 4
    for piece, found in zip(pieces, cells, strict=True):
        for line in found.lines:
            assert (
                line.partition(":")[0].removeprefix("Item").removesuffix("2018").removesuffix("2019").strip() in piece
            )
    said = [line for found in cells for line in found.lines]
    assert (len(said), sum(found.left_out for found in cells)) == (600, 0)
    assert said[-1] == "Thing 199 2019: 1393"


def test_second_table_begins_where_its_first_row_stands() -> None:
    first, second = table_of(60), Table((HEAD, ("Elsewhere", "1", "2")), None, (), 1)
    text = f"{written(first)}\n\n{'A paragraph that goes on. ' * 60}\n\n{written(second)}"
    pieces = [piece for _, piece in cut(text, 600)]
    cells = cells_of((first, second), pieces, 600)
    assert "Elsewhere 2019: 2" in cells[-1].lines
    assert "Thing 0 2018: 0.5" in cells[0].lines


def test_rows_that_are_nowhere_stay_with_the_row_before() -> None:
    rows = (HEAD, ("Tea", "1", "2"), ("nowhere in it", "3", "4"), ("Ale", "5", "6"))
    cells = cells_of((Table(rows, None, (), 1),), ["Some text", "Tea 1 2", "other", "Ale 5 6"], 100)
    assert [len(found.lines) for found in cells] == [0, 6, 0, 3]
    assert cells_of((Table(rows, None, (), 1),), [], 100) == []


def test_what_has_no_room_is_counted() -> None:
    cells = cells_of((table_of(500),), ["one passage"], 100)
    assert sum(map(len, cells[0].lines)) <= ROOM * 100
    assert len(cells[0].lines) + cells[0].left_out == 1_500


def test_passages_say_what_their_cells_are_and_count_their_text_alone() -> None:
    table = table_of(3)
    unit = UnitText(1, "page", written(table), "text-layer", 100, None, 0, 0, 0, (), (), (table,), ())
    record = SegmentRecord("a" * 32, 1, 1, 1, ((1, 1),), (), "t", "c", "text-layer", 100, len(unit.text), ())
    classes = SegmentClasses("a" * 32, 1, 1, "1", (UnitLanguage(1, "en", 99),), (), False, {}, {})
    source = Source("a", "store:incoming/a", "default", None, (), None, "now", 5, None, "a/b", None)
    text = SegmentText("a" * 32, 1, 1, "extract", "1", (unit,), ())
    (entry,) = passages(record, text, classes, About(source), 2_000)
    assert entry.body["cells"][1] == "Thing 0 2018: 0.5"
    assert (entry.body["cells_left_out"], entry.body["characters"]) == (None, len(entry.body["text"]))
    assert entry.body["text"] == unit.text


@pytest.mark.slow
def test_many_rows_take_linear_time() -> None:
    table = table_of(20_000)
    pieces = [piece for _, piece in cut(written(table), 2_000)]
    started = time.process_time()
    cells_of((table,), pieces, 2_000)
    cells_of((table,), ["x" * 2_000] * 500, 2_000)
    assert time.process_time() - started < 6
