# SPDX-License-Identifier: Apache-2.0
"""One file a fault: `KIND` says how it is dealt out, `NEEDS` which servers must be the run's own, `begin` breaks.

`begin` takes the world, the installation and the strike, and returns what is to be done later: seconds from now, and
the action.
"""

from collections.abc import Callable

Later = list[tuple[float, Callable[[], object]]]
