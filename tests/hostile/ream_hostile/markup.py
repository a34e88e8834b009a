# SPDX-License-Identifier: Apache-2.0
"""XML and HTML that grow when they are read, reach for files, or are nested without end."""

from __future__ import annotations

import io
import zipfile

from ream_hostile.attack import Attack, ends

_LAUGHS = "".join(
    f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' if level else '<!ENTITY l0 "ha">' for level in range(12)
)
_DOCTYPE = f'<!DOCTYPE x [{_LAUGHS}<!ENTITY passwd SYSTEM "file:///etc/passwd">]>'
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_DEPTH = 20_000


def laughing_docx() -> bytes:
    """A DOCX whose text is an entity of 10^11 laughs, and one that is a file of the machine."""
    body = (
        f'<w:document xmlns:w="{_WORDS}"><w:body><w:p><w:r><w:t>&l11;&passwd;</w:t></w:r></w:p></w:body></w:document>'
    )
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "word/document.xml": f'<?xml version="1.0"?>{_DOCTYPE}{body}',
    }
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), text)
    return held.getvalue()


def laughing_xml() -> bytes:
    """An XML file with the same entities."""
    return f'<?xml version="1.0"?>\n{_DOCTYPE}\n<x>&l11;&passwd;</x>\n'.encode()


def deep_html() -> bytes:
    """An HTML page nested twenty thousand elements deep."""
    return b"<!DOCTYPE html><html><body>" + b"<div>" * _DEPTH + b"the bottom" + b"</div>" * _DEPTH + b"</body></html>"


ATTACKS = (
    Attack("laughing.docx", laughing_docx, ends(("failed", "damaged"), ("failed", "bomb"))),
    Attack("laughing.xml", laughing_xml, ends("complete")),
    Attack("deep.html", deep_html, ends(("failed", "too-deep"))),
)
