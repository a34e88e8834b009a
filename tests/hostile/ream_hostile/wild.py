# SPDX-License-Identifier: Apache-2.0
"""What is true of hostile files that nobody here made: by name where somebody looked, else as other programs say."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ream_hostile.attack import ends

_SECONDS = 60
_READ = ends("complete", "partial")
_LOCKED = "Incorrect password"


@dataclass(frozen=True, slots=True)
class Truth:
    """How a file may end.

    Attributes:
        ends: outcomes, with the cause where the document itself has one.
        children: how many documents are found inside, all depths together; none in it where nobody can say.
    """

    ends: frozenset[tuple[str, str | None]]
    children: tuple[int, ...] = (0,)

    def broken_by(self, outcome: str | None, cause: str | None, children: int) -> str | None:
        """Says what is not true of an end; None where all is."""
        if (outcome, cause) not in self.ends and (outcome, None) not in self.ends:
            return f"ended as {(outcome, cause)}, which is not true of it: {sorted(self.ends, key=str)}"
        if self.children and children not in self.children:
            return f"has {children} documents inside, not {' or '.join(map(str, self.children))}"
        return None


KNOWN: Mapping[str, Truth] = MappingProxyType(
    {
        # ZIP and GZ that hold themselves: taken out as deep as is allowed, and said to be too deep there.
        "droste.zip": Truth(ends("empty"), (16,)),
        "quine.gz": Truth(ends("empty"), (8,)),
        "testChm_oom.chm": Truth(ends(("unsupported", "unsupported-type"))),
        "testLZMA_oom": Truth(ends(("unsupported", "unsupported-type"))),
        "testZ_oom.Z": Truth(ends(("unsupported", "unsupported-type"))),
        # Its one letter is in a font that is broken: nothing of it is to be seen, though the file names it.
        "Embedded_font.pdf": Truth(ends("complete", "partial", "empty")),
        "testZIP_corrupted_oom.zip": Truth(ends(("failed", "damaged"))),
    }
)
"""Names of files whose contents were looked at."""


def truth(path: Path) -> Truth | None:
    """Says what is true of a file; None where nobody knows it and no other program reads its kind.

    Raises:
        FileNotFoundError: qpdf or poppler's programs are not installed.
    """
    if path.name in KNOWN:
        return KNOWN[path.name]
    try:
        return _of_pdf(path) if b"PDF-" in path.read_bytes()[:1024] else None
    except subprocess.TimeoutExpired:
        return None  # it hangs the other program


def _of_pdf(path: Path) -> Truth:
    """Asks poppler and qpdf, which share nothing with the services' readers.

    Of what poppler cannot read Ream may read more, or say that it is damaged.
    """
    told = _ran("pdfinfo", path)
    if _LOCKED in told.stderr:
        return Truth(ends(("failed", "encrypted")))
    if not re.search(r"^Pages: +[1-9]", told.stdout, re.MULTILINE):
        return Truth(_READ | ends("empty", ("failed", "damaged")), ())
    words = _ran("pdftotext", path, "-").stdout.split()
    # poppler names a file once for each place that shows it, qpdf only those of the document's own list.
    held = re.search(r"^([0-9]+) embedded files", _ran("pdfdetach", "-list", path).stdout, re.MULTILINE)
    listed = re.findall(r"^\S.* -> [0-9]+,[0-9]+$", _ran("qpdf", "--list-attachments", path).stdout, re.MULTILINE)
    children = {int(held[1]) if held else 0, len(listed)}
    return Truth(_READ if words else _READ | ends("empty"), tuple(sorted(children)))


def _ran(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False
    )
