# SPDX-License-Identifier: Apache-2.0
"""Runs the list: `python -m ream_chaos --seed N`, the parts named, or with --long the hour."""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from ream_chaos import bullets, records, registry
from ream_chaos.result import Result, last_line
from ream_chaos.run import Run
from ream_chaos.trial import Calm
from ream_chaos.world import own_servers

LONG = ("hour",)


def parts(names: Sequence[str], *, long: bool) -> dict[str, ModuleType]:
    """The parts to do, in their order.

    Raises:
        LookupError: there is none of this name.
    """
    found = registry.modules(bullets)
    if unknown := sorted(set(names) - set(found)):
        raise LookupError(f"there is no part {unknown[0]!r}; there are {', '.join(found)}")
    wanted = names or (LONG if long else [name for name, one in found.items() if one.ORDER is not None])
    return {name: found[name] for name in sorted(wanted, key=lambda name: (found[name].ORDER or 0, name))}


def main() -> int:
    """Runs the parts on servers of its own; 0 when everything is as it should be."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="repeats the run of that seed; without it one is drawn")
    parser.add_argument("--long", action="store_true", help="the hour instead of the list")
    parser.add_argument("--results", type=Path, help="folder that takes the result as .md and .json")
    parser.add_argument("parts", nargs="*", help="parts of the list; all where none is named")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    try:
        wanted = parts(options.parts, long=options.long)
    except LookupError as error:
        parser.error(str(error))
    print(f"seed {seed}: {', '.join(wanted)}", flush=True)
    began = time.monotonic()
    with own_servers(tell) as world:
        run = Run(world, seed, Calm(world))
        results = [do(name, part, run) for name, part in wanted.items()]
    if options.results:
        for path in records.write(options.results, seed, results, time.monotonic() - began):
            print(f"kept in {path}")
    for one in results:
        print("\n".join(one.lines()))
    print(last_line(seed, results), flush=True)
    return 0 if all(one.good for one in results) else 1


def do(name: str, part: ModuleType, run: Run) -> Result:
    """Does one part; what keeps it from being done at all is its problem, and the next part is done."""
    run.world.tell(f"{name}: {(part.__doc__ or '').splitlines()[0]}")
    began = time.monotonic()
    try:
        found: Result = part.run(run)
    except Exception as error:
        places = tuple(line.strip() for line in traceback.format_tb(error.__traceback__)[-3:])
        problem = f"it could not be done: {type(error).__name__}: {str(error)[-2000:]}"
        found = Result(name, problems=(problem,), details=places)
    found.figures["took_seconds"] = time.monotonic() - began
    run.world.tell(f"{name}: {'as it should be' if found.good else 'NOT as it should be'}")
    return found


def tell(sentence: str) -> None:
    """Says with the time what is done."""
    print(f"{time.strftime('%H:%M:%S')} {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
