# SPDX-License-Identifier: Apache-2.0
"""The stages over a store in a bucket of a real S3 server: the same documents come out as over a folder."""

import base64
import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from ream_classify.service import classify
from ream_contracts import layout, topics
from ream_contracts.artifacts import SegmentRecord
from ream_contracts.messages import DocumentSubmitted, PartSegment
from ream_extract.service import extract
from ream_ingest.service import ingest
from ream_kit.store import Store
from ream_kit.store_open import open_store
from ream_kit.testing import LocalBus, memory_store
from ream_local.testing import S3Server

pytestmark = pytest.mark.servers
TEXT = b"The minutes of the meeting.\n\nIt was decided to paint the fence green.\n" * 4


@pytest.fixture
def bucket(s3_server: S3Server, tmp_path: Path) -> Iterator[Store]:
    name = f"ream-{uuid.uuid4().hex[:12]}"
    client = boto3.client(
        "s3", endpoint_url=s3_server.endpoint_url, aws_access_key_id=s3_server.access_key,
        aws_secret_access_key=s3_server.secret_key, region_name=s3_server.region,
    )  # fmt: skip
    client.create_bucket(Bucket=name)
    yield open_store(
        {
            "REAM_STORE": f"s3://{name}/ream",
            "REAM_STORE_CACHE": str(tmp_path / "cache"),
            "REAM_S3_ENDPOINT": s3_server.endpoint_url,
            "REAM_S3_ACCESS_KEY": s3_server.access_key,
            "REAM_S3_SECRET_KEY": s3_server.secret_key,
            "REAM_S3_REGION": s3_server.region,
        }
    )
    client.close()


def parts(store: Store) -> list[PartSegment]:
    with LocalBus(ingest, extract, classify, store=store) as bus:
        bus.put(
            topics.DOCUMENTS_SUBMITTED, DocumentSubmitted(body=base64.b64encode(TEXT).decode(), key="k", name="m.txt")
        )
        bus.run()
        assert bus.dead_letters == []
        return [part for part in bus.sent(topics.DOCUMENTS_PARTS) if isinstance(part, PartSegment)]


def test_a_document_in_a_bucket_is_the_same_as_in_memory(bucket: Store) -> None:
    (ours,) = parts(bucket)
    assert [ours] == parts(memory_store())
    record = bucket.get_artifact(SegmentRecord, ours.record)
    assert record.read == ((1, 1),)
    assert "paint the fence" in bucket.get(record.text).decode()
    assert bucket.get(layout.original(ours.document_id, 1)) == TEXT
