# SPDX-License-Identifier: Apache-2.0
"""A chroot without a mount point is noticed, and what is mounted for it stays inside."""

from __future__ import annotations

from pathlib import Path

import pytest

from ream_local.errors import LocalStackError
from ream_local.mount_points import is_listed, private_mounts, with_listed_root

INFO = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
22 21 0:5 / /dev rw master:2 - devtmpfs udev rw
23 22 0:6 / /dev/shm rw,nosuid - tmpfs tmpfs rw
24 21 0:7 / /odd\\040name rw - tmpfs tmpfs rw
"""


def test_a_folder_is_found_by_its_own_or_a_higher_mount_point(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    point = next(p for p in (tmp_path, *tmp_path.parents) if p == p.parent or p.stat().st_dev != p.parent.stat().st_dev)
    mounts.write_text(f"device {point} ext4 rw 0 0\n", encoding="utf-8")
    assert is_listed(tmp_path, mounts)
    mounts.write_text("proc /proc proc rw 0 0\n", encoding="utf-8")
    assert not is_listed(tmp_path, mounts)


def test_only_mounts_that_share_nothing_are_private() -> None:
    assert private_mounts(INFO) == {"/dev", "/dev/shm", "/odd name"}


def test_the_command_changes_root_and_user_before_it_runs_the_other(tmp_path: Path) -> None:
    info = tmp_path / "mountinfo"
    info.write_text(INFO, encoding="utf-8")
    command = with_listed_root(("java", "a b"), 9200, tmp_path, info)
    assert command[0] == "unshare"
    assert command[-2:] == ("java", "a b")
    assert "9200:9200" in command
    assert any(word.startswith("/dev/shm/ream-root-") for word in command)


@pytest.mark.parametrize(("uid", "info"), [(None, INFO), (9200, INFO.splitlines()[0])])
def test_where_it_cannot_be_helped_a_sentence_says_what_to_do(tmp_path: Path, uid: int | None, info: str) -> None:
    (tmp_path / "mountinfo").write_text(info, encoding="utf-8")
    with pytest.raises(LocalStackError, match="mount --bind"):
        with_listed_root(("java",), uid, tmp_path, tmp_path / "mountinfo")
