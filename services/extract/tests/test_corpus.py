# SPDX-License-Identifier: Apache-2.0
"""Real documents of other people: each is read or has a true reason, and the hostile ones harm nothing."""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ream_extract.opening import open_reader
from ream_extract.parameters import Parameters
from ream_extract.reader import Find, Job, Reader, Spending
from ream_extract.reading import Item, UnitFailed
from ream_kit.cells import CellDied, CellFailed
from ream_pages.office import Office

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(900)]

TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".doc": "application/msword",
    ".html": "text/html",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".json": "application/json",
    ".xml": "application/xml",
    ".ics": "text/calendar",
    ".csv": "text/csv",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".zip": "application/zip",
}
TRUE_REASONS = {
    # What qpdf and unzip say of these files as well.
    "testZIP_corrupted_oom.zip": "damaged",
    "testPDF_malformedXFA.pdf": "damaged",
}
OTHERS_INSIDE = {"eng_spa_mult.doc", "testWORDML_tableInsideParagraph.doc"}
"""Files whose name lies: ingest tells them by their content, see its tests."""


@pytest.fixture(scope="module")
def corpus() -> Path:
    named = os.environ.get("REAM_CORPUS")
    if not named:
        if os.environ.get("REQUIRE_CORPUS") == "1":
            pytest.fail("REQUIRE_CORPUS=1, and REAM_CORPUS does not name the folder of real documents")
        pytest.skip("REAM_CORPUS does not name the folder of real documents")
    return Path(named)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with open_reader() as opened:
        yield opened


def outcome(reader: Reader, path: Path, media_type: str, office: Office | None = None) -> Counter[str]:
    """Plans and reads a file; counts what became of its units."""
    known = reader.catalogue.find(media_type)
    assert known is not None
    job = Job(path, media_type, known.name, Parameters())
    plan = reader.plan(job)
    if plan.verdict is not None:
        return Counter({str(plan.cause): 1})
    said: dict[int, str] = {}

    def take(item: Item, _: Find) -> None:
        said[item.unit] = item.cause if isinstance(item, UnitFailed) else type(item).__name__

    with tempfile.TemporaryDirectory() as folder:
        if known.convert_to and office is not None and office.available:
            made = Path(folder) / "made.docx"
            office.convert(path, made)
            job = Job(path, media_type, known.name, Parameters(), made)
        count = sum(run.count for run in plan.units)
        for first in range(1, count + 1, 16):
            reader.read(job, range(first, min(count, first + 15) + 1), Spending(1 << 30), take)
    assert sorted(said) == list(range(1, count + 1))
    return Counter(said.values())


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in TYPES and path.name not in OTHERS_INSIDE)


def test_formats_are_read_or_have_a_true_reason(corpus: Path, reader: Reader) -> None:
    found: dict[str, Counter[str]] = {}
    with Office() as office:
        for path in files(corpus / "formats"):
            if path.suffix != ".doc" or office.available:
                found[path.name] = outcome(reader, path, TYPES[path.suffix.lower()], office)
    assert len(found) > 90
    wrong = {
        name: dict(counted)
        for name, counted in found.items()
        if set(counted) - {"UnitRead", "UnitScanned", "ChildRead", TRUE_REASONS.get(name)}
    }
    # Spanned archives lack their other volumes: some members are there, the others are said to be damaged.
    wrong.pop("test-documents-spanned.zip", None)
    assert wrong == {}
    assert all(cause in found[name] for name, cause in TRUE_REASONS.items() if name in found)


def test_hostile_files_harm_nothing(corpus: Path, reader: Reader) -> None:
    for path in sorted((corpus / "hostile").rglob("*")):
        if not path.is_file():
            continue
        for media_type in {
            TYPES.get(path.suffix.lower(), "text/plain"),
            "application/pdf",
            "application/zip",
            "text/html",
        }:
            try:
                outcome(reader, path, media_type)
            except (CellDied, CellFailed) as failure:
                pytest.fail(f"{path.name} as {media_type}: {failure}")
    reader.plan(Job(Path(__file__), "text/plain", "text", Parameters()))
