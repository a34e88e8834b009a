# SPDX-License-Identifier: Apache-2.0
"""The commands on real servers and real services: up, ingest, status, search, show, dead letters, down."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ream_contracts import topics
from ream_contracts.messages import DocumentSubmitted
from ream_contracts.outcomes import Outcome
from ream_index.opensearch import connect
from ream_index.settings import OpenSearchSettings
from ream_kit.broker_bus import wait_until
from ream_kit.kafka import KafkaSettings, admin
from ream_kit.observe import Announcer
from ream_local.http_fault_proxy import HttpFaultProxy
from ream_local.processes import is_alive
from ream_local.supervisor import SupervisorState
from ream_local.testing import OpenSearchServer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]


class Ream:
    """The command on an installation of its own, on shared servers."""

    def __init__(self, home: Path, kafka: str, opensearch: OpenSearchServer, between: HttpFaultProxy) -> None:
        token = uuid.uuid4().hex[:8]
        self.home = home
        self.between = between
        self.environ = {
            name: value for name, value in os.environ.items() if not name.startswith(("REAM_", "OPENSEARCH_"))
        } | {
            "REAM_HOME": str(home),
            "REAM_KAFKA_BOOTSTRAP": kafka,
            "REAM_OPENSEARCH_URL": between.url,
            "REAM_OPENSEARCH_USER": opensearch.application.user,
            "REAM_OPENSEARCH_PASSWORD": opensearch.application.password,
            "REAM_OPENSEARCH_ADMIN_PASSWORD": opensearch.admin.password,
            "REAM_TOPIC_PREFIX": f"cli-{token}.",
            "REAM_GROUP_PREFIX": f"cli-{token}-",
            "REAM_INDEX_PREFIX": f"ream-cli-{token}-",
        }
        self.kafka = KafkaSettings(kafka, f"cli-{token}.", f"cli-{token}-")

    def __call__(self, *words: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ream_cli", *map(str, words)],
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    def json(self, *words: str | Path) -> Any:
        return json.loads(self(*words, "--json").stdout)

    def services(self) -> SupervisorState:
        return SupervisorState.from_json((self.home / "run" / "services.json").read_text())


@pytest.fixture(scope="module")
def ream(
    tmp_path_factory: pytest.TempPathFactory, kafka_bootstrap: str, opensearch: OpenSearchServer
) -> Iterator[Ream]:
    with HttpFaultProxy(opensearch.url, opensearch.ca_file) as between:
        command = Ream(tmp_path_factory.mktemp("ream"), kafka_bootstrap, opensearch, between)
        try:
            started = command("up")
            assert started.returncode == 0, started.stderr
            assert "all services are ready" in started.stderr
            yield command
        finally:
            assert command("down").returncode == 0
            _tidy(command, opensearch)


def _tidy(command: Ream, server: OpenSearchServer) -> None:
    """Leaves nothing on servers that others use as well."""
    broker = admin(command.kafka, "test")
    names = [name for name in broker.list_topics(timeout=10).topics if name.startswith(command.kafka.topic_prefix)]
    for done in broker.delete_topics(names).values():
        done.result(30)
    client = connect(
        OpenSearchSettings(server.url, server.admin.user, server.admin.password, str(server.ca_file or ""))
    )
    prefix = command.environ["REAM_INDEX_PREFIX"]
    for index in client.indices.get(index=f"{prefix}*"):
        client.indices.delete(index=index)
    client.indices.delete_index_template(name=f"{prefix}*")
    client.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("docs")
    (made / "a letter.txt").write_text("The lighthouse keeper wrote of a thylacine.", encoding="utf-8")
    (made / os.fsdecode(b"caf\xe9\n.txt")).write_text("Un café près du port.", encoding="utf-8")
    (made / "empty").touch()
    (made / "loop").symlink_to(".")
    (made / "odd.bin").write_bytes(bytes(range(256)) * 8)
    return made


@pytest.fixture(scope="module")
def ingested(ream: Ream, folder: Path) -> dict[str, Any]:
    ended = ream("ingest", folder, "--json", "--timeout", "120")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_every_file_has_its_outcome(ingested: dict[str, Any]) -> None:
    assert (ingested["submitted"], ingested["outstanding"], ingested["children"]) == (4, 0, 0)
    assert ingested["submitted"] == sum(ingested[outcome] for outcome in Outcome)
    assert (ingested["complete"], ingested["empty"], ingested["unsupported"]) == (2, 1, 1)
    assert [each["cause"] for each in ingested["not_submitted"]] == ["link-loop"]
    assert ingested["seconds"] > 0


@pytest.mark.usefixtures("ingested")
def test_what_was_ingested_is_found_by_its_words(ream: Ream) -> None:
    found: dict[str, Any] = {"documents": []}
    for _ in range(20):  # an index shows what was written up to a second ago
        found = ream.json("search", "thylacine", "lighthouse")
        if found["documents"]:
            break
    [document] = found["documents"]
    assert document["name"] == "a letter.txt"
    [highlight] = document["passages"][0]["highlights"]
    assert [highlight["text"][start:end] for start, end in highlight["found"]] == ["lighthouse", "thylacine"]
    shown = ream("show", "a letter.txt", "--text")
    assert shown.stdout == "The lighthouse keeper wrote of a thylacine.\n"
    assert ream("search", "xylophonist").returncode == 1


@pytest.mark.usefixtures("ingested")
def test_what_was_ingested_is_found_by_its_meaning_a_little_later(ream: Ream) -> None:
    """None of the words is in it; its vectors come some time after it can be found by its words."""
    found: dict[str, Any] = {"documents": []}

    def look() -> bool:
        found.update(ream.json("search", "--by", "meaning", "an extinct animal with stripes"))
        return bool(found["documents"])

    wait_until(look, seconds=120, what="vectors")
    assert found["documents"][0]["name"] == "a letter.txt"


@pytest.mark.usefixtures("ingested")
def test_status_counts_everything(ream: Ream) -> None:
    found = ream.json("status")
    assert {line["state"] for line in found["servers"]} == {"ready"}
    assert {line["restarts"] for line in found["services"]} == {0}
    totals = found["totals"]
    assert totals["submitted"] == sum(totals[outcome] for outcome in Outcome) + totals["outstanding"]
    assert totals["submitted"] >= 4


def test_the_same_again_comes_to_the_same_end(ream: Ream, folder: Path, ingested: dict[str, Any]) -> None:
    again = ream.json("ingest", folder, folder / "a letter.txt")
    assert {name: again[name] for name in (*Outcome, "submitted")} == {
        name: ingested[name] for name in (*Outcome, "submitted")
    }


def test_a_document_is_told_from_the_store_alone(ream: Ream, ingested: dict[str, Any]) -> None:
    document_id = ingested["not_whole"][0]["document_id"]
    away = {"REAM_KAFKA_BOOTSTRAP": "127.0.0.1:1", "REAM_OPENSEARCH_URL": "https://127.0.0.1:1"}
    told = ream("status", document_id[:10], **away)
    assert told.returncode == 0, told.stderr
    assert "unsupported" in told.stdout
    assert ream("search", "x", **away).returncode == 69
    assert ream("ingest", ".", **away).returncode == 69


def test_bad_submissions_are_listed_shown_and_sent_again(ream: Ream) -> None:
    announcer = Announcer(ream.kafka, "test")
    announcer.send(topics.DOCUMENTS_SUBMITTED, DocumentSubmitted(source="store:incoming/later", key="later"))
    announcer.flush()
    letters: list[Any] = []
    for _ in range(30):
        letters = ream.json("dead-letters", "list", "--cause", "no-such-object")["dead_letters"]
        if letters:
            break
    [letter] = letters
    assert "no object" in ream("dead-letters", "show", letter["id"]).stdout
    (ream.home / "store" / "incoming").mkdir(exist_ok=True)
    (ream.home / "store" / "incoming" / "later").write_text("A cormorant on the pier.")
    assert ream.json("dead-letters", "redrive", letter["id"]) == {"sent": [letter["id"]], "not_sent": {}}
    assert ream.json("dead-letters", "list")["dead_letters"] == []
    found: dict[str, Any] = {"documents": []}
    for _ in range(30):
        found = ream.json("search", "cormorant")
        if found["documents"]:
            break
    assert len(found["documents"]) == 1


def _submit(ream: Ream, **sources: str) -> None:
    announcer = Announcer(ream.kafka, "test")
    for key, source in sources.items():
        announcer.send(topics.DOCUMENTS_SUBMITTED, DocumentSubmitted(source=source, key=key))
    announcer.flush()


def _letters(ream: Ream, count: int) -> dict[str, str]:
    """Waits until so many dead letters are there with which nothing was done; ids by cause."""
    found: list[dict[str, Any]] = []
    for _ in range(30):
        found = ream.json("dead-letters", "list")["dead_letters"]
        if len(found) == count:
            return {one["cause"]: one["id"] for one in found}
    raise AssertionError(f"{len(found)} dead letters, not {count}")


def test_bad_submissions_are_sent_again_by_cause_and_all_at_once(ream: Ream) -> None:
    incoming = ream.home / "store" / "incoming"
    incoming.mkdir(exist_ok=True)
    _submit(ream, tern="store:incoming/tern", ftp="ftp://127.0.0.1/skua")
    first = _letters(ream, 2)
    (incoming / "tern").write_text("A tern hovers above the shoal.")
    missing, strange = first["no-such-object"], first["unknown-scheme"]
    assert ream.json("dead-letters", "redrive", "--cause", "no-such-object") == {"sent": [missing], "not_sent": {}}
    assert _letters(ream, 1) == {"unknown-scheme": strange}, "another cause is left alone"
    _submit(ream, skua="store:incoming/skua")
    missing = _letters(ream, 2)["no-such-object"]
    (incoming / "skua").write_text("A skua robs the gannets.")
    done = ream.json("dead-letters", "redrive", "--all")
    assert (set(done["sent"]), done["not_sent"]) == ({strange, missing}, {})
    again = _letters(ream, 1)["unknown-scheme"]
    assert again != strange, "it was tried, and given up anew"
    assert ream.json("dead-letters", "dismiss", again, "--anyway") == {"dismissed": [again], "kept": {}}
    for word in ("tern", "skua"):
        wait_until(lambda w=word: len(ream.json("search", w)["documents"]) == 1, seconds=120, what=word)


def test_status_says_who_waits_for_whom_while_a_server_is_away(ream: Ream, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("A bittern booms in the reeds.")
    ream.between.refuse()
    try:
        assert ream("ingest", tmp_path, "--timeout", "1").returncode == 1
        waits: dict[str, dict[str, Any]] = {}
        for _ in range(60):
            waits = {each["service"]: each for each in ream.json("status")["waits"]}
            if "index" in waits:
                break
        assert (waits["index"]["waiting_for"], waits["index"]["records"] > 0) == ("opensearch", True)
        assert all(waits["index"][said] for said in ("since", "reason"))
        assert "opensearch" in ream("status").stdout
    finally:
        ream.between.heal()
    assert ream("ingest", tmp_path, "--timeout", "120").returncode == 0


def _hear_ctrl_c() -> None:
    """As in a terminal: what a script starts in the background passes on that SIGINT is ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_says_what_is_outstanding_and_that_it_goes_on(ream: Ream, folder: Path) -> None:
    """With ingest stopped nothing can come to its end, so there is something to interrupt."""
    stopped = next(program.process for program in ream.services().programs if program.name == "ingest")
    assert stopped is not None
    os.kill(stopped.pid, signal.SIGSTOP)
    try:
        with subprocess.Popen(
            [sys.executable, "-m", "ream_cli", "ingest", str(folder)],
            env=ream.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=_hear_ctrl_c,
        ) as command:  # fmt: skip
            assert command.stderr is not None
            assert "submitt" in command.stderr.readline()
            command.send_signal(signal.SIGINT)
            out, _ = command.communicate(timeout=60)
        assert command.returncode == 130
        assert "the services go on with them" in out
        late = ream("ingest", folder, "--timeout", "1", "--json")
        assert late.returncode == 1
        assert json.loads(late.stdout)["outstanding"] == 4
    finally:
        os.kill(stopped.pid, signal.SIGCONT)
    assert ream("ingest", folder, "--timeout", "120").returncode == 0


