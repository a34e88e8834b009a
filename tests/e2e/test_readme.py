# SPDX-License-Identifier: Apache-2.0
"""What the README promises a newcomer: an installation with servers of its own, from `ream demo` to `ream down`."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ream_cli.services import NAMES
from ream_contracts.outcomes import Outcome
from ream_local.ports import free_ports
from ream_local.processes import ProcessIdentity, identify, is_alive, resident_bytes
from ream_local.supervisor import SupervisorState

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
SNIPPETS = ROOT / "docs" / "snippets"
SHOWN = ("hydrological-yearbook-2024.pdf", "nebenkosten-scan.pdf", "tarifblatt-abgebrochen.pdf", "uebergabe.zip")
"""The documents that the demo's searches find, and one that is truncated; tests of the samples take all of them."""
PORTS = ("REAM_KAFKA_PORT", "REAM_KAFKA_CONTROLLER_PORT", "REAM_OPENSEARCH_PORT", "REAM_OPENSEARCH_TRANSPORT_PORT")
PROMISED_MB = 3000
COUNT = re.compile(r"(\w+) +(\d+)")
README_KAFKA, README_FOLDER = "127.0.0.1:19092", "/data/in"
"""What the README names where the newcomer of these tests has other ports and folders."""


class Newcomer:
    """Somebody who has set nothing but a folder and ports of his own; what others have fetched lies in the cache."""

    def __init__(self, home: Path, ports: dict[str, str]) -> None:
        self.home, self.ports = home, ports
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("REAM_", "OPENSEARCH_"))}
        cache = {name: value for name, value in os.environ.items() if name == "REAM_CACHE"}
        self.folder = home.parent / "in"
        self.environ = {**kept, **cache, **ports, "REAM_HOME": str(home), "REAM_INGEST_ROOTS": str(self.folder)}

    def __call__(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "ream_cli", *map(str, words))

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(argv, env=self.environ, capture_output=True, text=True, timeout=250, check=False)

    def mine(self, text: str) -> str:
        """What the README shows, with the newcomer's own port and folder."""
        assert README_KAFKA in text
        return text.replace(README_KAFKA, f"127.0.0.1:{self.ports['REAM_KAFKA_PORT']}").replace(
            README_FOLDER, str(self.folder)
        )

    def json(self, *words: str | Path) -> Any:
        ran = self(*words, "--json")
        assert ran.stdout, ran.stderr
        return json.loads(ran.stdout)

    def noted(self, group: str) -> SupervisorState:
        return SupervisorState.from_json((self.home / "run" / f"{group}.json").read_text())

    def processes(self) -> set[ProcessIdentity]:
        """The supervisors, what they run, and whatever these have started."""
        return set().union(*(_family(self.noted(group).supervisor.pid) for group in ("servers", "services")))


def _family(root: int) -> set[ProcessIdentity]:
    children = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        children[int(fields[1])].append(int(entry.parent.name))
    pids = [root]
    for pid in pids:  # it grows while it is walked
        pids += children[pid]
    return {found for pid in pids if (found := identify(pid)) is not None}


@pytest.fixture(scope="module")
def bystander() -> Iterator[ProcessIdentity]:
    """A process that calls itself what servers and services are called, and is none of ours."""
    names = ("-m", "ream_sweep", "ream_local.supervisor", "kafka.Kafka", "org.opensearch.bootstrap.OpenSearch")
    with subprocess.Popen([sys.executable, "-c", "input()", *names], stdin=subprocess.PIPE) as process:
        found = identify(process.pid)
        assert found is not None
        yield found
        process.communicate(b"\n")


