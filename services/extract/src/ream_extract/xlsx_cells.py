# SPDX-License-Identifier: Apache-2.0
"""Decides what the cells of XLSX show: read one after another, numbers by the formats of their styles."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast
from xml.parsers import expat

from ream_extract.number_format import LONGEST, built_in
from ream_extract.opc import Package
from ream_extract.reading import Unreadable
from ream_extract.sheet_cells import Cells
from ream_extract.sheet_tables import MERGED

ROWS, COLUMNS = 1 << 20, 1 << 14
"""Cells of a sheet beyond these are none."""
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_TEXTS = frozenset({"v", "f", "t"})


STEP = 1 << 20
"""Bytes of a part between two signs that work goes on."""


def fill(cells: Cells, data: bytes, shared: Sequence[str], formats: Sequence[str], since_1904: bool) -> Iterator[None]:
    """Reads the cells of a sheet's part, a piece at a time.

    Raises:
        Unreadable: it is no XML.
        TooLarge: more cells than may be held.
    """
    yield from _parse(data, _Sheet(cells, shared, formats, since_1904))


def shared_texts(package: Package, main: str) -> list[str]:
    """Reads the texts that cells refer to by number.

    Raises:
        Unreadable: broken.
    """
    texts = _Texts()
    for name in package.of_kind(main, "sharedStrings") or ["xl/sharedStrings.xml"]:
        for _ in _parse(package.data(name) or b"<sst/>", texts):
            pass
    return texts.found


def formats(package: Package, main: str) -> list[str]:
    """Reads the format code of each style; none where the styles are broken."""
    found: list[str] = []
    for name in package.of_kind(main, "styles") or ["xl/styles.xml"]:
        try:
            root = package.xml(name)
        except Unreadable:
            continue
        if root is None:
            continue
        codes = {one.get("numFmtId", ""): one.get("formatCode", "") for one in root.iterfind("{*}numFmts/{*}numFmt")}
        for style in root.iterfind("{*}cellXfs/{*}xf"):
            number = style.get("numFmtId", "0")
            code = codes.get(number) or built_in(int(number) if number.isdecimal() and len(number) < 6 else 0)
            found.append(code if len(code) <= LONGEST else "General")
    return found


def _parse(data: bytes, taker: Any) -> Iterator[None]:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = taker.start
    parser.EndElementHandler = taker.end
    parser.CharacterDataHandler = taker.text
    parser.EntityDeclHandler = _no_entities
    try:
        for at in range(0, len(data), STEP):
            parser.Parse(data[at : at + STEP], False)
            yield
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as failure:
        raise Unreadable("damaged", "A part of the file is not valid XML.") from failure


def _no_entities(*_: object) -> None:
    raise ValueError("a part of a workbook declares no entities")


def unescaped(text: str) -> str:
    """Writes characters that XML does not allow and that stand as `_x000D_`."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class _Texts:
    """Takes the shared texts; phonetic readings stand beside the text they spell, and would say it twice."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._held: list[str] = []
        self._inside = self._aside = False

    def start(self, tag: str, _: Mapping[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "si":
            self._held = []
        self._aside = self._aside or name == "rPh"
        self._inside = name == "t" and not self._aside

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "si":
            self.found.append(unescaped("".join(self._held)))
        self._aside = self._aside and name != "rPh"
        self._inside = False

    def text(self, data: str) -> None:
        if self._inside:
            self._held.append(data)


class _Sheet:
    """Takes the cells of a sheet."""

    def __init__(self, cells: Cells, shared: Sequence[str], formats: Sequence[str], since_1904: bool) -> None:
        self._cells, self._shared, self._formats, self._since_1904 = cells, shared, formats, since_1904
        self._row, self._column = -1, -1
        self._kind = self._style = ""
        self._cell = self._aside = False
        self._held: dict[str, list[str]] = {}
        self._takes: Callable[[str], None] | None = None
        self._formulas: dict[str, str] = {}
        self._group = ""

    def start(self, tag: str, said: Mapping[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._begin(said)
        elif name == "row":
            number = said.get("r", "")
            self._row = int(number) - 1 if number.isdecimal() and len(number) < 8 else self._row + 1
            self._column = -1
        elif self._cell:
            self._aside = self._aside or name == "rPh"
            if name in _TEXTS and not self._aside:
                self._takes = self._held.setdefault(name, []).append
            if name == "f":
                self._group = said.get("si", "") if said.get("t") == "shared" else ""
        elif name == "mergeCell" and len(self._cells.merged) < MERGED:
            self._merge(said.get("ref", ""))

    def _begin(self, said: Mapping[str, str]) -> None:
        found = _PLACE.fullmatch(said.get("r", ""))
        if found:
            self._row, self._column = _numbers(found)
        else:
            self._column += 1
        self._kind, self._style = said.get("t", "n"), said.get("s", "0")
        self._cell, self._aside, self._held, self._group = True, False, {}, ""

    def text(self, data: str) -> None:
        if self._takes is not None:
            self._takes(data)

    def end(self, tag: str) -> None:
        self._takes = None
        name = tag.rpartition(":")[2]
        if name == "c" and self._cell:
            self._cell = False
            if self._held and 0 <= self._row < ROWS and 0 <= self._column < COLUMNS:
                self._take()
        elif name == "rPh":
            self._aside = False

    def _take(self) -> None:
        row, column = self._row, self._column
        value = "".join(self._held.get("v", ()))
        formula = "".join(self._held.get("f", ()))
        if self._group and formula:
            self._formulas.setdefault(self._group, f"={formula} (shared)")
        if self._kind == "inlineStr" or "t" in self._held:
            self._words(unescaped("".join(self._held.get("t", ())) or value))
        elif not value.strip() and "f" in self._held and self._kind != "str":
            # Nobody worked the formula out: a person with a spreadsheet sees a value, here only how it is got.
            self._cells.put(row, column, unescaped(f"={formula}" if formula else self._formulas.get(self._group, "=")))
        elif self._kind == "s":
            number = int(value) if value.strip().isdecimal() and len(value) < 10 else -1
            if 0 <= number < len(self._shared):  # else its words are lost, and the count of cells says so
                self._words(self._shared[number])
        elif self._kind in ("str", "e", "d"):
            self._words(unescaped(value))
        elif self._kind == "b":
            self._cells.put(row, column, "TRUE" if value.strip() in ("1", "true") else "FALSE")
        else:
            self._number(value.strip())

    def _words(self, text: str) -> None:
        self._cells.words(self._row, self._column, text, self._format())

    def _number(self, value: str) -> None:
        try:
            number = float(value)
        except ValueError:
            self._cells.put(self._row, self._column, value)
            return
        self._cells.number(self._row, self._column, number, self._format(), self._since_1904)

    def _format(self) -> str:
        number = int(self._style) if self._style.isdecimal() and len(self._style) < 7 else 0
        return self._formats[number] if number < len(self._formats) else "General"

    def _merge(self, area: str) -> None:
        ends = [_PLACE.fullmatch(end) for end in area.split(":")]
        if len(ends) == 2 and all(ends):
            (top, left), (bottom, right) = (_numbers(cast("re.Match[str]", end)) for end in ends)
            if bottom >= top and right >= left:
                self._cells.merged.append((top, left, bottom - top + 1, right - left + 1))


def _numbers(found: "re.Match[str]") -> tuple[int, int]:
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1
