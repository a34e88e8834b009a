# SPDX-License-Identifier: Apache-2.0
"""The lock admits exactly the bytes it was made for, and covers what the catalogue asks for."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ream_local import catalogue
from ream_local.artifacts import Artifact, LockedArtifact, fingerprint, locked, read_lock, verify, write_lock
from ream_local.errors import LocalStackError

GOOD = b"the bytes that were locked"
ENTRY = LockedArtifact("kafka", Artifact("org.example", "thing", "1.0"), hashlib.sha256(GOOD).hexdigest())


def test_locked_bytes_pass(tmp_path: Path) -> None:
    (tmp_path / "thing.jar").write_bytes(GOOD)
    verify(ENTRY, tmp_path / "thing.jar")


def test_a_planted_byte_is_refused_with_name_and_both_hashes(tmp_path: Path) -> None:
    planted = tmp_path / "thing.jar"
    planted.write_bytes(GOOD + b"!")
    with pytest.raises(LocalStackError) as refusal:
        verify(ENTRY, planted)
    assert "org.example:thing:1.0:jar" in str(refusal.value)
    assert ENTRY.sha256 in str(refusal.value)
    assert hashlib.sha256(GOOD + b"!").hexdigest() in str(refusal.value)


def test_lock_reads_back_what_it_wrote() -> None:
    classified = LockedArtifact("opensearch/lib", Artifact("a.b", "c", "1", "linux", "zip"), "0" * 64)
    text = write_lock([classified, ENTRY])
    assert set(read_lock(text)) == {classified, ENTRY}
    assert write_lock([ENTRY, classified]) == text


@pytest.mark.parametrize(
    "line",
    [
        "kafka org.example:thing:1.0:jar",
        f"kafka org.example:thing:1.0:jar {'0' * 63}",
        f"../kafka org.example:thing:1.0:jar {'0' * 64}",
        f"/kafka org.example:thing:1.0:jar {'0' * 64}",
        f"kafka org.example:../thing:1.0:jar {'0' * 64}",
    ],
)
def test_a_line_that_is_wrong_or_leads_elsewhere_is_refused(line: str) -> None:
    with pytest.raises(LocalStackError, match="from git"):
        read_lock(line)


def test_fingerprint_changes_with_any_hash() -> None:
    other = LockedArtifact(ENTRY.folder, ENTRY.artifact, "0" * 64)
    assert fingerprint([ENTRY]) != fingerprint([other])


def test_committed_lock_has_all_that_the_catalogue_asks_for() -> None:
    products = ("kafka", "opensearch", "s3proxy", "tika")
    entries = {(e.folder, e.artifact) for product in products for e in locked(product)}
    asked = {(f, a) for f, wanted in (*catalogue.resolved().items(), *catalogue.alone().items()) for a in wanted}
    assert not asked - entries, "run: python -m ream_local.relock"


def test_no_jar_lies_in_lib_and_in_a_module() -> None:
    # The node ends with "jar hell" when it finds a class twice.
    lib = {e.artifact for e in locked("opensearch") if e.folder == "opensearch/lib"}
    modules = {e.artifact for e in locked("opensearch") if e.folder.startswith("opensearch/modules/")}
    assert lib
    assert modules
    assert not lib & modules
