# SPDX-License-Identifier: Apache-2.0
"""PDFs whose page trees have a million pages, lie about how many, or never end."""

from __future__ import annotations

from ream_hostile.attack import Attack, ends

_FAN, _LEVELS = 10, 6


def million_pages() -> bytes:
    """A tree of a million pages in some hundred bytes: ten times the same branch, six levels down."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    for level in range(_LEVELS):
        number = level + 3
        kids = f"{number} 0 R " * _FAN
        objects.append(f"<< /Type /Pages /Count {_FAN ** (_LEVELS - level)} /Kids [ {kids}] >>")
    objects.append("<< /Type /Page /MediaBox [0 0 100 100] /Resources << >> >>")
    return _pdf(objects)


def lying_count() -> bytes:
    """One page, and a tree that says two thousand million."""
    return _pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Count 2000000000 /Kids [3 0 R] >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Resources << >> >>",
        ]
    )


def endless_tree() -> bytes:
    """A tree that is its own branch."""
    return _pdf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 5 /Kids [2 0 R 2 0 R] >>"])


def deep_arrays() -> bytes:
    """Arrays in arrays, a hundred thousand deep, where a page has its box."""
    deep = "[" * 100_000 + "]" * 100_000
    return _pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox {deep} >>",
        ]
    )


def _pdf(objects: list[str]) -> bytes:
    data, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    data += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    data += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(data)


ATTACKS = (
    Attack("million-pages.pdf", million_pages, ends("empty")),
    Attack("lying-count.pdf", lying_count, ends("empty")),
    Attack("endless-tree.pdf", endless_tree, ends(("failed", "damaged"))),
    Attack("deep-arrays.pdf", deep_arrays, ends("empty")),
)
