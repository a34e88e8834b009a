# SPDX-License-Identifier: Apache-2.0
"""Decides who may do what in OpenSearch: the users and roles that its security plugin starts with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ream_local.secrets_file import bcrypt_hash

ADMIN, APPLICATION, READER, PRIVILEGED = "admin", "ream", "reader", "privileged"
USERS = (ADMIN, APPLICATION, READER, PRIVILEGED)

_INDICES = ["ream-*"]
_LOOK = ["cluster:monitor/*", "indices:data/read/mget*", "indices:data/read/msearch*", "indices:data/read/scroll*"]
_READ = [
    "indices:data/read/*",
    "indices:admin/mappings/fields/get*",
    "indices:admin/resolve/index",
    "indices:admin/aliases/get",
    "indices:admin/get",
    "indices:admin/mappings/get",
    "indices:monitor/*",
]
# What a reader does not see: names and numbers of people as they were found, and what is restricted.
_PERSONAL = ["~people*", "~key_fields*", "~personal_values*"]
_NOT_RESTRICTED = {
    "bool": {"must_not": [{"term": {name: "restricted"}} for name in ("sensitivity", "document_sensitivity")]}
}
# Not the plugin's own group "write": that one may change mappings. Indices, fields and templates are made by the
# migration command alone, because a vector field with the wrong engine ends this node for good.
_WRITE = ["indices:data/write/*", "indices:admin/refresh*", "indices:admin/flush*"]


def roles() -> dict[str, Any]:
    """The roles of our own; the administrator's (`all_access`) comes with the plugin."""
    return {
        APPLICATION: _role([*_LOOK, "indices:data/write/bulk*"], [*_READ, *_WRITE]),
        READER: _role(_LOOK, _READ, dls=json.dumps(_NOT_RESTRICTED), fls=_PERSONAL),
        PRIVILEGED: _role(_LOOK, _READ),
    }


def security_files(passwords: Mapping[str, str]) -> dict[str, str]:
    """File name -> content, in JSON, which is YAML too."""
    users: dict[str, Any] = {
        ADMIN: {"hash": bcrypt_hash(passwords[ADMIN]), "reserved": True, "backend_roles": ["admin"]},
        APPLICATION: {"hash": bcrypt_hash(passwords[APPLICATION]), "reserved": False},
        READER: {"hash": bcrypt_hash(passwords[READER]), "reserved": False},
        PRIVILEGED: {"hash": bcrypt_hash(passwords[PRIVILEGED]), "reserved": False},
    }
    mapping: dict[str, Any] = {
        "all_access": {"reserved": False, "backend_roles": ["admin"]},
        APPLICATION: {"reserved": False, "users": [APPLICATION]},
        READER: {"reserved": False, "users": [READER]},
        PRIVILEGED: {"reserved": False, "users": [PRIVILEGED]},
    }
    return {
        "internal_users.yml": _document("internalusers", users),
        "roles.yml": _document("roles", roles()),
        "roles_mapping.yml": _document("rolesmapping", mapping),
    }


def _role(cluster: list[str], actions: list[str], **seen: Any) -> dict[str, Any]:
    return {
        "reserved": False,
        "cluster_permissions": cluster,
        "index_permissions": [{"index_patterns": _INDICES, **seen, "allowed_actions": actions}],
    }


def _document(kind: str, content: Mapping[str, Any]) -> str:
    return json.dumps({"_meta": {"type": kind, "config_version": 2}, **content}, indent=2) + "\n"
