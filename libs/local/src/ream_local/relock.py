# SPDX-License-Identifier: Apache-2.0
"""Decides what `artifacts.lock` holds, by resolving the catalogue; `python -m ream_local.relock` makes it anew."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from ream_local import catalogue
from ream_local.artifacts import LOCK_FILE, Artifact, LockedArtifact, sha256_of, write_lock
from ream_local.maven import Maven, coordinates


def lock_entries(resolved: Mapping[str, Path], alone: Mapping[str, Path]) -> list[LockedArtifact]:
    """Entries for all downloaded files.

    A jar that lies in OpenSearch's `lib/` is left out of its modules: the node refuses to start when it finds a class
    twice.

    Args:
        resolved: folder of the installation -> files in repository layout.
        alone: folder of the installation -> the files of `catalogue.alone()`, side by side.
    """
    entries = []
    for folder, path in resolved.items():
        entries += [LockedArtifact(folder, artifact, sha256_of(file)) for file, artifact in coordinates(path).items()]
    for folder, artifacts in catalogue.alone().items():
        entries += [LockedArtifact(folder, a, sha256_of(alone[folder] / a.file_name)) for a in artifacts]
    in_lib = {entry.artifact for entry in entries if entry.folder == "opensearch/lib"}
    return [e for e in entries if not (e.folder.startswith("opensearch/modules/") and e.artifact in in_lib)]


def main() -> None:
    """Resolve everything from Maven Central into a fresh repository and rewrite the lock."""
    with tempfile.TemporaryDirectory(prefix="ream-relock-") as folder:
        work = Path(folder)
        maven = Maven(work / "repository")
        resolved = maven.resolve(_by_module(catalogue.resolved()), work / "resolved")
        alone = maven.copy(_by_module(catalogue.alone()), work / "alone")
        entries = lock_entries(_by_folder(resolved), _by_folder(alone))
    LOCK_FILE.write_text(write_lock(entries), encoding="utf-8")
    print(f"{LOCK_FILE}: {len(entries)} files")


# A Maven module's name may not hold a slash.
def _by_module(folders: Mapping[str, tuple[Artifact, ...]]) -> dict[str, tuple[Artifact, ...]]:
    return {folder.replace("/", "--"): artifacts for folder, artifacts in folders.items()}


def _by_folder(paths: Mapping[str, Path]) -> dict[str, Path]:
    return {module.replace("--", "/"): path for module, path in paths.items()}


if __name__ == "__main__":
    main()
