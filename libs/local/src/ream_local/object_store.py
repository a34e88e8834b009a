# SPDX-License-Identifier: Apache-2.0
"""Decides which S3 server runs on this machine: versitygw where Go can build it, S3Proxy otherwise."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from ream_local import catalogue, java, locks
from ream_local.artifacts import locked
from ream_local.detached import DetachedSupervisor
from ream_local.errors import LocalStackError
from ream_local.installation import Progress, installed
from ream_local.ports import LOOPBACK
from ream_local.programs import Program

_BUILD_SECONDS = 900
_START_SECONDS = 60.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class S3Server:
    """An S3 endpoint and who may use it.

    Attributes:
        endpoint_url: `http://host:port`.
        access_key: Key id.
        secret_key: Its secret.
        region: What requests are signed for.
        product: `versitygw`, `s3proxy`, or `given` for one that the environment names.
    """

    endpoint_url: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str
    product: str


class ObjectStore:
    """An S3 server over a folder, as a process of this machine, listening on the loopback address only."""

    def __init__(self, data_dir: Path, cache_dir: Path, port: int, product: str | None = None) -> None:
        """Describe a server; nothing happens yet.

        Args:
            data_dir: its objects, log and state.
            cache_dir: where its program is kept.
            port: on the loopback address.
            product: `versitygw` or `s3proxy`; None takes versitygw where Go is installed.
        """
        self._data, self._cache = data_dir, cache_dir
        self._product = product or ("versitygw" if shutil.which("go") else "s3proxy")
        self._supervisor = DetachedSupervisor(data_dir / "run", "object-store")
        self.server = S3Server(
            f"http://{LOOPBACK}:{port}", "ream", secrets.token_urlsafe(24), "us-east-1", self._product
        )
        self._port = port

    def start(self, progress: Progress, ends_with_caller: bool = False) -> S3Server:
        """Install what is missing, start the server and wait until it answers.

        Raises:
            LocalStackError: it could not be built or did not come up.
        """
        (self._data / "objects").mkdir(parents=True, exist_ok=True)
        program = self._versitygw(progress) if self._product == "versitygw" else self._s3proxy(progress)
        self._supervisor.start([program], ends_with_caller)
        deadline, pause = time.monotonic() + _START_SECONDS, threading.Event()
        while not self._accepts_connections():
            state = self._supervisor.state()
            if time.monotonic() > deadline or state is None or state.programs[0].last_exit is not None:
                self._supervisor.stop()
                words = program.log_file.read_text(encoding="utf-8", errors="replace")[-1500:]
                raise LocalStackError(f"{self._product} did not come up:\n{words}")
            pause.wait(_POLL_SECONDS)
        return self.server

    def stop(self) -> bool:
        """End the server; returns whether it was running."""
        return self._supervisor.stop()

    def _accepts_connections(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, self._port), timeout=1.0):
            return True
        return False

    def _versitygw(self, progress: Progress) -> Program:
        program = versitygw(self._cache, progress)
        return Program(
            name="versitygw",
            argv=(str(program), "--port", f"{LOOPBACK}:{self._port}", "posix", str(self._data / "objects")),
            log_file=self._data / "object-store.log",
            environment={
                "ROOT_ACCESS_KEY": self.server.access_key,
                "ROOT_SECRET_KEY": self.server.secret_key,
                "VGW_REGION": self.server.region,
            },
        )

    def _s3proxy(self, progress: Progress) -> Program:
        jars = installed(self._cache, f"s3proxy-{catalogue.S3PROXY_VERSION}", locked("s3proxy"), progress)
        values = {
            "s3proxy.endpoint": self.server.endpoint_url,
            "s3proxy.authorization": "aws-v2-or-v4",
            "s3proxy.identity": self.server.access_key,
            "s3proxy.credential": self.server.secret_key,
            "jclouds.provider": "filesystem-nio2",
            "jclouds.filesystem.basedir": self._data / "objects",
        }
        properties = self._data / "s3proxy.properties"
        properties.touch(mode=0o600)
        properties.write_text("".join(f"{key}={value}\n" for key, value in values.items()), encoding="utf-8")
        program = java.runtime(self._cache, progress)
        options = (*java.QUICK_START, "-XX:+UseSerialGC", "-Xmx128m", "-cp", f"{jars}/*")
        return Program(
            name="s3proxy",
            argv=(str(program), *options, "org.gaul.s3proxy.Main", "--properties", str(properties)),
            log_file=self._data / "object-store.log",
        )


def versitygw(cache_dir: Path, progress: Progress) -> Path:
    """The program versitygw, built by Go at its first use.

    Raises:
        LocalStackError: Go could not build it.
    """
    folder = cache_dir / f"versitygw-{catalogue.VERSITYGW_VERSION}"
    with locks.held(cache_dir / f"{folder.name}.lock"):
        if not (folder / "versitygw").exists():
            progress(f"{folder.name}: building it with Go, which takes some minutes")
            module = f"github.com/versity/versitygw/cmd/versitygw@{catalogue.VERSITYGW_VERSION}"
            environment = {**os.environ, "GOBIN": str(folder)}
            try:
                subprocess.run(
                    ("go", "install", module),
                    env=environment,
                    check=True,
                    capture_output=True,
                    text=True,
                    timeout=_BUILD_SECONDS,
                )
            except (OSError, subprocess.SubprocessError) as error:
                said = (getattr(error, "stderr", None) or "")[-1500:]
                raise LocalStackError(
                    f"Go could not build versitygw {catalogue.VERSITYGW_VERSION}: {error}\n{said}"
                ) from error
    return folder / "versitygw"
