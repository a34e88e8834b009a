# SPDX-License-Identifier: Apache-2.0
"""The fingerprint tells indices apart by what people find in them, and by nothing else."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from opensearchpy import OpenSearch

from ream_index.fingerprint import Line, digest, entries, explain, fingerprint
from ream_index.migrate import migrate
from ream_index.opensearch import Indices, NoIndex, connect
from ream_index.passages import Entry
from ream_index.settings import OpenSearchSettings
from ream_index.testing import unmake
from ream_local.testing import OpenSearchServer

FIRST, SECOND = "a" * 32, "b" * 32


def line(document_id: str = FIRST, **fields: Any) -> Line:
    return Line(("documents", document_id, 0, 0), document_id, fields)


def test_entries_that_are_missing_or_differ_are_named_with_their_fields() -> None:
    one = [line(text="x" * 100, type="letter"), line(SECOND)]
    other = [line(text="y" * 100, type="letter", cause="damaged"), line("c" * 32)]
    said = list(explain(one, other, ("calm", "chaos")))
    assert said == [
        f'documents {FIRST}: cause is null in calm, "damaged" in chaos',
        f'documents {FIRST}: text is "{"x" * 56}... (102 characters) in calm, "{"y" * 56}... (102 characters) in chaos',
        f"documents {SECOND}: only in calm",
        f"documents {'c' * 32}: only in chaos",
    ]
    assert list(explain(one, one)) == []


def test_every_field_and_every_entry_counts() -> None:
    whole = [line(text="a"), line(SECOND)]
    assert len({digest(whole), digest(whole[:1]), digest([line(text="b"), line(SECOND)]), digest([])}) == 4


@pytest.fixture
def indices(opensearch: OpenSearchServer) -> Iterator[tuple[OpenSearch, str]]:
    prefix = f"ream-{uuid.uuid4().hex[:8]}-"
    admin = connect(
        OpenSearchSettings(opensearch.url, opensearch.admin.user, opensearch.admin.password, str(opensearch.ca_file))
    )
    migrate(admin, prefix)
    application = opensearch.application
    client = connect(
        OpenSearchSettings(opensearch.url, application.user, application.password, str(opensearch.ca_file))
    )
    yield client, prefix
    unmake(admin, prefix)
    client.close()
    admin.close()


def document(number: int, **fields: Any) -> Entry:
    document_id = f"{number:032d}"
    return Entry(document_id, 1, {"document_id": document_id, "outcome": "complete", **fields})


def passage(number: int, unit: int, text: str = "page") -> Entry:
    document_id = f"{number:032d}"
    return Entry(f"{document_id}-{unit}-1", 1, {"document_id": document_id, "unit": unit, "part": 1, "text": text})


def write(indices: tuple[OpenSearch, str], documents: list[Entry], passages: list[Entry]) -> None:
    own = Indices(*indices)
    writes = [(own.documents, one) for one in documents] + [(own.passages, one) for one in passages]
    assert set(own.write(iter(writes))) <= {None}


@pytest.mark.servers
def test_times_revisions_and_the_order_of_writes_change_nothing(indices: tuple[OpenSearch, str]) -> None:
    client, prefix = indices
    empty = fingerprint(client, prefix)
    numbers = range(120)  # more than a page of documents
    write(indices, [document(one) for one in numbers], [passage(one, unit) for one in numbers for unit in range(1, 12)])
    first = fingerprint(client, prefix)
    kept = list(entries(client, prefix))
    assert len(kept) == 120 + 120 * 11
    assert [one.place for one in kept] == sorted(one.place for one in kept)
    later = {"completed": "2026-01-01T00:00:00Z", "revision": 7, "version": 9}
    again = [Entry(one.id, 2, {**one.body, **later}) for one in map(document, reversed(numbers))]
    write(indices, again, [])
    assert fingerprint(client, prefix) == first != empty
    write(indices, [Entry(document(5).id, 3, {**document(5).body, "type": "letter"})], [passage(200, 1)])
    assert fingerprint(client, prefix) != first
    assert list(explain(kept, entries(client, prefix))) == [
        f'documents {5:032d}: type is null in one, "letter" in other',
        f"passages {200:032d}-1-1: only in other",
    ]


@pytest.mark.servers
def test_a_missing_index_has_no_fingerprint(indices: tuple[OpenSearch, str]) -> None:
    with pytest.raises(NoIndex):
        fingerprint(indices[0], "ream-no-such-")
