# SPDX-License-Identifier: Apache-2.0
"""Decides whether Java can tell on which file system a folder lies, and helps where a chroot hides that.

OpenSearch asks for it before it starts. Java looks for the folder's mount point in `/proc/mounts`; inside a chroot
whose root is an ordinary folder, the mount point `/` is not in that list, and the node ends with "Mount point not
found".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from ream_local.errors import LocalStackError

_MOUNTS, _MOUNT_INFO = Path("/proc/self/mounts"), Path("/proc/self/mountinfo")
_ESCAPED = re.compile(r"\\([0-7]{3})")
_SCRATCH = ("/dev/shm", "/run", "/tmp")  # noqa: S108 - a mount point is looked for, no file is made by name

# A private view of the same files in which "/" is a mount point; then the user changes and the server takes over.
_REMOUNT = (
    'mkdir -p "$1" && mount --rbind / "$1" && mount --make-rprivate "$1" && '
    'exec chroot --userspec="$2" --groups= "$1" env -C "$3" "${@:4}"'
)


def is_listed(folder: Path, mounts: Path = _MOUNTS) -> bool:
    """Whether the mount point of an existing folder is in the list of mounts."""
    point = folder.resolve()
    device = point.stat().st_dev
    while point.parent != point and point.parent.stat().st_dev == device:
        point = point.parent
    lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    return str(point) in {_unescaped(line.split(" ")[1]) for line in lines}


def with_listed_root(
    argv: Sequence[str], uid: int | None, directory: Path, mount_info: Path = _MOUNT_INFO
) -> tuple[str, ...]:
    """A command that runs another one, as the user `uid`, where `/` is a mount point.

    Args:
        argv: the command.
        uid: the user and group id it gets; None when nobody with the right to mount has started us.
        directory: its working directory.
        mount_info: the kernel's list of mounts and what they share.

    Raises:
        LocalStackError: this needs root, and a mount that is not shared with the world outside of the chroot: what is
            mounted there must not appear outside.
    """
    private = private_mounts(mount_info.read_text(encoding="utf-8", errors="surrogateescape"))
    scratch = next((point for point in _SCRATCH if point in private), None)
    if uid is None or scratch is None:
        raise LocalStackError(
            "This is a chroot whose root is no mount point, and OpenSearch does not start in one. Leave the chroot, "
            "make its folder a mount point (mount --bind FOLDER FOLDER), enter it again and try again."
        )
    root = f"{scratch}/ream-root-{hashlib.sha256(bytes(directory)).hexdigest()[:8]}"
    inner = ("bash", "-c", _REMOUNT, "bash", root, f"{uid}:{uid}", str(directory))
    return ("unshare", "--mount", "--propagation", "unchanged", "--", *inner, *argv)


def private_mounts(mount_info: str) -> set[str]:
    """The mount points below which a new mount stays unseen elsewhere.

    Args:
        mount_info: content of `/proc/self/mountinfo`; optional fields stand between the sixth and a lone dash.
    """
    found = set()
    for line in mount_info.splitlines():
        fields, _, _ = line.partition(" - ")
        *_, point, _options = fields.split(" ")[:6]
        if not any(optional.startswith("shared:") for optional in fields.split(" ")[6:]):
            found.add(_unescaped(point))
    return found


def _unescaped(field: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), field)
