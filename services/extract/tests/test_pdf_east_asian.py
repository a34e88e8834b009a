# SPDX-License-Identifier: Apache-2.0
"""PDF pages in East Asian scripts whose fonts are not in the file: across, and in columns from top to bottom."""

from pathlib import Path

import pytest

from ream_extract.extractors.pdf import EXTRACTOR
from ream_extract.reading import Source, UnitRead
from ream_tests.raw_pdf import page, stream

CHINESE = "人民日报社论全文公司审计报告"
TAIWANESE = "臺灣銀行年度報告會計師查核意見"
JAPANESE = "日本語の会計監査報告書です。カタカナ"
KOREAN = "한국어감사보고서전문입니다"
SEVEN_BITS = bytes.maketrans(bytes(range(128, 256)), bytes(range(128)))
MAPS = {
    ("GB1", CHINESE): {
        "UniGB-UCS2": "utf-16-be",
        "UniGB-UTF16": "utf-16-be",
        "GBK-EUC": "gbk",
        "GBKp-EUC": "gbk",
        "GBK2K": "gb18030",
        "GB-EUC": "gb2312",
        "GBpc-EUC": "gb2312",
    },
    ("CNS1", TAIWANESE): {
        "UniCNS-UCS2": "utf-16-be",
        "UniCNS-UTF16": "utf-16-be",
        "ETen-B5": "big5",
        "ETenms-B5": "big5",
        "HKscs-B5": "big5hkscs",
    },
    ("Japan1", JAPANESE): {
        "UniJIS-UCS2": "utf-16-be",
        "UniJIS-UTF16": "utf-16-be",
        "90ms-RKSJ": "cp932",
        "90msp-RKSJ": "cp932",
        "EUC": "euc_jp",
        "": "euc_jp",
    },
    ("Korea1", KOREAN): {
        "UniKS-UCS2": "utf-16-be",
        "UniKS-UTF16": "utf-16-be",
        "KSCms-UHC": "cp949",
        "KSC-EUC": "euc_kr",
    },
}
ALL = [(order, text, name, codec) for (order, text), maps in MAPS.items() for name, codec in maps.items()]


def lines_of(text: str) -> list[str]:
    """Lines that are not alike, for PDFium takes a line that comes again nearby for a shadow of the first."""
    return [text[start:] + text[:start] for start in range(8)]


def set_in(order: str, text: str, name: str, codec: str, *, upright: bool) -> bytes:
    """A page of lines, each moved on by one letter; upright ones stand in columns from right to left."""
    shown = b""
    for number, line in enumerate(lines_of(text)):
        x, y = (540 - 20 * number, 780) if upright else (50, 780 - 20 * number)
        coded = line.encode(codec)
        shown += b"1 0 0 1 %d %d Tm <%s> Tj\n" % (x, y, (coded if name else coded.translate(SEVEN_BITS)).hex().encode())
    encoding = "-".join(filter(None, (name, "V" if upright else "H"))).encode()
    font = b"<</Type/Font/Subtype/Type0/BaseFont/Song-%s/Encoding/%s/DescendantFonts[5 0 R]>>" % (encoding, encoding)
    descriptor = b"<</Type/FontDescriptor/FontName/Song/Flags 6/FontBBox[0 -200 1000 900]/ItalicAngle 0"
    descendant = (
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/Song/DW 1000/CIDSystemInfo<</Registry(Adobe)/Ordering(%s)"
        b"/Supplement 4>>/FontDescriptor %s/Ascent 800/Descent -200/CapHeight 700/StemV 80>>>>"
    ) % (order.encode(), descriptor)
    return page([stream(b"", b"BT /F1 12 Tf " + shown + b"ET")], b"/Font<</F1 " + font + b">>", descendant)


def read(data: bytes, folder: Path) -> UnitRead:
    path = folder / "a.pdf"
    path.write_bytes(data)
    (item,) = (one for one in EXTRACTOR.read(Source(path, "application/pdf"), 1, 1, folder) if one is not None)
    assert isinstance(item, UnitRead)
    return item


@pytest.mark.parametrize("upright", [False, True], ids=["across", "upright"])
@pytest.mark.parametrize(("order", "text", "name", "codec"), ALL, ids=[name or "7 bits" for _, _, name, _ in ALL])
def test_text_is_read_by_the_map_that_its_font_names(
    tmp_path: Path, order: str, text: str, name: str, codec: str, upright: bool
) -> None:
    unit = read(set_in(order, text, name, codec, upright=upright), tmp_path)
    assert unit.text.split("\n") == lines_of(text)
    assert unit.lacking is None


def test_words_that_only_a_second_reader_finds_are_kept_and_not_taken_for_all(tmp_path: Path) -> None:
    broken = b"/Font<</F1<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/UniGB-UCS2-H>>>>"
    unit = read(page([stream(b"", b"BT /F1 12 Tf 50 700 Td <4eba6c11> Tj ET")], broken), tmp_path)
    assert (unit.text, unit.lacking) == ("人民", "text-not-shown")


def test_a_page_of_blanks_is_blank(tmp_path: Path) -> None:
    helvetica = b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
    unit = read(page([stream(b"", b"BT /F1 12 Tf 50 700 Td (   ) Tj ET")], helvetica), tmp_path)
    assert (unit.text.strip(), unit.lacking) == ("", None)
