# SPDX-License-Identifier: Apache-2.0
"""What is written outside is seen: new, changed, a link, and with a date set back."""

from __future__ import annotations

import os
import time
from pathlib import Path

from ream_chaos.outside import written


def test_what_is_written_is_seen_and_nothing_else(tmp_path: Path) -> None:
    for name in ("old", "changed", "dated"):
        (tmp_path / name).write_text("before")
    (tmp_path / "below" / "__pycache__").mkdir(parents=True)
    since = max(path.stat().st_ctime for path in tmp_path.iterdir()) + 0.001
    while time.time() <= since + 0.01:  # the kernel's clock of files has steps
        os.sched_yield()
    (tmp_path / "changed").write_text("after")
    (tmp_path / "dated").write_text("after")
    os.utime(tmp_path / "dated", (0, 0))
    (tmp_path / "below" / "new").write_text("after")
    (tmp_path / "below" / "link").symlink_to("/")
    (tmp_path / "below" / "__pycache__" / "module.pyc").write_text("after")
    assert {path.name for path in written(since, [tmp_path])} == {"changed", "dated", "new", "link"}
    assert list(written(time.time() + 60, [tmp_path])) == []
