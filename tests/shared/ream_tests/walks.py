# SPDX-License-Identifier: Apache-2.0
"""Takes a machine of many states through many histories by chance, each of which its number makes again."""

import random
from collections.abc import Callable, Iterable


def walk_all(walk: Callable[[random.Random, int], object], seeds: Iterable[int], steps: Callable[[int], int]) -> None:
    """Walks once for each seed; a walk that fails says how to do it again.

    Args:
        walk: takes the chance that decides, and how many steps to take.
        seeds: one a walk.
        steps: of a walk, by its seed.
    """
    for seed in seeds:
        try:
            walk(random.Random(seed), steps(seed))
        except BaseException as error:
            error.add_note(f"walk(random.Random({seed}), steps={steps(seed)}) does it again")
            raise