CONSUMER = """
from ream_contracts import topics
from ream_contracts.messages import DocumentCompleted
from ream_kit import Store, stage

@stage("shouts", reads=topics.DOCUMENTS_COMPLETED)
def shout(document: DocumentCompleted, store: Store) -> None:
    print(store.text(document).upper(), flush=True)
"""


@pytest.mark.usefixtures("ingested")
def test_a_consumer_of_ones_own_runs_from_one_file(ream: Ream, tmp_path: Path) -> None:
    (tmp_path / "shouts.py").write_text(CONSUMER)
    with subprocess.Popen(
        [sys.executable, "-m", "ream_cli", "run", str(tmp_path / "shouts.py")],
        env=ream.environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as command:  # fmt: skip
        assert command.stdout is not None
        assert any("THYLACINE" in line for line in command.stdout)
        command.terminate()
        assert command.wait(timeout=60) == 0


def test_up_again_changes_nothing_and_a_service_that_dies_comes_back(ream: Ream) -> None:
    before = ream.services()
    assert ream("up").returncode == 0
    assert ream.services() == before
    killed = next(program.process for program in before.programs if program.name == "sweep")
    assert killed is not None
    os.kill(killed.pid, signal.SIGKILL)
    assert ream("up").returncode == 0
    states = {program.name: program for program in ream.services().programs}
    assert states["sweep"].restarts >= 1


def test_no_password_is_on_a_command_line_or_in_a_log(ream: Ream) -> None:
    application = ream.environ["REAM_OPENSEARCH_PASSWORD"]
    administrator = ream.environ["REAM_OPENSEARCH_ADMIN_PASSWORD"]
    state = ream.services()
    files = [path for folder in ("logs", "run") for path in (ream.home / folder).iterdir()]
    told = [path.read_text(errors="replace") for path in files]
    told += [Path(f"/proc/{process.pid}/cmdline").read_text() for process in (state.supervisor, *state.processes())]
    assert not any(application in text or administrator in text for text in told)
    environs = {p.name: Path(f"/proc/{p.process.pid}/environ").read_text() for p in state.programs if p.process}
    assert [name for name, environ in environs.items() if application in environ] == ["index"]
    assert [name for name, environ in environs.items() if administrator in environ] == ["upkeep"]


def test_down_ends_exactly_what_was_started(ream: Ream) -> None:
    state = ream.services()
    assert ream("down").returncode == 0
    assert not any(is_alive(process) for process in (state.supervisor, *state.processes()))
    assert "Nothing runs." in ream("down").stdout
