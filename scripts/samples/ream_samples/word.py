# SPDX-License-Identifier: Apache-2.0
"""How a DOCX of the samples is put together, with what python-docx has no call for: footnotes, text boxes."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape  # writing only: nothing is parsed

from docx import Document
from docx.document import Document as DocumentObject
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

WRITTEN = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TEXT_BOX = """\
<w:r xmlns:w="{w}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml">
<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>
<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{cx}" cy="{cy}"/>
<wp:docPr id="901" name="Text Box 1"/>
<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>
<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:srgbClr val="F3EFE2"/></a:solidFill>
<a:ln w="9525"><a:solidFill><a:srgbClr val="8A7A4A"/></a:solidFill></a:ln></wps:spPr>
<wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline>
</w:drawing></mc:Choice><mc:Fallback><w:pict><v:rect style="width:{wpt}pt;height:{hpt}pt" fillcolor="#f3efe2">
<v:textbox><w:txbxContent>{content}</w:txbxContent></v:textbox></v:rect></w:pict></mc:Fallback></mc:AlternateContent></w:r>"""
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_RAISED = '<w:vertAlign w:val="superscript"/>'
_SEPARATORS = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
)


def new(title: str, author: str, language: str, *, font: str = "Liberation Sans") -> DocumentObject:
    """An empty A4 document with fixed dates, so that the same script gives the same file."""
    document = Document()
    properties = document.core_properties
    properties.title, properties.author, properties.language = title, author, language
    properties.last_modified_by, properties.comments = author, ""
    properties.created = properties.modified = WRITTEN.replace(tzinfo=None)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    style = document.styles["Normal"]
    style.font.name, style.font.size = font, Pt(10.5)
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), language)
    return document


def table(document: DocumentObject, rows: Sequence[Sequence[str]]) -> None:
    """A table whose first row is its head."""
    grid = document.add_table(rows=0, cols=len(rows[0]), style="Light Grid Accent 1")
    for row in rows:
        cells = grid.add_row().cells
        for cell, words in zip(cells, row, strict=True):
            cell.text = words
    document.add_paragraph()


def footnotes(document: DocumentObject, notes: Sequence[tuple[Run, str]]) -> None:
    """Give each run a footnote that is numbered in this order; call it once a document."""
    entries = [_SEPARATORS]
    for number, (run, words) in enumerate(notes, start=1):
        reference = f'<w:vertAlign xmlns:w="{_W}" w:val="superscript"/>'
        run._r.append(parse_xml(f'<w:r xmlns:w="{_W}"><w:footnoteReference w:id="{number}"/></w:r>')[0])
        run._r.get_or_add_rPr().append(parse_xml(reference))
        entries.append(
            f'<w:footnote w:id="{number}"><w:p><w:r><w:rPr>{_RAISED}</w:rPr><w:footnoteRef/></w:r>'
            f'<w:r><w:t xml:space="preserve"> {escape(words)}</w:t></w:r></w:p></w:footnote>'
        )
    blob = f'{_XML}<w:footnotes xmlns:w="{_W}">{"".join(entries)}</w:footnotes>'
    package = document.part.package
    part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, blob.encode(), package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    marks = f'<w:footnotePr xmlns:w="{_W}"><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>'
    compat = document.settings.element.find(qn("w:compat"))
    if compat is None:
        document.settings.element.append(parse_xml(marks))
    else:
        compat.addprevious(parse_xml(marks))


def text_box(paragraph: Paragraph, lines: Sequence[str], *, width: float, height: float) -> None:
    """A framed box in the line, written twice as word processors do (shape and VML fallback); sizes in mm."""
    content = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    xml = _TEXT_BOX.format(
        w=_W,
        cx=int(Mm(width)),
        cy=int(Mm(height)),
        wpt=round(width * 2.835),
        hpt=round(height * 2.835),
        content=content,
    )
    paragraph._p.append(parse_xml(xml))


def picture(document: DocumentObject, data: bytes, width: float, caption: str) -> None:
    """A picture of so many millimetres' width with its caption."""
    document.add_picture(io.BytesIO(data), width=Mm(width))
    document.add_paragraph(caption, style="Caption")


def saved(document: DocumentObject) -> bytes:
    """The file's bytes; the dates in its directory are fixed."""
    buffer = io.BytesIO()
    document.save(buffer)
    result = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(
                zipfile.ZipInfo(entry.filename, (2025, 6, 2, 9, 30, 0)), source.read(entry), zipfile.ZIP_DEFLATED
            )
    return result.getvalue()
