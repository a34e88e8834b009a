# SPDX-License-Identifier: Apache-2.0
"""docker-compose.yml, the Dockerfiles, the services and their settings say the same; planted violations are seen."""

import copy
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ream_local import kafka
from ream_local.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SERVICES = sorted(path.name for path in (ROOT / "services").iterdir() if (path / "pyproject.toml").exists())
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILES = {name: (ROOT / "services" / name / "Dockerfile").read_text() for name in SERVICES}
KNOWN = set(re.findall(r"^\| `(REAM_\w+)`", (ROOT / "docs" / "generated" / "settings.md").read_text(), re.MULTILINE))
EXAMPLE = dict(
    line.split("=", 1) for line in (ROOT / ".env.example").read_text().splitlines() if line and line[0] != "#"
)

JOBS = {
    "topics": "ream_kit.migrate",
    "roles": "ream_index.roles",
    "indices": "ream_index.migrate",
    "saved-objects": "ream_index.dashboards",
}
UPKEEP = "upkeep"
SERVERS = {
    "kafka": "apache/kafka:4.2.0",
    "opensearch": "opensearchproject/opensearch:3.4.0",
    "dashboards": "opensearchproject/opensearch-dashboards:3.4.0",
    "objects": "versity/versitygw:v1.8.0",
}
PREPARE = "prepare"
OWN_USER = {"kafka", "opensearch", "dashboards"}
"""Servers whose official images name a user that is not root."""

SECRET = re.compile(r"PASSWORD|SECRET|CLUSTER_ID|ACCESS_KEY|TOKEN")
FROM_ENV = re.compile(r"\$\{(\w+)(:\?[^}]+|:-[^}]*)?\}")


def faults(compose: dict[str, Any]) -> Iterator[str]:
    """Names what breaks a rule that every container is held to."""
    for name, one in compose["services"].items():
        yield from (f"{name}: {fault}" for fault in _container_faults(name, one))
    text = yaml.safe_dump(compose)
    for variable, how in FROM_ENV.findall(text):
        if variable not in EXAMPLE:
            yield f"{variable} is not in .env.example"
        elif SECRET.search(variable) and not how.startswith(":?"):
            yield f"{variable} may be left out"


def _container_faults(name: str, one: dict[str, Any]) -> Iterator[str]:
    tag = one.get("image", "").rpartition(":")[2]
    if not re.search(r"\d+\.\d+\.\d+", tag):
        yield f"image {one.get('image')} is not pinned"
    if "mem_limit" not in one:
        yield "no memory limit"
    if name in {*SERVERS} and not one.get("healthcheck", {}).get("test"):
        yield "no health check"
    if str(one.get("user", "1")).partition(":")[0] in ("0", "root") and name != PREPARE:
        yield "runs as root"
    if name not in {*SERVICES, *JOBS, UPKEEP, *OWN_USER} and "user" not in one:
        yield "no user"
    if one.get("cap_drop") != ["ALL"] or one.get("security_opt") != ["no-new-privileges:true"] or "privileged" in one:
        yield "keeps privileges"
    for port in one.get("ports", ()):
        if not str(port).startswith("127.0.0.1:"):
            yield f"port {port} is open to everybody"
    for variable, value in one.get("environment", {}).items():
        if SECRET.search(variable) and not FROM_ENV.fullmatch(str(value)):
            yield f"{variable} holds a secret"
        if variable.startswith("REAM_") and variable not in KNOWN:
            yield f"{variable} is no setting"


def test_no_container_breaks_a_rule() -> None:
    assert list(faults(COMPOSE)) == []


