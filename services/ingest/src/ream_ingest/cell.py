# SPDX-License-Identifier: Apache-2.0
"""Tells media types inside a cell: the only place in which ingest looks into a stranger's bytes."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ream_ingest.media_type import detect

# Warnings of libraries quote what they read; no log may.
logging.disable(logging.CRITICAL)


def work(request: dict[str, Any], scratch: Path) -> Iterator[dict[str, Any]]:
    """Yields the `media_type` of the file at `path`, whose `name` (or null) breaks ties between kinds of text."""
    yield {"media_type": detect(Path(request["path"]), request["name"])}
