# SPDX-License-Identifier: Apache-2.0
"""What the README promises a newcomer: an installation with servers of its own, from `ream demo` to `ream down`."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ream_cli.services import NAMES, UPKEEP
from ream_contracts.outcomes import Outcome
from ream_local.ports import free_ports
from ream_local.processes import ProcessIdentity, identify, is_alive, resident_bytes
from ream_tests.newcomer import ROOT, Newcomer, line_of

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

SHOWN = ("hydrological-yearbook-2024.pdf", "nebenkosten-scan.pdf", "tarifblatt-abgebrochen.pdf", "uebergabe.zip")
"""The documents that the demo's searches find, and one that is truncated; tests of the samples take all of them."""
SAMPLES, SNIPPETS = ROOT / "samples", ROOT / "docs" / "snippets"
PORTS = ("REAM_KAFKA_PORT", "REAM_KAFKA_CONTROLLER_PORT", "REAM_OPENSEARCH_PORT", "REAM_OPENSEARCH_TRANSPORT_PORT")
PROMISED_MB = 3000
COUNT = re.compile(r"(\w+) +(\d+)")


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
def demo(ream: Newcomer) -> str:
    """What `make demo` told, its lines as wide as they want to be."""
    shown = ream.types("make demo")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "all services are ready" in shown.stderr
    return shown.stdout


def test_the_demo_shows_documents_pages_and_words_and_what_became_of_each_sample(demo: str) -> None:
    told = " ".join(demo.split())
    assert "Processing 22 samples" in told
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
    outcomes = {row[0]: (row[1], row[-1]) for row in rows if row[-1] in ("yes", "no")}
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
    assert [program.name for program in ream.noted("services").programs] == [*NAMES, UPKEEP]
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
def test_a_folder_of_ones_own_is_ingested(ream: Newcomer, tmp_path: Path) -> None:
    for name in ("ferry-review-q1.pdf", "courriel-emplacement.txt"):
        shutil.copy(SAMPLES / name, tmp_path)
    ended = ream.types("ream ingest", said={"~/Documents": str(tmp_path)})
    assert ended.returncode == 0, ended.stdout + ended.stderr
    counts = {found[1]: int(found[2]) for line in ended.stdout.splitlines() if (found := COUNT.fullmatch(line.strip()))}
    assert counts == {"complete": 2, "submitted": 2}


@pytest.mark.usefixtures("demo")
def test_search_shows_document_page_and_the_words_found(ream: Newcomer) -> None:
    found = ream.types("ream search ferry")
    assert found.returncode == 0, found.stderr
    title, place = found.stdout.splitlines()[:2]
    assert title.startswith("ferry-review-q1.pdf  ")
    assert place.startswith("  page ")
    assert "[Ferries]" in place


@pytest.mark.usefixtures("demo")
def test_a_question_finds_what_it_means(ream: Newcomer) -> None:
    """Vectors come after completion: until then its words alone find it."""
    found = ream.types("ream search --by both")
    assert found.returncode == 0, found.stderr
    told = [line for line in found.stdout.splitlines() if not line.endswith("not yet found by meaning.")]
    assert told[0].startswith("ferry-review-q1.pdf  ")


@pytest.mark.usefixtures("demo")
def test_status_shows_what_runs_and_that_nothing_is_owed(ream: Newcomer) -> None:
    shown = ream.types("ream status")
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"^aggregate +ready ", shown.stdout, re.MULTILINE)
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
    shown = ream.types("ream show", said={"DOCUMENT": "nebenkosten-scan.pdf"})
    assert shown.returncode == 0, shown.stderr
    for part in ("outcome     complete", "Receipt: 3 units", "In the store: "):
        assert part in shown.stdout
    found = ream.json("show", "nebenkosten-scan.pdf")
    assert found["record"]["outcome"] == "complete"
    assert [(page["unit"], page["state"], page["method"]) for page in found["receipt"]] == [
        (number, "read", "ocr") for number in (1, 2, 3)
    ]
    assert len(found["artifacts"]) > 3
    assert None not in found["artifacts"].values()


@pytest.mark.usefixtures("demo")
def test_a_scan_is_read_again_as_the_readme_says(ream: Newcomer) -> None:
    started = ream.types("ream replay DOCUMENT", said={"DOCUMENT": "nebenkosten-scan.pdf"})
    assert started.returncode == 0, started.stderr
    assert "ocr would run again with dpi=400 for 1 of 1 documents, 3 units." in started.stdout
    until = time.monotonic() + 120
    while (record := ream.json("show", "nebenkosten-scan.pdf")["record"])["run"] < 2:
        assert time.monotonic() < until, "the second run was not complete within two minutes"
    assert record["outcome"] == "complete"


@pytest.mark.usefixtures("demo")
def test_pages_that_were_read_badly_are_counted_and_it_is_asked_before_they_are_read_again(ream: Newcomer) -> None:
    """Who has no terminal to be asked on must say --yes."""
    asked = ream.types("ream replay --stage")
    counted = re.search(r"^ocr would run again with dpi=400 for (\d+) of (\d+) documents", asked.stdout, re.MULTILINE)
    assert counted is not None, asked.stderr
    assert int(counted[2]) >= 22
    assert asked.returncode == (2 if int(counted[1]) else 0)
    assert ("say --yes" in asked.stderr) == bool(int(counted[1]))


