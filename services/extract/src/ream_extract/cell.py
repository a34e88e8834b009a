# SPDX-License-Identifier: Apache-2.0
"""Plans and reads inside a cell: the only way in which the service touches a stranger's bytes."""

import logging
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ream_extract import registry, unlock
from ream_extract.describe import describe
from ream_extract.reading import Limits, Plan, Source, Unreadable
from ream_extract.room import is_full
from ream_extract.wire import pack, pack_plan
from ream_extract.written_pictures import with_written_pictures
from ream_pages import drawing, films
from ream_pages.views import NotDrawn

# Parsers' warnings quote the documents that they read; no log may.
logging.disable(logging.CRITICAL)
# Loaded here, before cells are forked: each of them would load the parsers again.
registry.found()


def work(request: dict[str, Any], scratch: Path) -> Iterator[dict[str, Any]]:
    """Plans a document (`do` is plan), reads units, draws it small (thumbnail, preview), unlocks it, names extractors.

    Args:
        request: `do` (`catalogue` besides), `path`, `media_type`, `extractor` (name, or null to describe what nobody
            reads), `limits` (fields of `Limits`), `ocr`, `pictures`, `tables`, `converted` (path or null),
            `child_budget`, `preview_seconds`, and `first`, `last` to read; `passwords` where there are any.
        scratch: takes pictures and documents found inside, under the names that the items give.

    Yields:
        One plan; or the items of the units, and between them `working` where one takes long; or, as the last,
        `unreadable` with verdict, cause and reason, or `full` where the scratch disk has no room. Of a thumbnail or
        preview the `file`, or nothing where it cannot be drawn; of a document that is unlocked the `file` and the
        `ending` of its kind, or nothing where no password opens it.
    """
    if request["do"] == "catalogue":
        yield {"extractors": [asdict(one) for one in registry.known().extractors]}
        return
    try:
        yield from _WAYS.get(request["do"], _done)(request, scratch)
    except NotDrawn:
        return
    except Unreadable as failure:
        if failure.__cause__ is not None and is_full(failure.__cause__):
            yield {"full": True}
        else:
            yield {"unreadable": {"verdict": failure.verdict, "cause": failure.cause, "reason": failure.reason}}
    except OSError as failure:
        if not is_full(failure):
            raise
        yield {"full": True}


def _small(request: dict[str, Any], scratch: Path) -> Iterator[dict[str, Any]]:
    drawing.thumbnail(Path(request["path"]), request["media_type"], scratch / "thumbnail")
    yield {"file": "thumbnail"}


def _preview(request: dict[str, Any], scratch: Path) -> Iterator[dict[str, Any]]:
    seconds = request["preview_seconds"]
    for _ in films.preview(Path(request["path"]), request["media_type"], seconds, scratch / "preview"):
        yield {"working": True}
    yield {"file": "preview"}


def _unlocked(request: dict[str, Any], scratch: Path) -> Iterator[dict[str, Any]]:
    target = scratch / "unlocked"
    ending = unlock.unlocked(Path(request["path"]), request["media_type"], request["passwords"], target)
    if ending is not None:
        yield {"file": target.name, "ending": ending}


def _done(request: dict[str, Any], scratch: Path) -> Iterator[dict[str, Any]]:
    source = Source(
        Path(request["path"]),
        request["media_type"],
        Limits(**request["limits"]),
        Path(request["converted"]) if request["converted"] else None,
        request["ocr"],
        request["pictures"],
        request["child_budget"],
        request["tables"],
        tuple(request["passwords"]),
    )
    if request["extractor"] is None:
        yield pack_plan(Plan((), describe(source)))
        return
    extractor = registry.named(request["extractor"])
    if request["do"] == "plan":
        yield pack_plan(extractor.plan(source))
    else:
        items = extractor.read(source, request["first"], request["last"], scratch)
        for item in with_written_pictures(items, source, scratch):
            yield pack(item) if item is not None else {"working": True}


_WAYS = {"thumbnail": _small, "preview": _preview, "unlock": _unlocked}
