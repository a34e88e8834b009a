# SPDX-License-Identifier: Apache-2.0
"""Decides how JSON is read: names with their values, records as tables; what is no JSON is read as it is written."""

import json
import re
from collections.abc import Iterator
from typing import Any

from ream_contracts.whole import letters
from ream_extract.outline import Group, Node, Row, blocks
from ream_extract.structured import Structured, StructuredExtractor
from ream_extract.text_clean import tidy

_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)(?:"|\\?\Z)\s*+(:?)', re.DOTALL)
_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL)
_SPACE = re.compile(r"[\s\x1e]*")
_TITLES = ("title", "name")
_WRONG = 20
"""Lines between JSON texts that may be none: looking for the next one behind each takes the whole file."""


def structure(_: bytes, text: str) -> Structured:
    """Reads one JSON text, or several that follow one another; a line between them that is none stays as it is written.

    Raises:
        ValueError: there is no JSON, or too little.
    """
    nodes = list(_parsed(text))
    if not any(isinstance(node, Group | Row) for node in nodes):
        json.loads(text)  # one value alone may stand there; words are no data
    node = nodes[0] if len(nodes) == 1 else Row(nodes)
    return Structured(list(blocks(node)), _count(text), _metadata(node))


def _parsed(text: str) -> Iterator[Node]:
    at, wrong = _skip(text, 0), 0
    while at < len(text):
        try:
            value, at = _DECODER.raw_decode(text, at)
            node = _node(value)
        except ValueError:
            wrong += 1
            if wrong > _WRONG:
                raise
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            node, at = text[at:end], end
        yield node
        at = _skip(text, at)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


class _Pairs(list[tuple[str, Any]]):
    """An object, to be told from an array."""


# Numbers stay as they are written, and a name that comes twice stays twice.
_DECODER = json.JSONDecoder(object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=str)


def _node(value: Any) -> Node:
    if isinstance(value, _Pairs):
        return Group([(_name(name), _node(inner)) for name, inner in value])
    if isinstance(value, list):
        return Row([_node(inner) for inner in value])
    if isinstance(value, str):
        return tidy(value)
    return json.dumps(value)


def _name(name: str) -> str:
    return " ".join(tidy(name).split()) or '""'


def _metadata(node: Node) -> dict[str, str]:
    named = dict(node.pairs) if isinstance(node, Group) else {}
    title = next((value for name in _TITLES if isinstance(value := named.get(name), str) and value), "")
    return {"title": title[:1_000]} if title else {}


def _count(text: str) -> int:
    """Counts letters of the values that are texts, found without the parser: of names a table shows each once."""
    return sum(letters(_ESCAPE.sub(_letter, value)) for value, name in _STRING.findall(text) if not name)


def _letter(found: re.Match[str]) -> str:
    escape = found[0]
    return chr(int(escape[2:], 16)) if len(escape) == 6 and not 0xD800 <= int(escape[2:], 16) < 0xE000 else " "


EXTRACTOR = StructuredExtractor(
    "json", "2", ("application/json", "application/x-ndjson"), structure, largest=8 << 20
)  # fmt: skip
