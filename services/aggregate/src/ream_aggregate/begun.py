# SPDX-License-Identifier: Apache-2.0
"""Remembers which record is worked on, so that the next process knows what this one died of, or was killed in.

It lies in a page of memory that the kernel keeps for a file when the process is gone, however it went. Nothing waits
for the disk, two thousand times a second. A machine that loses its power may lose the page, and blames no record.
"""

import mmap
import struct
from pathlib import Path

_PLACE = struct.Struct("<qq")
_SIZE = 1 + _PLACE.size
_DONE, _BEGUN = 0, 1


class Begun:
    """The record that is being worked on; at most one, since the agent takes one after another.

    Args:
        file: where it outlives the process; None where it need not.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._page = _mapped(file) if file is not None else mmap.mmap(-1, _SIZE)

    def begin(self, partition: int, offset: int) -> None:
        """Notes that a record is begun; to be called before anything is done with it."""
        _PLACE.pack_into(self._page, 1, partition, offset)
        self._page[0] = _BEGUN

    def done(self) -> None:
        """Notes that it was survived, or that it has no part in the end that comes now."""
        self._page[0] = _DONE

    def left(self) -> tuple[int, int] | None:
        """Returns partition and offset of the record that is begun and not done."""
        if self._page[0] != _BEGUN:
            return None
        partition, offset = _PLACE.unpack_from(self._page, 1)
        return partition, offset


def _mapped(file: Path) -> mmap.mmap:
    with file.open("a+b") as opened:
        # Written rather than truncated: a page without room on the disk would end the process when it is touched.
        opened.write(bytes(max(0, _SIZE - file.stat().st_size)))
        opened.flush()
        return mmap.mmap(opened.fileno(), _SIZE)
