# SPDX-License-Identifier: Apache-2.0
"""Decides how XML of no kind of its own is read: elements and attributes by name, running text as paragraphs.

What people are not shown is left out: comments, processing instructions, and where schemas and stylesheets lie. No
entity, schema or stylesheet is ever fetched.
"""

from itertools import groupby
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from ream_extract.html_letters import shown_letters
from ream_extract.outline import Group, Node, Row, blocks
from ream_extract.structured import Structured, StructuredExtractor
from ream_extract.text_clean import tidy

_UNSHOWN = ("{http://www.w3.org/2001/XMLSchema-instance}", "{http://www.w3.org/XML/1998/namespace}")
_WORD = ("http://schemas.microsoft.com/office/word/2003/wordml", "/wordprocessingml/")
"""Namespaces of Word's own XML, in which the pieces of a paragraph are elements."""
_TITLES = frozenset({"title"})


def structure(data: bytes, _: str) -> Structured:
    """Reads a document.

    Raises:
        ValueError: it is not well-formed.
    """
    parser = etree.XMLParser(
        resolve_entities="internal", no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as failure:
        raise ValueError("the file is no well-formed XML") from failure
    if root is None:
        raise ValueError("the file has no element")
    node = node_of(root)
    written = root.getroottree().docinfo.encoding or "utf-8"
    return Structured(
        list(blocks(Group([(_local(root), node)]))), shown_letters(data.decode(written, "replace")), _metadata(node)
    )


def node_of(element: Any) -> Node:
    """Makes an outline of an element and what is in it."""
    if _is_word(element):
        return _paragraph(element)
    attributes = [(str(name), value) for name, value in element.attrib.items() if not name.startswith(_UNSHOWN)]
    own: list[tuple[str, Node]] = [(etree.QName(name).localname, tidy(value)) for name, value in attributes if value]
    inner = [child for child in element if isinstance(child.tag, str)]
    texts = (element.text or "", *(child.tail or "" for child in element))
    if any(text.strip() for text in texts):
        text = _flat(tidy("".join(map(str, element.itertext()))))
        kept = [pair for child in inner for pair in _attributes_below(child)]
        return Group([("", text), *own, *kept]) if own or kept else text
    if not inner:
        return Group(own) if own else ""
    return Group([*own, *_children(inner)])


def _children(inner: list[Any]) -> list[tuple[str, Node]]:
    """Puts elements of one name that follow one another into one row; what holds nothing is left out."""
    found: list[tuple[str, Node]] = []
    for name, group in groupby(inner, _local):
        nodes = [node for node in map(node_of, group) if not _is_empty(node)]
        if len(nodes) > 1 and all(isinstance(node, Group) for node in nodes):
            found.append((name, Row(nodes)))
        else:
            found += [(name, node) for node in nodes]
    return found


def _attributes_below(element: Any) -> list[tuple[str, Node]]:
    """Returns the attributes of elements inside of running text: addresses of links, above all."""
    return [
        (etree.QName(name).localname, tidy(value))
        for one in element.iter("*")
        for name, value in one.attrib.items()
        if value and not name.startswith(_UNSHOWN)
    ]


def _is_empty(node: Node) -> bool:
    return node == "" or (isinstance(node, Group) and not node.pairs)


def _is_word(element: Any) -> bool:
    place = etree.QName(element).namespace or ""
    return _local(element) == "p" and any(part in place for part in _WORD)


def _paragraph(element: Any) -> str:
    pieces = []
    for piece in element.iter("{*}t", "{*}tab", "{*}br"):
        pieces.append({"tab": "\t", "br": "\n"}.get(_local(piece), piece.text or ""))
    return tidy("".join(pieces))


def _local(element: Any) -> str:
    return str(etree.QName(element).localname)


def _flat(text: str) -> str:
    """Joins lines that only the source breaks; an empty line parts paragraphs."""
    return "\n".join(" ".join(part.split()) for part in text.split("\n\n") if part.strip())


def _metadata(node: Node) -> dict[str, str]:
    pairs = node.pairs if isinstance(node, Group) else ()
    title = next((value for name, value in pairs if name.lower() in _TITLES and isinstance(value, str)), "")
    return {"title": title[:1_000]} if title else {}


EXTRACTOR = StructuredExtractor("xml", "2", ("application/xml", "text/xml"), structure, largest=8 << 20)
