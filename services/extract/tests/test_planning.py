# SPDX-License-Identifier: Apache-2.0
"""Numbers of units, lanes, shares of a family, and what crosses the border of a cell."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_contracts.artifacts import Annotation, Heading, Manifest, Table
from ream_contracts.messages import Allowance, Redo, SegmentScanned
from ream_extract import extractors, registry
from ream_extract.catalogue import Catalogue, Known
from ream_extract.flow import Block, bodies, share, unit
from ream_extract.lane import FIRST, Lane
from ream_extract.parameters import Parameters
from ream_extract.planning import children, kind_of, lay_out, ordinal, share_of
from ream_extract.reading import ChildRead, Item, PictureFound, Plan, UnitFailed, UnitRead, UnitRun, UnitScanned
from ream_extract.wire import pack, pack_plan, unpack, unpack_plan

MANIFEST = Manifest(
    document_id="a" * 32,
    generation=1,
    media_type="application/pdf",
    unit_kind="page",
    kinds=lay_out((UnitRun("page", 40), UnitRun("attachment", 3)), 1_000).kinds,
    units=43,
    segments=lay_out((UnitRun("page", 40), UnitRun("attachment", 3)), 1_000).segments,
    beyond=0,
    verdict=None,
    cause=None,
    reason=None,
    metadata={"children_bytes": "600"},
    extractor="pdf",
    extractor_version="1",
)
UNIT = UnitRead(
    3,
    "page",
    "text",
    "text-layer",
    90,
    "iii",
    595.0,
    842.0,
    90,
    (Heading(0, 1, "text"),),
    (PictureFound("abc", "image/png", 10, 20, (0.0, 1.0, 2.0, 3.0)), PictureFound("def", "image/emf", 0, 0)),
    (Table((("a", "b"), ("c", "d")), (0.0, 0.0, 1.0, 1.0)),),
    (Annotation("link", "https://example.org", None),),
)
ITEMS: list[Item] = [
    UNIT,
    UnitScanned(1, "no-text"),
    UnitScanned(3, "broken-text", UNIT),
    UnitFailed(2, "damaged"),
    ChildRead(4, "member", "a.txt", "b/a.txt", "child-4", 12),
]


@pytest.mark.parametrize("item", ITEMS)
def test_items_cross_the_border_whole(item: Item) -> None:
    assert unpack(pack(item)) == item


def test_plans_cross_the_border_whole() -> None:
    plan = Plan((UnitRun("page", 3), UnitRun("attachment", 1)), {"title": "x"}, 12)
    assert unpack_plan(pack_plan(plan)) == plan
    refused = Plan((), {}, 0, "failed", "encrypted", "It is encrypted.")
    assert unpack_plan(pack_plan(refused)) == refused


@pytest.mark.parametrize("answer", [{}, {"item": "evil"}, {"item": "read"}, {"item": "failed", "unit": 1, "x": 2}])
def test_what_is_no_item_is_refused(answer: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError)):
        unpack(answer)


def test_segments_hold_one_kind() -> None:
    assert MANIFEST.segments == ((1, 16), (17, 32), (33, 40), (41, 43))
    assert [(kind.kind, kind.first, kind.last) for kind in MANIFEST.kinds] == [("page", 1, 40), ("attachment", 41, 43)]


def test_units_over_the_limit_are_counted() -> None:
    laid = lay_out((UnitRun("page", 90), UnitRun("attachment", 20)), 100)
    assert (laid.units, laid.beyond) == (100, 10)
    laid = lay_out((UnitRun("page", 200), UnitRun("attachment", 20)), 100)
    assert (laid.units, laid.beyond, laid.kinds[-1].kind) == (100, 120, "page")
    assert lay_out((), 100).segments == ()


@given(st.lists(st.tuples(st.integers(0, 70), st.integers(1, 20)), max_size=5), st.integers(1, 120))
def test_segments_cover_each_unit_once(runs: list[tuple[int, int]], limit: int) -> None:
    laid = lay_out(tuple(UnitRun(f"kind-{number}", *run) for number, run in enumerate(runs)), limit)
    assert [unit for first, last in laid.segments for unit in range(first, last + 1)] == list(range(1, laid.units + 1))
    assert laid.units + laid.beyond == sum(count for count, _ in runs)


def test_children_are_counted_and_numbered() -> None:
    assert children(MANIFEST) == 3
    assert kind_of(MANIFEST, 40) == "page"
    assert [ordinal(MANIFEST, unit) for unit in (41, 42, 43)] == [1, 2, 3]
    with pytest.raises(ValueError, match="no child"):
        ordinal(MANIFEST, 40)


@given(st.integers(0, 10_000), st.integers(0, 1 << 40))
def test_family_never_outgrows_its_allowance(documents: int, size: int) -> None:
    each = share_of(Allowance(documents, size), MANIFEST)
    taken = min(3, documents)
    assert taken + taken * each.documents <= max(documents, taken)
    assert each.bytes * 3 <= max(0, size - 600)
    assert each.documents >= 0


def scanned(unit: int) -> SegmentScanned:
    return SegmentScanned("a" * 32, 1, 1, unit, ((unit, unit),), "x", "application/pdf", "0" * 64, "no-text", None, ())


@pytest.mark.parametrize(("pages", "bulk"), [(0, False), (32, False), (33, True), (100, True)])
def test_first_pages_go_at_once_and_all_others_take_one_lane(pages: int, bulk: bool) -> None:
    lane = Lane(32)
    sent = [(large, page.segment) for unit in range(1, pages + 1) for large, page in lane.add(scanned(unit))]
    rest = [page.segment for page in lane.rest()]
    assert [segment for _, segment in sent] + rest == list(range(1, pages + 1))
    assert [segment for large, segment in sent if not large] == list(range(1, min(FIRST, pages) + 1))
    assert any(large for large, _ in sent) is bulk
    assert bool(rest) is (pages > FIRST and not bulk)
    assert lane.bulk is bulk


def test_first_page_does_not_wait_for_the_others() -> None:
    assert [(large, page.segment) for large, page in Lane(32).add(scanned(1))] == [(False, 1)]


def test_replay_asks_for_other_parameters() -> None:
    own = Parameters()
    assert own.changed(()) == own
    assert own.changed((Redo("ocr", {"dpi": 300}),)) == own
    changed = own.changed((Redo("extract", {"ocr": "always", "pictures": False}),))
    assert (changed.ocr, changed.pictures) == ("always", False)
    assert changed.written() != own.written()
    assert own.changed((Redo("extract", {}),)) == own
    assert len({own.changed((Redo("extract", {}, run),)).written() for run in (None, 2, 3)}) == 3
    for wrong in ({"ocr": "maybe"}, {"pictures": 1}, {"dpi": 300}):
        with pytest.raises(ValueError, match="extract"):
            own.changed((Redo("extract", wrong),))


def test_catalogue_finds_the_exact_type_first() -> None:
    exact = Known("csv", "1", ("text/csv",), None)
    general = Known("text", "1", ("text/*",), None)
    catalogue = Catalogue((general, exact))
    assert catalogue.find("text/csv") is exact
    assert catalogue.find("text/x-unheard-of") is general
    assert catalogue.find("image/png") is None
    assert catalogue.named("csv") is exact
    with pytest.raises(LookupError):
        catalogue.named("gone")


def test_every_file_of_the_package_brings_an_extractor() -> None:
    files = [path for path in Path(extractors.__file__).parent.glob("*.py") if path.stem != "__init__"]
    names = {one.name for one in registry.found()}
    assert len(names) == len(files)
    assert names >= {"archive", "doc", "docx", "html", "image", "pdf", "text"}
    assert registry.named("pdf").media_types == ("application/pdf",)
    found = registry.known().find("text/x-unheard-of")
    assert found is not None
    assert found.name == "text"
    assert registry.known().converting_to(()).find("model/x-unheard-of") is None
    assert registry.known().converting_to(("html",)).find("model/x-unheard-of") == registry.known().named("tika")
    assert {known.name for known in registry.known().extractors} == names


def test_shares_keep_order_and_number() -> None:
    blocks = [Block(str(number) * 100) for number in range(9)]
    parts = share(blocks, 4)
    assert [block for part in parts for block in part] == blocks
    assert len(parts) == 4
    assert share([], 3) == [[], [], []]
    assert (bodies(0), bodies(65_536), bodies(65_537)) == (1, 1, 2)


def test_headings_know_where_they_stand() -> None:
    made = unit(1, [Block("intro"), Block("Head\nline", 2), Block(""), Block("tail", 1)], "markup")
    assert made.text == "intro\nHead\nline\ntail"
    assert [(heading.offset, heading.text) for heading in made.headings] == [(6, "Head line"), (16, "tail")]
    assert unit(1, [], "markup") == replace(unit(1, [], "markup"), text="", method="none")
