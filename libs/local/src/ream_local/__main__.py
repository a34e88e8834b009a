# SPDX-License-Identifier: Apache-2.0
"""Decides what a developer can do with the servers alone: `python -m ream_local install|start|stop|status|env`."""

from __future__ import annotations

import argparse
import shlex
import sys

from ream_local import settings
from ream_local.errors import LocalStackError
from ream_local.stack import Endpoints, Stack


def environment(endpoints: Endpoints) -> dict[str, str]:
    """The variables by which tests and services find running servers."""
    return {
        "KAFKA_BOOTSTRAP_SERVERS": endpoints.kafka_bootstrap_servers,
        "OPENSEARCH_URL": endpoints.opensearch_url,
        "OPENSEARCH_CA_FILE": str(endpoints.opensearch_ca_file),
        "OPENSEARCH_USER": endpoints.application.user,
        "OPENSEARCH_PASSWORD": endpoints.application.password,
        "OPENSEARCH_ADMIN_PASSWORD": endpoints.admin.password,
        "OPENSEARCH_READER_PASSWORD": endpoints.reader.password,
        "OPENSEARCH_PRIVILEGED_PASSWORD": endpoints.privileged.password,
    }


def main() -> int:
    """Run one of the commands; the exit code is 1 when it could not do its work."""
    parser = argparse.ArgumentParser(prog="python -m ream_local", description="Kafka and OpenSearch of this machine.")
    parser.add_argument("command", choices=["install", "start", "stop", "status", "env"])
    command = parser.parse_args().command
    try:
        stack = Stack(settings.from_environment())
        return {"install": _install, "start": _start, "stop": _stop, "status": _status, "env": _env}[command](stack)
    except LocalStackError as error:
        print(error, file=sys.stderr)
        return 1


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _install(stack: Stack) -> int:
    stack.install(_tell)
    return 0


def _start(stack: Stack) -> int:
    stack.start(_tell)
    return 0


def _stop(stack: Stack) -> int:
    _tell("stopped" if stack.stop() else "nothing was running")
    return 0


def _status(stack: Stack) -> int:
    state = stack.running()
    for server in state.servers if state else ():
        program = server.program
        pid = program.process.pid if program.process else "-"
        answer = "ready" if server.ready else "not ready"
        memory = server.resident_bytes // 2**20
        print(f"{program.name}: {answer}, pid {pid}, {memory} MB, {program.restarts} restarts")
    return 0 if state and state.ready else 1


def _env(stack: Stack) -> int:
    for name, value in environment(stack.endpoints()).items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