@pytest.mark.parametrize(
    ("service", "changes", "fault"),
    [
        ("kafka", {"image": "apache/kafka:latest"}, "kafka: image apache/kafka:latest is not pinned"),
        ("kafka", {"image": "apache/kafka"}, "kafka: image apache/kafka is not pinned"),
        ("ocr", {"mem_limit": None}, "ocr: no memory limit"),
        ("opensearch", {"healthcheck": {"disable": True}}, "opensearch: no health check"),
        ("ingest", {"user": "root"}, "ingest: runs as root"),
        ("objects", {"user": "0:0"}, "objects: runs as root"),
        ("objects", {"user": None}, "objects: no user"),
        ("extract", {"privileged": True}, "extract: keeps privileges"),
        ("sweep", {"cap_drop": None}, "sweep: keeps privileges"),
        ("kafka", {"ports": ["9092:9092"]}, "kafka: port 9092:9092 is open to everybody"),
        ("index", {"environment": {"REAM_OPENSEARCH_PASSWORD": "x"}}, "index: REAM_OPENSEARCH_PASSWORD holds a secret"),
        ("index", {"environment": {"REAM_OPENSERCH_URL": "x"}}, "index: REAM_OPENSERCH_URL is no setting"),
        ("index", {"environment": {"A": "${REAM_NOWHERE}"}}, "REAM_NOWHERE is not in .env.example"),
        ("index", {"environment": {"A": "${REAM_S3_SECRET_KEY:-x}"}}, "REAM_S3_SECRET_KEY may be left out"),
    ],
)
def test_a_planted_violation_is_seen(service: str, changes: dict[str, Any], fault: str) -> None:
    planted = copy.deepcopy(COMPOSE)
    for key, value in changes.items():
        planted["services"][service].pop(key, None)
        if value is not None:
            planted["services"][service][key] = value
    assert fault in list(faults(planted))


def test_there_are_exactly_our_services_their_servers_and_the_jobs() -> None:
    assert set(COMPOSE["services"]) == {*SERVICES, *SERVERS, *JOBS, UPKEEP, PREPARE}
    assert {name: COMPOSE["services"][name]["image"] for name in SERVERS} == SERVERS


def test_what_nobody_waits_for_has_the_smallest_share_of_the_cores() -> None:
    """A container is a group of its own for the kernel, so niceness inside says nothing to the others."""
    shares = {name: COMPOSE["services"][name].get("cpu_shares", 1024) for name in SERVICES}
    assert sorted(shares, key=lambda name: shares[name])[:2] == ["vectors", "ocr"]
    assert {share for name, share in shares.items() if name not in ("vectors", "ocr")} == {1024}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_its_own_image_and_starts_after_topics_and_store(name: str) -> None:
    one = COMPOSE["services"][name]
    assert one["build"] == {"context": ".", "dockerfile": f"services/{name}/Dockerfile"}
    assert one["image"].startswith(f"ream-{name}:")
    assert "entrypoint" not in one
    assert "command" not in one
    assert "healthcheck" not in one, "its image's own would be lost"
    assert "ports" not in one
    assert one["depends_on"]["topics"] == {"condition": "service_completed_successfully"}
    assert one["depends_on"]["objects"] == {"condition": "service_healthy"}
    assert one["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", JOBS)
def test_a_job_runs_a_command_that_exists_and_ends(name: str) -> None:
    one = COMPOSE["services"][name]
    assert one["entrypoint"] == ["python", "-P", "-m", JOBS[name]]
    package, module = JOBS[name].split(".")
    (source,) = ROOT.glob(f"*/*/src/{package}/{module}.py")
    assert "raise SystemExit(main())" in source.read_text()
    assert one["restart"] == "on-failure:5"
    assert one["healthcheck"] == {"disable": True}


def test_the_upkeep_runs_for_as_long_as_the_services_and_is_stopped_before_its_servers() -> None:
    one = COMPOSE["services"][UPKEEP]
    assert one["entrypoint"] == ["python", "-P", "-m", "ream_index.upkeep", "--every", "1"]
    assert one["restart"] == "unless-stopped"
    assert {*one["depends_on"]} == {"indices", "opensearch", "objects"}


