# SPDX-License-Identifier: Apache-2.0
"""Real documents that nobody here wrote: no false alarm, nothing that others find is missing, no loss unnoticed.

A few files of each kind, and two losses in each, by default. RECEIPT_FILES=all takes every file; RECEIPT_LOSSES=N tries
N losses in each of them, `seams` every one that is possible once for each kind of file, in the smallest in which it is,
and `all` every one in every file (with all files: hours).
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import pytest

from ream_contracts import layout, topics
from ream_contracts.artifacts import DocumentRecord
from ream_faults.faults import Fault
from ream_faults.flow import Flow
from ream_faults.runs import Calm, run, tried
from ream_quality.second_readers import asked
from ream_quality.silent_loss import Loss, loss, ours

FOLDERS = ("formats", "reports", "ocr-pages")
OF_ONE_KIND = {"contracts": ".pdf", "invoices": ".pdf", "news": ".txt", "receipts": ".jpg", "tables": ".pdf"}
"""Folders of documents of one kind; what else lies there says what they hold."""
KINDS = (
    *(".pdf", ".docx", ".doc", ".xlsx", ".xls", ".pptx", ".ppt", ".odt", ".ods", ".rtf", ".epub"),
    *(".html", ".txt", ".md", ".csv", ".xml", ".eml", ".msg", ".mbox", ".zip", ".tar", ".png", ".tif"),
)
ALL = os.environ.get("RECEIPT_FILES") == "all"
OF_A_KIND = 3
OF_A_FOLDER = 2
LARGEST = 300_000
"""Bytes of a file that is taken by default."""
LOSSES = os.environ.get("RECEIPT_LOSSES", "2")
"""How many losses are tried in each file, or `seams`, or `all`."""
_SECONDS = 0 if LOSSES == "all" else 1800
pytestmark = [pytest.mark.corpus, pytest.mark.programs, pytest.mark.timeout(_SECONDS)]


@pytest.fixture(scope="module")
def corpus() -> Path:
    named = os.environ.get("REAM_CORPUS")
    if not named:
        assert os.environ.get("REQUIRE_CORPUS") != "1", "REQUIRE_CORPUS=1, and REAM_CORPUS names no folder"
        pytest.skip("REAM_CORPUS names no folder of real documents")
    return Path(named)


@pytest.fixture(scope="module")
def files(corpus: Path) -> list[Path]:
    every = [path for folder in FOLDERS for path in sorted((corpus / folder).rglob("*")) if path.is_file()]
    alike = [sorted((corpus / folder).rglob(f"*{kind}")) for folder, kind in OF_ONE_KIND.items()]
    if ALL:
        return [*every, *chain(*alike)]
    few = _few([path for path in every if path.suffix in KINDS])
    return list(dict.fromkeys([*few, *(path for paths in alike for path in _some(paths, OF_A_FOLDER))]))


def _few(every: list[Path]) -> Iterator[Path]:
    """Takes the smallest of each folder, and files of each kind by the hash of their names: neighbours are alike."""
    for folder in FOLDERS:
        yield min((path for path in every if folder in path.parts), key=lambda path: path.stat().st_size)
    for kind in KINDS:
        yield from _some([path for path in every if path.suffix == kind], OF_A_KIND)


def _some(paths: Sequence[Path], most: int) -> list[Path]:
    small = [path for path in paths if path.stat().st_size < LARGEST]
    return sorted(small, key=lambda path: hashlib.sha256(path.name.encode()).digest())[:most]


@pytest.fixture(scope="module")
def runs(files: list[Path]) -> dict[Path, Flow]:
    return {path: run(path.name, path.read_bytes()) for path in files}


def _record(flow: Flow) -> tuple[DocumentRecord, str]:
    """The record of the submitted file, and its media type."""
    (top,) = {one.document_id: one for one in flow.bus.sent(topics.DOCUMENTS_INGESTED) if not one.parent_id}.values()
    version = max(one.version for one in flow.bus.sent(topics.DOCUMENTS_INDEXED) if one.document_id == top.document_id)
    return flow.store.get_artifact(DocumentRecord, layout.document_record(top.document_id, version)), top.media_type


def test_there_are_files_of_every_kind_and_folder(files: list[Path]) -> None:
    assert {path.suffix for path in files} >= set(KINDS)
    assert {part for path in files for part in path.parts} >= {*FOLDERS, *OF_ONE_KIND}


def test_clean_files_give_no_alarm(runs: dict[Path, Flow]) -> None:
    alarms = {}
    for path, flow in runs.items():
        short = [one for ending in flow.endings().values() for one in ending.receipt if one[2] == "incomplete"]
        if flow.dead or short:
            alarms[path.name] = (flow.dead, short)
    assert alarms == {}


def test_nothing_that_other_programs_find_is_missing(runs: dict[Path, Flow]) -> None:
    lost: dict[str, Loss] = {}
    for path, flow in runs.items():
        record, media_type = _record(flow)
        found = loss(ours(flow.store, record), asked(path, media_type))
        if found is not None:
            lost[path.name] = found
    assert lost == {}


def test_what_is_lost_on_the_way_is_noticed(runs: dict[Path, Flow]) -> None:
    silent: dict[str, list[str]] = {}
    chosen = list(_chosen(runs))
    for path, calm, fault in chosen:
        one = tried(path.name, path.read_bytes(), calm, fault)
        if one.silent:
            silent.setdefault(path.name, []).append(f"{fault}: {one.silent}")
    print(f"{len(chosen)} losses, of {len({fault for _, _, fault in chosen})} sorts, in {len(runs)} files")
    assert silent == {}


def _chosen(runs: dict[Path, Flow]) -> Iterator[tuple[Path, Calm, Fault]]:
    before: set[tuple[str, Fault]] = set()
    for path in sorted(runs, key=lambda path: (path.stat().st_size, path.name)):
        calm = Calm(runs[path].endings(), runs[path].dead, frozenset(runs[path].losing.possible))
        ordered = sorted(calm.possible, key=lambda fault: hashlib.sha256(f"{path.name} {fault}".encode()).digest())
        if LOSSES == "seams":
            kind = path.suffix.lower()
            ordered = [fault for fault in ordered if (kind, fault) not in before]
            before |= {(kind, fault) for fault in ordered}
        elif LOSSES != "all":
            ordered = ordered[: int(LOSSES)]
        yield from ((path, calm, fault) for fault in ordered)
