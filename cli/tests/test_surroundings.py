# SPDX-License-Identifier: Apache-2.0
"""The environment wins over the stack of this machine, and passwords go to nobody who need not have them."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from ream_cli import services, surroundings
from ream_cli.failures import CommandError
from ream_cli.services import NAMES, UPKEEP, Plan, environment, fingerprint, programs, workers
from ream_local.ports import free_ports


def own(tmp_path: Path, **environ: str) -> surroundings.Surroundings:
    return surroundings.find({"REAM_HOME": str(tmp_path), **environ}, make=True)


def test_the_stack_of_this_machine_is_found(tmp_path: Path) -> None:
    found = own(tmp_path, REAM_KAFKA_PORT="1234", REAM_OPENSEARCH_PORT="5678")
    assert found.own_servers == ("kafka", "opensearch")
    assert found.kafka().kafka_bootstrap == "127.0.0.1:1234"
    assert found.environ["REAM_OPENSEARCH_URL"] == "https://127.0.0.1:5678"
    assert found.environ["REAM_STORE"] == str(tmp_path / "store")
    assert found.administrator is not None


def test_the_environment_wins(tmp_path: Path) -> None:
    found = own(tmp_path, REAM_KAFKA_BOOTSTRAP="kafka:9092", REAM_STORE="s3://b/p", REAM_TOPIC_PREFIX="t.")
    assert found.own_servers == ("opensearch",)
    assert found.kafka().kafka_bootstrap == "kafka:9092"
    assert found.kafka().topic("x") == "t.x"
    assert found.environ["REAM_STORE"] == "s3://b/p"


def test_tika_is_run_where_it_is_wanted_and_nobody_names_another(tmp_path: Path) -> None:
    assert "REAM_TIKA_URL" not in own(tmp_path).environ
    found = own(tmp_path, REAM_TIKA="1", REAM_TIKA_PORT="1234")
    assert found.own_servers == ("kafka", "opensearch", "tika")
    assert found.environ["REAM_TIKA_URL"] == "http://127.0.0.1:1234"
    named = own(tmp_path, REAM_TIKA="1", REAM_TIKA_URL="http://tika:9998")
    assert named.own_servers == ("kafka", "opensearch")
    assert named.environ["REAM_TIKA_URL"] == "http://tika:9998"


def test_somebody_elses_opensearch_never_gets_our_password(tmp_path: Path) -> None:
    own(tmp_path)  # makes the passwords
    found = own(tmp_path, REAM_OPENSEARCH_URL="https://elsewhere:9200")
    assert "REAM_OPENSEARCH_PASSWORD" not in found.environ
    assert found.administrator is None


def test_an_administrator_from_the_environment_is_kept_from_services(tmp_path: Path) -> None:
    found = own(tmp_path, REAM_OPENSEARCH_URL="https://elsewhere:9200", REAM_OPENSEARCH_ADMIN_PASSWORD="geheim")
    assert found.administrator is not None
    assert (found.administrator.user, found.administrator.password) == ("admin", "geheim")
    assert "geheim" not in str(dict(found.environ))
    assert all(environment(found, name, 2)["REAM_OPENSEARCH_ADMIN_PASSWORD"] == "" for name in NAMES)


def test_looking_makes_no_passwords(tmp_path: Path) -> None:
    found = surroundings.find({"REAM_HOME": str(tmp_path / "home")})
    assert not (tmp_path / "home").exists()
    assert "REAM_OPENSEARCH_PASSWORD" not in found.environ
    with pytest.raises(CommandError, match="There is no store"):
        found.store()


def test_passwords_stand_in_no_command_line_and_no_text(tmp_path: Path) -> None:
    found = own(tmp_path)
    secrets = set(json.loads((tmp_path / "secrets.json").read_text()).values())
    planned = programs(found, dict.fromkeys(NAMES, 1), 2)
    shown = repr(found) + repr(planned) + str([program.argv for program in planned])
    assert not any(secret in shown for secret in secrets)
    assert found.environ["REAM_OPENSEARCH_PASSWORD"] in secrets
    held = [p.name for p in planned if not secrets.isdisjoint(p.environment.values())]
    assert held == ["index", UPKEEP], "who does not speak to OpenSearch has no password for it"


def test_a_service_sees_only_what_its_settings_read(tmp_path: Path) -> None:
    found = own(
        tmp_path, REAM_INGEST_ROOTS="/in", REAM_OCR_DPI="300", REAM_S3_SECRET_KEY="s3", REAM_LOG_LEVEL="debug",
        REAM_TOPIC_PREFIX="t.", REAM_OPENSEARCH_READER_PASSWORD="reader", REAM_DASHBOARDS_PASSWORD="dashboards",
    )  # fmt: skip
    seen = {name: {n: v for n, v in environment(found, name, 2).items() if v} for name in NAMES}
    everybody = {"REAM_S3_SECRET_KEY": "s3", "REAM_LOG_LEVEL": "debug", "REAM_TOPIC_PREFIX": "t."}
    assert all(everybody.items() <= seen[name].items() for name in NAMES)
    assert [name for name in NAMES if "REAM_INGEST_ROOTS" in seen[name]] == ["ingest"]
    assert [name for name in NAMES if "REAM_OCR_DPI" in seen[name]] == ["ocr"]
    assert [name for name in NAMES if "REAM_AGGREGATE_DATA_DIR" in seen[name]] == ["aggregate"]
    assert [name for name in NAMES if "REAM_OPENSEARCH_URL" in seen[name]] == ["index"]
    assert not any({"reader", "dashboards"} & set(seen[name].values()) for name in NAMES)


def test_every_service_sees_where_to_write_its_proof(tmp_path: Path) -> None:
    found = own(tmp_path, REAM_COMMIT_LOG="/proof")
    assert {environment(found, name, 2)["REAM_COMMIT_LOG"] for name in NAMES} == {"/proof"}


def test_what_a_service_does_not_read_is_hidden_from_it(tmp_path: Path) -> None:
    found = own(tmp_path, REAM_OPENSEARCH_PASSWORD="geheim")
    # A supervisor passes its own environment on: only what is set to nothing is not inherited.
    assert {name: environment(found, name, 2)["REAM_OPENSEARCH_PASSWORD"] for name in ("extract", "index")} == {
        "extract": "",
        "index": "geheim",
    }


def test_each_service_is_one_program_with_its_own_port_and_log(tmp_path: Path) -> None:
    ports = dict(zip(NAMES, range(1, 99), strict=False))
    *planned, upkeep = programs(own(tmp_path), ports, 4)
    assert [program.name for program in planned] == list(NAMES)
    assert [program.environment["REAM_HEALTH_PORT"] for program in planned] == [str(port) for port in ports.values()]
    assert [program.argv[-2:] for program in planned] == [("-m", f"ream_{name}") for name in NAMES]
    assert len({program.log_file for program in (*planned, upkeep)}) == len(NAMES) + 1


def test_the_upkeep_alone_comes_as_administrator_and_only_where_we_have_one(tmp_path: Path) -> None:
    found = own(tmp_path, REAM_UPKEEP_POLICY="policy.json", REAM_OCR_DPI="300")
    assert found.administrator is not None
    *services, upkeep = programs(found, dict.fromkeys(NAMES, 1), 4)
    assert upkeep.name == UPKEEP
    assert upkeep.argv[-3:] == ("ream_index.upkeep", "--every", "1")
    said = {name: value for name, value in upkeep.environment.items() if value}
    assert said["REAM_OPENSEARCH_PASSWORD"] == found.administrator.password
    assert (said["REAM_UPKEEP_POLICY"], said["REAM_STORE"]) == ("policy.json", found.environ["REAM_STORE"])
    assert "REAM_OCR_DPI" not in said
    assert not any(found.administrator.password in one.environment.values() for one in services)
    assert UPKEEP not in [one.name for one in programs(replace(found, administrator=None), dict.fromkeys(NAMES, 1), 4)]


def test_more_cores_mean_more_workers_for_what_reads_documents() -> None:
    assert workers("ocr", 16) > workers("ocr", 2) > 2
    assert workers("index", 16) == workers("index", 2)


def test_what_is_set_by_hand_wins_over_what_is_worked_out(tmp_path: Path) -> None:
    assert environment(own(tmp_path, REAM_WORKERS="9"), "ocr", 2)["REAM_WORKERS"] == "9"


def test_other_settings_are_another_fingerprint(tmp_path: Path) -> None:
    one, other = own(tmp_path), own(tmp_path, REAM_OCR_DPI="300")
    assert fingerprint(one, 2) == fingerprint(own(tmp_path), 2)
    assert len({fingerprint(one, 2), fingerprint(other, 2), fingerprint(one, 4)}) == 3
    assert one.environ["REAM_OPENSEARCH_PASSWORD"] not in Plan({}, fingerprint(one, 2)).to_json()


def test_other_code_is_another_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    package.mkdir()
    spec = ModuleSpec("package", None, is_package=True)
    assert spec.submodule_search_locations is not None
    spec.submodule_search_locations.append(str(package))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: spec)
    found, seen = own(tmp_path), set()
    for text in ("", "one", "other one"):
        (package / "module.py").write_text(text)
        seen.add(fingerprint(found, 2))
    (package / "notes.txt").write_text("no code")
    assert len(seen | {fingerprint(found, 2)}) == 3


def test_code_of_a_library_that_a_service_requires_is_code_of_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody names the library here: what is installed says that it is needed, by another library at that."""
    for name, requires in (("planted", "ream-one[x]>=1"), ("one", 'ream_Two ; python_version > "3"'), ("two", "numpy")):
        (tmp_path / f"ream_{name}").mkdir()
        (tmp_path / f"ream_{name}" / "__init__.py").touch()
        (tmp_path / f"ream_{name}-1.dist-info").mkdir()
        about = f"Metadata-Version: 2.1\nName: ream-{name}\nVersion: 1\nRequires-Dist: {requires}\n"
        (tmp_path / f"ream_{name}-1.dist-info" / "METADATA").write_text(about)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(services, "NAMES", ("planted", "absent"))
    found, seen = own(tmp_path / "home"), {""}
    for name in ("planted", "one", "two"):
        (tmp_path / f"ream_{name}" / "__init__.py").write_text("changed = True\n")
        seen.add(fingerprint(found, 2))
    assert len(seen) == 4


def test_the_model_that_vectors_works_with_is_code_of_the_services() -> None:
    assert {"ream_contracts", "ream_kit", "ream_meaning", "ream_sweep"} <= set(services._packages())


def test_a_plan_is_found_again(tmp_path: Path) -> None:
    found = own(tmp_path)
    assert services.known_plan(found) is None
    found.run_dir.mkdir()
    plan = Plan({"ingest": 7}, "abc")
    services.plan_file(found).write_text(plan.to_json())
    assert services.known_plan(found) == plan


def test_ports_are_free_and_below_those_of_outgoing_connections() -> None:
    ports = services.free_ports(7)
    assert len(set(ports)) == 7
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert max(ports) < lowest or lowest < services.FIRST_PORT
    assert not set(ports) & set(free_ports(1))
