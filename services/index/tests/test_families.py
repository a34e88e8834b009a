# SPDX-License-Identifier: Apache-2.0
"""Families are the same whoever is asked for and whatever came first; another year's report is in none."""

import itertools
import random
from collections.abc import Sequence
from typing import Any

import pytest

from ream_contracts.artifacts import Entity, SegmentClasses, SegmentText, UnitText
from ream_contracts.sketches import sketch
from ream_index import versions
from ream_index.families import Member, are_versions, words_in_common
from ream_index.hits import DocumentHit, Found
from ream_index.knowledge import MOST_FILLED, Knowledge
from ream_index.likeness import Likeness, cut, distance
from ream_index.versions import around, together

PICTURE = "0123456789abcdef"


def prose(seed: int, count: int = 400, figures: int = 0) -> list[str]:
    chance = random.Random(seed)
    said = [chance.choice(("harbour", "quay", "vessel")) + chance.choice("abcdefghij") * 3 for _ in range(count)]
    for place in range(5, 5 + 9 * figures, 9):
        said[place] = str(chance.randrange(10_000))
    return said


def edited(words: Sequence[str], every: int) -> list[str]:
    return [f"{word}x" if number % every == every - 1 else word for number, word in enumerate(words)]


def entry(words: Sequence[str] = (), at: str = "2026-01-01", **more: Any) -> dict[str, Any]:
    """An entry of a document of two pages, of a segment each."""
    like = Likeness()
    middle = len(words) // 2
    for number, half in enumerate((words[:middle], words[middle:]), 1):
        text = " ".join(half)
        unit = UnitText(number, "page", text, "text-layer", 100, None, 0, 0, 0, (), (), (), (), None, more.get("look"))
        sketched = sketch([text]).dumps() if text else None
        classes = SegmentClasses("a" * 32, 1, number, "1", (), (), False, {}, {}, sketch=sketched)
        like.add(SegmentText("a" * 32, 1, number, "extract", "1", (unit,), ()), classes)
    named = {name: value for name, value in more.items() if name != "look"}
    return {"name": "n", "submitted": at, "size": 9, "units": 2, **like.fields(), **named}


class Index:
    """The index of documents, as far as versions are looked up in it."""

    def __init__(self, **entries: dict[str, Any]) -> None:
        self.entries = entries
        self.asked = 0

    def mget(self, body: dict[str, Any], index: str, _source_includes: list[str]) -> dict[str, Any]:
        return {"docs": [self._doc(one) for one in body["ids"]]}

    def _doc(self, one: str) -> dict[str, Any]:
        return {"_id": one, "found": one in self.entries, "_source": self.entries.get(one)}

    def msearch(self, body: list[dict[str, Any]]) -> dict[str, Any]:
        self.asked += 1
        return {"responses": [self._answer(one["query"]) for one in body[1::2]]}

    def _answer(self, query: dict[str, Any]) -> dict[str, Any]:
        asked = query.get("bool", {"should": [], "must_not": []})
        own = [one["term"]["document_id"] for one in asked["must_not"]]
        shared = {one: self._shared(asked["should"], source) for one, source in self.entries.items() if one not in own}
        best = sorted((one for one, score in shared.items() if score), key=lambda one: (-shared[one], one))
        return {
            "hits": {"total": {"value": len(best)}, "hits": [self._doc(one) for one in best[: versions.CANDIDATES]]}
        }

    @staticmethod
    def _shared(should: list[dict[str, Any]], source: dict[str, Any]) -> int:
        terms = [next(iter(one["constant_score"]["filter"]["term"].items())) for one in should]
        return sum(value == source.get(name) or value in (source.get(name) or ()) for name, value in terms)


def families(index: Index) -> dict[str, tuple[str, list[str]]]:
    found = around(index, "documents", list(index.entries))  # type: ignore[arg-type]
    return {one: (family.id, [member.document_id for member in family.members]) for one, family in found.items()}


def test_a_family_is_the_same_from_whichever_member_it_is_asked() -> None:
    first = prose(1)
    chain = [first]
    for every in (11, 12, 13, 17):  # each is edited further, until the last has too little in common with the first
        chain.append(edited(chain[-1], every))
    known = {f"d{number}": entry(words, f"2026-01-0{9 - number}") for number, words in enumerate(chain)}
    known["z"] = entry(prose(2))
    assert not are_versions(Member.of("d0", known["d0"]), Member.of("d4", known["d4"]))
    for order in itertools.islice(itertools.permutations(known), 0, 720, 97):
        index = Index(**{one: known[one] for one in order})
        found = families(index)
        assert found["z"] == ("z", ["z"])
        assert all(found[f"d{n}"] == ("d4", ["d4", "d3", "d2", "d1", "d0"]) for n in range(5))
        for one in order:
            alone = around(index, "documents", [one])  # type: ignore[arg-type]
            assert alone[one].id == found[one][0]


