# SPDX-License-Identifier: Apache-2.0
"""The reader over real cells."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ream_extract import known_work
from ream_extract.opening import open_reader
from ream_extract.parameters import Parameters
from ream_extract.reader import Job, Reader, Spending
from ream_extract.reading import Item, UnitFailed, UnitRead
from ream_extract.settings import ExtractSettings
from ream_kit.settings import SettingsError


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REAM_EXTRACT_CELLS", "1")
        with open_reader() as opened:
            yield opened


def read(reader: Reader, job: Job, last: int) -> list[Item]:
    items: list[Item] = []
    reader.read(job, range(1, last + 1), Spending(1 << 20), lambda item, _: items.append(item))
    return items


def test_cells_plan_and_read(reader: Reader, tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    for page in range(3):
        canvas.drawString(72, 700, f"Page {page} says something")
        canvas.showPage()
    canvas.save()
    job = Job(tmp_path / "a.pdf", "application/pdf", "pdf", Parameters())
    assert [(run.kind, run.count) for run in reader.plan(job).units] == [("page", 3)]
    items = read(reader, job, 3)
    assert [item.text for item in items if isinstance(item, UnitRead)] == [f"Page {n} says something" for n in range(3)]
    # Units that nobody answers are failures, never silence.
    assert read(reader, job, 4)[3:] == [UnitFailed(4, "not-read")]


def test_known_work_is_proven_and_what_breaks_it_is_not(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.prove()
    monkeypatch.setitem(known_work.KNOWN, "application/pdf", b"%PDF-1.4 nothing")
    with pytest.raises(LookupError, match="application/pdf is not read"):
        reader.prove()


def test_orderly_damage_is_a_verdict(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 nothing")
    job = Job(tmp_path / "a.pdf", "application/pdf", "pdf", Parameters())
    plan = reader.plan(job)
    assert (plan.verdict, plan.cause) == ("failed", "damaged")
    assert read(reader, job, 2) == [UnitFailed(1, "damaged"), UnitFailed(2, "damaged")]


def test_what_nobody_reads_is_described(reader: Reader, tmp_path: Path) -> None:
    Image.new("P", (7, 5)).save(tmp_path / "a.gif")
    assert reader.describe(Job(tmp_path / "a.gif", "image/gif", None, Parameters())) == {"width": "7", "height": "5"}
    (tmp_path / "b.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    assert reader.describe(Job(tmp_path / "b.zip", "application/x", None, Parameters())) == {}


@pytest.mark.programs
def test_antiword_runs_in_a_cell_that_may_start_programs(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_bytes(b"no document")
    job = Job(tmp_path / "a.doc", "application/msword", "doc", Parameters(), programs=True)
    assert read(reader, job, 1) == [UnitFailed(1, "damaged")]


def test_settings_that_cannot_work_are_refused() -> None:
    with pytest.raises(SettingsError, match="REAM_EXTRACT_CELLS"):
        ExtractSettings(cells=0)
    assert ExtractSettings(units=7).limits().units == 7
