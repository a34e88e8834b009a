# SPDX-License-Identifier: Apache-2.0
"""`ream status` tells what it can, whoever is away."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ream_cli import asking, overview, services, starting, status, watching
from ream_cli.asking import Answer
from ream_cli.failures import CommandError
from ream_cli.overview import Overview, ServerLine
from ream_cli.services import NAMES, Plan
from ream_cli.surroundings import Surroundings, find
from ream_kit.observe import Lag
from ream_local.ports import free_ports
from ream_local.processes import ProcessIdentity
from ream_local.stack import ServerState
from ream_local.supervisor import ProgramState

WAITS = {
    "for": "store",
    "since": "2026-01-01T00:00:00Z",
    "reason": "No space left on device",
    "records": 2,
    "breaker": "open",
}


@pytest.fixture
def service() -> Iterator[tuple[int, dict[str, Any]]]:
    """The health port of a service, and what it answers."""
    pages: dict[str, Any] = {"/readyz": (200, "ok\n"), "/status": (200, '{"in_flight": 3}')}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            code, text = pages[self.path]
            self.send_response(code)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server.server_port, pages
        server.shutdown()
        thread.join()


@pytest.fixture
def here(tmp_path: Path) -> Surroundings:
    kafka, opensearch = free_ports(2)
    return find({"REAM_HOME": str(tmp_path), "REAM_KAFKA_PORT": str(kafka), "REAM_OPENSEARCH_PORT": str(opensearch)})


def plan(here: Surroundings, **ports: int) -> None:
    here.run_dir.mkdir(exist_ok=True)
    services.plan_file(here).write_text(Plan(ports, "x").to_json())


def test_a_service_that_is_ready(service: tuple[int, dict[str, Any]]) -> None:
    assert asking.ask(service[0]) == Answer(None, {"in_flight": 3})


def test_a_service_that_waits_says_for_whom(service: tuple[int, dict[str, Any]]) -> None:
    port, pages = service
    pages["/readyz"] = (503, "waiting for store\n")
    pages["/status"] = (200, json.dumps({"waiting": [WAITS, "odd"]}))
    answer = asking.ask(port)
    assert (answer.ready, answer.why_not, answer.waiting()) == (False, "waiting for store", [WAITS])


@pytest.mark.parametrize("text", ["", "no json", "[1]"])
def test_an_odd_answer_is_no_error(service: tuple[int, dict[str, Any]], text: str) -> None:
    port, pages = service
    pages["/status"] = (200, text)
    assert asking.ask(port).status == {}


def test_nobody_at_a_port_is_an_answer() -> None:
    assert not asking.ask(free_ports(1)[0]).ready
    assert asking.ask_all({}) == {}


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense", "127.0.0.1:x", ""])
def test_nobody_listens(address: str) -> None:
    assert not asking.listens(address)


def test_somebody_listens(service: tuple[int, dict[str, Any]]) -> None:
    assert asking.listens(f"127.0.0.1:{service[0]},other:1")


def test_with_everything_down_everything_is_said_to_be(here: Surroundings) -> None:
    found = overview.look(here)
    assert not found.fine
    assert [line.state for line in found.servers] == ["away", "away", "away"]
    assert {line.state for line in found.services} == {"not started"}
    assert (found.lag, found.dead_letters, found.totals, found.wave) == (None, None, None, None)
    out = io.StringIO()
    status.show(found, Console(file=out, width=160))
    assert "Kafka does not answer" in out.getvalue()
    for name in ("kafka", "opensearch"):
        assert f"{name}: 'ream up' starts it" in out.getvalue()
    assert "store: there is no such folder" in out.getvalue()
    assert "sweep, which counts them, does not answer" in out.getvalue()


@pytest.mark.parametrize(
    ("ready", "process", "expected", "why"),
    [
        (True, True, "ready", None),
        (False, True, "not ready", "'ream logs kafka' shows what it does"),
        (False, False, "away", "it ended with code 1 and is started again; 'ream logs kafka' shows why"),
    ],
)
def test_states_of_a_server_of_ours(ready: bool, process: bool, expected: str, why: str | None) -> None:
    found = ServerState(state(process=process, exit_code=1), ready, 5)
    line = overview._own_server("kafka", "127.0.0.1:9", found)
    assert line.state == expected
    assert (line.why is None) == (why is None)
    assert (line.why or "").endswith(why or "")


def test_a_server_that_somebody_else_runs_is_named_with_its_variable() -> None:
    line = overview._named_server("kafka", f"127.0.0.1:{free_ports(1)[0]}")
    assert (line.state, line.why) == ("away", "nobody listens there: start it, or correct REAM_KAFKA_BOOTSTRAP")


def test_an_empty_store_is_said_to_be(tmp_path: Path) -> None:
    line = overview._store(find({"REAM_HOME": str(tmp_path), "REAM_STORE": str(tmp_path)}))
    assert (line.state, line.why) == ("away", "it is empty: mount what belongs there")


def test_totals_come_from_sweep(here: Surroundings, service: tuple[int, dict[str, Any]]) -> None:
    port, pages = service
    totals = {"complete": 3, "submitted": 5, "outstanding": 2, "children": 1}
    wave = {"number": 2, "waits_for": "ocr"}
    pages["/status"] = (200, json.dumps({"totals": totals, "wave": wave, "without_vectors": 4}))
    plan(here, sweep=port)
    found = overview.look(here)
    assert found.totals == totals
    assert found.wave == wave
    assert found.without_vectors == 4


def state(process: bool = True, exit_code: int | None = None) -> ProgramState:
    return ProgramState("ocr", ProcessIdentity(1, 2) if process else None, 1.7e9, 2, exit_code)


@pytest.mark.parametrize(
    ("program", "answer", "expected"),
    [
        (None, None, "not started"),
        (state(process=False, exit_code=-9), Answer("away"), "restarting"),
        (state(), Answer("it reads its table"), "not ready"),
        (state(), None, "not ready"),
        (state(), Answer(None), "ready"),
    ],
)
def test_states_of_a_service(program: ProgramState | None, answer: Answer | None, expected: str) -> None:
    line = overview._service("ocr", program, answer)
    assert line.state == expected
    assert (line.why is None) == (expected == "ready")


def test_everything_is_shown_to_people() -> None:
    waiting = overview._service("ocr", state(), Answer("waiting", {"waiting": [WAITS], "confinement": ["seccomp"]}))
    deleted = [{"topic": "segments.read", "partition": n, "records": 4} for n in (1, 2)]
    behind = Answer(None, {"deleted_unread": deleted, "complaints": ["own.yaml, line 4: no weight"]})
    found = Overview(
        (ServerLine("kafka", "ready", "127.0.0.1:9", 1, 123_000_000),),
        (waiting, overview._service("classify", state(), behind)),
        (
            Lag("segments.scanned", "ocr", 1200, 0),
            Lag("segments.read", "classify", 0, 3),
            Lag("documents.submitted", "ingest", 0, 2),
        ),
        {"documents.submitted.dlq": 4},
        {"complete": 3, "submitted": 5, "outstanding": 2, "children": 1},
        {"number": 7, "waits_for": "extract on documents.ingested"},
        without_vectors=1,
    )
    out = io.StringIO()
    status.show(found, Console(file=out, width=200))
    for expected in (
        "123 MB", "No space left on device", "left alone, probed", "2026-01-01T00:00:00", "seccomp", "1,200",
        "1 have text and no vectors yet",
        "documents.submitted.dlq: 4 dead letters", "wave 7 waits for extract on documents.ingested", "outstanding",
        "classify: own.yaml, line 4: no weight",
    ):  # fmt: skip
        assert expected in out.getvalue()
    assert "segments.read " not in out.getvalue(), "there is nothing left to read"
    assert "segments.read: 8 records were deleted before classify had read them" in out.getvalue()
    assert "documents.submitted: 2 records were deleted before ingest had read them" in out.getvalue()
    assert "Submit again what has no outcome" in out.getvalue()
    shown = json.loads(json.dumps(found.to_json()))
    assert shown["services"][0]["waiting"] == [WAITS]
    assert shown["services"][1]["deleted_unread"] == {"segments.read": 8}
    assert shown["lag"][2]["deleted"] == 2
    (wait,) = shown["waits"]
    assert (wait["service"], wait["waiting_for"], wait["records"], wait["breaker"]) == ("ocr", "store", 2, "open")


def test_ingest_says_that_nobody_works(here: Surroundings) -> None:
    assert watching.waiting(here) is None
    plan(here, ocr=free_ports(1)[0])
    assert "do not run" in (watching.waiting(here) or "")


def running(monkeypatch: pytest.MonkeyPatch, *programs: ProgramState) -> None:
    class Keeper:
        def state(self) -> Any:
            return type("State", (), {"programs": programs})()

    monkeypatch.setattr(starting, "supervisor", lambda _: Keeper())


def test_ingest_says_who_waits_for_whom(
    here: Surroundings, service: tuple[int, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, pages = service
    pages["/status"] = (200, json.dumps({"waiting": [WAITS]}))
    plan(here, ocr=port)
    running(monkeypatch, state())
    assert watching.waiting(here) == "ocr waits for store since 2026-01-01T00:00:00Z: No space left on device"


def test_up_waits_until_all_are_ready(
    here: Surroundings, service: tuple[int, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, _ = service
    plan(here, ocr=port, index=port)
    running(monkeypatch, state())
    told: list[str] = []
    starting.wait_until_ready(here, told.append)
    assert told == ["ocr: ready", "index: ready"]


@pytest.mark.parametrize("program", [ProgramState("ocr", None, 1.0, 3, 1), ProgramState("ocr", None, 1.0, 0, 78)])
def test_up_shows_the_log_of_what_ends_again_and_again(
    here: Surroundings, monkeypatch: pytest.MonkeyPatch, program: ProgramState
) -> None:
    plan(here, ocr=free_ports(1)[0])
    here.log_dir.mkdir()
    (here.log_dir / "ocr.log").write_text("no module named x\n")
    running(monkeypatch, program)
    with pytest.raises(CommandError, match="no module named x"):
        starting.wait_until_ready(here, lambda _: None)


def test_up_does_not_wait_for_ever(
    here: Surroundings, service: tuple[int, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, pages = service
    pages["/readyz"] = (503, "it reads its table\n")
    plan(here, ocr=port)
    running(monkeypatch, state())
    with pytest.raises(CommandError, match="ocr is not ready: it reads its table"):
        starting.wait_until_ready(here, lambda _: None, seconds=0)


def test_the_end_of_a_log(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("".join(f"line {number}\n" for number in range(10_000)))
    assert starting.tail(tmp_path / "log", 2) == ["line 9998", "line 9999"]
    assert starting.tail(tmp_path / "none", 2) == []


def test_there_is_a_module_for_every_service() -> None:
    project = Path(__file__).parents[2] / "services"
    assert sorted(NAMES) == sorted(folder.name for folder in project.iterdir() if (folder / "pyproject.toml").is_file())
    for name in NAMES:
        assert (project / name / "src" / f"ream_{name}" / "__main__.py").is_file()
