# SPDX-License-Identifier: Apache-2.0
"""An installation's indices on a real node, for tests that fill them once and search."""

import uuid
from collections.abc import Iterator

import pytest
from opensearchpy import OpenSearch

from ream_index.migrate import migrate
from ream_index.opensearch import Indices, connect
from ream_index.settings import OpenSearchSettings
from ream_index.testing import Node, unmake
from ream_local.stack import Login
from ream_local.testing import OpenSearchServer


@pytest.fixture(scope="module")
def node(opensearch: OpenSearchServer) -> Iterator[Node]:
    """Indices that are taken away when the module is through."""

    def client(login: Login) -> OpenSearch:
        return connect(OpenSearchSettings(opensearch.url, login.user, login.password, str(opensearch.ca_file)))

    prefix = f"ream-{uuid.uuid4().hex[:8]}-"
    admin, application, reader, privileged = (
        client(login) for login in (opensearch.admin, opensearch.application, opensearch.reader, opensearch.privileged)
    )
    migrate(admin, prefix)
    yield Node(Indices(application, prefix), reader, privileged, prefix)
    unmake(admin, prefix)
    for one in (reader, privileged, application, admin):
        one.close()
