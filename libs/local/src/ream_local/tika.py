# SPDX-License-Identifier: Apache-2.0
"""Decides how a local server of Apache Tika is put together, started and known to be ready."""

from __future__ import annotations

import contextlib
import http.client
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from ream_local import catalogue, java
from ream_local.artifacts import locked
from ream_local.installation import Progress, installed
from ream_local.ownership import give
from ream_local.ports import LOOPBACK
from ream_local.programs import Program
from ream_local.settings import Settings

JAR = "tika-server.jar"
_NOT_OPEN = "com/github/junrar/"
"""Unpacks RAR, under a licence that is none of the open ones; Ream reads RAR without it."""
_NOT_ASKED = (
    # These start other programs, which this server has no need of: what they read, Ream reads.
    "org.apache.tika.parser.ocr.TesseractOCRParser",
    "org.apache.tika.parser.external.CompositeExternalParser",
)
_TASK_SECONDS = 120


class Tika:
    """A server of Apache Tika: one process that watches, and one that reads and is replaced when it hangs."""

    name = "tika"

    def __init__(self, settings: Settings) -> None:
        """Describe a server; nothing happens yet."""
        self._settings = settings
        self._folder = settings.data_dir / "tika"

    def ports(self) -> dict[int, str]:
        """Port -> name of the setting that changes it."""
        return {self._settings.tika_port: "REAM_TIKA_PORT"}

    def install(self, progress: Progress) -> Path:
        """Folder of the jar in the cache."""
        name = f"tika-{catalogue.TIKA_VERSION}"
        return installed(self._settings.cache_dir, name, locked("tika"), progress, assemble)

    def prepare(self, progress: Progress) -> Program:
        """Write the configuration, and say how to start the server."""
        home, java_program = self.install(progress), java.runtime(self._settings.cache_dir, progress)
        (self._folder / "tmp").mkdir(parents=True, exist_ok=True)
        configuration = self._folder / "tika-config.xml"
        configuration.write_text(server_configuration(self._settings, java_program, self._folder), encoding="utf-8")
        give(self._folder, self._settings.drops_to())
        options = (*java.QUICK_START, "-XX:+UseSerialGC", "-Xmx64m", f"-Djava.io.tmpdir={self._folder / 'tmp'}")
        return Program(
            name=self.name,
            argv=(str(java_program), *options, "-jar", str(home / JAR), "-c", str(configuration)),
            log_file=self._settings.data_dir / "logs" / "tika.log",
            directory=self._folder,
            uid=self._settings.drops_to(),
        )

    def ready(self) -> bool:
        """Whether the server says which version it is."""
        connection = http.client.HTTPConnection(LOOPBACK, self._settings.tika_port, timeout=2.0)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/version")
            return connection.getresponse().read(200).startswith(b"Apache Tika")
        return False


def assemble(home: Path) -> None:
    """Make the server's jar of the one that came: without what has no open licence."""
    (came,) = home.glob("*.jar")
    with (
        zipfile.ZipFile(came) as whole,
        zipfile.ZipFile(home / JAR, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
    ):
        for entry in whole.infolist():
            if not entry.filename.startswith(_NOT_OPEN):
                made.writestr(entry, whole.read(entry))
    came.unlink()


def server_configuration(settings: Settings, java_program: Path, folder: Path) -> str:
    """What the server is told: to listen on the loopback address, to start no programs, and how much it may take."""
    left_out = "".join(f'<parser-exclude class="{name}"/>' for name in _NOT_ASKED)
    arguments = (
        *java.QUICK_START,
        "-XX:+UseSerialGC",
        f"-Xmx{settings.tika_heap_mb}m",
        "-Djava.awt.headless=true",
        f"-Djava.io.tmpdir={folder / 'tmp'}",
    )
    forked = "".join(f"<arg>{escape(argument)}</arg>" for argument in arguments)
    values = {
        "host": LOOPBACK,
        "port": settings.tika_port,
        "taskTimeoutMillis": _TASK_SECONDS * 1000,
        "enableUnsecureFeatures": "false",
        "javaPath": escape(str(java_program)),
    }
    told = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<properties>'
        f'<parsers><parser class="org.apache.tika.parser.DefaultParser">{left_out}</parser></parsers>'
        f"<server><params>{told}<forkedJvmArgs>{forked}</forkedJvmArgs></params></server></properties>\n"
    )