@pytest.fixture(scope="module")
def ream(bystander: ProcessIdentity) -> Iterator[Newcomer]:
    """The newcomer, with nothing started yet; ended whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="ream-test-newcomer-"))
    folder.chmod(0o711)  # root's servers run as another user
    command = Newcomer(folder / "data", dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True)))
    try:
        yield command
    finally:
        command("down")
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    listed = yaml.safe_load((SAMPLES / "expected.yaml").read_text())["samples"]
    (folder / "expected.yaml").write_text(yaml.safe_dump({"samples": {name: listed[name] for name in SHOWN}}))
    for name in SHOWN:
        (folder / name).symlink_to(SAMPLES / name)
    return folder


@pytest.fixture(scope="module")
def demo(ream: Newcomer, samples: Path) -> str:
    """What `ream demo` told, its lines as wide as they want to be."""
    shown = ream("demo", "--samples", samples)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "all services are ready" in shown.stderr
    return shown.stdout


def test_the_demo_shows_documents_pages_and_words_and_what_became_of_each_sample(demo: str) -> None:
    told = " ".join(demo.split())
    assert "Processing 4 samples" in told
    for page in (
        "hydrological-yearbook-2024.pdf report, application/pdf, ",
        " page 47, B1-14 Bramblelea Hydrological Yearbook 2024",
        "The [gauge] at [Bramblelea] was re-levelled",
        "nebenkosten-scan.pdf ",
        " page 2 Juni die [Fallrohre] im [Hinterhof] erneuert",
        "memo.docx ",
        "at the [panel] [behind] [the] [cloakroom] within forty seconds",
    ):
        assert page in told
    rows = [line.split() for line in demo.splitlines() if line.strip().startswith((*SHOWN, "Übergabe/"))]
    outcomes = {row[0]: (row[1], row[-1]) for row in rows if row[-1] == "yes"}
    assert outcomes == {
        "hydrological-yearbook-2024.pdf": ("complete", "yes"),
        "nebenkosten-scan.pdf": ("complete", "yes"),
        "tarifblatt-abgebrochen.pdf": ("failed", "yes"),
        "uebergabe.zip": ("empty", "yes"),
        "Übergabe/Schlüsselliste.txt": ("complete", "yes"),
        "Übergabe/memo.docx": ("complete", "yes"),
    }
    assert "What to do next" in told


@pytest.mark.usefixtures("demo")
def test_servers_and_services_run_and_passwords_are_the_users_own(ream: Newcomer) -> None:
    assert [program.name for program in ream.noted("servers").programs] == ["kafka", "opensearch"]
    assert [program.name for program in ream.noted("services").programs] == list(NAMES)
    assert (ream.home / "secrets.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("demo")
def test_ingest_tells_the_outcomes_and_what_to_do_about_what_failed(ream: Newcomer) -> None:
    """Exit code 0 is for nothing failed and nothing outstanding."""
    contract = ream("ingest", SAMPLES / "accord-de-confidentialite.docx")
    assert contract.returncode == 0, contract.stdout + contract.stderr
    ended = ream("ingest", SAMPLES / "accord-de-confidentialite.docx", SAMPLES / "tarifblatt-abgebrochen.pdf")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    counts = {found[1]: int(found[2]) for line in ended.stdout.splitlines() if (found := COUNT.fullmatch(line.strip()))}
    assert counts == {"complete": 1, "failed": 1, "submitted": 2}
    assert "damaged" in ended.stdout
    assert "get another copy" in " ".join(ended.stdout.split())


@pytest.mark.usefixtures("demo")
def test_search_shows_document_page_and_the_words_found(ream: Newcomer) -> None:
    found = ream("search", "Fallrohre", "Hinterhof")
    assert found.returncode == 0, found.stderr
    title, place = found.stdout.splitlines()[:2]
    assert title.startswith("nebenkosten-scan.pdf  ")
    assert place.startswith("  page 2  ")
    assert "[Fallrohre] im [Hinterhof]" in place


@pytest.mark.usefixtures("demo")
def test_status_shows_what_runs_and_that_nothing_is_owed(ream: Newcomer) -> None:
    found = ream.json("status")
    assert found["ready"] is True
    assert {line["name"]: line["state"] for line in found["servers"]} == dict.fromkeys(
        ("kafka", "opensearch", "store"), "ready"
    )
    assert {line["name"]: (line["state"], line["restarts"]) for line in found["services"]} == {
        name: ("ready", 0) for name in NAMES
    }
    assert found["totals"]["submitted"] == sum(found["totals"][outcome] for outcome in Outcome)
    assert found["totals"]["outstanding"] == 0


@pytest.mark.usefixtures("demo")
def test_show_tells_everything_about_one_document(ream: Newcomer) -> None:
    found = ream.json("show", "nebenkosten-scan.pdf")
    assert found["record"]["outcome"] == "complete"
    assert [(page["unit"], page["state"], page["method"]) for page in found["receipt"]] == [
        (number, "read", "ocr") for number in (1, 2, 3)
    ]
    assert len(found["artifacts"]) > 3
    assert None not in found["artifacts"].values()


@pytest.mark.usefixtures("demo")
def test_what_the_readme_submits_by_topic_is_found(ream: Newcomer) -> None:
    ream.folder.mkdir()
    shutil.copy(SAMPLES / "carta-reclamacion.pdf", ream.folder / "report.pdf")
    kcat = next(line for line in (ROOT / "README.md").read_text().splitlines() if "kcat -P" in line)
    for argv in (
        ("bash", "-c", ream.mine(kcat.removeprefix("$ "))),
        (sys.executable, "-c", ream.mine((SNIPPETS / "submit.py").read_text())),
    ):
        submitted = ream.run(*argv)
        assert submitted.returncode == 0, submitted.stderr
    assert _found(ream, "report.pdf", "oficina", "municipal")["passages"][0]["unit"] == 1
    assert _found(ream, "minutes.txt", "minutes", "meeting")["outcome"] == "complete"


def _found(ream: Newcomer, name: str, *words: str) -> Any:
    """The document of this name, as soon as a search for these words finds it."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for document in ream.json("search", *words)["documents"]:
            if document["name"] == name:
                return document
    raise AssertionError(f"no search for {words} found {name} within a minute")


