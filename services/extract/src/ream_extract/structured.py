# SPDX-License-Identifier: Apache-2.0
"""Decides how a text with a structure is read: by its structure where it has one, else as it is written.

What the structure shows is held against the letters that another way of counting finds in the source: where it shows
fewer, the source is the text. So nothing is lost to a reader that understands less than the file says.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ream_contracts.whole import letters
from ream_extract.encoding import decode, detect
from ream_extract.extractors.text import EXTRACTOR as PLAIN
from ream_extract.extractors.text import letters_in
from ream_extract.flow import Block, apportion, bodies, placed, share, unit
from ream_extract.pictures import Keeper
from ream_extract.reading import Item, Method, Plan, Source, UnitRun
from ream_extract.text_clean import tidy

TOGETHER = 256
"""Bodies of one segment: the file is parsed for each."""
WHOLE = 0.95
"""Share of the letters counted that the structure must show."""
TITLED = 1 << 20
"""Bytes of a file that is parsed already for its plan, to tell its title."""


@dataclass(frozen=True, slots=True)
class Structured:
    """What a text shows."""

    blocks: list[Block]
    counted: int
    """Letters that another way of counting finds in the source."""
    metadata: dict[str, str] = field(default_factory=dict)
    pictures: list[tuple[int, bytes]] = field(default_factory=list)
    """Those that lie in the text itself, each with the number of its block."""


@dataclass(frozen=True, slots=True)
class StructuredExtractor:
    """Reads texts of some kind by their structure.

    Attributes:
        structure: gives what a text shows; the first argument is the file's bytes, the second its text. Raises
            ValueError or RecursionError where it has no such structure.
        laid_out: it is a text for people, whose blocks are told; of data they would say nothing.
        largest: bytes of a file whose structure is looked at; larger ones are read as they are written.
    """

    name: str
    version: str
    media_types: tuple[str, ...]
    structure: Callable[[bytes, str], Structured]
    largest: int
    laid_out: bool = False
    convert_to: str | None = None

    def plan(self, source: Source) -> Plan:
        """Counts bodies by the size of the file alone; of a smaller one tells what it says of itself."""
        size = source.path.stat().st_size
        if size > self.largest:
            return PLAIN.plan(source)
        data = source.path.read_bytes()
        encoding = detect(data)
        metadata = {"encoding": encoding.name, "encoding_confidence": str(encoding.confidence)}
        if size <= encoding.mark:
            return Plan((), metadata)
        small = size <= TITLED
        found = self._structured(data, tidy(decode(data[encoding.mark :], encoding)[0])) if small else None
        return Plan((UnitRun("body", bodies(size), TOGETHER),), metadata | (found.metadata if found else {}))

    def read(self, source: Source, first: int, last: int, scratch: Path) -> Iterator[Item]:
        """Yields the bodies."""
        size = source.path.stat().st_size
        if size > self.largest:
            yield from PLAIN.read(source, first, last, scratch)
            return
        data = source.path.read_bytes()
        encoding = detect(data)
        written, sure = decode(data[encoding.mark :], encoding)
        text = tidy(written)
        found = self._structured(data, text)
        method: Method = "markup" if found else "plain"
        if found:
            blocks, counted = found.blocks, found.counted
            if source.pictures and found.pictures:
                kept = Keeper(scratch, source.limits)
                blocks = placed(blocks, kept.placed(found.pictures))
                blocks.append(Block("", annotations=kept.notes()))
        else:
            blocks, counted = [Block(line) for line in text.split("\n")], letters_in(data, encoding.name) or 0
        parts = share(blocks, bodies(size))
        shares = apportion(counted, parts)
        for number in range(first, last + 1):
            made = unit(number, parts[number - 1], method, sure, shares[number - 1])
            yield made if self.laid_out and found else replace(made, blocks=())

    def _structured(self, data: bytes, text: str) -> Structured | None:
        """Returns what the structure shows; None where there is none, or where it shows less than the text says."""
        try:
            found = self.structure(data, text)
        except (ValueError, RecursionError):
            return None
        shown = sum(letters(block.text) for block in found.blocks)
        return found if shown >= WHOLE * found.counted else None
