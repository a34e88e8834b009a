# SPDX-License-Identifier: Apache-2.0
"""Peers are scored by the scorers of ours; one that is not installed is left out with its reason."""

import json
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest

from ream_quality import made, peers
from ream_quality.library import Library
from ream_quality.peers import environment, pdfplumber_peer, pdftotext, presidio, pypdf_peer, tesseract
from ream_quality.peers.environment import Absent


def given(root: Path, *names: str) -> Library:
    return environment.heard(Library(root), dict.fromkeys(names, ""))


def a_peer(name: str, answer: dict[str, float] | Absent) -> ModuleType:
    def measure(library: Library) -> dict[str, float]:
        if isinstance(answer, Absent):
            raise answer
        return answer

    return cast(ModuleType, SimpleNamespace(NAME=name, measure=measure))


def test_who_is_not_there_is_said_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    every = (a_peer("there", {"one": 0.123456}), a_peer("away", Absent("it is not installed")), a_peer("idle", {}))
    monkeypatch.setattr(peers, "PEERS", every)
    told: list[str] = []
    assert peers.measure(Library(tmp_path), told.append) == {"there": {"one": 0.1235}}
    assert "away is left out: it is not installed" in told


def test_without_their_documents_peers_measure_nothing(tmp_path: Path) -> None:
    for peer in peers.PEERS:
        assert peer.measure(Library(tmp_path)) == {}


def test_a_program_that_is_missing_is_absent() -> None:
    with pytest.raises(Absent, match="no-such-program is not installed"):
        environment.output("no-such-program")


def test_a_program_that_fails_at_a_document_read_nothing_of_it(tmp_path: Path) -> None:
    assert environment.output("ls", tmp_path / "absent") == ""


@pytest.mark.programs
def test_readers_of_pdf_are_scored_by_words_in_order(tmp_path: Path) -> None:
    library = given(tmp_path, *(one.name for one in made.in_order()))
    for peer in (pdftotext, pypdf_peer):
        assert 0.5 < peer.measure(library)["pdf_words_in_order"] <= 1


@pytest.mark.programs
@pytest.mark.slow
def test_tesseract_is_scored_by_wrong_letters(tmp_path: Path) -> None:
    library = given(tmp_path, *(one.name for one in made.degraded()))
    assert 0 < tesseract.measure(library)["ocr_degraded_cer"] < 1


def test_cells_of_a_peer_are_compared_with_the_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tables").mkdir()
    cells = "".join(
        f'<cell start-row="{row}" start-col="{column}"><content>{row}{column}</content></cell>'
        for row in range(2)
        for column in range(2)
    )
    (tmp_path / "tables" / "a-str.xml").write_text(f"<document><table><region>{cells}</region></table></document>")
    monkeypatch.setattr(pdfplumber_peer, "asked", lambda script, paths: [[[["00", "01"], ["10", "other"]]]])
    assert pdfplumber_peer.measure(given(tmp_path, "tables/a.pdf")) == {"tables_cell_f1": 0.5}


def test_spans_of_a_peer_are_compared_with_the_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "personal-data").mkdir()
    spans = [{"entity_type": "EMAIL_ADDRESS", "start_position": 0, "end_position": 5}]
    sentence: dict[str, Any] = {"full_text": "a@b.c and 1.2.3.4", "spans": spans}
    (tmp_path / "personal-data" / "s.json").write_text(json.dumps([sentence]))
    found = [[("EMAIL_ADDRESS", 0, 5), ("IP_ADDRESS", 10, 17)]]
    monkeypatch.setattr(presidio, "asked", lambda script, question: found)
    figures = presidio.measure(given(tmp_path, "personal-data/s.json#0"))
    assert figures["personal_data_f1_email"] == 1
    assert figures["personal_data_f1"] == pytest.approx(2 / 3)
