# SPDX-License-Identifier: Apache-2.0
"""What a person can set for drawing pages, read from REAM_PAGES_..."""

from dataclasses import dataclass

from ream_kit.settings import require_at_least, setting


@dataclass(frozen=True, slots=True)
class PagesSettings:
    """The cell that draws, and LibreOffice, which lays out what has no pages by itself."""

    memory_bytes: int = setting(2 << 30, "address space of the cell that draws")
    seconds: int = setting(60, "longest time for one page, and CPU time likewise")
    office: bool = setting(True, "whether LibreOffice lays out documents without pages, where it is installed")
    office_program: str = setting("soffice", "LibreOffice's program")
    office_python: str = setting("/usr/bin/python3", "the Python that has LibreOffice's module uno")
    office_seconds: int = setting(120, "longest layout of one document")
    office_memory_bytes: int = setting(4 << 30, "address space of LibreOffice")

    def __post_init__(self) -> None:
        """Refuses numbers with which nothing could be drawn."""
        names = ("memory_bytes", "seconds", "office_seconds", "office_memory_bytes")
        require_at_least(1, self, "REAM_PAGES_", *names)
