# SPDX-License-Identifier: Apache-2.0
"""Decides who may do what in an OpenSearch that was set up empty: `python -m ream_index.roles`, by certificate.

Users, roles and who has which are put as a whole: running it again gives the users the passwords of the environment,
and changes nothing else.
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException, TransportError

from ream_index.settings import OpenSearchSettings
from ream_kit import settings
from ream_kit.settings import SettingsError, setting

READER = "reader"
PRIVILEGED = "privileged"
PERSONAL_FIELDS = ("people", "key_fields", "personal_values")
"""Fields of documents that hold names, numbers and addresses of people as they were found."""
DASHBOARDS = "kibanaserver"
"""The user as which OpenSearch Dashboards itself comes; the security plugin's own role is made for this name."""

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
_NOT_RESTRICTED = {
    "bool": {"must_not": [{"term": {name: "restricted"}} for name in ("sensitivity", "document_sensitivity")]}
}
# Not the plugin's own group "write": that one may change mappings, and only the migration may.
_WRITE = ["indices:data/write/*", "indices:admin/refresh*", "indices:admin/flush*"]


def _secret(doc: str) -> Any:
    return field(repr=False, metadata={"doc": doc})


@dataclass(frozen=True, slots=True)
class RolesSettings:
    """Who is made, and with which certificate."""

    admin_certificate: str = setting(doc="certificate that the node knows as its administrator's (admin_dn), in PEM")
    admin_key: str = setting(doc="its key, in PEM")
    admin_password: str = _secret("password of the administrator")
    reader_password: str = _secret("password of the user reader, who may only search, and not see what is restricted")
    privileged_password: str = _secret("password of the user privileged, who may search all and see personal data")
    dashboards_password: str = _secret("password that OpenSearch Dashboards itself comes with")
    admin_user: str = setting("admin", "name of the administrator")


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may log in.

    Attributes:
        roles: those he is given by name; the first is his own, and nobody else has it.
    """

    name: str
    password: str = field(repr=False)
    roles: tuple[str, ...]


def roles(application: str = "ream") -> dict[str, dict[str, Any]]:
    """The roles of our own: none may create indices, fields or templates.

    Who has the reader's sees neither values of personal data nor what is restricted: pages by their own sensitivity,
    from the moment at which they are searchable, and all of a document once it is decided on.
    """
    return {
        application: _role([*_LOOK, "indices:data/write/bulk*"], [*_READ, *_WRITE]),
        READER: _role(_LOOK, _READ, dls=json.dumps(_NOT_RESTRICTED), fls=[f"~{one}*" for one in PERSONAL_FIELDS]),
        PRIVILEGED: _role(_LOOK, _READ),
    }


def _role(cluster: list[str], actions: list[str], **seen: Any) -> dict[str, Any]:
    return {
        "cluster_permissions": cluster,
        "index_permissions": [{"index_patterns": ["ream-*"], **seen, "allowed_actions": actions}],
    }


def users(own: RolesSettings, opensearch: OpenSearchSettings) -> tuple[User, ...]:
    """Everybody who may log in; `all_access` and the `kibana_…` roles come with the security plugin."""
    return (
        User(own.admin_user, own.admin_password, ("all_access",)),
        User(opensearch.user, opensearch.password, (opensearch.user,)),
        User(READER, own.reader_password, (READER, "kibana_user")),
        User(PRIVILEGED, own.privileged_password, (PRIVILEGED, "kibana_user")),
        User(DASHBOARDS, own.dashboards_password, ("kibana_server",)),
    )


def mappings(everybody: tuple[User, ...]) -> Iterator[tuple[str, list[str]]]:
    """Yields each role with the names of those who have it."""
    for role in dict.fromkeys(role for user in everybody for role in user.roles):
        yield role, [user.name for user in everybody if role in user.roles]


def establish(client: OpenSearch, own: RolesSettings, opensearch: OpenSearchSettings) -> list[str]:
    """Puts roles, users, and who has which role; returns a line for each thing that was not there before.

    Raises:
        OpenSearchException: the node refuses or can't be reached.
    """
    everybody = users(own, opensearch)
    put: list[tuple[str, dict[str, Any]]] = [
        *((f"roles/{name}", role) for name, role in roles(opensearch.user).items()),
        *((f"internalusers/{user.name}", {"password": user.password}) for user in everybody),
        *((f"rolesmapping/{role}", {"users": names}) for role, names in mappings(everybody)),
    ]
    made = []
    for path, body in put:
        answer = client.transport.perform_request("PUT", f"/_plugins/_security/api/{path}", body=body)
        if answer["status"] == "CREATED":
            made.append(path)
    return made


def connect(own: RolesSettings, opensearch: OpenSearchSettings) -> OpenSearch:
    """Returns a client that shows the administrator's certificate."""
    return OpenSearch(
        [opensearch.url],
        ca_certs=opensearch.ca or None,
        client_cert=own.admin_certificate,
        client_key=own.admin_key,
        timeout=60,
        max_retries=0,
    )


def _said(error: OpenSearchException) -> str:
    """Status and reason alone: what was asked holds passwords."""
    if not isinstance(error, TransportError) or not isinstance(error.status_code, int):
        return f"it can't be reached ({type(error).__name__})"
    reason = error.info.get("reason", error.error) if isinstance(error.info, dict) else error.error
    return f"it answered {error.status_code} {reason}"


def main() -> int:
    """Makes users and roles with the settings of the environment."""
    try:
        opensearch = settings.load(OpenSearchSettings, os.environ, "REAM_OPENSEARCH_")
        own = settings.load(RolesSettings, os.environ, "REAM_OPENSEARCH_")
        if not opensearch.password:
            raise SettingsError("REAM_OPENSEARCH_PASSWORD is not set: give the application's user a password")
        made = establish(connect(own, opensearch), own, opensearch)
    except (SettingsError, OSError) as error:
        print(f"Users and roles could not be made: {error}", file=sys.stderr)
        return 1
    except OpenSearchException as error:
        print(
            f"Users and roles could not be made: {_said(error)}. OpenSearch must be up, and know the certificate "
            f"{own.admin_certificate} as its administrator's (plugins.security.authcz.admin_dn).",
            file=sys.stderr,
        )
        return 1
    print("\n".join(f"made {line}" for line in made) or "all users and roles were there; their passwords are set anew")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
