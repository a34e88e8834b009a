# SPDX-License-Identifier: Apache-2.0
"""A passage says which headings stand above it, and where it stands on its page."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ream_contracts.artifacts import (
    Heading,
    LayoutBlock,
    SegmentClasses,
    SegmentRecord,
    SegmentText,
    Source,
    UnitLanguage,
    UnitText,
)
from ream_index.hits import passage_hit
from ream_index.layout import Box, Boxes
from ream_index.passages import About, Entry, passages

WORDS = "Costs\nof water\nThe quay wall was mended. It was old.\nHarbour office"
BLOCKS = (
    LayoutBlock("heading", 0, 14, 2, None, (50.0, 40.0, 200.0, 70.0)),
    LayoutBlock("figure", 15, 15, None, 0, (0.0, 0.0, 500.0, 800.0)),
    LayoutBlock("paragraph", 15, 52, None, None, (50.0, 80.0, 400.0, 95.5)),
    LayoutBlock("footer", 53, 67, None, None, (60.0, 780.0, 300.0, 790.0)),
)


BOX = st.tuples(*[st.floats(0, 9)] * 4)


def written(blocks: tuple[LayoutBlock, ...], limit: int = 2_000) -> list[Entry]:
    noted = (Heading(0, 1, "Costs"), Heading(53, 1, "Harbour office"))
    unit = UnitText(1, "page", WORDS, "text-layer", 100, None, 595, 842, 0, noted, (), (), (), blocks=blocks)
    record = SegmentRecord("a" * 32, 1, 1, 1, ((1, 1),), (), "t", "c", "text-layer", 100, len(WORDS), ())
    classes = SegmentClasses("a" * 32, 1, 1, "1", (UnitLanguage(1, "en", 99),), (), False, {}, {})
    source = Source("a", "store:incoming/a", "default", None, (), None, "now", 5, None, "a/b", None)
    return list(
        passages(record, SegmentText("a" * 32, 1, 1, "extract", "1", (unit,), ()), classes, About(source), limit)
    )


def test_a_passage_has_the_headings_of_its_blocks_and_the_box_around_them() -> None:
    (entry,) = written(BLOCKS)
    assert (entry.body["heading"], entry.body["box"]) == ("Costs of water", (50.0, 40.0, 400.0, 790.0))
    first, *_, last = written(BLOCKS, 40)
    assert (first.body["heading"], first.body["box"]) == ("Costs of water", (50.0, 40.0, 200.0, 70.0))
    assert last.body["text"].endswith("Harbour office")
    assert last.body["box"][3] == 790.0


def test_without_blocks_a_passage_has_the_headings_that_were_noted_and_no_box() -> None:
    (entry,) = written(())
    assert (entry.body["heading"], entry.body["box"]) == ("Harbour office", None)


def test_a_hit_says_the_box() -> None:
    found = {"_source": {"unit": 3, "unit_kind": "page", "box": [1, 2.5, 3, 4]}, "_score": 1.0}
    assert passage_hit(found).box == (1.0, 2.5, 3.0, 4.0)
    assert passage_hit({**found, "_source": {"unit": 3, "unit_kind": "page"}}).box is None


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 6), st.none() | st.tuples(*[st.floats(0, 9)] * 4)), max_size=9
    ),
    st.lists(st.integers(0, 60), min_size=2, max_size=6).map(sorted),
)
def test_boxes_hold_every_block_that_is_touched(made: list[tuple[int, int, Box | None]], places: list[int]) -> None:
    blocks: list[LayoutBlock] = []
    at = 0
    for gap, length, box in made:
        blocks.append(LayoutBlock("paragraph", at + gap, at + gap + length, None, None, box))
        at += gap + length
    boxes = Boxes(blocks)
    for start, end in pairwise(places):
        touched = [one.box for one in blocks if one.box and one.start < end and one.end > start and one.end > one.start]
        box = boxes.around(start, end)
        assert (box is None) == (not touched)
        if box is not None:
            assert box[:2] == (min(one[0] for one in touched), min(one[1] for one in touched))
            assert box[2:] == (max(one[2] for one in touched), max(one[3] for one in touched))
