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
    assert "date" not in out.getvalue()
    assert "Nothing holds all of these words" in out.getvalue()


def test_a_model_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    vector = search._meaning()("quay wall")
    assert vector is not None
    assert len(vector) == 384
    monkeypatch.setattr("ream_meaning.model._PACKAGE", "no_such_package")
    with pytest.raises(CommandError, match="Nothing can be found by meaning: the package of the model"):
        search.search(find({"REAM_HOME": str(tmp_path)}), "quay wall", way="both")
