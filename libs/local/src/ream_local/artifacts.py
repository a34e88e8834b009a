# SPDX-License-Identifier: Apache-2.0
"""Decides which files from Maven Central may become part of the servers: those whose hash `artifacts.lock` holds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ream_local.errors import LocalStackError

LOCK_FILE = Path(__file__).with_name("artifacts.lock")
RELOCK_COMMAND = "python -m ream_local.relock"

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, order=True)
class Artifact:
    """One file of a Maven repository.

    Attributes:
        group: Maven group, as in `org.apache.kafka`.
        name: Maven artifact id.
        version: Exact version.
        classifier: Empty for the main artifact.
        type: File name ending, `jar` or `zip`.
    """

    group: str
    name: str
    version: str
    classifier: str = ""
    type: str = "jar"

    def __post_init__(self) -> None:
        for part in (self.group, self.name, self.version, self.type):
            if not _SAFE.fullmatch(part):
                raise LocalStackError(f"{part!r} is no part of a Maven coordinate; restore {LOCK_FILE.name} from git.")

    @classmethod
    def parse(cls, coordinate: str) -> Artifact:
        """Read `group:name:version[:type[:classifier]]`."""
        group, name, version, *rest = coordinate.split(":")
        return cls(group, name, version, rest[1] if len(rest) > 1 else "", rest[0] if rest else "jar")

    @property
    def coordinate(self) -> str:
        """The artifact as Maven's command line writes it."""
        base = f"{self.group}:{self.name}:{self.version}:{self.type}"
        return f"{base}:{self.classifier}" if self.classifier else base

    @property
    def file_name(self) -> str:
        """The file's name in a repository and in a folder of jars."""
        middle = f"-{self.classifier}" if self.classifier else ""
        return f"{self.name}-{self.version}{middle}.{self.type}"


@dataclass(frozen=True, slots=True, order=True)
class LockedArtifact:
    """An artifact, the folder of the installation it belongs in, and the hash its bytes must have."""

    folder: str
    artifact: Artifact
    sha256: str


def read_lock(text: str) -> tuple[LockedArtifact, ...]:
    """Parse a lock file.

    Raises:
        LocalStackError: a line is not `folder coordinate sha256`, or leads outside the installation.
    """
    entries = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split()
        if len(fields) != 3 or not _SHA256.fullmatch(fields[2]) or not _is_inside(fields[0]):
            raise LocalStackError(
                f"Line {number} of {LOCK_FILE.name} is not 'folder coordinate sha256'. "
                f"Restore the file from git, or make it anew with '{RELOCK_COMMAND}'."
            )
        entries.append(LockedArtifact(fields[0], Artifact.parse(fields[1]), fields[2]))
    return tuple(entries)


def write_lock(entries: Iterable[LockedArtifact]) -> str:
    """The lock file's text: sorted, so that the same entries always give the same bytes."""
    head = (
        "# SPDX-License-Identifier: Apache-2.0\n"
        f"# Files from Maven Central and their hashes. Made by '{RELOCK_COMMAND}'; versions stand in catalogue.py.\n"
    )
    return head + "".join(f"{e.folder} {e.artifact.coordinate} {e.sha256}\n" for e in sorted(entries))


def locked(product: str) -> tuple[LockedArtifact, ...]:
    """The locked artifacts of one product: `kafka`, `opensearch`, `s3proxy` or `tika`."""
    entries = read_lock(LOCK_FILE.read_text(encoding="utf-8"))
    return tuple(e for e in entries if e.folder.split("/")[0] == product)


def fingerprint(entries: Iterable[LockedArtifact]) -> str:
    """Eight hex digits that change when any file of a product changes; they name its folder in the cache."""
    return hashlib.sha256(write_lock(entries).encode()).hexdigest()[:8]


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes, in lower-case hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify(entry: LockedArtifact, path: Path) -> None:
    """Check a downloaded file against the lock.

    Raises:
        LocalStackError: the bytes are not those that were locked.
    """
    found = sha256_of(path)
    if found != entry.sha256:
        raise LocalStackError(
            f"{entry.artifact.coordinate} came with SHA-256 {found}, but {LOCK_FILE.name} wants {entry.sha256}. "
            "It was damaged or replaced on the way and is not used. Try again; if it stays so, ask whoever runs the "
            "repository mirror that Maven uses here (~/.m2/settings.xml), and do not run what came."
        )


def _is_inside(folder: str) -> bool:
    return all(_SAFE.fullmatch(part) for part in folder.split("/"))
