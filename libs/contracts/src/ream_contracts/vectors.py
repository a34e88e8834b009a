# SPDX-License-Identifier: Apache-2.0
"""How vectors of a segment lie in the store: what made them, where each window begins, then the numbers.

The first line is JSON, the rest 16-bit floats, lowest byte first: half the room of 32 bits, and nearer to them than
any two texts are to each other.
"""

import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ream_contracts import identity, layout

MODEL = "all-MiniLM-L6-v2/1"
"""The model whose vectors are searched, and how windows are cut for it."""
DIMENSIONS = 384


@dataclass(frozen=True, slots=True)
class Window:
    """A run of words of a unit, and what it means.

    Attributes:
        start: where it begins in the unit's text.
    """

    unit: int
    start: int
    vector: tuple[float, ...]


def name_of(document_id: str, generation: int, segment: int, text: str) -> str:
    """Names the vectors of a segment by the artifact that holds its text."""
    # The text's name inside the generation: copies of a document find what was made of the first.
    inside = text.removeprefix(layout.generation(document_id, generation))
    return layout.vectors(document_id, generation, segment, identity.memo(inside, MODEL))


def pack(windows: Sequence[Window]) -> bytes:
    """Makes the object of a segment's windows."""
    head = {"model": MODEL, "windows": [[one.unit, one.start] for one in windows]}
    numbers = [number for one in windows for number in one.vector]
    return json.dumps(head, separators=(",", ":")).encode() + b"\n" + struct.pack(f"<{len(numbers)}e", *numbers)


def unpack(data: bytes) -> Iterator[Window]:
    """Yields the windows of an object; none where another model made them.

    Raises:
        ValueError: it is damaged.
    """
    line, _, numbers = data.partition(b"\n")
    head = json.loads(line)
    if not isinstance(head, Mapping) or head.get("model") != MODEL:
        return
    places: Iterable[Sequence[int]] = head["windows"]
    try:
        vectors = struct.iter_unpack(f"<{DIMENSIONS}e", numbers)
        for (unit, start), vector in zip(places, vectors, strict=True):
            yield Window(unit, start, vector)
    except struct.error as error:
        raise ValueError(f"vectors are cut off: {error}") from error
