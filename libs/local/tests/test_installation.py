# SPDX-License-Identifier: Apache-2.0
"""A product is in the cache completely and as locked, or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from ream_local import maven
from ream_local.artifacts import Artifact, LockedArtifact
from ream_local.errors import LocalStackError
from ream_local.installation import installed

ONE, TWO = Artifact("org.example", "one", "1"), Artifact("org.example", "two", "2", "linux", "zip")


class Shelf:
    """A repository whose files hold their own name."""

    def __init__(self, changed: str = "") -> None:
        self.asked: list[Artifact] = []
        self._changed = changed

    def copy(self, wanted: Mapping[str, Iterable[Artifact]], work: Path) -> dict[str, Path]:
        for group, artifacts in wanted.items():
            (work / group).mkdir(parents=True)
            for artifact in artifacts:
                self.asked.append(artifact)
                content = artifact.file_name + ("!" if artifact.name == self._changed else "")
                (work / group / artifact.file_name).write_text(content, encoding="utf-8")
        return {group: work / group for group in wanted}


def _entry(folder: str, artifact: Artifact) -> LockedArtifact:
    return LockedArtifact(folder, artifact, hashlib.sha256(artifact.file_name.encode()).hexdigest())


ENTRIES = (_entry("thing", ONE), _entry("thing/lib", TWO), _entry("thing/other", ONE))


def test_files_lie_where_the_lock_puts_them_and_are_fetched_once(tmp_path: Path) -> None:
    shelf = Shelf()
    home = installed(tmp_path, "thing-1", ENTRIES, lambda _: None, repository=shelf)
    names = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}
    assert names == {"one-1.jar", "lib/two-2-linux.zip", "other/one-1.jar"}
    assert installed(tmp_path, "thing-1", ENTRIES, pytest.fail, repository=shelf) == home
    assert set(shelf.asked) == {ONE, TWO}


def test_too_little_disk_is_said_before_anything_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache folder exists by then, and other products may lie in it."""
    nearly_full = shutil.disk_usage(tmp_path)._replace(free=99 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: nearly_full)
    shelf = Shelf()
    with pytest.raises(
        LocalStackError, match=r"installation of thing-1 needs 500 MB of disk, but .* has 99 MB left.*REAM_CACHE"
    ):
        installed(tmp_path, "thing-1", ENTRIES, pytest.fail, repository=shelf)
    assert shelf.asked == []


def test_a_changed_file_leaves_nothing_installed(tmp_path: Path) -> None:
    with pytest.raises(LocalStackError, match=r"org\.example:two:2:zip:linux came with SHA-256"):
        installed(tmp_path, "thing-1", ENTRIES, lambda _: None, repository=Shelf(changed="two"))
    assert not [path for path in tmp_path.iterdir() if path.is_dir() and not path.name.endswith(".part")]
    assert installed(tmp_path, "thing-1", ENTRIES, lambda _: None, repository=Shelf()).is_dir()


def test_what_fails_to_be_finished_is_not_installed(tmp_path: Path) -> None:
    def fail(home: Path) -> None:
        assert (home / "one-1.jar").exists()
        raise LocalStackError("no")

    with pytest.raises(LocalStackError, match="no"):
        installed(tmp_path, "thing-1", ENTRIES, lambda _: None, fail, Shelf())
    again = Shelf()
    installed(tmp_path, "thing-1", ENTRIES, lambda _: None, repository=again)
    assert again.asked


def test_another_lock_is_another_folder(tmp_path: Path) -> None:
    first = installed(tmp_path, "thing-1", ENTRIES, lambda _: None, repository=Shelf())
    assert installed(tmp_path, "thing-1", ENTRIES[:2], lambda _: None, repository=Shelf()) != first
    assert first.is_dir()


def test_coordinates_are_read_back_from_a_repository(tmp_path: Path) -> None:
    expected = {Artifact("org.example.deep", "one-two", "1.0-beta"), Artifact("a", "b", "1", "linux-x86_64")}
    for artifact in expected:
        folder = tmp_path.joinpath(*artifact.group.split("."), artifact.name, artifact.version)
        folder.mkdir(parents=True)
        (folder / artifact.file_name).touch()
        (folder / "_remote.repositories").touch()
    assert set(maven.coordinates(tmp_path).values()) == expected


def test_without_maven_a_sentence_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LocalStackError, match=r"apt-get install .* maven"):
        maven.Maven(tmp_path / "repository").copy({"group": [ONE]}, tmp_path / "work")


def _fake_maven(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "bin" / "mvn"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/usr/bin{os.pathsep}/bin")


def test_what_maven_complains_of_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fake_maven(tmp_path, "echo '[INFO] chatter'; echo '[ERROR] no route to host'; exit 1", monkeypatch)
    with pytest.raises(LocalStackError, match="no route to host") as complaint:
        maven.Maven(tmp_path / "repository").copy({"group": [ONE]}, tmp_path / "work")
    assert "chatter" not in str(complaint.value)


def test_maven_is_asked_for_exact_artifacts_in_our_own_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fake_maven(tmp_path, f'echo "$@" > {tmp_path}/arguments', monkeypatch)
    maven.Maven(tmp_path / "repository").copy({"group": [TWO]}, tmp_path / "work")
    assert f"-Dmaven.repo.local={tmp_path}/repository" in (tmp_path / "arguments").read_text(encoding="utf-8")
    pom = (tmp_path / "work" / "group" / "pom.xml").read_text(encoding="utf-8")
    for part in ("<version>2</version>", "<type>zip</type>", "<classifier>linux</classifier>", "<goal>copy</goal>"):
        assert part in pom