@pytest.mark.usefixtures("demo")
def test_the_index_is_made_anew_from_the_store(ream: Newcomer) -> None:
    made = ream.types("ream rebuild-index")
    assert made.returncode == 0, made.stdout + made.stderr
    assert _found(ream, "nebenkosten-scan.pdf", "Fallrohre")["passages"][0]["unit"] == 2


@pytest.mark.usefixtures("demo")
def test_what_the_readme_submits_by_topic_is_found(ream: Newcomer, tmp_path: Path) -> None:
    """Before any folder may be read it is a dead letter, which is told by its name."""
    ream.folder.mkdir()
    shutil.copy(SAMPLES / "carta-reclamacion.pdf", ream.folder / "report.pdf")
    assert ream.types("echo '{").returncode == 0
    until = time.monotonic() + 60
    while "report.pdf" not in (letters := ream.types("ream dead-letters list")).stdout:
        assert time.monotonic() < until, letters.stdout + letters.stderr
    before = ream.noted("services").supervisor
    program = tmp_path / "submit.py"
    program.write_text(ream.mine((SNIPPETS / "submit.py").read_text()))
    submitted = ream.types(
        "export REAM_INGEST_ROOTS=",
        "ream up",
        "echo '{",
        "python docs/",
        said={"docs/snippets/submit.py": str(program)},
    )
    ream.environ["REAM_INGEST_ROOTS"] = str(ream.folder)  # it stays exported
    assert submitted.returncode == 0, submitted.stdout + submitted.stderr
    assert ream.noted("services").supervisor != before, "the services still have the old setting"
    assert _found(ream, "report.pdf", "oficina", "municipal")["passages"][0]["unit"] == 1
    assert _found(ream, "minutes.txt", "minutes", "meeting")["outcome"] == "complete"


def _found(ream: Newcomer, name: str, *words: str) -> Any:
    """The document of this name, as soon as a search for these words finds it."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        # A copy of a sample, too: it is a version of that, and named beside it otherwise.
        for document in ream.json("search", "--versions", *words)["documents"]:
            if document["name"] == name:
                return document
    raise AssertionError(f"no search for {words} found {name} within a minute")


@pytest.mark.usefixtures("demo")
def test_the_consumer_of_the_readme_keeps_every_contract(ream: Newcomer, tmp_path: Path) -> None:
    _, *words = shlex.split(line_of("ream run").replace("contracts.py", str(SNIPPETS / "contracts.py")))
    argv = [sys.executable, "-m", "ream_cli", *words]
    with subprocess.Popen(argv, env=ream.environ, cwd=tmp_path) as consumer:
        until, pause = time.monotonic() + 60, threading.Event()
        while not any("STRICTEMENT CONFIDENTIEL" in path.read_text() for path in tmp_path.glob("contracts/*.txt")):
            assert consumer.poll() is None
            assert time.monotonic() < until, "the contract was not kept within a minute"
            pause.wait(0.1)
        consumer.send_signal(signal.SIGINT)
        assert consumer.wait(timeout=60) == 0
    completed = ream.json("search", "type:contract")["documents"]
    assert {path.name.split(".")[0] for path in tmp_path.glob("contracts/*.txt")} <= {
        document["document_id"] for document in completed
    }


@pytest.mark.usefixtures("demo")
def test_the_demo_again_takes_what_runs_and_is_there_within_a_minute(ream: Newcomer) -> None:
    before, began = (ream.noted("servers"), ream.noted("services")), time.monotonic()
    assert ream.types("make demo").returncode == 0
    assert time.monotonic() - began < 60
    assert (ream.noted("servers"), ream.noted("services")) == before


@pytest.mark.usefixtures("demo")
def test_in_the_end_it_is_found_by_meaning_alone(ream: Newcomer) -> None:
    """None of these words stands in the report; vectors come after everything else, one document after another."""
    until = time.monotonic() + 240
    names: list[str] = []
    while names[:1] != ["ferry-review-q1.pdf"]:
        assert time.monotonic() < until, f"by meaning were found: {names}"
        found = ream.json("search", "--by", "meaning", "how many travellers sailed to the islands")
        names = [document["name"] for document in found["documents"]]


@pytest.mark.usefixtures("demo")
def test_the_demo_after_an_end_finds_what_was_there(ream: Newcomer) -> None:
    """What was read is not read again: each sample is as it was, in its first generation."""
    before = ream.noted("servers").supervisor
    assert ream.types("make down").returncode == 0
    again = ream.types("make demo")
    assert again.returncode == 0, again.stdout + again.stderr
    assert ream.noted("servers").supervisor != before
    assert ream.json("show", "hydrological-yearbook-2024.pdf")["record"]["generation"] == 1


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
    assert len(named) == 3 + len(NAMES)  # the servers and the upkeep
    assert running > named
    assert ream.types("make down").returncode == 0
    assert [each for each in running if is_alive(each)] == []
    assert is_alive(bystander)
    assert "Nothing runs." in ream("down").stdout