def test_who_is_erased_or_changes_leaves_no_trace() -> None:
    words = prose(1)
    index = Index(a=entry(words), b=entry(edited(words, 60), "2026-01-02"))
    assert families(index)["b"] == ("a", ["a", "b"])
    del index.entries["a"]
    assert families(index) == {"b": ("b", ["b"])}


@pytest.mark.parametrize("every", [100, 30, 12])
def test_what_is_edited_or_read_by_ocr_stays_a_version(every: int) -> None:
    words = prose(1, 800, figures=40)
    found = families(Index(a=entry(words), b=entry(edited(words, every))))
    assert found["a"][1] == ["a", "b"]


def test_a_page_more_is_a_version_also_of_one_page() -> None:
    words = prose(1)
    assert families(Index(a=entry(words), b=entry(words + prose(7))))["a"][1] == ["a", "b"]
    assert families(Index(a=entry(words), b=entry(words + prose(7, 3000))))["a"][1] == ["a"]


def test_the_same_words_with_other_figures_are_another_report() -> None:
    year, next_year = prose(1, 900, figures=90), prose(1, 900, figures=90)
    for place in range(5, 5 + 9 * 90, 9):
        next_year[place] = str(int(next_year[place]) + 10_000)
    one, other = Member.of("a", entry(year)), Member.of("b", entry(next_year))
    assert one.sketch is not None
    assert other.sketch is not None
    assert one.sketch.words.containment(other.sketch.words) > 0.62
    assert not are_versions(one, other)
    assert are_versions(one, Member.of("c", entry(year)))


def test_pictures_without_words_are_versions_where_they_look_alike() -> None:
    near, far = f"{int(PICTURE, 16) ^ 0b10110:016x}", f"{int(PICTURE, 16) ^ 0xFFFF0:016x}"
    found = families(Index(a=entry(look=PICTURE), b=entry(look=near), c=entry(look=far)))
    assert (found["a"][1], found["c"][1]) == (["a", "b"], ["c"])
    assert (distance(PICTURE, near), distance(PICTURE, far)) == (3, 16)
    assert set(cut(PICTURE)) & set(cut(near))


def test_two_papers_that_look_alike_are_no_versions_where_they_have_words() -> None:
    found = families(Index(a=entry(prose(1), look=PICTURE), b=entry(prose(2), look=PICTURE), c=entry(look=PICTURE)))
    assert [found[one][1] for one in "abc"] == [["a"], ["b"], ["c"]]


def test_the_same_bytes_are_a_family_whatever_they_are_and_no_bytes_are_none() -> None:
    found = families(Index(a=entry(sha256="f" * 64), b=entry(sha256="f" * 64), c=entry(sha256="e" * 64)))
    assert found["b"] == ("a", ["a", "b"])
    nothing = {"sha256": "0" * 64, "size": 0}
    assert families(Index(a=entry(**nothing), b=entry(**nothing)))["a"][1] == ["a"]


def test_half_a_text_is_like_nothing() -> None:
    like = Likeness()
    unit = UnitText(1, "page", "one two three four five", "text-layer", 100, None, 0, 0, 0, (), (), (), ())
    text = SegmentText("a" * 32, 1, 1, "extract", "1", (unit,), ())
    like.add(text, SegmentClasses("a" * 32, 1, 1, "1", (), (), False, {}, {}, sketch=sketch([unit.text]).dumps()))
    assert like.fields()["sketch"]
    like.add(text, SegmentClasses("a" * 32, 1, 1, "1", (), (), False, {}, {}))
    assert like.fields() == {}


def hit(document_id: str) -> DocumentHit:
    return DocumentHit(document_id, document_id, "complete", None, "text/plain", None, ())


