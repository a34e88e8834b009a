# SPDX-License-Identifier: Apache-2.0
"""What gives way is nice, and so is the session that it leads, but never the session of others."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_AUTOGROUP = Path("/proc/self/autogroup")
_ASKS = """
import os, pathlib
from ream_kit.priority import give_way
give_way(7)
place = pathlib.Path("/proc/self/autogroup")
print(os.getpriority(os.PRIO_PROCESS, 0), *(place.read_text().split()[-1:] if place.exists() else ()))
"""


def niceness_of_session() -> list[str]:
    """Its last word; none on a kernel without autogroups, or in a session that is in no group of its own."""
    return _AUTOGROUP.read_text().split()[-1:] if _AUTOGROUP.exists() else []


@pytest.mark.parametrize("leads", [True, False])
def test_a_session_gives_way_with_the_process_that_leads_it(leads: bool) -> None:
    before = niceness_of_session()
    asked = [sys.executable, "-c", _ASKS]
    found = subprocess.run(asked, check=True, capture_output=True, text=True, start_new_session=leads, timeout=30)
    own, *session = found.stdout.split()
    assert int(own) == min(19, os.nice(0) + 7)
    assert session == ([own] if leads and session else before)