def test_only_who_needs_a_secret_has_it() -> None:
    def holders(variable: str) -> set[str]:
        return {name for name, one in COMPOSE["services"].items() if variable in str(one.get("environment", {}))}

    assert holders("REAM_OPENSEARCH_ADMIN_PASSWORD") == {"roles", "indices", "saved-objects", UPKEEP}
    assert holders("${REAM_OPENSEARCH_PASSWORD") == {"roles", "index"}
    assert holders("${REAM_S3_SECRET_KEY") == {*SERVICES, UPKEEP, "objects"}


def test_only_who_needs_a_key_can_reach_it() -> None:
    def holders(volume: str) -> set[str]:
        mounts = {name: one.get("volumes", ()) for name, one in COMPOSE["services"].items()}
        return {name for name, each in mounts.items() if any(one.startswith(f"{volume}:") for one in each)}

    assert holders("administrator") == {PREPARE, "roles"}
    assert holders("node") == {PREPARE, "opensearch"}
    assert holders("objects") == {PREPARE, "objects"}


def test_what_a_container_waits_for_can_happen() -> None:
    for name, one in COMPOSE["services"].items():
        for other, how in one.get("depends_on", {}).items():
            waited = COMPOSE["services"][other]
            if how["condition"] == "service_healthy":
                assert waited["healthcheck"]["test"], (name, other)
            else:
                assert how == {"condition": "service_completed_successfully"}
                assert waited["restart"] != "unless-stopped", (name, other)


def unheard(compose: dict[str, Any]) -> Iterator[str]:
    """Names each server that a service speaks to and does not depend on: it would be stopped before the service."""
    for name in SERVICES:
        one = compose["services"][name]
        spoken_to = re.findall(r"(?:^|//)([a-z]+):\d+$", "\n".join(map(str, one["environment"].values())), re.MULTILINE)
        for server in spoken_to:
            if one["depends_on"].get(server) != {"condition": "service_healthy"}:
                yield f"{name}: {server}"


def test_a_service_is_stopped_before_the_servers_that_it_speaks_to() -> None:
    assert list(unheard(COMPOSE)) == []


@pytest.mark.parametrize(("name", "server"), [*((name, "kafka") for name in SERVICES), ("index", "opensearch")])
def test_a_server_that_is_only_reached_through_a_job_is_seen(name: str, server: str) -> None:
    planted = copy.deepcopy(COMPOSE)
    one = planted["services"][name]  # what it shares with others stays theirs
    one["depends_on"] = {other: how for other, how in one["depends_on"].items() if other != server}
    assert list(unheard(planted)) == [f"{name}: {server}"]


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_has_five_minutes_to_start(name: str) -> None:
    """Whoever is called unhealthy before ends `up`, and what waits for it is never started."""
    assert COMPOSE["services"][name]["healthcheck"]["start_period"] == "300s"


