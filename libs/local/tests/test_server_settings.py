# SPDX-License-Identifier: Apache-2.0
"""The servers are told to listen on the loopback address only, to keep what they must, and whom to allow what."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from ream_local import catalogue
from ream_local.__main__ import environment
from ream_local.errors import LocalStackError
from ream_local.kafka import server_properties
from ream_local.opensearch import node_settings
from ream_local.opensearch_install import PLUGIN_SETTINGS, assemble, make_optional, module_descriptor
from ream_local.opensearch_users import APPLICATION, READER, USERS, roles, security_files
from ream_local.settings import Settings, from_environment
from ream_local.stack import Stack
from ream_local.testing import OpenSearchServer, named_opensearch, named_s3
from ream_local.tika import JAR, server_configuration
from ream_local.tika import assemble as assemble_tika

SETTINGS = Settings(Path("/data"), Path("/cache"), 1, 2, 3, 4)


def test_kafka_listens_on_loopback_and_keeps_offsets_for_a_year() -> None:
    lines = dict(line.split("=", 1) for line in server_properties(SETTINGS, Path("/data/kafka")).splitlines())
    assert lines["listeners"] == "PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2"
    assert lines["auto.create.topics.enable"] == "false"
    assert int(lines["offsets.retention.minutes"]) == 525600
    assert {value for key, value in lines.items() if key.endswith("replication.factor")} == {"1"}


def test_opensearch_listens_on_loopback_with_tls_and_makes_no_index_by_itself() -> None:
    values = json.loads(node_settings(SETTINGS, Path("/data/opensearch")))
    assert values["network.host"] == "127.0.0.1"
    assert (values["http.port"], values["transport.port"]) == (3, 4)
    assert values["plugins.security.ssl.http.enabled"] is True
    assert "plugins.security.disabled" not in values
    assert values["action.auto_create_index"] is False


def test_tika_listens_on_loopback_and_starts_no_programs() -> None:
    said = server_configuration(replace(SETTINGS, tika_port=5), Path("/java"), Path("/data/tika"))
    assert "<host>127.0.0.1</host><port>5</port>" in said
    assert "<enableUnsecureFeatures>false</enableUnsecureFeatures>" in said
    for parser in ("ocr.TesseractOCRParser", "external.CompositeExternalParser"):
        assert f'<parser-exclude class="org.apache.tika.parser.{parser}"/>' in said


def test_tika_is_there_only_where_it_is_wanted() -> None:
    assert from_environment({"REAM_HOME": "/d"}).servers == ("kafka", "opensearch")
    assert from_environment({"REAM_HOME": "/d", "REAM_TIKA": "1"}).servers == ("kafka", "opensearch", "tika")


def test_what_has_no_open_licence_is_left_out_of_tika(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "tika-server-standard-1.jar", "w") as made:
        made.writestr("com/github/junrar/Archive.class", "x")
        made.writestr("org/apache/tika/Tika.class", "x")
    assemble_tika(tmp_path)
    with zipfile.ZipFile(tmp_path / JAR) as made:
        assert made.namelist() == ["org/apache/tika/Tika.class"]
    assert [path.name for path in tmp_path.iterdir()] == [JAR]


@pytest.mark.parametrize("role", [APPLICATION, READER])
def test_no_role_may_touch_what_migrations_own(role: str) -> None:
    (permission,) = roles()[role]["index_permissions"]
    assert permission["index_patterns"] == ["ream-*"]
    for action in permission["allowed_actions"] + roles()[role]["cluster_permissions"]:
        for owned in ("indices:admin/create", "indices:admin/mapping/put", "indices:admin/index_template/put"):
            assert not owned.startswith(action.rstrip("*"))
        assert action not in {"crud", "write", "manage", "*"}


def test_the_reader_has_no_write_action() -> None:
    (permission,) = roles()[READER]["index_permissions"]
    assert not [action for action in permission["allowed_actions"] if "write" in action]


def test_security_files_hold_hashes_and_no_password() -> None:
    passwords = {user: f"password of {user}" for user in USERS}
    files = security_files(passwords)
    users = json.loads(files["internal_users.yml"])
    assert all(users[user]["hash"].startswith("$2y$") for user in USERS)
    assert not [name for name, text in files.items() if any(word in text for word in passwords.values())]


def test_missing_modules_become_optional_and_nothing_else_changes() -> None:
    text = "name=x\nextended.plugins=lang-painless,transport-grpc\ndescription=rule-framework\n"
    assert make_optional(text) == (
        "name=x\nextended.plugins=lang-painless,transport-grpc;optional=true\ndescription=rule-framework\n"
    )
    assert make_optional("extended.plugins=rule-framework,a") == "extended.plugins=rule-framework;optional=true,a\n"


def test_a_module_descriptor_names_class_and_version() -> None:
    lines = module_descriptor(catalogue.OPENSEARCH_MODULES[1]).splitlines()
    assert "classname=org.opensearch.analysis.common.CommonAnalysisModulePlugin" in lines
    assert "extended.plugins=lang-painless" in lines
    assert f"opensearch.version={catalogue.OPENSEARCH_VERSION}" in lines


def _distribution(home: Path, member: str) -> Path:
    for module in catalogue.OPENSEARCH_MODULES:
        (home / "modules" / module.name).mkdir(parents=True)
    for plugin in catalogue.OPENSEARCH_PLUGINS:
        folder = home / "plugins" / plugin
        folder.mkdir(parents=True)
        with zipfile.ZipFile(folder / f"{plugin}-{catalogue.OPENSEARCH_VERSION}.0.zip", "w") as packed:
            packed.writestr("plugin-descriptor.properties", "extended.plugins=transport-grpc\n")
            packed.writestr(member, "x")
    return home


def test_jars_become_a_distribution(tmp_path: Path) -> None:
    home = _distribution(tmp_path / "home", "config/roles.yml")
    assemble(home)
    assert (home / PLUGIN_SETTINGS / "opensearch-security" / "roles.yml").read_text() == "x"
    assert (home / "modules" / "reindex" / "plugin-descriptor.properties").exists()
    assert (home / "plugins" / "opensearch-knn" / "grpc-spi-placeholder.jar").exists()
    descriptor = (home / "plugins" / "opensearch-knn" / "plugin-descriptor.properties").read_text()
    assert descriptor == "extended.plugins=transport-grpc;optional=true\n"
    assert not list(home.rglob("*.zip"))


def test_a_plugin_that_leads_outside_its_folder_is_refused(tmp_path: Path) -> None:
    home = _distribution(tmp_path / "home", "../../outside")
    with pytest.raises(LocalStackError, match="leads outside"):
        assemble(home)
    assert not (tmp_path / "home" / "outside").exists()


def test_printed_variables_lead_tests_to_the_same_servers(tmp_path: Path) -> None:
    endpoints = Stack(Settings(tmp_path / "data", tmp_path / "cache")).endpoints()
    found = named_opensearch(environment(endpoints))
    assert found is not None
    assert (found.url, found.ca_file) == (endpoints.opensearch_url, endpoints.opensearch_ca_file)
    assert found == OpenSearchServer.of(endpoints)


def test_without_variables_no_server_is_named() -> None:
    assert named_opensearch({}) is None
    assert named_s3({}) is None
    named = named_s3({"S3_ENDPOINT_URL": "http://s3", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"})
    assert named is not None
    assert (named.endpoint_url, named.access_key, named.secret_key) == ("http://s3", "a", "b")
