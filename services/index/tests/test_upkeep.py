# SPDX-License-Identifier: Apache-2.0
"""The command says what it would do, does it, and says what is wrong with its settings."""

import json
import os
from pathlib import Path

import pytest

from ream_index import migrate, upkeep
from ream_index.opensearch import connect
from ream_index.settings import OpenSearchSettings
from ream_index.testing import Node
from ream_local.testing import OpenSearchServer


@pytest.mark.servers
def test_both_commands_say_how_large_shards_are_and_split_them(
    node: Node,
    opensearch: OpenSearchServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text('{"retention_days": 30}')
    for name, value in {
        "REAM_OPENSEARCH_URL": opensearch.url,
        "REAM_OPENSEARCH_CA": str(opensearch.ca_file or ""),
        "REAM_OPENSEARCH_USER": opensearch.admin.user,
        "REAM_OPENSEARCH_PASSWORD": opensearch.admin.password,
        "REAM_INDEX_PREFIX": node.prefix,
        "REAM_UPKEEP_POLICY": str(policy),
        "REAM_STORE": str(tmp_path / "store"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("ream_index.splitting._LINGER_SECONDS", 0.0)
    admin = connect(
        OpenSearchSettings(opensearch.url, opensearch.admin.user, opensearch.admin.password, str(opensearch.ca_file))
    )
    index = f"{node.prefix}documents-v1-00000"
    old = {"submitted": "2000-01-01T00:00:00Z", "readiness": "complete", "size": 5}
    for number in range(4):
        body = {**old, "document_id": f"d{number}", "root_id": f"d{number}"}
        admin.index(index=f"{index}1", id=f"d{number}", body=body, params={"refresh": "true"})
    assert upkeep.main(["--dry-run"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{index}1: 1 shard, the largest {said[0].split()[5]} of 30 GB and 4 of 50,000,000 documents"
    assert said[2].startswith(
        "older than 30 days: 4 families with 4 documents (2e-08 GB of files) and 0 passages would"
    )
    policy.write_text('{"shard_documents": 2}')
    assert upkeep.main(["--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("4 of 2 documents: it is to be split")
    assert migrate.main() == 0
    assert f"made index {index}2" in capsys.readouterr().out
    policy.write_text('{"retention_days": 30}')
    assert upkeep.main([]) == 0
    told = capsys.readouterr().out
    assert "4 documents" in told
    assert "were removed from the indices; the store keeps them" in told
    admin.indices.refresh(index=f"{index}2")
    assert admin.count(index=f"{node.prefix}documents")["count"] == 0
    monkeypatch.setenv("REAM_OPENSEARCH_PASSWORD", "wrong")
    assert upkeep.main([]) == 1
    assert "needs an administrator's user" in capsys.readouterr().err
    admin.close()


def test_a_policy_that_cannot_be_used_is_said_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"retention_days": -1}))
    monkeypatch.setenv("REAM_UPKEEP_POLICY", str(policy))
    assert upkeep.main([]) == 78
    assert "retention_days: -1" in capsys.readouterr().err


def test_documents_are_not_looked_for_without_a_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text('{"retention_days": 30}')
    monkeypatch.setenv("REAM_UPKEEP_POLICY", str(policy))
    monkeypatch.delenv("REAM_STORE", raising=False)
    assert "REAM_STORE" not in os.environ
    assert upkeep.main([]) == 78
    assert "REAM_STORE is not set" in capsys.readouterr().err
