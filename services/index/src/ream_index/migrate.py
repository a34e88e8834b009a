# SPDX-License-Identifier: Apache-2.0
"""Makes the indices: the only place that may create one. Run as an administrator: `python -m ream_index.migrate`.

Each file of templates/ is the newest version of one index: `documents.v1.json` becomes the template of
`ream-documents-v1-*` and, when nothing is behind the alias `ream-documents` yet, the index `ream-documents-v1-000001`.
Running it again changes nothing, but for an index that has outgrown its bound, which is split. What an installation has
of an older version is replaced by `ream rebuild-index`.
"""

import json
import os
import sys
import threading
from collections.abc import Iterator
from importlib import resources
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException

from ream_index.opensearch import connect
from ream_index.settings import IndexSettings, OpenSearchSettings, UpkeepSettings
from ream_kit import Reject, Retry, settings

_UNUSED = {"type": "object", "enabled": False}


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

    An index of an older version keeps its mapping and learns the fields that are new, so that it takes what is written
    until `ream rebuild-index` has put one of the newest version in its place.

    Raises:
        ValueError: a template has a vector field that would kill the node.
        OpenSearchException: the node refuses or can't be reached.
    """
    made = []
    for kind, version, body in templates():
        if name := vector_without_engine(body["mappings"]):
            raise ValueError(f'{kind}.{version}: the vector field {name} needs "engine": "lucene"')
        alias, base = f"{prefix}{kind}", f"{prefix}{kind}-{version}"
        client.indices.put_index_template(
            name=base, body={"index_patterns": [f"{base}-*"], "template": body, "priority": 100}
        )
        if not client.indices.exists_alias(name=alias):
            first = f"{base}-000001"
            if not client.indices.exists(index=first):
                client.indices.create(index=first)
                made.append(f"index {first}")
            client.indices.put_alias(index=first, name=alias, body={"is_write_index": True})
            made.append(f"alias {alias}")
        _teach(client, f"{alias},{base}-*", body["mappings"]["properties"])
    return made


def _teach(client: OpenSearch, indices: str, properties: dict[str, Any]) -> None:
    """Adds the fields that indices lack; those that they have stay as they are.

    One that was not made for vectors only keeps from refusing them.
    """
    found = client.indices.get(index=indices, params={"allow_no_indices": "true"})
    for index, one in found.items():
        known = one["mappings"].get("properties", {})
        new = {name: field for name, field in properties.items() if name not in known}
        if one["settings"]["index"].get("knn") != "true":
            new = {name: _UNUSED if _has_vector(field) else field for name, field in new.items()}
        if new:
            client.indices.put_mapping(index=index, body={"properties": new})


def _has_vector(field: dict[str, Any]) -> bool:
    return field.get("type") == "knn_vector" or any(map(_has_vector, field.get("properties", {}).values()))


def main() -> int:
    """Runs the migration with the settings of the environment, and splits what has outgrown the policy's bounds."""
    # They know of the migration, which makes what they split.
    from ream_index import policy as policies
    from ream_index.growing import grow, measured, said_of
    from ream_index.splitting import Overtaken

    client = connect(settings.load(OpenSearchSettings, os.environ, "REAM_OPENSEARCH_"))
    prefix = settings.load(IndexSettings, os.environ, "REAM_INDEX_").prefix
    policy = policies.load(settings.load(UpkeepSettings, os.environ, "REAM_UPKEEP_").policy)
    try:
        made = migrate(client, prefix)
        made += [f"index {name}" for name in grow(client, prefix, policy, print, threading.Event().wait)]
        print("\n".join(said_of(measured(client, prefix), policy)))
    except Overtaken as other:
        print(other)
    except (OpenSearchException, Retry, Reject) as error:
        print(
            f"The migration could not be done: {error}. It needs an administrator's user and password.", file=sys.stderr
        )
        return 1
    print("\n".join(f"made {line}" for line in made) or "nothing to do: all indices are there")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
