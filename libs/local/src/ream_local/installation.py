# SPDX-License-Identifier: Apache-2.0
"""Decides when a product in the cache counts as installed: all of it, every file as locked, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from ream_local import locks
from ream_local.artifacts import Artifact, LockedArtifact, fingerprint, verify
from ream_local.capacity import require_disk
from ream_local.maven import Maven
from ream_local.ownership import make_readable

Progress = Callable[[str], None]

_GROUPS = 6
_ROOM_MB = 500
"""For the largest product while it is put together: its files, a copy of them, and what Maven keeps till the end."""


class Repository(Protocol):
    """Where artifacts come from."""

    def copy(self, wanted: Mapping[str, Iterable[Artifact]], work: Path) -> dict[str, Path]:
        """Bring the artifacts of each named group into a folder of its own below `work`."""
        ...


def installed(
    cache_dir: Path,
    name: str,
    entries: Sequence[LockedArtifact],
    progress: Progress,
    finish: Callable[[Path], None] = lambda _: None,
    repository: Repository | None = None,
) -> Path:
    """The folder of a product, downloaded and put together if it is not in the cache yet.

    The folder's name holds version and lock, so that checkouts with other versions do not disturb each other. It
    appears by one rename: what is there is complete.

    Args:
        cache_dir: the cache.
        name: product and version, as in `kafka-4.2.0`.
        entries: its files; the first part of their `folder` (the product) is left out below the result.
        progress: told what happens, in sentences.
        finish: changes the folder of verified files into a runnable one.
        repository: None takes Maven with its own settings.

    Raises:
        LocalStackError: too little disk, Maven failed, or a file is not the locked one.
    """
    target = cache_dir / f"{name}-{fingerprint(entries)}"
    if target.exists():
        return target
    with locks.held(cache_dir / f"{target.name}.lock"):
        if target.exists():
            return target
        work, repository_dir = cache_dir / f"{target.name}.part", cache_dir / f"{target.name}.maven"
        shutil.rmtree(work, ignore_errors=True)
        require_disk(cache_dir, _ROOM_MB, f"The installation of {name}")
        progress(f"{name}: fetching {len(entries)} files from Maven Central")
        files = _download(repository or Maven(repository_dir), entries, work / "download")
        _place(entries, files, work / "home")
        finish(work / "home")
        make_readable(work / "home")
        (work / "home").rename(target)
        shutil.rmtree(work)
        # Kept only as long as something failed, so that the next try does not fetch everything again.
        shutil.rmtree(repository_dir, ignore_errors=True)
        progress(f"{name}: installed in {target}")
    return target


def _download(repository: Repository, entries: Sequence[LockedArtifact], work: Path) -> dict[str, Path]:
    groups = {f"group{n}": {entry.artifact for entry in entries[n::_GROUPS]} for n in range(min(_GROUPS, len(entries)))}
    folders = repository.copy({name: sorted(artifacts) for name, artifacts in groups.items()}, work)
    return {a.coordinate: folders[name] / a.file_name for name, artifacts in groups.items() for a in artifacts}


def _place(entries: Sequence[LockedArtifact], files: dict[str, Path], home: Path) -> None:
    for entry in entries:
        source = files[entry.artifact.coordinate]
        verify(entry, source)
        folder = home.joinpath(*entry.folder.split("/")[1:])
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / source.name)
