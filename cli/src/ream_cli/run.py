# SPDX-License-Identifier: Apache-2.0
"""The command `ream run`: runs a consumer of a user's own, from one file, on the stack of this machine."""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import sys
import traceback
from pathlib import Path
from types import ModuleType

from ream_cli import watching
from ream_cli.failures import USAGE, CommandError
from ream_cli.surroundings import find
from ream_kit import Stage, runner
from ream_kit.stage import AnyStage


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a Python file that declares a @stage")
    parser.add_argument("--stage", metavar="NAME", help="which one, where the file declares several")


def run(options: argparse.Namespace) -> int:
    """Runs it until Ctrl-C; it goes on where it was when it is started again."""
    surroundings = find()
    chosen = choose(load(options.file), options.file, options.stage)
    watching.require_topics(surroundings)
    # What the stage opens reads the environment by itself.
    os.environ.update(surroundings.environ)
    print(f"{chosen.name} runs on {surroundings.environ['REAM_KAFKA_BOOTSTRAP']}; Ctrl-C ends it.", file=sys.stderr)
    return runner.run(chosen, {**os.environ, **surroundings.environ})


def load(file: Path) -> ModuleType:
    """Runs the user's file as a module.

    Raises:
        CommandError: it is not there, or fails; the text names its line.
    """
    name = f"ream_run_{re.sub('[^a-z0-9]', '_', file.stem.lower())}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None or not file.is_file():
        raise CommandError(f"{file} is no Python file: give one that declares a @stage.")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses of the file look their module up by its name, and the file may import its neighbours.
    sys.modules[name] = module
    sys.path.insert(0, str(file.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
        where = f", line {lines[-1]}" if lines else ""
        raise CommandError(f"{file}{where}: {type(error).__name__}: {error}") from error
    return module


def choose(module: ModuleType, file: Path, name: str | None) -> AnyStage:
    """The stage that is meant.

    Raises:
        CommandError: there is none, or it is not clear which.
    """
    found = {each.name: each for each in vars(module).values() if isinstance(each, Stage)}
    if not found:
        raise CommandError(f"{file} declares no stage: put @stage(...) from ream_kit on a function of one message.")
    if name is None and len(found) > 1:
        raise CommandError(f"{file} declares several stages: choose one with --stage {'|'.join(sorted(found))}.", USAGE)
    if name is not None and name not in found:
        raise CommandError(f"{file} declares no stage {name!r}, but {', '.join(sorted(found))}.", USAGE)
    return found[name] if name is not None else next(iter(found.values()))
