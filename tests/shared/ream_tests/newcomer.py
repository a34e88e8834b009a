# SPDX-License-Identifier: Apache-2.0
"""Decides how tests stand in for somebody who has nothing but the README: what it has typed is typed as it stands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ream_local.processes import ProcessIdentity, identify
from ream_local.supervisor import SupervisorState

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text()
README_KAFKA, README_FOLDER = "127.0.0.1:19092", "/data/in"
"""What the README names where the newcomer of the tests has other ports and folders."""


def typed() -> list[str]:
    """What the README has people type, in order, without the remarks behind it."""
    blocks = re.findall(r"^```console\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [re.sub(r"\s{2,}# .*", "", line.removeprefix("$ ")) for block in blocks for line in block.splitlines()]


def line_of(beginning: str) -> str:
    """The one line of the README that begins so.

    Raises:
        ValueError: none does, or several do.
    """
    [line] = [line for line in typed() if line.startswith(beginning)]
    return line


class Newcomer:
    """Somebody who has set nothing but a folder and ports of his own; what others have fetched lies in the cache."""

    def __init__(self, home: Path, ports: dict[str, str]) -> None:
        self.home, self.ports = home, ports
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("REAM_", "OPENSEARCH_"))}
        cache = {name: value for name, value in os.environ.items() if name == "REAM_CACHE"}
        self.folder = home.parent / "in"
        self.environ = {**kept, **cache, **ports, "REAM_HOME": str(home)}

    def __call__(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "ream_cli", *map(str, words))

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            argv, env=self.environ, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=250,
            check=False,
        )  # fmt: skip

    def types(self, *beginnings: str, said: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Types lines of the README into one shell, in the folder of the checkout; it ends at the first that fails.

        Args:
            beginnings: of the lines.
            said: what the newcomer puts for words like DOCUMENT.
        """
        lines = [self.mine(line_of(beginning)) for beginning in beginnings]
        for word, own in (said or {}).items():
            assert any(word in line for line in lines), word
            lines = [line.replace(word, own) for line in lines]
        return self.run("bash", "-ec", "\n".join((line_of("export PATH="), *lines)))

    def mine(self, text: str) -> str:
        """What the README shows, with the newcomer's own port and folder."""
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
