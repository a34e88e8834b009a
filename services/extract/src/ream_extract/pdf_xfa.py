# SPDX-License-Identifier: Apache-2.0
"""Decides what a form says that is drawn by a program of its own (XFA): its pages hold no more than "Please wait"."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from pypdf import PdfReader

from ream_extract.extractors.xml_data import node_of
from ream_extract.flow import Block
from ream_extract.html_text import page_text_at_once
from ream_extract.outline import Group, blocks
from ream_extract.reading import Unreadable
from ream_extract.text_clean import tidy

_PARTS = ("template", "datasets")
_VALUES = frozenset({"text", "integer", "decimal", "float", "date", "dateTime", "time"})


def needs_program(reader: PdfReader) -> bool:
    """Says whether the document is such a form: it says so itself, or its form has no fields but these."""
    root: Any = reader.root_object
    form = root.get("/AcroForm")
    if form is None or "/XFA" not in form:
        return False
    return bool(root.get("/NeedsRendering")) or not form.get("/Fields")


def form_blocks(path: Path) -> list[Block]:
    """Reads the words of the form in their order, then what was filled in.

    Raises:
        Unreadable: its XML is broken.
    """
    try:
        roots = list(_roots(PdfReader(path, strict=False)))
    except Exception as failure:  # pypdf raises errors of every kind on hostile files
        raise Unreadable("damaged", "The form's own program (XFA) cannot be read.") from failure
    found: list[Block] = []
    for root in roots:
        for part in root.iter("{*}template"):
            found += [Block(text) for text in _words(part)]
        for part in root.iter("{*}datasets"):
            for data in part.iter("{*}data"):
                found += blocks(Group([("", node_of(child)) for child in data]))
    return found


def _roots(reader: PdfReader) -> Iterator[Any]:
    """Yields the parsed parts; they lie in one stream, or in several that only together are one document."""
    root: Any = reader.root_object
    packed = root["/AcroForm"]["/XFA"]
    pieces = packed if isinstance(packed, list) else ["", packed]
    named = [(str(name), part.get_object().get_data()) for name, part in zip(pieces[::2], pieces[1::2], strict=False)]
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    if len(named) == 1:
        yield etree.fromstring(named[0][1], parser)
        return
    for name, data in named:
        if name in _PARTS:
            yield etree.fromstring(data, parser)


def _words(template: Any) -> Iterator[str]:
    """Yields what the form shows before it is filled in: drawn texts and captions; values given beforehand too."""
    for value in template.iter("{*}value"):
        for inner in value:
            kind = etree.QName(inner).localname if isinstance(inner.tag, str) else ""
            if kind == "exData":
                page = page_text_at_once(etree.tostring(inner, encoding="unicode"))
                yield from (block.text for block in page.blocks if block.text)
            elif kind in _VALUES and (text := tidy(inner.text or "").strip()):
                yield text
