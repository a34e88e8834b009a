# SPDX-License-Identifier: Apache-2.0
"""Decides in which folder a worker keeps its part of the table, and when what lies there must not be believed.

What a worker remembers of its deaths is believed also where the table is not: a record that ends it and spoils its
files would else be new to every process that comes after.
"""

import fcntl
import json
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_MARK = "belongs-to.json"
_DEATHS = "deaths"
_DISTRUSTED = "distrusted"
_SLOTS = 64


@dataclass(frozen=True, slots=True)
class DataDir:
    """A folder that this process alone uses as long as it lives.

    Attributes:
        path: the folder.
        lock: open file whose lock ends with the process.
        member: names this folder among all of the group: the process that takes it next takes the partitions with it.
        wiped: what lay there belonged to another cluster or group, or was marked as wrong, and was removed.
    """

    path: Path
    lock: IO[str]
    member: str
    wiped: bool

    @property
    def deaths(self) -> Path:
        """A folder in it for what outlives a table that was only wrong."""
        return self.path / _DEATHS

    def distrust(self) -> None:
        """Makes the next process that takes this folder wipe it but for `deaths`; it is the same member still."""
        _write(self.path / _MARK, {**_read(self.path / _MARK), "member": self.member, _DISTRUSTED: "yes"})


def claim(root: Path, cluster: str, group: str) -> DataDir:
    """Takes the first folder below `root` that no other worker on this machine has.

    A table that was written against another cluster or group would be taken for newer than the changelog, and end the
    worker with a ConsistencyError at every start.

    Raises:
        OSError: nothing can be written there, or 64 workers run already.
    """
    root = root.expanduser()
    root.mkdir(parents=True, exist_ok=True)
    for slot in range(_SLOTS):
        lock = (root / f"{slot}.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return _fitting(root / str(slot), lock, {"cluster": cluster, "group": group})
    raise OSError(f"{_SLOTS} workers use {root} already: give this one another REAM_AGGREGATE_DATA_DIR")


def _fitting(path: Path, lock: IO[str], owner: dict[str, str]) -> DataDir:
    mark = path / _MARK
    known = _read(mark)
    member = known.pop("member", "") or uuid.uuid4().hex
    distrusted = known.pop(_DISTRUSTED, "") != ""
    foreign = known != owner
    wiped = path.exists() and (foreign or distrusted)
    if wiped:
        _wipe(path, but="" if foreign else _DEATHS)
    (path / _DEATHS).mkdir(parents=True, exist_ok=True)
    _write(mark, {**owner, "member": member})
    return DataDir(path, lock, member, wiped)


def _wipe(path: Path, but: str) -> None:
    """Leaves the mark, which is written anew when all else is gone: who is killed meanwhile has all to do again."""
    for one in path.iterdir():
        if one.name in (but, _MARK):
            continue
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink()


def _read(mark: Path) -> dict[str, str]:
    """Returns what a mark says; nothing of one that cannot be read, so that its folder is wiped and made anew."""
    try:
        known = json.loads(mark.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    whole = isinstance(known, dict) and all(isinstance(value, str) for value in known.values())
    return known if whole else {}


def _write(mark: Path, known: dict[str, str]) -> None:
    """Replaces a mark at once: a process that is killed meanwhile leaves the old one or the new one."""
    beside = mark.with_suffix(".new")
    beside.write_text(json.dumps(known))
    beside.replace(mark)
