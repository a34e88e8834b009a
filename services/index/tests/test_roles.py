# SPDX-License-Identifier: Apache-2.0
"""Who may do what is the same wherever Ream runs, and nobody is given more than his own."""

from fnmatch import fnmatch
from typing import Any

import pytest
from opensearchpy.exceptions import AuthorizationException, ConnectionError

from ream_index import roles
from ream_index.roles import RolesSettings, establish, mappings, users
from ream_index.settings import OpenSearchSettings
from ream_local import opensearch_users

OWN = RolesSettings("admin.pem", "admin.key", "admin's", "reader's", "privileged's", "dashboards'")
OPENSEARCH = OpenSearchSettings(password="ream's")


class Client:
    """Notes what is put, and answers as the security plugin does."""

    def __init__(self, there: frozenset[str] = frozenset(), error: Exception | None = None) -> None:
        self.put: dict[str, Any] = {}
        self.transport = self
        self._there = there
        self._error = error

    def perform_request(self, method: str, path: str, body: dict[str, Any]) -> dict[str, str]:
        assert method == "PUT"
        if self._error is not None:
            raise self._error
        name = path.removeprefix("/_plugins/_security/api/")
        self.put[name] = body
        return {"status": "OK" if name in self._there else "CREATED", "message": ""}


def test_the_roles_are_those_of_one_machine() -> None:
    local = opensearch_users.roles()
    plain = {name: {key: value for key, value in role.items() if key != "reserved"} for name, role in local.items()}
    assert roles.roles() == plain


FORBIDDEN = (
    "indices:admin/create",
    "indices:admin/delete",
    "indices:admin/mapping/put",
    "indices:admin/index_template/put",
    "indices:admin/template/put",
    "indices:admin/aliases",
    "cluster:admin/opensearch/security/user/put",
)


def allowed(role: dict[str, Any]) -> list[str]:
    """Names what of FORBIDDEN a role lets its holder do."""
    patterns = [*role["cluster_permissions"], *role["index_permissions"][0]["allowed_actions"]]
    return [action for action in FORBIDDEN if any(fnmatch(action, pattern) for pattern in patterns)]


def test_nobody_but_the_administrator_makes_indices_fields_or_templates() -> None:
    assert {name: allowed(role) for name, role in roles.roles().items()} == {"ream": [], "reader": [], "privileged": []}


def test_a_planted_permission_is_seen() -> None:
    planted = {"cluster_permissions": [], "index_permissions": [{"allowed_actions": ["indices:admin/*"]}]}
    assert "indices:admin/create" in allowed(planted)


def test_everybody_has_his_own_password_and_only_the_administrator_has_all_access() -> None:
    everybody = users(OWN, OPENSEARCH)
    assert {user.name: user.password for user in everybody} == {
        "admin": "admin's",
        "ream": "ream's",
        "reader": "reader's",
        "privileged": "privileged's",
        "kibanaserver": "dashboards'",
    }
    assert dict(mappings(everybody)) == {
        "all_access": ["admin"],
        "ream": ["ream"],
        "reader": ["reader"],
        "privileged": ["privileged"],
        "kibana_user": ["reader", "privileged"],
        "kibana_server": ["kibanaserver"],
    }


def test_all_is_put_and_only_what_is_new_is_told() -> None:
    client = Client(frozenset({"roles/ream", "internalusers/admin"}))
    made = establish(client, OWN, OPENSEARCH)  # type: ignore[arg-type]
    assert client.put["internalusers/ream"] == {"password": "ream's"}
    assert client.put["rolesmapping/ream"] == {"users": ["ream"]}
    assert client.put["roles/reader"] == roles.roles()["reader"]
    assert set(client.put) - set(made) == {"roles/ream", "internalusers/admin"}


def test_no_password_shows() -> None:
    shown = repr(OWN) + repr(users(OWN, OPENSEARCH))
    assert "'s" not in shown
    assert "dashboards'" not in shown


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "ADMIN_CERTIFICATE",
        "ADMIN_KEY",
        "ADMIN_PASSWORD",
        "READER_PASSWORD",
        "PRIVILEGED_PASSWORD",
        "DASHBOARDS_PASSWORD",
    ):
        monkeypatch.setenv(f"REAM_OPENSEARCH_{name}", "secret-word")
    monkeypatch.setenv("REAM_OPENSEARCH_PASSWORD", "secret-word")


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AuthorizationException(403, "N/A", {"reason": "Access denied"}), "it answered 403 Access denied"),
        (AuthorizationException(403, "security_exception", None), "it answered 403 security_exception"),
        (ConnectionError("N/A", "refused", None), "it can't be reached (ConnectionError)"),
    ],
)
def test_a_refusal_is_a_sentence_without_passwords(
    error: Exception, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(roles, "connect", lambda *_: Client(error=error))
    assert roles.main() == 1
    said = capsys.readouterr().err
    assert words in said
    assert "admin_dn" in said
    assert "secret-word" not in said.replace("the certificate secret-word", "")


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("name", ["PASSWORD", "ADMIN_CERTIFICATE"])
def test_a_missing_setting_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(f"REAM_OPENSEARCH_{name}")
    assert roles.main() == 1
    assert f"REAM_OPENSEARCH_{name} is not set" in capsys.readouterr().err


@pytest.mark.usefixtures("environment")
def test_the_second_run_says_that_nothing_was_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = Client()
    monkeypatch.setattr(roles, "connect", lambda *_: first)
    assert roles.main() == 0
    assert "made roles/ream" in capsys.readouterr().out
    monkeypatch.setattr(roles, "connect", lambda *_: Client(frozenset(first.put)))
    assert roles.main() == 0
    assert "were there" in capsys.readouterr().out
