# SPDX-License-Identifier: Apache-2.0
"""Makes PDF files byte by byte, as no library would write them: damaged, or with fonts that are not in the file."""

from collections.abc import Sequence

HELVETICA = b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
FLATE = b"/Filter/FlateDecode"


def pdf(objects: Sequence[bytes]) -> bytes:
    """Puts objects together, numbered from 1; the first is the catalogue."""
    made, places = bytearray(b"%PDF-1.7\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
    made += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(made)


def stream(entries: bytes, data: bytes) -> bytes:
    return b"<<" + entries + b"/Length %d>>\nstream\n" % len(data) + data + b"\nendstream"


def page(contents: Sequence[bytes], resources: bytes, *more: bytes) -> bytes:
    """One page; its streams are the objects from 4 on, and `more` those that follow them."""
    references = b" ".join(b"%d 0 R" % (4 + at) for at in range(len(contents)))
    leaf = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents[" + references + b"]/Resources<<" + resources
    tree = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", tree, leaf + b">>>>", *contents, *more])


def lines(count: int, top: int = 800, said: str = "The auditors examined line") -> bytes:
    """Lines of text, each with its number and words that are not alike."""
    shown = b"".join(b"(%s %d of %x) Tj T*\n" % (said.encode(), at, at * 7919 % 65521) for at in range(count))
    return b"BT /F1 10 Tf 14 TL 50 %d Td\n" % top + shown + b"ET\n"
