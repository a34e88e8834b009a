# SPDX-License-Identifier: Apache-2.0
"""Decides how jars from Maven Central become the folder layout of an OpenSearch distribution."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path, PurePosixPath

from ream_local import catalogue, class_file
from ream_local.artifacts import locked
from ream_local.errors import LocalStackError
from ream_local.installation import Progress, installed

# k-NN's classes name these in signatures. In an official distribution they come from the module transport-grpc, which
# Maven Central does not have. Nothing calls them: there is no gRPC endpoint on this node.
_GRPC_INTERFACES = tuple(
    f"org.opensearch.transport.grpc.spi.{name}"
    for name in ("QueryBuilderProtoConverter", "QueryBuilderProtoConverterRegistry")
)
_MISSING_MODULES = re.compile(r"(transport-grpc|rule-framework)(?=,|$)")

# A node that may not write to its home ends when these are not there.
_EXPECTED_FOLDERS = ("bin", "extensions")

PLUGIN_SETTINGS = "plugin-settings"


def install(cache_dir: Path, progress: Progress) -> Path:
    """The home of OpenSearch in the cache; it is only read from then on."""
    name = f"opensearch-{catalogue.OPENSEARCH_VERSION}"
    return installed(cache_dir, name, locked("opensearch"), progress, assemble)


def assemble(home: Path) -> None:
    """Turn the folder of verified files into a distribution.

    Afterwards `plugin-settings/<plugin>` holds what a plugin wants to find below the configuration folder.
    """
    for module in catalogue.OPENSEARCH_MODULES:
        descriptor = home / "modules" / module.name / "plugin-descriptor.properties"
        descriptor.write_text(module_descriptor(module), encoding="utf-8")
    for plugin in catalogue.OPENSEARCH_PLUGINS:
        _unpack(home, plugin)
    for folder in _EXPECTED_FOLDERS:
        (home / folder).mkdir(exist_ok=True)
    class_file.write_jar(home / "plugins" / "opensearch-knn" / "grpc-spi-placeholder.jar", _GRPC_INTERFACES)


def module_descriptor(module: catalogue.Module) -> str:
    """The properties file that a node wants beside a module's jars."""
    version = catalogue.OPENSEARCH_VERSION
    values = {
        "name": module.name,
        "description": f"{module.name} module",
        "version": version,
        "opensearch.version": version,
        "java.version": "21",
        "classname": module.plugin_class,
        "custom.foldername": "",
        "extended.plugins": module.extends,
        "has.native.controller": "false",
    }
    return "".join(f"{key}={value}\n" for key, value in values.items())


def make_optional(descriptor: str) -> str:
    """A plugin's descriptor in which the modules that Maven Central lacks are no longer a condition for the start."""
    lines = [
        _MISSING_MODULES.sub(r"\1;optional=true", line) if line.startswith("extended.plugins=") else line
        for line in descriptor.splitlines()
    ]
    return "\n".join(lines) + "\n"


def _unpack(home: Path, plugin: str) -> None:
    folder = home / "plugins" / plugin
    archive = folder / f"{plugin}-{catalogue.OPENSEARCH_VERSION}.0.zip"
    with zipfile.ZipFile(archive) as packed:
        for name in packed.namelist():
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise LocalStackError(f"{archive.name} holds {name!r}, which leads outside its folder; it is not used.")
        packed.extractall(folder)
    archive.unlink()
    if (folder / "config").exists():
        (home / PLUGIN_SETTINGS).mkdir(exist_ok=True)
        (folder / "config").rename(home / PLUGIN_SETTINGS / plugin)
    descriptor = folder / "plugin-descriptor.properties"
    descriptor.write_text(make_optional(descriptor.read_text(encoding="utf-8")), encoding="utf-8")
