# SPDX-License-Identifier: Apache-2.0
"""One file a fault: `KIND` says how it is dealt out, `NEEDS` which servers must be the run's own, `begin` breaks.

`begin` takes the world, the installation and the strike, and returns what is to be done later: seconds from now, and
the action. Both may raise `NotNow` when another fault is in the way: they are tried again.
"""

from collections.abc import Callable

Later = list[tuple[float, Callable[[], object]]]


class NotNow(Exception):
    """What is to be broken or mended is away, because of another fault."""