def test_a_search_shows_a_family_once_and_counts_all() -> None:
    words = prose(1)
    known = {f"v{number}": entry(edited(words, 50 + number), f"2026-01-1{number}") for number in range(4)}
    known |= {f"w{number}": entry(prose(30 + number)) for number in range(3)}
    index, order, sizes = Index(**known), ["v2", "v0", "w1", "v1", "v3", "w0", "w2"], []

    def asked(size: int) -> Found:
        sizes.append(size)
        return Found(7, tuple(map(hit, order[:size])), total=7)

    found = together(index, "documents", asked, 3)  # type: ignore[arg-type]
    assert [one.document_id for one in found.documents] == ["v2", "w1", "w0"]
    assert (found.total, found.behind, sizes) == (7, 3, [3, 9])
    best = found.documents[0]
    assert (best.family, best.other_versions) == ("v0", 3)
    assert [one.document_id for one in best.versions] == ["v0", "v1", "v3"]
    assert all(one.words is not None and 50 < one.words < 100 and not one.same for one in best.versions)
    assert (found.documents[1].family, found.documents[1].versions) == ("w1", ())


def test_words_in_common_are_hundred_of_the_same_text_alone() -> None:
    words = prose(1, 3000)
    one, same, other = (Member.of("m", entry(said)) for said in (words, words, [*words, "more", "words"]))
    assert (words_in_common(one, same), words_in_common(one, other)) == (100, 99)
    assert words_in_common(one, Member("x")) is None


def test_a_family_larger_than_is_looked_for_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "CANDIDATES", 10)
    alike = entry(prose(1))
    index = Index(**{f"{number:03}": alike for number in range(20)})
    family = around(index, "documents", ["000"])["000"]  # type: ignore[arg-type]
    assert len(family.members) > 10
    assert not family.whole


def test_papers_of_one_form_are_told_apart_by_two_fields() -> None:
    words = prose(1, 300, figures=20)
    january = {**entry(words), "told_apart_by": ["date:1a", "number:2a", "total:3a"]}
    february = {**entry(edited(words, 60)), "told_apart_by": ["date:1b", "number:2b", "total:3a"]}
    scanned = {**entry(edited(words, 60)), "told_apart_by": ["date:1a", "number:2x", "total:3a"]}
    unsure = {**entry(edited(words, 60)), "told_apart_by": ["number:2b"]}
    same = Member.of("a", january)
    assert not are_versions(same, Member.of("b", february))
    assert are_versions(same, Member.of("c", scanned))
    assert are_versions(same, Member.of("d", unsure))
    contracts = [{**entry(words), "told_apart_by": [f"party:{one}", "party:us", "effective_date:1"]} for one in "ab"]
    assert are_versions(*(Member.of(str(number), one) for number, one in enumerate(contracts))), "a party in common"


def form(*people_and_dates: str) -> list[str]:
    """What the entry of a form says of names and dates that stand in it."""
    knowledge = Knowledge()
    for one in people_and_dates:
        kind, normal = ("date", one) if one[0].isdigit() else ("person", None)
        entity = Entity(kind, one, normal, 1, 0, len(one), 80, "test")
        knowledge.add(SegmentClasses("a" * 32, 1, 1, "1", (), (), False, {}, {}, entities=(entity,)))
    told: list[str] = knowledge.fields("form")["told_apart_by"]
    return told


def test_forms_of_one_draft_are_no_versions_where_other_things_were_filled_in() -> None:
    """Applications for leave: the printed text, with its date, is the same in all of them."""
    draft, printed = prose(1, 200), "2024-01-01"
    leave = [
        {**entry(edited(draft, 60 + number)), "told_apart_by": form(printed, name, day)}
        for number, (name, day) in enumerate([("Ann Lee", "2025-07-01"), ("Bo Dahl", "2025-08-04")])
    ]
    scan = {**entry(edited(draft, 50)), "told_apart_by": form(printed, "Ann Lea", "2025-07-01")}
    plain = {**entry(edited(draft, 70)), "told_apart_by": []}
    one, other, scanned, blank = (Member.of(str(number), each) for number, each in enumerate([*leave, scan, plain]))
    assert not are_versions(one, other)
    assert are_versions(
        Member.of("x", {**leave[0], "told_apart_by": []}), Member.of("y", {**leave[1], "told_apart_by": []})
    )
    assert are_versions(one, scanned), "one name may be read wrongly"
    assert are_versions(one, blank)


def test_what_was_filled_in_is_told_by_too_little_to_confirm_a_guess() -> None:
    told = form("Ann Lee", "2025-07-01")
    assert [len(field.partition(":")[2]) for field in told] == [2, 2]
    many = form(*(f"Ann Lee{number}" for number in range(100)))
    assert len(many) <= MOST_FILLED
