# SPDX-License-Identifier: Apache-2.0
"""Makes the indices: the only place that may create one. Run as an administrator: `python -m ream_index.migrate`.

Each file of templates/ is one version of one index: `documents.v1.json` becomes the template of `ream-documents-v1-*`,
the index `ream-documents-v1-000001` and, when no index has it yet, the alias `ream-documents`. Running it again
changes nothing.
"""

import json
import os
import sys
from collections.abc import Iterator
from importlib import resources
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException

from ream_index.opensearch import connect
from ream_index.settings import IndexSettings, OpenSearchSettings
from ream_kit import settings


def templates() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yields kind, version and body of every template."""
    for file in sorted(resources.files("ream_index").joinpath("templates").iterdir(), key=lambda one: one.name):
        kind, version, _ = file.name.split(".")
        yield kind, version, json.loads(file.read_text("utf-8"))


def vector_without_engine(mapping: Any) -> str | None:
    """Names a vector field that does not say `"engine": "lucene"`; another engine kills a node without native parts."""
    for name, field in mapping.get("properties", {}).items():
        if field.get("type") == "knn_vector" and field.get("method", {}).get("engine") != "lucene":
            return str(name)
        if deeper := vector_without_engine(field):
            return f"{name}.{deeper}"
    return None


def migrate(client: OpenSearch, prefix: str) -> list[str]:
    """Makes what is missing and returns a line for each thing that was made.

    Raises:
        ValueError: a template has a vector field that would kill the node.
        OpenSearchException: the node refuses or can't be reached.
    """
    made = []
    for kind, version, body in templates():
        if name := vector_without_engine(body["mappings"]):
            raise ValueError(f'{kind}.{version}: the vector field {name} needs "engine": "lucene"')
        base = f"{prefix}{kind}-{version}"
        client.indices.put_index_template(
            name=base, body={"index_patterns": [f"{base}-*"], "template": body, "priority": 100}
        )
        first = f"{base}-000001"
        if not client.indices.exists(index=first):
            client.indices.create(index=first)
            made.append(f"index {first}")
        # Fields may be added to a version: indices that are there take them too.
        client.indices.put_mapping(index=f"{base}-*", body={"properties": body["mappings"]["properties"]})
        if not client.indices.exists_alias(name=f"{prefix}{kind}"):
            client.indices.put_alias(index=first, name=f"{prefix}{kind}", body={"is_write_index": True})
            made.append(f"alias {prefix}{kind}")
    return made


def main() -> int:
    """Runs the migration with the settings of the environment."""
    client = connect(settings.load(OpenSearchSettings, os.environ, "REAM_OPENSEARCH_"))
    prefix = settings.load(IndexSettings, os.environ, "REAM_INDEX_").prefix
    try:
        made = migrate(client, prefix)
    except OpenSearchException as error:
        print(
            f"The migration could not be done: {error}. It needs an administrator's user and password.", file=sys.stderr
        )
        return 1
    print("\n".join(f"made {line}" for line in made) or "nothing to do: all indices are there")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
