# SPDX-License-Identifier: Apache-2.0
"""Search over a real node: words in many languages, phrases, fields, nearly the same words, facets, what is alike."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from opensearchpy import OpenSearch

from ream_index.languages import stem_field
from ream_index.passages import Entry
from ream_index.ranking import Ranked
from ream_index.search import MARK, Count, Found, QueryError, Way, by_words, find, rank, similar
from ream_index.testing import Node

pytestmark = pytest.mark.servers

# document, unit, language, text, what else is said of it
ABOUT = {"topics": ["law", "health"], "sentiment": "negative"}
PAGES: list[tuple[str, int, str, str, dict[str, Any]]] = [
    ("en", 1, "en", "The companies were leasing two warehouses near the harbour.", {"type": "contract"}),
    ("en", 2, "en", "Nothing is said about the two leases. The rent is due in the harbour.", {"type": "contract"}),
    ("de", 1, "de", "Die Häuser am Hafen wurden verkauft.", {"type": "letter", "namespace": "mail"}),
    ("fr", 1, "fr", "Les chevaux mangeaient près des maisons.", {"type": "letter"}),
    ("es", 1, "es", "Las bibliotecas compraron muchos libros.", {"type": "letter"}),
    ("it", 1, "it", "I gatti mangiavano nelle cucine.", {}),
    ("pt", 1, "pt", "As crianças comeram laranjas.", {}),
    ("ru", 1, "ru", "Корабли стояли в гаванях.", {}),
    ("ja", 1, "ja", "東京都の港で船が止まった。", {}),
    ("th", 1, "th", "เรือจอดอยู่ที่ท่าเรือ", {}),
    ("scan", 4, "en", "Tbe quarterlv turnover of the hnrbour", {"type": "report", "method": "ocr", "confidence": 61}),
    ("born", 1, "en", "A quarterly harbour magazine", {"type": "report", "submitted": "2024-02-29T10:00:00Z"}),
    ("table", 1, "en", " ".join(f"person{number}" for number in range(19950, 20000)), {}),
    ("sheet", 7, "en", "Turbines 1,234 1,101", {"cells": ["Turbines 2019: 1,234", "Turbines 2018: 1,101"]}),
    ("named", 3, "en", "Acme Ltd builds barges", {"organisations": ["Acme Ltd"], "places": ["Oslo", "Bergen"]}),
    ("named", 4, "en", "Barges again", {"organisations": ["ACME Ltd"], **ABOUT}),
    ("fresh", 1, "en", "A lighthouse keeper and a lighthouse that he keeps", {"windows": []}),
    ("stale", 1, "en", "One of many lights is at a lighthouse which nobody has tended for years", {}),
    ("engine", 1, "en", "Gaskets of crankcase, camshaft, tappets, flywheel", {}),
    ("engine", 2, "en", "Crankcase, camshaft, flywheel, tappets, gaskets once more", {}),
]  # fmt: skip
FACETS = {
    *("type", "sensitivity", "language", "source", "outcome", "media", "organisation", "place", "date"),
}
VECTORS = ["", *dict.fromkeys(page[0] for page in PAGES)]


def entry(document: str, unit: int, language: str, text: str, more: dict[str, Any]) -> Entry:
    stems = stem_field(language)
    body = {
        "document_id": document, "generation": 1, "run": 1, "version": 1, "unit": unit, "unit_kind": "page", "part": 1,
        "text": text, "stems": {stems: text} if stems else None, "language": language, "method": "text-layer",
        "confidence": 100, "outcome": "complete", "namespace": "default", "document_sensitivity": "internal",
        "name": f"{document}_document.pdf", "submitted": "2026-01-05T10:00:00Z",
        "windows": [{"vector": direction(0)}, {"vector": direction(VECTORS.index(document))}],
    }  # fmt: skip
    return Entry(f"{document}-{unit}-1", 1, {**body, **more}, edition=1)


def direction(number: int) -> list[float]:
    """A vector that means nothing but its number; 0 is what all pages have in common."""
    return [1.0 if place == number else 0.01 for place in range(384)]


@pytest.fixture(scope="module")
def client(node: Node) -> tuple[OpenSearch, str]:
    entries = [(node.indices.passages, entry(*page)) for page in PAGES]
    for document in dict.fromkeys(page[0] for page in PAGES):
        body = {
            "document_id": document, "name": f"{document}_document.pdf", "outcome": "complete", "type": "letter",
            "readiness": "complete" if document == "born" else "vectors", "characters": 9,
            "places": ["Bergen", "Oslo"] if document == "named" else [],
        }  # fmt: skip
        entries.append((node.indices.documents, Entry(document, 1, body)))
    unread = {
        "document_id": "unread", "name": "harbour.bin", "outcome": "failed", "readiness": "complete", "characters": 0,
    }  # fmt: skip
    entries.append((node.indices.documents, Entry("unread", 1, unread)))
    assert set(node.indices.write(entries)) == {None}
    node.indices.refresh()
    return node.reader, node.prefix


Search = Callable[..., Found]


@pytest.fixture
def search(client: tuple[OpenSearch, str]) -> Search:
    return lambda words, **how: by_words(*client, words, **how)


def ids(found: Found) -> list[str]:
    return [hit.document_id for hit in found.documents]


@pytest.mark.parametrize(
    ("words", "document"),
    [
        ("lease company", "en"), ("Haus Hafen", "de"), ("cheval maison", "fr"), ("libro biblioteca", "es"),
        ("cucina", "it"), ("laranja", "pt"), ("корабль гавань", "ru"), ("東京", "ja"), ("ท่าเรือ", "th"),
    ],
)  # fmt: skip
def test_other_forms_of_the_words_are_found_and_marked(search: Search, words: str, document: str) -> None:
    found = search(words)
    assert (ids(found), found.loosened) == ([document], False)
    assert any(MARK[0] in piece for piece in found.documents[0].passages[0].highlights)


def test_a_cell_is_found_by_the_heads_of_its_row_and_column(search: Search) -> None:
    for asked in ("turbines 2019", '"turbines 2019"'):
        (hit,) = search(asked).documents
        assert (hit.document_id, hit.passages[0].unit) == ("sheet", 7)
        assert hit.passages[0].highlights[0] == f"{MARK[0]}Turbines{MARK[1]} {MARK[0]}2019{MARK[1]}: 1,234"
    assert search('"2019 turbines"').documents == ()
    assert search("turbines 2017").loosened


def test_a_phrase_is_found_as_it_is_written(search: Search) -> None:
    assert ids(search('"two leases"')) == ["en"]
    assert ids(search('"leases two"')) == []
    assert ids(search('"leases two"~3')) == ["en"]
    assert ids(search('"two lease"')) == [], "in no other form"


def test_fields_narrow_what_is_found(search: Search) -> None:
    assert set(ids(search("harbour"))) >= {"en", "born", "unread"}
    assert ids(search("harbour type:contract")) == ["en"]
    assert [one.unit for one in search("harbour type:contract page:2").documents[0].passages] == [2]
    assert ids(search("harbour date:2024-02")) == ["born"]
    assert ids(search("Hafen source:mail")) == ["de"]
    assert ids(search("Hafen -source:mail")) == []
    assert ids(search("name:born harbour")) == ["born"]
    assert ids(search("outcome:failed")) == ["unread"]
    assert ids(search("language:fr,es")) == ["es", "fr"] or ids(search("language:fr,es")) == ["fr", "es"]


def shown(found: Found) -> list[str]:
    return [piece for hit in found.documents for one in hit.passages for piece in one.highlights]


def test_only_what_was_searched_is_marked(search: Search) -> None:
    for words in ("person19999", 'person19999 "person19951 person19952"'):
        pieces = shown(search(words))
        assert {one for piece in pieces for one in marked(piece)} <= set(words.replace('"', "").split())
        assert any("person19999" in marked(piece) for piece in pieces)
    assert marked(shown(search("person19999"))[0]) == ["person19999"]
    assert set(marked("".join(shown(search("harbour text:rent"))))) == {"harbour", "rent"}
    assert len(marked("".join(shown(search("person19999", fuzzy=True))))) > 1, "which was asked for"


def test_what_ocr_misread_is_marked(search: Search) -> None:
    (scan,) = [hit for hit in search("quarterly harbour").documents if hit.document_id == "scan"]
    assert marked(scan.passages[0].highlights[0]) == ["quarterlv", "hnrbour"]


def marked(piece: str) -> list[str]:
    return re.findall(f"{MARK[0]}(.*?){MARK[1]}", piece)


def test_it_says_how_many_documents_there_are(search: Search) -> None:
    every = search("harbour")
    assert (every.total, len(every.documents)) == (4, 4), "by their text and by their names"
    assert search("harbour", size=2).total == 3, "that hold the word"
    assert search("harbour", size=3).total == 4
    some = search("name:document", size=2)
    assert (some.passages, len(some.documents), some.total) == (0, 2, len(VECTORS) - 1)
    loosened = search("what magazine speaks of elephants")
    assert loosened.total is not None
    assert loosened.total >= len(loosened.documents)


def test_a_type_that_no_document_has_is_said(search: Search) -> None:
    assert search("type:bogus").notes == ("No document has the type bogus; there are: letter.",)
    assert search("harbour type:letter name:nowhere").notes == ()


def test_what_ocr_misread_is_found_after_what_is_written_so(search: Search) -> None:
    assert ids(search("quarterly harbour"))[:2] == ["born", "scan"]
    assert ids(search("warehouzes")) == []
    assert ids(search("warehouzes", fuzzy=True)) == ["en"]


def test_where_nothing_holds_all_the_words_some_are_enough(search: Search) -> None:
    found = search("what magazine speaks of elephants")
    assert found.loosened
    assert ids(found)[0] == "born"
    assert not search("magazine").loosened


def test_facets_count_documents_and_not_pages(search: Search) -> None:
    facets = dict(search("the", facets=True).facets)
    assert set(facets) == FACETS
    assert Count("contract", 1) in facets["type"], "of which two pages were found"
    assert facets["date"] == (Count("2026-01", 2),)
    assert search("the").facets == ()


def test_a_name_is_a_condition_and_a_facet(search: Search) -> None:
    found = search('barges organisation:"acme ltd"', facets=True)
    assert sorted(one.unit for hit in found.documents for one in hit.passages) == [3, 4]
    assert dict(found.facets)["place"] == (Count("Bergen", 1), Count("Oslo", 1))
    assert [one.unit for one in search("barges place:oslo").documents[0].passages] == [3]
    assert search("barges -place:oslo").documents[0].passages[0].unit == 4
    assert ids(search("place:bergen")) == ["named"], "by its entry"


def test_what_it_is_about_and_how_it_speaks_are_conditions(search: Search) -> None:
    for asked in ("barges topic:health", "barges topic:Law,sports", "barges sentiment:Negative -topic:sports"):
        assert [[hit.unit for hit in one.passages] for one in search(asked).documents] == [[4]], asked
    assert search("barges -topic:law -sentiment:negative").documents
    assert search("barges topic:sports").documents == ()


def test_facets_count_what_conditions_alone_find(search: Search) -> None:
    found = search("outcome:failed,complete", facets=True, size=1)
    facets = dict(found.facets)
    assert set(facets) == FACETS
    assert facets["outcome"] == (Count("complete", len(VECTORS) - 1), Count("failed", 1))
    assert found.total == len(VECTORS)


@pytest.mark.parametrize("way", ["meaning", "both"])
def test_facets_count_the_best_passages_where_these_are_ranked(client: tuple[OpenSearch, str], way: Way) -> None:
    found = find(*client, "harbour type:contract", way=way, meaning=means("en"), facets=True)
    facets = dict(found.facets)
    assert facets["type"] == (Count("contract", 1),), "of which two pages were found"
    assert facets["date"] == (Count("2026-01", 1),)
    assert find(*client, "harbour", way=way, meaning=means("en")).facets == ()


def test_facets_count_what_is_like_a_document(client: tuple[OpenSearch, str]) -> None:
    found = similar(*client, "born", facets=True)
    assert sum(one.documents for one in dict(found.facets)["language"]) == found.total
    assert similar(*client, "born").facets == ()


def test_a_document_like_another_is_another(client: tuple[OpenSearch, str]) -> None:
    found = similar(*client, "born")
    assert ids(found)[0] in ("en", "scan")
    assert "born" not in ids(found)
    assert found.documents[0].passages[0].highlights
    assert ids(similar(*client, "en", 2))
    for document, unit, said in (
        ("nobody", None, "There is no document nobody in the index"),
        ("en", 7, "There is no text of en, unit 7, to compare with"),
    ):
        with pytest.raises(QueryError, match=said):
            similar(*client, document, unit)


def test_a_page_that_no_other_document_is_like_is_like_others_of_its_own(client: tuple[OpenSearch, str]) -> None:
    found = similar(*client, "engine", 1)
    assert [(hit.document_id, one.unit) for hit in found.documents for one in hit.passages] == [("engine", 2)]
    assert found.notes == (
        "No other document has enough of its special words.",
        "These are other pages of the same document.",
    )
    assert similar(*client, "engine").notes == ("No other document has enough of its special words.",)
    assert len(similar(*client, "pt", 1).notes) == 2


@pytest.mark.parametrize(
    "words", ["AND OR ((", "*", "a:b~^", "\\", "", "-" * 300, "x~ ~2", "(" * 500, "a* " * 70, "é\x00\ufdd0 \U0001f600"]
)  # fmt: skip
def test_any_query_is_answered(search: Search, words: str) -> None:
    assert search(words, facets=True).passages >= 0


def test_what_the_node_refuses_is_a_sentence(search: Search) -> None:
    with pytest.raises(QueryError, match="make it simpler"):
        search("the", size=20_000)


def means(document: str) -> Callable[[str], list[float]]:
    return lambda _: direction(VECTORS.index(document))


def test_what_is_meant_is_found_whatever_its_words(client: tuple[OpenSearch, str]) -> None:
    found = find(*client, "anything", way="meaning", meaning=means("pt"), size=3)
    assert ids(found)[0] == "pt"
    assert len(found.documents) == 3
    assert found.without_vectors == 1, "born; nothing of unread will ever be found so"
    assert "laranjas" in found.documents[0].passages[0].highlights[0]
    narrowed = find(*client, "anything type:contract", way="meaning", meaning=means("pt"))
    assert ids(narrowed) == ["en"]


def test_both_ways_are_fused_by_rank(client: tuple[OpenSearch, str]) -> None:
    found = find(*client, "magazine", way="both", meaning=means("scan"))
    assert ids(found)[:2] == ["born", "scan"], "the best of each"
    first = {one.document_id: one for one in found.documents}["born"].passages[0]
    assert MARK[0] in first.highlights[0]
    assert find(*client, "magazine", way="words").documents[0].document_id == "born"
    assert rank(*client, "magazine", way="words")[0] == Ranked("born-1-1", "born", 1, pytest.approx(1, abs=9))


def test_what_has_no_vectors_yet_is_not_behind_what_has(client: tuple[OpenSearch, str]) -> None:
    assert ids(find(*client, "lighthouse"))[:2] == ["fresh", "stale"]
    assert ids(find(*client, "lighthouse", way="meaning", meaning=means("stale"), size=3))[0] == "stale"
    assert ids(find(*client, "lighthouse", way="both", meaning=means("stale")))[:2] == ["fresh", "stale"]


@pytest.mark.parametrize("words", ['"open', "type:letter"])
def test_without_words_there_is_no_meaning(client: tuple[OpenSearch, str], words: str) -> None:
    with pytest.raises(QueryError):
        find(*client, words, way="both", meaning=lambda _: None)
