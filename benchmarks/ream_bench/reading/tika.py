# SPDX-License-Identifier: Apache-2.0
"""Apache Tika as it reads best: one server that compiles to the end, asked by upload and by fetch and emit (/pipes)."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from xml.sax.saxutils import escape

from ream_bench.processes import running, tree
from ream_bench.reading.race import Runner
from ream_local import java
from ream_local.errors import LocalStackError
from ream_local.ports import LOOPBACK, free_ports
from ream_local.settings import from_environment
from ream_local.tika import JAR, Tika

_MEDIA_TYPE = "application/pdf"
_SECONDS, _START_SECONDS = 600, 90
_LEFT_OUT = (
    "org.apache.tika.parser.ocr.TesseractOCRParser",
    "org.apache.tika.parser.external.CompositeExternalParser",
)
"""Start other programs; text is what is compared."""


@contextmanager
def runners(tell: Callable[[str], None]) -> Iterator[list[Runner]]:
    """Both ways to ask a server that runs meanwhile.

    Raises:
        LocalStackError: it cannot be installed, or does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="ream-bench-tika-"))
    port = free_ports(1)[0]
    settings = replace(from_environment(), tika_port=port, data_dir=folder)
    server = Tika(settings)
    jar, program = server.install(tell) / JAR, java.runtime(settings.cache_dir, tell)
    (folder / "out").mkdir()
    configuration = folder / "tika-config.xml"
    configuration.write_text(_configuration(configuration, folder / "out", port, program), encoding="utf-8")
    process = subprocess.Popen(
        [program, "-jar", jar, "-c", configuration],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        _await(server, process)
        yield [
            Runner("Tika's server, upload", lambda path: _upload(path, port), elsewhere=lambda: _cpu(process.pid)),
            Runner(
                "Tika's server, /pipes with fetch and emit",
                lambda path: _pipe(path, folder / "out", port),
                elsewhere=lambda: _cpu(process.pid),
            ),
        ]
    finally:
        with suppress(ProcessLookupError):  # it did not start
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _await(server: Tika, process: subprocess.Popen[bytes]) -> None:
    pause, until = threading.Event(), time.monotonic() + _START_SECONDS
    while not server.ready():
        if process.poll() is not None or time.monotonic() > until:
            raise LocalStackError(f"Tika does not answer within {_START_SECONDS} s")
        pause.wait(0.5)


def _configuration(own: Path, out: Path, port: int, program: Path) -> str:
    """One client of /pipes, as extract has one cell here; it fetches from anywhere and emits to a folder."""
    left_out = "".join(f'<parser-exclude class="{name}"/>' for name in _LEFT_OUT)
    java_path = f"<javaPath>{escape(str(program))}</javaPath>"
    timeout = f"<timeoutMillis>{_SECONDS * 1000}</timeoutMillis>"
    endpoints = "".join(f"<endpoint>{name}</endpoint>" for name in ("tika", "pipes", "version"))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<properties>'
        f'<parsers><parser class="org.apache.tika.parser.DefaultParser">{left_out}</parser></parsers>'
        '<fetchers><fetcher class="org.apache.tika.pipes.fetcher.fs.FileSystemFetcher">'
        "<params><name>in</name><basePath>/</basePath></params></fetcher></fetchers>"
        '<emitters><emitter class="org.apache.tika.pipes.emitter.fs.FileSystemEmitter">'
        f"<params><name>out</name><basePath>{escape(str(out))}</basePath><onExists>replace</onExists></params>"
        "</emitter></emitters>"
        f"<pipes><params><tikaConfig>{escape(str(own))}</tikaConfig><numClients>1</numClients>{timeout}{java_path}"
        "</params></pipes>"
        f"<server><params><host>{LOOPBACK}</host><port>{port}</port>"
        f"<enableUnsecureFeatures>true</enableUnsecureFeatures><taskTimeoutMillis>{_SECONDS * 1000}</taskTimeoutMillis>"
        f"{java_path}<endpoints>{endpoints}</endpoints></params></server></properties>\n"
    )


def _upload(path: Path, port: int) -> int:
    with path.open("rb") as file:
        size = str(path.stat().st_size)
        text = _asked(port, "PUT", "/tika", file, {"Accept": "text/plain", "Content-Length": size}, path)
    return len(text.decode("utf-8", "replace"))


def _pipe(path: Path, out: Path, port: int) -> int:
    """Reads what was emitted: Tika answers only when it lies there."""
    asked = {"id": path.name, "fetcher": "in", "fetchKey": str(path)[1:], "emitter": "out", "emitKey": path.name}
    answer = _asked(port, "POST", "/pipes", json.dumps(asked).encode(), {"Content-Type": "application/json"}, path)
    if json.loads(answer).get("status") not in ("ok", "parse_success"):
        raise RuntimeError(f"Tika's /pipes answers {answer[:300]!r} to {path.name}")
    (emitted,) = out.rglob("*.json")
    try:
        return sum(len(one.get("X-TIKA:content", "")) for one in json.loads(emitted.read_bytes()))
    finally:
        emitted.unlink()


def _asked(port: int, method: str, place: str, body: object, headers: dict[str, str], path: Path) -> bytes:
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=_SECONDS)) as connection:
        connection.request(method, place, body, {"Content-Type": _MEDIA_TYPE, **headers})  # type: ignore[arg-type]
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"Tika answers {answer.status} to {path.name}")
        return said


def _cpu(pid: int) -> float:
    """CPU seconds of the server, of the processes that it reads in, and of those that have ended."""
    members = tree(pid, running())
    return sum(member.process.own_seconds + member.process.children_seconds for member in members)
