# SPDX-License-Identifier: Apache-2.0
"""Local tables are kept apart by worker, and not believed after a change of cluster or group."""

from pathlib import Path

import pytest

from ream_aggregate import datadir


def _fill(folder: datadir.DataDir) -> Path:
    kept = folder.path / "v1" / "tables" / "CURRENT"
    kept.parent.mkdir(parents=True)
    kept.write_text("x")
    folder.lock.close()
    return kept


def test_a_worker_finds_its_folder_again(tmp_path: Path) -> None:
    kept = _fill(datadir.claim(tmp_path / "data", "cluster", "group"))
    again = datadir.claim(tmp_path / "data", "cluster", "group")
    assert (again.wiped, kept.exists()) == (False, True)
    again.lock.close()


@pytest.mark.parametrize(("cluster", "group"), [("other", "group"), ("cluster", "other")])
def test_what_belongs_to_another_cluster_or_group_is_wiped(tmp_path: Path, cluster: str, group: str) -> None:
    kept = _fill(datadir.claim(tmp_path, "cluster", "group"))
    again = datadir.claim(tmp_path, cluster, group)
    assert (again.wiped, kept.exists()) == (True, False)
    again.lock.close()


def test_what_is_distrusted_is_wiped(tmp_path: Path) -> None:
    first = datadir.claim(tmp_path, "cluster", "group")
    first.distrust()
    kept = _fill(first)
    again = datadir.claim(tmp_path, "cluster", "group")
    assert (again.wiped, kept.exists()) == (True, False)
    again.lock.close()


def test_deaths_outlive_a_table_that_is_distrusted_and_no_change_of_cluster(tmp_path: Path) -> None:
    """Else a record that ends the worker and spoils its files would be new to each process, for ever."""
    first = datadir.claim(tmp_path, "cluster", "group")
    (first.deaths / "defects.json").write_text("[]")
    first.distrust()
    kept = _fill(first)
    again = datadir.claim(tmp_path, "cluster", "group")
    assert (again.wiped, kept.exists(), (again.deaths / "defects.json").exists()) == (True, False, True)
    again.distrust()
    again.lock.close()
    other = datadir.claim(tmp_path, "other", "group")
    assert (other.wiped, list(other.deaths.iterdir())) == (True, [])
    other.lock.close()


@pytest.mark.parametrize("mark", [b"", b'{"cluster": "clu', b"\xff\xfe", b"[]", b'{"member": 7}'])
def test_a_mark_that_cannot_be_read_wipes_the_folder_and_the_worker_starts(tmp_path: Path, mark: bytes) -> None:
    """What a worker leaves that is killed, or whose disk is full, while it writes."""
    kept = _fill(first := datadir.claim(tmp_path, "cluster", "group"))
    (first.path / "belongs-to.json").write_bytes(mark)
    again = datadir.claim(tmp_path, "cluster", "group")
    assert (again.wiped, kept.exists()) == (True, False)
    again.lock.close()
    last = datadir.claim(tmp_path, "cluster", "group")
    assert (last.wiped, last.member) == (False, again.member)
    last.lock.close()


def test_a_mark_is_never_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = datadir.claim(tmp_path, "cluster", "group")

    def killed(path: Path, text: str) -> None:
        path.write_bytes(text[:5].encode())
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "write_text", killed)
    with pytest.raises(OSError, match="no space"):
        first.distrust()
    monkeypatch.undo()
    kept = _fill(first)
    again = datadir.claim(tmp_path, "cluster", "group")
    assert (again.member, again.wiped, kept.exists()) == (first.member, False, True)
    again.lock.close()


def test_two_workers_on_one_machine_have_folders_of_their_own(tmp_path: Path) -> None:
    one, other = (datadir.claim(tmp_path, "cluster", "group") for _ in range(2))
    assert one.path != other.path
    one.lock.close()
    third = datadir.claim(tmp_path, "cluster", "group")
    assert third.path == one.path
    other.lock.close()
    third.lock.close()


def test_a_worker_is_the_same_member_again(tmp_path: Path) -> None:
    """Also where its files are not to be believed: the group must not wait for one who never comes back."""
    one, other = (datadir.claim(tmp_path, "cluster", "group") for _ in range(2))
    assert one.member != other.member
    one.lock.close()
    again = datadir.claim(tmp_path, "cluster", "group")
    assert again.member == one.member
    again.distrust()
    again.lock.close()
    wiped = datadir.claim(tmp_path, "cluster", "group")
    assert (wiped.member, wiped.wiped) == (one.member, True)
    wiped.lock.close()
    other.lock.close()


def test_too_many_workers_are_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datadir, "_SLOTS", 1)
    one = datadir.claim(tmp_path, "cluster", "group")
    with pytest.raises(OSError, match="REAM_AGGREGATE_DATA_DIR"):
        datadir.claim(tmp_path, "cluster", "group")
    one.lock.close()
