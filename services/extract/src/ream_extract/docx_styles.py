# SPDX-License-Identifier: Apache-2.0
"""Decides which paragraphs of a Word document are headings and which are items of lists: by styles or by themselves."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from ream_extract.opc import Package

V = TypeVar("V")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = frozenset("012345678")
_INHERITED = 20
"""Styles that are based on one another, which are followed."""


class Styles:
    """What the styles of a document say of paragraphs."""

    def __init__(self, package: Package, main: str) -> None:
        levels: dict[str, int] = {}
        depths: dict[str, int] = {}
        based: dict[str, str] = {}
        lists: dict[str, str] = {}
        ranks: dict[str, int] = {}
        for style in _styles(package, main):
            number = style.get(f"{W}styleId", "")
            parent = style.find(f"{W}basedOn")
            if parent is not None:
                based[number] = parent.get(f"{W}val", "")
            level, depth = _style_level(style), _numbered(style.find(f"{W}pPr"))
            if level is not None:
                levels[number] = level
            if depth is not None:
                depths[number] = depth
            name, rank = _list_of(style.find(f"{W}pPr"))
            if name:
                lists[number] = name
            if rank is not None:
                ranks[number] = rank
        self._levels = {number: _inherited(number, levels, based, 0) for number in {*levels, *based}}
        self._depths = {number: _inherited(number, depths, based, 0) for number in {*depths, *based}}
        self._lists = {number: _inherited(number, lists, based, "") for number in {*lists, *based}}
        self._ranks = ranks

    def level(self, paragraph: Any) -> int:
        """Returns the level of a heading, 1 for the highest; 0 of other paragraphs."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return 0
        own = properties.find(f"{W}outlineLvl")
        return _outline(own) if own is not None else self._levels.get(_style_of(properties), 0)

    def depth(self, paragraph: Any) -> int:
        """Returns how deep the list is whose item a paragraph is, 1 for the outermost; 0 of other paragraphs."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return 0
        own = _numbered(properties)
        return own if own is not None else self._depths.get(_style_of(properties), 0)

    def numbering(self, paragraph: Any) -> tuple[str, int | None, str]:
        """Returns the list that counts a paragraph (empty where none does), its level where one is said, its style."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return "", None, ""
        style = _style_of(properties)
        name, level = _list_of(properties)
        if name:
            return name, level or 0, style
        return self.numbered(style), level if level is not None else self._ranks.get(style), style

    def numbered(self, style: str) -> str:
        """Returns the list that counts the paragraphs of a style; empty where none does."""
        return self._lists.get(style, "")


def _styles(package: Package, main: str) -> Iterator[Any]:
    for part in package.of_kind(main, "styles"):
        root = package.xml(part)
        yield from root.findall(f"{W}style") if root is not None else ()


def _style_of(properties: Any) -> str:
    style = properties.find(f"{W}pStyle")
    return str(style.get(f"{W}val", "")) if style is not None else ""


def _numbered(properties: Any) -> int | None:
    """Says how deep a list is, 0 where there expressly is none; None where nothing is said."""
    found = properties.find(f"{W}numPr") if properties is not None else None
    if found is None:
        return None
    number, level = found.find(f"{W}numId"), found.find(f"{W}ilvl")
    if number is not None and number.get(f"{W}val") == "0":
        return 0
    value = level.get(f"{W}val", "0") if level is not None else "0"
    return int(value) + 1 if value in "012345678" else 1


def _list_of(properties: Any) -> tuple[str, int | None]:
    """Returns the list and the level that properties name, counted from 0."""
    found = properties.find(f"{W}numPr") if properties is not None else None
    if found is None:
        return "", None
    number, level = found.find(f"{W}numId"), found.find(f"{W}ilvl")
    value = level.get(f"{W}val", "") if level is not None else ""
    return str(number.get(f"{W}val", "")) if number is not None else "", int(value) if value in _LEVELS else None


def _inherited(number: str, own: Mapping[str, V], based: Mapping[str, str], otherwise: V) -> V:
    for _ in range(_INHERITED):
        if number in own:
            return own[number]
        number = based.get(number, "")
    return otherwise


def _style_level(style: Any) -> int | None:
    outline = style.find(f"{W}pPr/{W}outlineLvl")
    if outline is not None:
        return _outline(outline)
    name = style.find(f"{W}name")
    words = (name.get(f"{W}val", "") if name is not None else "").lower().split()
    if words == ["title"]:
        return 1
    if len(words) == 2 and words[0] == "heading" and words[1] in "123456789":
        return int(words[1])
    return None


def _outline(element: Any) -> int:
    value = element.get(f"{W}val", "9")
    return int(value) + 1 if value in "012345678" else 0
