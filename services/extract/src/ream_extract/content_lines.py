# SPDX-License-Identifier: Apache-2.0
"""Decides what the lines of calendars and contacts say (iCalendar, vCard 2.1 to 4): name, parameters, value.

No line is refused: one that has no name continues the value before it, for that is what broken writers leave behind.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ream_extract.encoding import decode, detect
from ream_extract.text_clean import tidy

_NAME = re.compile(r"(?:([\w-]{1,100})\.)?([A-Za-z][\w-]{0,100})((?:;[^\n]*?)?):", re.ASCII)
_PARAMETER = re.compile(r';\s*([^=;:"]+)(?:=((?:"[^"]*"|[^;"])*))?')
_QUOTED_PRINTABLE = re.compile(r"[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE[^:]*:", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_BINARY = frozenset({"B", "BASE64"})
_DATA = re.compile(r"data:([\w.+/-]*)(?:;[\w=.+-]*)*;base64,", re.IGNORECASE)


@dataclass(slots=True)
class Line:
    """One property."""

    name: str
    """Upper case."""
    group: str = ""
    """Label that joins it with others of the same group."""
    parameters: dict[str, str] = field(default_factory=dict)
    """By name in upper case; those without a name, as vCard 2.1 has them, are joined under TYPE."""
    value: str = ""
    """As written, unfolded and decoded, with its escapes."""

    @property
    def text(self) -> str:
        """The value for people: escapes undone, parts of a name or address joined by blanks, trimmed."""
        return _shown(self.value, self.name in _STRUCTURED)

    @property
    def binary(self) -> bytes | None:
        """The bytes that the value carries; None where it carries none, empty where they are broken."""
        inline = _DATA.match(self.value)
        if inline is None and self.parameters.get("ENCODING", "").upper() not in _BINARY:
            return None
        coded = self.value[inline.end() :] if inline else self.value
        try:
            return base64.b64decode("".join(coded.split()), validate=True)
        except (binascii.Error, ValueError):
            return b""


_STRUCTURED = frozenset({"N", "ADR", "ORG", "GENDER"})


def lines(data: bytes) -> Iterator[Line]:
    """Yields the properties of an entry, the marks that begin and end its parts among them."""
    encoding = detect(data)
    text = tidy(decode(data[encoding.mark :], encoding)[0])
    last: Line | None = None
    for written in _unfolded(text):
        found = _NAME.match(written)
        if found is None:
            if last is not None and written.strip():
                last.value += f"\n{written}" if last.binary is None else written
            continue
        if last is not None:
            yield last
        last = _line(found, written[found.end() :])
    if last is not None:
        yield last


def _unfolded(text: str) -> Iterator[str]:
    """Yields logical lines; a quoted-printable value ends its lines in `=` and does not begin the next with a blank."""
    pieces: list[str] = []
    for written in text.split("\n"):
        if pieces and pieces[-1].endswith("=") and _QUOTED_PRINTABLE.match(pieces[0]):
            pieces[-1] = pieces[-1][:-1]
            pieces.append(written)
        elif pieces and written[:1] in (" ", "\t"):
            pieces.append(written[1:])
        else:
            yield "".join(pieces)
            pieces = [written]
    yield "".join(pieces)


def _line(found: re.Match[str], value: str) -> Line:
    line = Line(found[2].upper(), found[1] or "")
    # A colon inside of quotes belongs to a parameter.
    parameters = found[3]
    while parameters.count('"') % 2 and ":" in value:
        more, _, value = value.partition(":")
        parameters += f":{more}"
    for name, given in _PARAMETER.findall(parameters):
        key = name.strip().upper()
        plain = given.replace('"', "").strip()
        if not plain:
            key, plain = ("ENCODING", key) if key in _BINARY | {"QUOTED-PRINTABLE"} else ("TYPE", name.strip())
        line.parameters[key] = f"{line.parameters[key]},{plain}" if key in line.parameters else plain
    line.value = _decoded(value, line.parameters)
    return line


def _decoded(value: str, parameters: dict[str, str]) -> str:
    if parameters.get("ENCODING", "").upper() != "QUOTED-PRINTABLE":
        return value
    data = quopri.decodestring(value.encode("utf-8", "replace"))
    return tidy(decode(data, detect(data, parameters.get("CHARSET")))[0])


def _shown(value: str, structured: bool) -> str:
    if not structured:
        return _unescaped(value).strip()
    parts = (_unescaped(part).strip() for part in re.split(r"(?<!\\);", value))
    return ", ".join(part for part in parts if part)


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda mark: "\n" if mark[1] in "nN" else mark[1], value)
