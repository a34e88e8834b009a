# SPDX-License-Identifier: Apache-2.0
"""Decides which of the two-byte encodings of East Asia a text has, by the characters that people use most there."""

import codecs

SAMPLE = 32 << 10
ENOUGH = 0.8


def guess(data: bytes) -> tuple[str, int] | None:
    """Names the encoding and how sure that is, 0 to 100; None when the bytes make no sense in any of them."""
    sample = data[:SAMPLE]
    # Of equals the first: all rows of Hangul lie in those of the frequent Chinese characters.
    score, name = max(_scores(sample), key=lambda one: one[0])
    return (name, round(90 * min(1.0, score))) if score >= ENOUGH else None


def _scores(sample: bytes) -> list[tuple[float, str]]:
    return [
        (_japanese(_decoded(sample, "cp932")), "cp932"),
        (_japanese(_decoded(sample, "euc_jis_2004")), "euc_jis_2004"),
        (_share(_decoded(sample, "euc_kr"), "\uac00", "\ud7a3"), "cp949"),
        (_frequent(_decoded(sample, "gb2312"), "gb2312", 0xB0, 0xD7), "gb18030"),
        (_frequent(_decoded(sample, "big5"), "big5", 0xA4, 0xC6), "big5"),
    ]


def _decoded(sample: bytes, name: str) -> str:
    """Returns the characters above ASCII; none when the bytes do not fit."""
    try:
        text = codecs.getincrementaldecoder(name)("strict").decode(sample)
    except UnicodeError:
        return ""
    return "".join(char for char in text if char > "\x7f")


def _japanese(text: str) -> float:
    """Japanese is kana and Han; a third of it being kana is enough, half-width ones are what other encodings make."""
    kana = _share(text, "\u3041", "\u30ff")
    han = _share(text, "\u4e00", "\u9fff") + _share(text, "\u3000", "\u3002")
    return kana + han if kana >= 0.2 else 0.0


def _frequent(text: str, name: str, first: int, last: int) -> float:
    """Says which share lies in the rows of the table that hold the frequent characters."""
    han = [char.encode(name)[0] for char in text if "\u4e00" <= char <= "\u9fff"]
    signs = sum("\u3000" <= char <= "\u3011" or "\uff01" <= char <= "\uff1f" for char in text)
    return (sum(first <= byte <= last for byte in han) + signs) / len(text) if text else 0.0


def _share(text: str, first: str, last: str) -> float:
    return sum(first <= char <= last for char in text) / len(text) if text else 0.0
