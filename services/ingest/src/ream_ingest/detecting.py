# SPDX-License-Identifier: Apache-2.0
"""Asks a cell for the media type of a file, and says what its first bytes say where the cell doesn't live to answer."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from ream_ingest.media_type import by_mark, is_media_type
from ream_kit import Retry, log
from ream_kit.cells import CellDied, CellFailed, Cells, Limits

LIMITS = Limits(
    memory_bytes=512 << 20, cpu_seconds=10, idle_seconds=10, total_seconds=10, open_files=64, output_bytes=1 << 20
)
"""What telling one file's type may take; honest files take milliseconds."""

_TARGET = "ream_ingest.cell:work"
_SIZE = 2
_TRIES = 2
"""A busy machine can kill a cell as well as a hostile file can: one death proves nothing."""
_NOBODYS_FAULT = ("not-started", "closed")
_LOG = log.logger("ingest.detecting")


class Detector(Protocol):
    """Tells media types."""

    def media_type(self, path: Path, name: str | None) -> str:
        """Returns the media type of a file by its content; raises Retry when the machine has no room to look."""


class CellDetector:
    """Tells media types in cells, so that no file takes ingest with it."""

    def __init__(
        self,
        call: Callable[[dict[str, str | None]], Iterable[dict[str, Any]]],
        confined: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        self._call = call
        self._confined = confined

    def confinement(self) -> tuple[str, ...]:
        """Names what holds the cells."""
        return self._confined()

    def media_type(self, path: Path, name: str | None) -> str:
        """Returns the media type of a file by its content.

        A file that two cells in a row died of, or failed on, is what the mark at its start says, or
        `application/octet-stream`: it becomes a document all the same.

        Raises:
            Retry: no cell could be started.
            OSError: the file cannot be read.
        """
        for _ in range(_TRIES):
            try:
                return self._asked(path, name)
            except CellDied as died:
                if died.cause in _NOBODYS_FAULT:
                    raise Retry("cells", f"no process could be started to look at a file ({died.cause})") from None
                _LOG.warning("cell_died", cause=died.cause)
            except CellFailed as failed:
                _LOG.warning("cell_failed", error=failed.type)
        return by_mark(path)

    def _asked(self, path: Path, name: str | None) -> str:
        # Taken to its end: a cell whose call is left early is killed.
        answers = list(self._call({"path": str(path.absolute()), "name": name}))
        said = answers[0].get("media_type") if answers else None
        # A cell that a file has taken over says what the file wants.
        if not isinstance(said, str) or not is_media_type(said):
            raise CellFailed("no-answer", "")
        return said


@contextmanager
def open_detector() -> Iterator[Detector]:
    """Starts the cells of this process."""
    with Cells(_TARGET, _SIZE, LIMITS) as cells:
        yield CellDetector(cells.call, cells.confinement)
