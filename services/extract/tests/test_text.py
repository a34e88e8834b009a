# SPDX-License-Identifier: Apache-2.0
"""Plain text is cut into pieces that together are the text."""

from pathlib import Path

import pytest

from ream_extract import registry
from ream_extract.extractors.text import EXTRACTOR, PIECE
from ream_extract.reading import Source, UnitRead
from ream_extract.text_clean import tidy


def pieces(path: Path) -> list[UnitRead]:
    source = Source(path, "text/plain")
    count = sum(run.count for run in EXTRACTOR.plan(source).units)
    return [item for item in EXTRACTOR.read(source, 1, count, path.parent) if isinstance(item, UnitRead)]


def test_small_text_is_one_body(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Grüße\r\nund mehr\x00\x0c".encode())
    (only,) = pieces(path)
    assert (only.text, only.method, only.confidence, only.kind) == ("Grüße\nund mehr\n", "plain", 100, "body")


def test_empty_file_has_no_units(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"")
    assert EXTRACTOR.plan(Source(path, "text/plain")).units == ()
    path.write_bytes(b"\xef\xbb\xbf")
    assert EXTRACTOR.plan(Source(path, "text/plain")).units == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252", "shift_jis"])
def test_pieces_of_a_large_text_end_with_lines_and_lose_nothing(tmp_path: Path, encoding: str) -> None:
    line = "昨日の夜、町からおばさん {}\n" if encoding == "shift_jis" else "Größe und Länge der Straße {}\n"
    whole = "".join(line.format(number) for number in range(9_000))
    path = tmp_path / "a.txt"
    path.write_bytes(whole.encode(encoding))
    read = pieces(path)
    assert len(read) == -(
        -(path.stat().st_size - (3 if encoding == "utf-8-sig" else 2 * (encoding == "utf-16"))) // PIECE
    )
    assert len(read) > 3
    assert "".join(unit.text for unit in read) == whole
    assert all(unit.text.endswith("\n") for unit in read)


@pytest.mark.parametrize("sign", ["ä", "a b", "\r"])
def test_text_without_line_ends_loses_nothing(tmp_path: Path, sign: str) -> None:
    whole = sign * 200_000
    path = tmp_path / "a.txt"
    path.write_bytes(whole.encode())
    assert "".join(unit.text for unit in pieces(path)) == whole.replace("\r", "\n")


def test_one_piece_can_be_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("".join(f"line {number}\n" for number in range(30_000)))
    source = Source(path, "text/plain")
    whole = pieces(path)
    assert list(EXTRACTOR.read(source, 2, 2, tmp_path)) == [whole[1]]


def test_bad_bytes_in_a_late_piece_lower_its_confidence_only(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"good line\n" * 150_000 + "Straße und Größe\n".encode("cp1252"))
    read = pieces(path)
    assert read[0].confidence == 100
    assert read[-1].confidence < 100
    assert "Straße und Größe" in read[-1].text


def test_binary_that_claims_to_be_text_is_read_without_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(bytes(range(256)) * 1_000)
    assert all(isinstance(unit.text, str) for unit in pieces(path))


@pytest.mark.parametrize("media_type", ["text/x-log", "application/yaml", "text/css"])
def test_what_can_be_read_as_text_is(media_type: str, tmp_path: Path) -> None:
    known = registry.known().find(media_type)
    assert known is not None
    assert known.name == "text"
    path = tmp_path / "a"
    path.write_bytes(b"From: a@example.org\nTo: b@example.org\nSubject: Tea\n\nAt four.\n")
    (piece,) = EXTRACTOR.read(Source(path, media_type), 1, 1, tmp_path)
    assert isinstance(piece, UnitRead)
    assert piece.text.endswith("At four.\n")


def test_what_divides_words_and_turns_lines_is_not_in_the_text() -> None:
    """A search for the word would not find it behind a mark that nobody sees."""
    assert tidy("Donau\u00addampf\u00adschiff \u200eabc\u200f \u2066x\u2069 \ufeffy") == "Donaudampfschiff abc x y"
    assert tidy("می\u200cخواهم") == "می\u200cخواهم", "a joint that is written"
