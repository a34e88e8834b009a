# SPDX-License-Identifier: Apache-2.0
"""Texts whose bytes are all ASCII and that say other letters by escapes; zeros in texts."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ream_extract.encoding import decode, detect
from ream_extract.extractors.text import EXTRACTOR, PIECE
from ream_extract.reading import Source, UnitRead

KOREAN, JAPANESE = "안녕하세요 여러분, 한국어 텍스트 abc.\n둘째 줄\n", "日本語のテキスト、東京。\n"
GERMAN = "Grüße aus München, schöne Straße – 5 €\n"


def read(data: bytes, declared: str | None = None) -> str:
    encoding = detect(data, declared)
    text, sure = decode(data[encoding.mark :], encoding)
    assert sure >= 70
    return text


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (KOREAN, "iso2022_kr"), (JAPANESE, "iso2022_jp"), (JAPANESE + "ｶﾅ", "iso2022_jp_ext"), (GERMAN, "utf-7"),
        ("中文文本 and more", "hz"), ("Привет, мир и все люди", "utf-7"),
    ],
)  # fmt: skip
def test_escapes_are_told_from_the_bytes(text: str, codec: str) -> None:
    assert read(text.encode(codec)) == text


def test_chinese_that_shifts_is_read() -> None:
    assert read(b"\x1b$)A\x0eVPND\x0f text\n\x1b$)A\x0eND\x0f") == "中文 text\n文"
    text, sure = decode(b"\x1b$)G\x0e!!\x0f a", detect(b"\x1b$)G\x0e!!\x0f a"))
    assert text.endswith(" a")
    assert sure < 70


@pytest.mark.parametrize(
    "plain",
    [
        b"a+b and A+-B costs 5+6 -- see +49 30 1234-5, +4930123456 or +1-555-0100",
        b"c++ and g++ -O2; +ADVANCED +BASIC; x+=y+z", b"~{ is no letter, ~} neither", b"aGVsbG8+d29ybGQ/IQ==",
    ],
)  # fmt: skip
def test_other_texts_with_such_signs_stay_as_they_are(plain: bytes) -> None:
    assert detect(plain).name == "utf-8"


def test_a_sender_who_declares_escapes_is_believed() -> None:
    data = "一".encode("utf-7")
    assert detect(data).name == "utf-8"
    assert read(data, "utf-7") == "一"
    assert detect(b"plain words", "iso-2022-kr").name != "cp949"


def test_long_korean_text_is_read_in_all_its_pieces(tmp_path: Path) -> None:
    whole = KOREAN * 3_000
    (tmp_path / "a.txt").write_bytes(whole.encode("iso2022_kr"))
    source = Source(tmp_path / "a.txt", "text/plain")
    count = EXTRACTOR.plan(source).units[0].count
    units = [one for one in EXTRACTOR.read(source, 1, count, tmp_path) if isinstance(one, UnitRead)]
    assert count == -(-(tmp_path / "a.txt").stat().st_size // PIECE) > 2
    assert "".join(one.text for one in units) == whole


def test_words_that_zeros_part_stay_apart(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"ANVIL\x00\x00\x00LONDON\x00 end\x00\n\x00")
    (unit,) = EXTRACTOR.read(Source(tmp_path / "a.txt", "text/plain"), 1, 1, tmp_path)
    assert isinstance(unit, UnitRead)
    assert unit.text == "ANVIL LONDON end\n"


@given(st.binary(max_size=60))
def test_any_bytes_are_decoded(data: bytes) -> None:
    for start in (b"\x1b$)C\x0e", b"\x1b$)A\x0e", b"~{", b"+"):
        encoding = detect(start + data)
        assert isinstance(decode((start + data)[encoding.mark :], encoding)[0], str)