def test_volumes_are_declared_and_files_exist() -> None:
    for one in COMPOSE["services"].values():
        for volume in one.get("volumes", ()):
            source = volume.split(":")[0]
            assert (ROOT / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"]


def test_kafka_is_set_as_on_one_machine() -> None:
    local = dict(
        line.split("=", 1) for line in kafka.server_properties(Settings(ROOT, ROOT), ROOT / "data").splitlines()
    )
    own = {
        "listeners",
        "advertised.listeners",
        "listener.security.protocol.map",
        "controller.quorum.voters",
        "log.dirs",
    }
    sizes = {"log.cleaner.dedupe.buffer.size", "num.io.threads", "background.threads"}
    given = COMPOSE["services"]["kafka"]["environment"]
    for key in local.keys() - own - sizes:
        assert given["KAFKA_" + key.upper().replace(".", "_")] == local[key], key


def shape(name: str, text: str) -> str:
    """A Dockerfile without its service's name and packages, and without the libraries that only some hold."""
    packages = re.compile(r"^# [^\n]*\nRUN apt-get update.*?rm -rf /var/lib/apt/lists/\*\n", re.MULTILINE | re.DOTALL)
    some = re.compile(r"^COPY libs/(?:meaning|pages|tables)[^\n]*\n", re.MULTILINE)
    return some.sub("", packages.sub("", text)).replace(name, "NAME")


@pytest.mark.parametrize("name", SERVICES)
def test_dockerfiles_have_one_shape(name: str) -> None:
    assert shape(name, DOCKERFILES[name]) == shape("sweep", DOCKERFILES["sweep"])


def test_another_base_image_or_user_is_another_shape() -> None:
    text = DOCKERFILES["ocr"]
    for old, new in (("python:3.11.15-slim", "python:3.12-slim"), ("USER 10001", "USER root"), ("/livez", "/readyz")):
        assert old in text
        assert shape("ocr", text.replace(old, new)) != shape("sweep", DOCKERFILES["sweep"])


def test_the_shape_is_small_and_not_root() -> None:
    text = DOCKERFILES["sweep"]
    build, final = text.split("\nFROM ")[1:]
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", bases[0])
    assert "--require-hashes -r uv-requirements.txt" in build
    assert build.index("--no-install-workspace") < build.index("COPY libs/kit libs/kit")
    assert "uv sync --frozen --no-dev --no-editable --package ream-sweep" in build
    assert re.findall(r"^COPY.*", final, re.MULTILINE) == ["COPY --from=build /app/.venv /app/.venv"]
    assert re.search(r"^USER [1-9]\d*$", final, re.MULTILINE)
    assert "HEALTHCHECK" in final
    assert "127.0.0.1:8080/livez" in final
    assert "REAM_HEALTH_PORT=8080" in final
    assert set(re.findall(r"\b(REAM_\w+)=", final)) <= KNOWN


def packages(text: str) -> set[str]:
    """The packages that a Dockerfile installs."""
    found = re.search(r"--no-install-recommends \\\n(.*?) \\\n", text, re.DOTALL)
    return set(found[1].split()) if found else set()


def test_images_hold_the_programs_that_one_machine_gets_and_no_other() -> None:
    bootstrap = (ROOT / "scripts" / "bootstrap.sh").read_text()
    listed = re.search(r"PROGRAMS=\((.*?)\n\)", bootstrap, re.DOTALL)
    assert listed is not None
    programs = set(re.sub(r"#.*", "", listed[1]).split())
    held = {name: packages(text) for name, text in DOCKERFILES.items()}
    assert {name for name, wanted in held.items() if wanted} == {"extract", "ocr"}
    assert all(wanted <= programs for wanted in held.values())
    assert {one for one in programs if one.startswith("tesseract")} == held["ocr"]


def test_the_engine_is_sent_only_what_images_are_made_of() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    copied = {
        part for text in DOCKERFILES.values() for line in re.findall(r"^COPY (?!--from)(.+)", text, re.MULTILINE)
        for part in line.split()[:-1]
    }  # fmt: skip
    let_in = {line[1:] for line in lines if line.startswith("!")}
    assert [
        part for part in sorted(copied) if not any(part == one or part.startswith(f"{one}/") for one in let_in)
    ] == []
    assert not any(line.startswith("!.env") for line in lines)


def test_the_environment_is_made_by_a_command_and_never_twice(tmp_path: Path) -> None:
    target = tmp_path / ".env"
    command = [str(ROOT / "deploy" / "make-env.sh"), str(target)]
    subprocess.run(command, check=True, capture_output=True)
    made = dict(line.split("=", 1) for line in target.read_text().splitlines() if line and line[0] != "#")
    assert target.stat().st_mode & 0o777 == 0o600
    assert made.keys() == EXAMPLE.keys()
    for name, value in EXAMPLE.items():
        assert made[name] == value if value else re.fullmatch(r"[\w-]{22,}", made[name]), name
        assert not (value and SECRET.search(name) and name != "REAM_S3_ACCESS_KEY"), "a secret for everybody"
    assert len(made["KAFKA_CLUSTER_ID"]) == 22
    assert len({made[name] for name, value in EXAMPLE.items() if not value}) == sum(
        not value for value in EXAMPLE.values()
    )
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 1
    assert "it stays" in again.stderr
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_git_never_takes_the_environment() -> None:
    assert ".env" in (ROOT / ".gitignore").read_text().split()
