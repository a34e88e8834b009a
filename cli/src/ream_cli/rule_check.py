# SPDX-License-Identifier: Apache-2.0
"""The action `ream classify check`: says of files of rules whether classify can use them, before it is started."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ream_classify import rules
from ream_classify.settings import ClassifySettings
from ream_classify.yaml_lines import RuleError
from ream_cli import screen
from ream_cli.failures import INCOMPLETE, OK, CommandError
from ream_cli.surroundings import Surroundings
from ream_kit.settings import load

KINDS = tuple(rules.READERS)


@dataclass(frozen=True, slots=True)
class Checked:
    """A file and what there is to say of it.

    Attributes:
        version: as documents name it that are classified by it; None when it cannot be used.
        line: where the mistake is; None when there is none.
        reason: what the mistake is.
    """

    file: str
    kind: str
    version: str | None = None
    line: int | None = None
    reason: str | None = None


def arguments(parser: argparse.ArgumentParser) -> None:
    """Says what it takes on the command line."""
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="default: the files that the settings of classify name"
    )
    parser.add_argument(
        "--as", dest="kind", choices=KINDS, help="what kind of file it is (default: told by its contents)"
    )


def check(surroundings: Surroundings, options: argparse.Namespace) -> int:
    """Checks files, and changes nothing: 0 when classify can use all of them, 1 when it cannot use one."""
    found = list(_checked(surroundings, options.files, options.kind))
    wrong = [one for one in found if one.reason is not None]
    if options.json:
        screen.print_json({"usable": not wrong, "files": [asdict(one) for one in found]})
        return INCOMPLETE if wrong else OK
    for one in found:
        if one.reason is None:
            print(f"{one.file}: can be used as {one.kind}, version {one.version}")
        else:
            print(f"{one.file}, line {one.line}: {one.reason}")
    if wrong:
        print("With such a file classify goes on with the last one that it could use.")
    return INCOMPLETE if wrong else OK


def _checked(surroundings: Surroundings, files: list[Path], kind: str | None) -> Iterator[Checked]:
    named = load(ClassifySettings, surroundings.environ, "REAM_CLASSIFY_").files()
    if not files:
        if kind is not None and named[kind] is None:
            raise CommandError(f"REAM_CLASSIFY_{kind.upper()} names no file: give one, or set it.", 2)
        for each, file in named.items():
            if kind in (None, each):
                yield _as(each, file)
        return
    of_path = {file.resolve(): each for each, file in named.items() if file is not None}
    for file in files:
        known = kind or of_path.get(file.resolve())
        yield _as(known, file) if known else _told(file)


def _as(kind: str, file: Path | None) -> Checked:
    """Reads a file as one of this kind; that which ships where none is named."""
    try:
        text, name = rules.text_of(file, f"{kind}.yaml")
        rules.READERS[kind](text, name)
    except RuleError as error:
        return Checked(str(file), kind, line=error.line, reason=error.reason)
    return Checked(name if file else f"{name} (ships with classify)", kind, rules.version_of(text))


def _told(file: Path) -> Checked:
    """Reads a file as each kind: it is of the one that can use it, else of the one that understands most of it."""
    tries = [_as(kind, file) for kind in KINDS]
    fits = next((one for one in tries if one.reason is None), None)
    return fits or max(tries, key=lambda one: one.line or 0)
