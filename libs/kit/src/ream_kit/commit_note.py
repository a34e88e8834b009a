# SPDX-License-Identifier: Apache-2.0
"""Decides what the metadata of a commit says: what is finished beyond it, what may have been begun, who died of what.

The text is `1:owner:end:suspects:deaths:finished:check`. `end` is `o` when the owner left in order, `r` while it runs;
where its last records failed by its own fault, their number follows (who does not know it takes the text for none). The
three lists hold numbers relative to the committed offset; the check belongs to text and offset. Numbers are written
in digits of 5 bits, the smallest first, each a character of URL-safe base 64; the highest of its 6 bits says that
another digit follows. A list of ranges is the distance from the range before and the length, and so on; deaths are the
distance from the one before and their number.

A text that cannot be read, or that belongs to another offset, says nothing: what it knew is done again.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

LIMIT = 4096
"""Characters that a broker takes unless it is told otherwise (offset.metadata.max.bytes)."""

MOST_SUSPECT_CHARACTERS = 1200
MOST_DEATHS = 50
_FORMAT = "1"
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_MORE = 32
_MOST_SUSPECTS = 100_000

Runs = Sequence[range]


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of a partition beside its committed offset.

    Attributes:
        owner: name of the process that wrote it, a few characters of the alphabet of base 64.
        orderly: it gave the partition up in order, so nothing of it was running.
        suspects: offsets that may have been begun and were not finished, in rising ranges; others may be among them.
        deaths: tries of a suspect that were begun and never ended, where there were two or more.
        finished: offsets beyond the committed one that are finished, in rising ranges.
        failures: how many records in a row had failed by the owner's own fault.
    """

    owner: str
    orderly: bool
    suspects: tuple[range, ...] = ()
    deaths: Mapping[int, int] = field(default_factory=dict)
    finished: tuple[range, ...] = ()
    failures: int = 0


def encode(offset: int, note: Note) -> str:
    """Writes the text for a commit of this offset; ranges and deaths lie at it or beyond, in rising order.

    It never has more than LIMIT characters: suspects that do not fit are taken together with what lies between them, of
    deaths the highest are kept, and the last finished ranges are left out.
    """
    deaths = dict(sorted(sorted(note.deaths.items(), key=lambda one: -one[1])[:MOST_DEATHS]))
    end = ("o" if note.orderly else "r") + (_number(note.failures) if note.failures else "")
    head = f"{_FORMAT}:{note.owner}:{end}:{_suspects(offset, note.suspects)}:{_pairs(offset, deaths.items())}:"
    finished = _ranges(offset, note.finished)
    room = LIMIT - len(head) - 1 - _CHECK_CHARACTERS
    kept = len(note.finished)
    while len(finished) > room:
        kept = kept * room // len(finished)
        finished = _ranges(offset, note.finished[:kept])
    text = head + finished
    return f"{text}:{_check(offset, text)}"


def decode(offset: int, text: str | None) -> Note | None:
    """Reads the text of a commit of this offset; None when it says nothing that can be relied on."""
    body, _, check = (text or "").rpartition(":")
    parts = body.split(":")
    if len(parts) != 6 or parts[0] != _FORMAT or parts[2][:1] not in ("o", "r") or check != _check(offset, body):
        return None
    try:
        suspects, finished = _read_ranges(offset, parts[3]), _read_ranges(offset, parts[5])
        deaths = dict(_read_pairs(offset, parts[4]))
        failures = next(_read_numbers(parts[2][1:]), 0)
    except ValueError:
        return None
    if sum(map(len, suspects)) > _MOST_SUSPECTS:
        return None
    return Note(parts[1], parts[2][0] == "o", suspects, deaths, finished, failures)


def runs(offsets: Iterable[int]) -> tuple[range, ...]:
    """Gathers rising offsets into ranges."""
    found: list[range] = []
    start = stop = -1
    for offset in offsets:
        if offset != stop:
            if stop > start:
                found.append(range(start, stop))
            start = offset
        stop = offset + 1
    if stop > start:
        found.append(range(start, stop))
    return tuple(found)


def _suspects(offset: int, suspects: Runs) -> str:
    text, distance = _ranges(offset, suspects), 1
    while len(text) > MOST_SUSPECT_CHARACTERS:
        merged: list[range] = []
        for run in suspects:
            if merged and run.start - merged[-1].stop <= distance:
                merged[-1] = range(merged[-1].start, run.stop)
            else:
                merged.append(run)
        suspects, distance = merged, distance * 2
        text = _ranges(offset, suspects)
    return text


def _ranges(offset: int, ranges: Runs) -> str:
    numbers = []
    for run in ranges:
        numbers += [_number(run.start - offset), _number(len(run))]
        offset = run.stop
    return "".join(numbers)


def _pairs(offset: int, pairs: Iterable[tuple[int, int]]) -> str:
    numbers = []
    for place, count in pairs:
        numbers += [_number(place - offset), _number(count)]
        offset = place
    return "".join(numbers)


def _number(value: int) -> str:
    if value < 0:
        raise ValueError("offsets of a note rise from the committed one on")
    digits = ""
    while value >= _MORE:
        digits += _ALPHABET[_MORE | value % _MORE]
        value //= _MORE
    return digits + _ALPHABET[value]


def _read_numbers(text: str) -> Iterator[int]:
    value = shift = 0
    for character in text:
        digit = _VALUES.get(character)
        if digit is None or shift > 60:
            raise ValueError(f"not a number: {text[:20]!r}")
        value |= (digit % _MORE) << shift
        shift += 5
        if digit < _MORE:
            yield value
            value = shift = 0
    if shift:
        raise ValueError("the last number ends in its middle")


def _read_pairs(offset: int, text: str) -> Iterator[tuple[int, int]]:
    numbers = list(_read_numbers(text))
    for distance, count in zip(numbers[::2], numbers[1::2], strict=True):
        offset += distance
        yield offset, count


def _read_ranges(offset: int, text: str) -> tuple[range, ...]:
    numbers = list(_read_numbers(text))
    found = []
    for distance, length in zip(numbers[::2], numbers[1::2], strict=True):
        found.append(range(offset + distance, offset + distance + length))
        offset = found[-1].stop
    return tuple(found)


_CHECK_CHARACTERS = 6


def _check(offset: int, text: str) -> str:
    value = zlib.crc32(f"{offset}:{text}".encode())
    return "".join(_ALPHABET[(value >> shift) & 63] for shift in range(0, 6 * _CHECK_CHARACTERS, 6))
