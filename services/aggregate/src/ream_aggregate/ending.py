# SPDX-License-Identifier: Apache-2.0
"""Ends the process at once: nothing that is doubtful may be acknowledged on the way out."""

import os
import sys
from typing import Any, NoReturn

from ream_kit import log

EXIT_DOUBTFUL = 70
"""Exit code of a worker that stopped because going on might have lost something; it is to be started again."""


def end_process(reason: str, **facts: Any) -> NoReturn:
    """Says why, and leaves without running another line: no commit, no clean-up, no second thoughts.

    Faust commits when it stops in order, also after an error; whatever was read and not committed is read again by the
    next process.
    """
    log.logger("ream.aggregate").error("ending_process", reason=reason, **facts)
    sys.stderr.flush()
    os._exit(EXIT_DOUBTFUL)