@pytest.mark.usefixtures("demo")
def test_the_consumer_of_the_readme_keeps_every_contract(ream: Newcomer, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "ream_cli", "run", str(SNIPPETS / "contracts.py")]
    with subprocess.Popen(argv, env=ream.environ, cwd=tmp_path) as consumer:
        until, pause = time.monotonic() + 60, threading.Event()
        while not (kept := [text for path in tmp_path.glob("contracts/*.txt") if (text := path.read_text())]):
            assert consumer.poll() is None
            assert time.monotonic() < until, "no contract was kept within a minute"
            pause.wait(0.1)
        consumer.send_signal(signal.SIGINT)
        assert consumer.wait(timeout=60) == 0
    assert len(kept) == 1
    assert "STRICTEMENT CONFIDENTIEL" in kept[0]


@pytest.mark.usefixtures("demo")
def test_the_demo_again_takes_what_runs_and_is_there_within_a_minute(ream: Newcomer, samples: Path) -> None:
    before, began = (ream.noted("servers"), ream.noted("services")), time.monotonic()
    assert ream("demo", "--samples", samples).returncode == 0
    assert time.monotonic() - began < 60
    assert (ream.noted("servers"), ream.noted("services")) == before


@pytest.mark.usefixtures("demo")
def test_a_port_in_use_is_a_sentence_that_says_what_to_do(ream: Newcomer, tmp_path: Path) -> None:
    second = Newcomer(ream.home.parent / "second", {**ream.ports, "REAM_KAFKA_CONTROLLER_PORT": str(free_ports(1)[0])})
    refused = second("up")
    port = ream.ports["REAM_KAFKA_PORT"]
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr == (
        f"ream: Port {port} on 127.0.0.1, which kafka needs, is in use. See who has it with "
        f"'ss -ltnp sport = :{port}', or choose another port: REAM_KAFKA_PORT=<port>.\n"
    )
    assert not (second.home / "run" / "servers.json").exists()


@pytest.mark.usefixtures("demo")
def test_the_memory_is_what_the_readme_says(ream: Newcomer) -> None:
    assert sum(resident_bytes(each.pid) for each in ream.processes()) < PROMISED_MB * 1_000_000


@pytest.mark.usefixtures("demo")
def test_down_ends_exactly_what_was_started(ream: Newcomer, bystander: ProcessIdentity) -> None:
    running = ream.processes()
    named = {each for group in ("servers", "services") for each in ream.noted(group).processes()}
    assert len(named) == 2 + len(NAMES)
    assert running > named
    assert ream("down").returncode == 0
    assert [each for each in running if is_alive(each)] == []
    assert is_alive(bystander)
    assert "Nothing runs." in ream("down").stdout
