# SPDX-License-Identifier: Apache-2.0
"""Decides what hangs on a sheet besides its cells: comments, text boxes, titles of charts, pictures."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from ream_contracts.artifacts import Annotation
from ream_extract import sheet_binary
from ream_extract.opc import Package
from ream_extract.reading import PictureFound, Unreadable
from ream_extract.text_clean import tidy

Keep = Callable[[bytes], PictureFound | None]
BINARY = ".bin"
"""How the names of parts end that are no XML."""
_MARGIN = re.compile(rb"<(?:\w{1,20}:)?((?:odd|even|first)(?:Header|Footer))\b[^>]*>([^<]*)<")
_CODE = re.compile(r'&(?:"[^"]*"|\d{1,3}|K(?:[0-9A-F]{6}|\d\d[+-]\d{3})|.)')
_STANDS_FOR = {"&&": "&", "&L": "\n", "&C": "\n", "&R": "\n"}


@dataclass(slots=True)
class Hanging:
    """Texts and pictures of one sheet."""

    texts: list[str] = field(default_factory=list)
    notes: list[Annotation] = field(default_factory=list)
    pictures: list[PictureFound] = field(default_factory=list)
    margins: list[str] = field(default_factory=list)
    """What is printed above and below each page."""


def hanging_on(package: Package, part: str, keep: Keep | None) -> Hanging:
    """Reads what hangs on a sheet by the list of what its part refers to; a broken part of that is left out."""
    found = Hanging()
    authors = _persons(package)
    for comments in _targets(package, part, "comments"):
        for author, cell, text in _comments(package, comments):
            # A thread leaves a stand-in for older programs, whose text the thread says better.
            if not author.startswith("tc="):
                _note(found, cell, text, author)
    for thread in _targets(package, part, "threadedComment"):
        for element in _each(_xml(package, thread), "threadedComment"):
            text = "".join(piece.text or "" for piece in _each(element, "text"))
            _note(found, element.get("ref", ""), text, authors.get(element.get("personId", ""), ""))
    for drawing in _targets(package, part, "drawing"):
        _drawing(package, drawing, keep, found)
    found.margins += _margins(package, part)
    return found


def _margins(package: Package, part: str) -> list[str]:
    try:
        data = package.data(part) or b""
    except Unreadable:
        return []  # the sheet itself fails
    if part.lower().endswith(BINARY):
        said = sheet_binary.margins(data)
    else:
        said = (tidy(unescape(text.decode("utf-8", "replace"))) for _, text in _MARGIN.findall(data))
    return list(dict.fromkeys(line for text in said for line in margin_lines(text)))


def margin_lines(text: str) -> list[str]:
    """Returns the words of a printed header or footer, one line for each third of the page, without its codes.

    What a program fills in, as the number of the page, is left out.
    """
    plain = _CODE.sub(lambda code: _STANDS_FOR.get(code[0], ""), text)
    lines = (" ".join(line.split()) for line in plain.split("\n"))
    return [line for line in lines if any(map(str.isalnum, line))]


def _note(found: Hanging, cell: str, text: str, author: str) -> None:
    text = tidy(text).strip()
    if text:
        found.texts.append(f"{cell}: {text}")
        found.notes.append(Annotation("comment", text, tidy(author).strip() or None))


def _comments(package: Package, part: str) -> Iterator[tuple[str, str, str]]:
    if part.lower().endswith(BINARY):
        try:
            yield from sheet_binary.comments(package.data(part) or b"")
        except Unreadable:
            return  # they are missing by name
        return
    root = _xml(package, part)
    names = [element.text or "" for element in _each(root, "author")]
    for element in _each(root, "comment"):
        number = element.get("authorId", "")
        author = names[int(number)] if number.isdigit() and int(number) < len(names) else ""
        # Phonetic readings stand beside the text they spell, and would say it twice.
        pieces = (piece for piece in _each(element, "t") if _local(piece.getparent()) != "rPh")
        yield author, element.get("ref", ""), "".join(piece.text or "" for piece in pieces)


def _drawing(package: Package, part: str, keep: Keep | None, found: Hanging) -> None:
    for paragraph in _each(_xml(package, part), "p"):
        text = tidy("".join(piece.text or "" for piece in _each(paragraph, "t"))).strip()
        found.texts += [text] if text else []
    for element in _each(_xml(package, part), "cNvPr"):
        if element.get("descr", "").strip():
            found.notes.append(Annotation("alt", tidy(element.get("descr"))[:2_000], None))
    for chart in _targets(package, part, "chart"):
        for paragraph in _each(_xml(package, chart), "p"):
            text = tidy("".join(piece.text or "" for piece in _each(paragraph, "t"))).strip()
            found.texts += [text] if text else []
    for image in dict.fromkeys(_targets(package, part, "image")) if keep is not None else ():
        try:
            data = package.data(image)
        except Unreadable:
            continue  # the picture is broken; the sheet is not
        picture = keep(data) if keep is not None and data else None
        found.pictures += [picture] if picture is not None else []


def _persons(package: Package) -> dict[str, str]:
    return {
        person.get("id", ""): person.get("displayName", "")
        for name in package.parts
        if name.lower().startswith("xl/persons/")
        for person in _each(_xml(package, name), "person")
    }


def _targets(package: Package, part: str, kind: str) -> list[str]:
    try:
        return package.of_kind(part, kind)
    except Unreadable:
        return []


def _xml(package: Package, part: str) -> Any:
    try:
        return package.xml(part)
    except Unreadable:
        return None


def _each(element: Any, name: str) -> Iterator[Any]:
    return element.iter(f"{{*}}{name}") if element is not None else iter(())


def _local(element: Any) -> str:
    return str(element.tag).rsplit("}", 1)[-1] if element is not None else ""
