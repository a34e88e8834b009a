# SPDX-License-Identifier: Apache-2.0
"""Lets work that nobody waits for give way to everything else on the machine."""

import os
import threading
from pathlib import Path

_AUTOGROUP = Path("/proc/self/autogroup")
_TRIES, _PAUSE_SECONDS = 10, 0.15


def give_way(nice: int) -> None:
    """Makes this process `nice` by so much, for good, and its session with it where it leads one.

    Linux divides the cores between sessions first (autogroups, see sched(7)), and looks at the niceness of processes
    only within one: a nice process in a session of its own would get as much as all services of another together.
    """
    os.nice(nice)
    if os.getsid(0) != os.getpid():
        return  # what else runs in this session is not ours to slow down
    pause = threading.Event()
    for _ in range(_TRIES):
        try:
            _AUTOGROUP.write_text(str(os.getpriority(os.PRIO_PROCESS, 0)))
            return
        except BlockingIOError:  # the kernel takes one change in a tenth of a second from whoever is not root
            pause.wait(_PAUSE_SECONDS)
        except OSError:
            return  # a kernel without autogroups, or one that lets nobody write there, divides by niceness alone
