# SPDX-License-Identifier: Apache-2.0
"""Runs of unit numbers as ranges [first, last], both included; always ascending, apart and not touching."""

from collections.abc import Iterable, Iterator

Range = tuple[int, int]
Ranges = tuple[Range, ...]


def normal(ranges: Iterable[Range]) -> Ranges:
    """Sorts ranges and joins those that overlap or touch.

    Raises:
        ValueError: a range ends before it begins, or begins below 1.
    """
    joined: list[Range] = []
    for first, last in sorted(ranges):
        if first < 1 or last < first:
            raise ValueError(f"not a range of units: {first} to {last}")
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)


def of(numbers: Iterable[int]) -> Ranges:
    """Returns the ranges that hold just these numbers."""
    return normal((number, number) for number in numbers)


def each(ranges: Iterable[Range]) -> Iterator[int]:
    """Yields every number of the ranges in order."""
    for first, last in ranges:
        yield from range(first, last + 1)


def count(ranges: Iterable[Range]) -> int:
    """Says how many numbers the ranges hold."""
    return sum(last - first + 1 for first, last in ranges)


def contains(ranges: Iterable[Range], number: int) -> bool:
    """Says whether the number lies in one of the ranges."""
    return any(first <= number <= last for first, last in ranges)


def union(*parts: Iterable[Range]) -> Ranges:
    """Returns what lies in any of the parts."""
    return normal(one for part in parts for one in part)


def minus(ranges: Iterable[Range], taken: Iterable[Range]) -> Ranges:
    """Returns what lies in the ranges and not in those taken."""
    left: list[Range] = []
    holes = normal(taken)
    for first, last in normal(ranges):
        start = first
        for low, high in holes:
            if high < start or low > last:
                continue
            if low > start:
                left.append((start, low - 1))
            start = high + 1
        if start <= last:
            left.append((start, last))
    return tuple(left)
