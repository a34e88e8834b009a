# SPDX-License-Identifier: Apache-2.0
"""Hostile files are what they say they are, and a parser that goes wrong costs what its limits say."""

from __future__ import annotations

import io
import struct
import tarfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ream_contracts import topics
from ream_extract.opening import open_reader
from ream_extract.parameters import Parameters
from ream_extract.reader import Job, Reader, Spending
from ream_extract.reading import Item, UnitFailed, UnitRead
from ream_faults.runs import run
from ream_hostile import archives, images, mails, pdfs, planted, wire
from ream_hostile.attack import ESCAPE, Attack
from ream_hostile.catalogue import attacks

pytestmark = pytest.mark.slow

IDLE_SECONDS = 4


def test_makers_make_the_same_bytes_every_time() -> None:
    names = [attack.name for attack in attacks()]
    assert len(set(names)) == len(names) >= 15
    assert all(attack.make() == attack.make() for attack in attacks())
    assert all(len(attack.make()) < 4_000_000 for attack in attacks()), "small to send is what makes them dangerous"


def test_names_in_archives_want_to_leave() -> None:
    with zipfile.ZipFile(io.BytesIO(archives.zip_slip())) as found:
        assert {f"{ESCAPE}-absolute.txt", f"../../../../../../../../../..{ESCAPE}-climbing.txt"} <= set(
            found.namelist()
        )
    with tarfile.open(fileobj=io.BytesIO(archives.tar_links())) as tar:
        assert [one.linkname for one in tar if one.issym() or one.islnk()] == ["/tmp", "/etc/passwd", "../../../../.."]


def test_bombs_claim_what_they_say() -> None:
    with zipfile.ZipFile(io.BytesIO(archives.swollen())) as found:
        assert found.infolist()[0].file_size == 1_900_000_000
    with zipfile.ZipFile(io.BytesIO(archives.overlapping())) as found:
        assert len({info.header_offset for info in found.infolist()}) == 1
        assert len(found.infolist()) > 50
    assert struct.unpack(">2I", images.endless_png()[16:24]) == (100_000, 100_000)
    assert b"/Count 1000000 " in pdfs.million_pages()
    assert mails.nested_mail().count(b"message/rfc822") == 1_000


@pytest.mark.parametrize("attack", archives.ATTACKS, ids=lambda attack: attack.name)
def test_an_archive_that_is_a_bomb_is_seen_to_be_one(attack: Attack) -> None:
    assert ("failed", None) not in attack.ends, "not just damaged"


@pytest.mark.parametrize("attack", [*archives.ATTACKS, *pdfs.ATTACKS, *images.ATTACKS], ids=lambda attack: attack.name)
def test_a_file_ends_as_is_true_of_it(attack: Attack) -> None:
    flow = run(attack.name, attack.make())
    (top,) = [one for one in flow.bus.sent(topics.DOCUMENTS_INDEXED) if one.parent_id is None]
    assert {(top.outcome, None), (top.outcome, top.cause)} & attack.ends
    assert len(flow.endings()) - 1 == attack.children


def test_hostile_records_are_no_messages_or_break_their_schema() -> None:
    for topic in topics.ALL:
        found = Counter(record.what for record in wire.every(topic))
        assert {"a tombstone", "a key of 900 KB", "nested too deep"} <= set(found)
        assert any(what.startswith("invalid example") for what in found), topic.name
        assert any("absurd" in what for what in found), topic.name


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A reader with the planted parser, in cells that may do little."""
    for name, value in planted.environment().items():
        monkeypatch.setenv(name, value)
    for name, value in (("IDLE_SECONDS", IDLE_SECONDS), ("MEMORY_BYTES", 512 << 20), ("OFFICE", 0)):
        monkeypatch.setenv(f"REAM_EXTRACT_{name}", str(value))
    with open_reader() as opened:
        yield opened


def read(reader: Reader, path: Path, media_type: str) -> list[Item]:
    extractor = reader.catalogue.find(media_type)
    assert extractor is not None
    job = Job(path, media_type, extractor.name, Parameters())
    plan, items = reader.plan(job), []
    count = sum(run.count for run in plan.units)
    reader.read(job, range(1, count + 1), Spending(1 << 30), lambda item, file: items.append(item))
    return sorted(items, key=lambda item: item.unit)


def test_a_million_pages_of_a_few_objects_are_as_many_as_objects(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdfs.million_pages())
    plan = reader.plan(Job(path, "application/pdf", "pdf", Parameters()))
    assert plan.units[0].count < 20
    assert "pdfium 1000000" in plan.metadata["pages_counted"]


@pytest.mark.parametrize(("order", "cause"), [(b"sleep", "out-of-time"), (b"allocate", "out-of-memory")])
def test_what_was_read_before_a_parser_went_wrong_is_kept(
    reader: Reader, tmp_path: Path, order: bytes, cause: str
) -> None:
    """A deadline gives what was read so far; the limit holds to two seconds, and the unit fails with its cause."""
    path = tmp_path / "a.sqlite"
    path.write_bytes(planted.database(order))
    began = time.monotonic()
    first, second = read(reader, path, "application/vnd.sqlite3")
    taken = time.monotonic() - began
    assert isinstance(first, UnitRead)
    assert second == UnitFailed(2, cause)
    # The run, then the unit alone: two cells.
    assert taken < 2 * (IDLE_SECONDS + 2)
    assert not any(living(name) for name in (planted.ASLEEP, planted.GREEDY))


def living(name: str) -> list[Path]:
    """Processes that call themselves so."""
    found = []
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            if comm.read_text().strip() == name:
                found.append(comm)
        except OSError:
            continue  # it ended meanwhile
    return found
