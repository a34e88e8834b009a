# SPDX-License-Identifier: Apache-2.0
"""What was found is shown with its page and its words, on a terminal and to programs."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from ream_cli import search
from ream_cli.__main__ import main
from ream_cli.failures import USAGE, CommandError
from ream_cli.search import highlighted, pieces, place, show, to_json
from ream_cli.surroundings import find
from ream_index.search import MARK, Count, DocumentHit, Found, PassageHit
from ream_kit import Retry
from ream_local.ports import free_ports

ON, OFF = MARK
PASSAGE = PassageHit(7, "page", "vii", "Costs > Water", (f"the {ON}quay\nwall{OFF} of\n2024",), 1.5)
HIT = DocumentHit("a" * 32, "a\x1b.pdf", "partial", "report", "application/pdf", "internal", (PASSAGE,))


def test_the_place_is_named_for_people() -> None:
    assert place(PASSAGE) == "page 7 (vii), Costs > Water"
    assert place(PassageHit(1, "body", None, None, (), 0)) == "body 1"
    assert place(PassageHit(3, "page", "3", None, (), 0)) == "page 3"
    boxed = PassageHit(3, "page", "3", "Costs", (), 0, box=(50.4, 80.0, 400.0, 95.6))
    assert place(boxed) == "page 3, Costs", "the box is for programs"


def test_words_stand_out_with_and_without_colour() -> None:
    assert highlighted(PASSAGE.highlights[0], colours=False).plain == "the [quay wall] of 2024"
    coloured = highlighted(PASSAGE.highlights[0], colours=True)
    assert coloured.plain == "the quay wall of 2024"
    assert [coloured.plain[span.start : span.end] for span in coloured.spans] == ["quay wall"]


def test_with_opensearch_away_an_ingest_ends_all_the_same(tmp_path: Path) -> None:
    here = find({"REAM_HOME": str(tmp_path), "REAM_OPENSEARCH_URL": f"http://127.0.0.1:{free_ports(1)[0]}"})
    with pytest.raises(Retry):
        search.search(here, "word")
    search.freshen(here)


def test_programs_get_the_places_of_the_words() -> None:
    [document] = to_json(Found(1, (HIT,)))["documents"]
    [passage] = document["passages"]
    assert passage["highlights"] == [{"text": "the quay wall of 2024", "found": [[4, 13]]}]
    assert (passage["unit"], passage["heading"]) == (7, "Costs > Water")


def test_a_result_holds_document_page_and_words() -> None:
    out = io.StringIO()
    show(Found(12, (HIT,)), Console(file=out, width=160))
    text = out.getvalue()
    for expected in ("a\\x1b.pdf", "report, application/pdf, partial", "a" * 32, "page 7 (vii)", "[quay wall]", "12"):
        assert expected in text


def test_nothing_found_is_said() -> None:
    out = io.StringIO()
    show(Found(0, ()), Console(file=out))
    assert out.getvalue() == "Nothing was found.\n"


def test_where_nothing_was_found_other_ways_are_named() -> None:
    out = io.StringIO()
    show(Found(0, ()), Console(file=out, width=160), "Try another.")
    assert out.getvalue() == "Nothing was found. Try another.\n"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Found(12, (HIT,), total=1), "places: 12; documents: 1"),
        (Found(1200, (HIT,), total=2900), "places: 1,200; documents: 1 of 2,900"),
        (Found(0, (HIT,), total=29), "documents: 1 of 29"),
        (Found(7, (HIT,)), "places: 7; documents: 1"),
    ],
)
def test_how_many_there_are_is_said(found: Found, said: str) -> None:
    out = io.StringIO()
    show(found, Console(file=out, width=160))
    assert out.getvalue().splitlines()[-1] == said


def test_what_is_not_found_by_meaning_yet_is_said_to_people_and_programs() -> None:
    out = io.StringIO()
    show(Found(1, (HIT,), without_vectors=1200), Console(file=out, width=160))
    show(Found(0, (), without_vectors=1, notes=("No document has the type bogus.",)), Console(file=out, width=160))
    assert "1,200 documents are not yet found by meaning." in out.getvalue()
    assert out.getvalue().endswith(
        "Nothing was found.\nNo document has the type bogus.\n1 document is not yet found by meaning.\n"
    )
    assert to_json(Found(0, (), without_vectors=3))["without_vectors"] == 3


@pytest.mark.parametrize(
    ("place", "asked"),
    [("lease.pdf/7", ("b" * 32, 7)), ("lease.pdf", ("b" * 32, None)), (f"{'c' * 32}/3", ("c" * 32, 3))],
)
def test_what_is_like_a_document_is_asked_by_its_name_too(
    place: str, asked: tuple[str, int | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meant(surroundings: object, store: object, text: str) -> str:
        assert text == "lease.pdf", "an id is not looked for"
        return "b" * 32

    monkeypatch.setattr("ream_cli.naming.meant", meant)
    monkeypatch.setattr(search, "similar", lambda client, prefix, *what, **how: (*what, how))
    here = find({"REAM_HOME": str(tmp_path), "REAM_STORE": str(tmp_path), "REAM_OPENSEARCH_URL": "http://127.0.0.1:1"})
    assert search.alike(here, place, 5) == (*asked, 5, {"facets": False, "versions": False})
    assert search.alike(here, place, 5, facets=True, versions=True)[-1] == {"facets": True, "versions": True}


@given(st.text(alphabet=st.sampled_from(["a", " ", ON, OFF, "\n"]), max_size=30))
def test_no_mark_is_ever_lost_in_a_way_that_breaks(text: str) -> None:
    plain = "".join(part for part, _ in pieces(text))
    assert plain.count("a") == text.count("a")
    assert "\n" not in plain


def test_an_empty_query_gets_a_sentence() -> None:
    assert main(["search", " "]) == USAGE


def test_a_word_may_begin_with_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(search, "find", lambda: None)
    monkeypatch.setattr(search, "search", lambda _, words, size, **how: asked.append(words) or Found(0, ()))
    main(["search", "--size", "3", "zebra", "-wombat"])
    main(["search", "-wombat"])
    assert asked == ["zebra -wombat", "-wombat"]
    with pytest.raises(SystemExit):
        main(["search", "--no-such-option"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--like", "a/b"], "'b' is no page"),
        (["--like", "a", "word"], "one of the two"),
        (['"open'], "A quotation mark is not closed"),
        (["colour:red"], "There is no field 'colour'"),
    ],
)
def test_a_query_that_cannot_be_read_gets_a_sentence(
    given: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REAM_HOME", str(tmp_path))
    assert main(["search", *given]) == USAGE
    assert said in capsys.readouterr().err


def test_facets_and_what_was_loosened_are_shown() -> None:
    out = io.StringIO()
    show(
        Found(1, (HIT,), (("type", (Count("report", 1200),)), ("date", ())), loosened=True),
        Console(file=out, width=160),
    )
    assert "type: report 1,200" in out.getvalue()
    assert "submitted" not in out.getvalue()
    show(Found(1, (HIT,), (("date", (Count("2026-01", 1),)),)), Console(file=out, width=160))
    assert "submitted: 2026-01 1" in out.getvalue()
    assert "Nothing holds all of these words" in out.getvalue()


def test_a_model_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    vector = search._meaning()("quay wall")
    assert vector is not None
    assert len(vector) == 384
    monkeypatch.setattr("ream_meaning.model._PACKAGE", "no_such_package")
    with pytest.raises(CommandError, match="Nothing can be found by meaning: the package of the model"):
        search.search(find({"REAM_HOME": str(tmp_path)}), "quay wall", way="both")
