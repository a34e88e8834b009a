# SPDX-License-Identifier: Apache-2.0
"""Decides how Maven is called: the only module that knows its command line, its pom files and its repository layout."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from ream_local.artifacts import Artifact
from ream_local.errors import LocalStackError

_DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"
_COPY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:2.10"
"""Takes a file as it is. Later ones read its pom and the parents of that, which not every repository has."""
_TIMEOUT_SECONDS = 1200
_REACTOR_THREADS = 6


class Maven:
    """The `mvn` of this machine, with its own settings (mirrors, proxies) and a repository of our own."""

    def __init__(self, repository: Path) -> None:
        """Keep what is downloaded in `repository`."""
        self._repository = repository

    def copy(self, wanted: Mapping[str, Iterable[Artifact]], work: Path) -> dict[str, Path]:
        """Download exactly these artifacts, nothing they depend on.

        Args:
            wanted: group name -> artifacts; the groups are downloaded side by side.
            work: an empty folder for poms and results.

        Returns:
            group name -> folder with the files of that group.
        """
        modules = {name: _copy_module(name, artifacts) for name, artifacts in wanted.items()}
        self._reactor(work, modules, "process-resources")
        return {name: work / name / "files" for name in wanted}

    def resolve(self, wanted: Mapping[str, Iterable[Artifact]], work: Path) -> dict[str, Path]:
        """Download these artifacts with all they depend on at run time.

        Returns:
            group name -> folder in the layout of a Maven repository, from which coordinates can be read.
        """
        modules = {name: _dependency_module(name, artifacts) for name, artifacts in wanted.items()}
        goal = f"{_DEPENDENCY_PLUGIN}:copy-dependencies"
        options = ("-DincludeScope=runtime", "-Dmdep.useRepositoryLayout=true")
        self._reactor(work, modules, goal, *options, "-DoutputDirectory=${project.basedir}/files")
        return {name: work / name / "files" for name in wanted}

    def _reactor(self, work: Path, modules: Mapping[str, str], *arguments: str) -> None:
        for name, pom in modules.items():
            (work / name).mkdir(parents=True)
            (work / name / "pom.xml").write_text(pom, encoding="utf-8")
        body = "<modules>" + "".join(f"<module>{name}</module>" for name in modules) + "</modules>"
        (work / "pom.xml").write_text(_pom("all", body), encoding="utf-8")
        self._run("-f", str(work / "pom.xml"), "-T", str(_REACTOR_THREADS), *arguments)

    def _run(self, *arguments: str) -> None:
        program = shutil.which("mvn")
        if program is None:
            raise LocalStackError("Maven (mvn) is not installed. Run: apt-get install --no-install-recommends maven")
        command = (program, "-B", "-q", "-Dstyle.color=never", f"-Dmaven.repo.local={self._repository}", *arguments)
        environment = {"MAVEN_OPTS": "-Xmx512m", **os.environ}
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, env=environment, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise LocalStackError(
                f"Maven did not finish within {_TIMEOUT_SECONDS // 60} minutes. Check the way to its repository "
                "(network, proxy, ~/.m2/settings.xml) and run the command again; what has come is kept."
            ) from error
        if done.returncode != 0:
            lines = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line][:4]
            raise LocalStackError(
                "Maven could not fetch the servers:\n  " + "\n  ".join(lines or ["(it said nothing)"]) + "\n"
                "Check the way to its repository (network, proxy, ~/.m2/settings.xml) and run the command again."
            )


def coordinates(folder: Path) -> dict[Path, Artifact]:
    """Read the jars of a folder in repository layout back from their paths."""
    found = {}
    for path in sorted(folder.rglob("*.jar")):
        *group, name, version, file_name = path.relative_to(folder).parts
        stem, _, type_ = file_name.rpartition(".")
        classifier = stem.removeprefix(f"{name}-{version}").removeprefix("-")
        found[path] = Artifact(".".join(group), name, version, classifier, type_)
    return found


def _pom(name: str, body: str) -> str:
    return (
        "<project><modelVersion>4.0.0</modelVersion><groupId>ream.local</groupId>"
        f"<artifactId>{escape(name)}</artifactId><version>1</version><packaging>pom</packaging>{body}</project>\n"
    )


def _fields(artifact: Artifact) -> str:
    fields = {"groupId": artifact.group, "artifactId": artifact.name, "version": artifact.version}
    fields |= {"type": artifact.type} | ({"classifier": artifact.classifier} if artifact.classifier else {})
    return "".join(f"<{key}>{escape(value)}</{key}>" for key, value in fields.items())


def _dependency_module(name: str, artifacts: Iterable[Artifact]) -> str:
    body = "".join(f"<dependency>{_fields(artifact)}</dependency>" for artifact in artifacts)
    return _pom(name, f"<dependencies>{body}</dependencies>")


def _copy_module(name: str, artifacts: Iterable[Artifact]) -> str:
    group, plugin, version = _COPY_PLUGIN.split(":")
    items = "".join(f"<artifactItem>{_fields(artifact)}</artifactItem>" for artifact in artifacts)
    return _pom(
        name,
        f"<build><plugins><plugin><groupId>{group}</groupId><artifactId>{plugin}</artifactId>"
        f"<version>{version}</version><executions><execution><phase>process-resources</phase>"
        "<goals><goal>copy</goal></goals><configuration><outputDirectory>${project.basedir}/files</outputDirectory>"
        f"<artifactItems>{items}</artifactItems></configuration></execution></executions></plugin></plugins></build>",
    )
